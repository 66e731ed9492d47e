from __future__ import annotations

import pytest

from jackfield.errors import SetupError
from jackfield.http import Chunk, Emit, HttpHead, HttpRequest, Read, Run, Send, Wait, fits_header
from jackfield.secret import Secret

URL = "https://letters.example/v1"
REQUEST = HttpRequest("POST", URL, {"accept": "*/*", "x-key": Secret("s3cret").bound_to(URL)}, b"body")


def test_a_header_is_added_to_a_copy() -> None:
    """Names are lower-case; the request itself stays as it is."""
    changed = REQUEST.with_header("X-More", "1").with_header("ACCEPT", "text/plain")

    assert ("1", "text/plain") == (changed.headers["x-more"], changed.headers["accept"])
    assert "x-more" not in REQUEST.headers
    assert (REQUEST.url, REQUEST.body, REQUEST.method) == (changed.url, changed.body, changed.method)


def test_credentials_are_revealed_for_the_requests_own_url() -> None:
    """A secret for elsewhere is not."""
    assert {"accept": "*/*", "x-key": "s3cret"} == REQUEST.revealed_headers()
    with pytest.raises(SetupError, match="was about to be sent"):
        HttpRequest("GET", "https://evil.example", REQUEST.headers).revealed_headers()


def test_credentials_are_scrubbed_from_texts() -> None:
    """Every secret header's value, no other's."""
    assert "[secret] */* [secret]" == REQUEST.scrub("s3cret */* s3cret")


def test_a_request_does_not_show_its_body_or_keys() -> None:
    """A repr may stand in a log."""
    shown = repr(REQUEST)

    assert "headers={'accept': '*/*', 'x-key': Secret(***)}" in shown
    assert not [part for part in ("s3cret", "body") if part in shown]


FITTING = [
    ("x-a", "1", True),
    ("X_A.b", "", True),
    ("x-a", "a b\u007e", True),
    ("", "1", False),
    ("x a", "1", False),
    ("x:a", "1", False),
    ("x-a\n", "1", False),
    ("x-\u00e4", "1", False),
    ("x-a", "1\n", False),
    ("x-a", "1\r\nx-b: 2", False),
    ("x-a", "\u00e4", False),
    ("x-a", "\0", False),
]


@pytest.mark.parametrize(("name", "value", "fits"), FITTING)
def test_headers_end_where_they_should(name: str, value: str, fits: bool) -> None:
    """Nothing that opens another header, and nothing that has no bytes."""
    assert fits is fits_header(name, value)


def test_commands_are_equal_by_what_they_ask() -> None:
    """A test compares them as values."""
    assert Send(REQUEST, 5.0) == Send(REQUEST, 5.0) != Send(REQUEST)
    assert (65536, None) == (Read().limit, Read().timeout)
    assert (Wait(1.0), Emit([1]), Run(len), Chunk(b"a"), HttpHead(200)) == (
        Wait(1.0),
        Emit([1]),
        Run(len),
        Chunk(b"a", 0.0),
        HttpHead(200, {}, 0.0),
    )
