"""Whatever comes from the network or the clipboard: an entity, or an error of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from attrs import fields
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import JackfieldError
from jackfield.operations.chat import CHAT, ChatResponse
from jackfield.operations.chat_choices import Choice, ChoiceDelta, Delta
from jackfield.operations.embeddings import EMBEDDINGS
from jackfield.operations.images import IMAGES
from jackfield.plugin import HttpHead
from jackfield.testing import a_call
from jackfield_azure_common import parse
from jackfield_openai_wire import OpenAIWire, base_url

WIRE = OpenAIWire()
NAMES = st.sampled_from(
    sorted(each.name for kind in (ChatResponse, Choice, ChoiceDelta, Delta) for each in fields(kind))
) | (st.sampled_from(["error", "innererror", "code", "content_filter_result", "data", "embedding", "function"]))
LEAVES = st.none() | st.booleans() | st.integers(-3, 999) | st.floats(allow_nan=False) | st.text(max_size=8)
DOCUMENTS = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4))
BODIES = st.binary(max_size=60) | DOCUMENTS.map(lambda each: json.dumps(each).encode())


@given(BODIES)
def test_a_whole_answer(body: bytes) -> None:
    """Decoded, and looked at as a program would; nothing else than our errors comes out."""
    for operation in (CHAT, EMBEDDINGS, IMAGES):
        with suppress(JackfieldError):
            response = WIRE.decode_response(a_call(operation), HttpHead(200), body)
            assert repr(response)
            getattr(response, "filter_report", None)


@given(st.lists(BODIES, max_size=5))
def test_a_stream(events: list[bytes]) -> None:
    """Each event may be anything; what came of it can be folded."""
    decoder = WIRE.open_stream(a_call(CHAT, streaming=True), HttpHead(200))
    heard = []
    with suppress(JackfieldError):
        for event in events:
            heard += decoder.feed(b"data: " + event + b"\n\n")
        heard += decoder.close()
    response = ChatResponse.from_events(heard)
    assert isinstance(response.text, str)
    assert repr(response.filter_report)


@given(st.sampled_from([400, 401, 404, 429, 500]), BODIES, st.text(max_size=12))
def test_a_refusal(status: int, body: bytes, hint: str) -> None:
    """Every document is an error with a message, and every header may say anything."""
    names = ("retry-after", "retry-after-ms", "date", "x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens")
    head = HttpHead(status, dict.fromkeys(names, hint))
    facts = WIRE.read_head(head)
    error = WIRE.decode_error(a_call(CHAT), head, body)

    assert isinstance(error, JackfieldError)
    assert str(status) in error.message
    assert facts.retry_after is None or facts.retry_after >= 0


PIECES = st.sampled_from(
    ["https://", "http://", "/", "openai", "v1", "deployments", ".azure.com", "h", "?", "api-version="]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=8).map("".join))
def test_what_is_pasted(text: str) -> None:
    """An address, or a ValueError that says so; and what was made normal stays as it is."""
    with suppress(ValueError):
        base = base_url(text)
        assert base == base_url(base)
    with suppress(ValueError):
        target = parse(text)
        again = parse(f"{target.root}/v1" if "v1" == target.surface else target.root)
        assert (target.root, target.surface) == (again.root, again.surface)


@pytest.mark.parametrize("read", [base_url, parse])
@pytest.mark.parametrize("text", ["https://h.example/v1/.\x1d/", "https://h.example/v\n1", "https://h.example/\x00"])
def test_control_characters_are_refused(read: Callable[[str], object], text: str) -> None:
    """They are nobody's intention, and some are blanks to one reader and letters to another. Found by fuzzing."""
    with pytest.raises(ValueError, match="control characters"):
        read(text)


@pytest.mark.parametrize("read", [base_url, parse])
@pytest.mark.parametrize("port", ["port", "0", "65536", "-1"])
def test_a_port_is_a_number(read: Callable[[str], object], port: str) -> None:
    """Told where the address is given, not when it is first used."""
    with pytest.raises(ValueError, match="[Pp]ort"):
        read(f"https://h.example:{port}/openai/v1")


def test_a_blank_in_a_base_url_is_refused() -> None:
    """Two addresses, or one that was broken in two."""
    with pytest.raises(ValueError, match="blanks"):
        base_url("https://h.example/v1 https://h.example")
