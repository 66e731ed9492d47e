from __future__ import annotations

import copy
import pickle

import pytest

from jackfield.errors import SetupError
from jackfield.secret import Secret, origin_of

VALUE = "s3cret-value"
HERE = "https://letters.example/v1"

ORIGINS = [
    ("https://letters.example/v1/tell?x=1", "https://letters.example:443"),
    ("https://Letters.Example:443", "https://letters.example:443"),
    ("http://letters.example", "http://letters.example:80"),
    ("https://letters.example:8443/v1", "https://letters.example:8443"),
    ("https://user@letters.example/", "https://letters.example:443"),
    ("http://[::1]:8080/", "http://::1:8080"),
    ("inprocess://model", "inprocess://model"),
    ("nothing", "://"),
]


@pytest.mark.parametrize(("url", "origin"), ORIGINS)
def test_equal_origins_are_equal_strings(url: str, origin: str) -> None:
    """Scheme, host in lower case and port, the scheme's own where none is given."""
    assert origin == origin_of(url)


def test_is_revealed_to_its_origin() -> None:
    """Any path below it, with the prefix before it."""
    secret = Secret(VALUE).bound_to(HERE)

    assert VALUE == secret.reveal("https://letters.example:443/elsewhere")
    assert f"Bearer {VALUE}" == secret.prefixed("Bearer ").reveal(HERE)
    assert f"Bearer {VALUE}" == Secret(VALUE).prefixed("Bearer ").bound_to(HERE).reveal(HERE)


@pytest.mark.parametrize(
    "url", ["https://evil.example/v1", "http://letters.example/v1", "https://letters.example:8443/v1"]
)
def test_is_not_revealed_to_another_origin(url: str) -> None:
    """Another host, scheme or port is another origin; the error names both and not the value."""
    with pytest.raises(SetupError, match=r"given for 'https://letters.example:443' was about to be sent to") as caught:
        Secret(VALUE).bound_to(HERE).reveal(url)
    assert VALUE not in str(caught.value)


def test_is_not_revealed_before_it_is_bound() -> None:
    """A part that forgot to bind it learns so."""
    with pytest.raises(SetupError, match=r"was not bound to an origin; the provider must call bound_to"):
        Secret(VALUE).reveal(HERE)


def test_shows_nothing() -> None:
    """Neither repr, str nor format tell the value, the prefix or the origin."""
    secret = Secret(VALUE).bound_to(HERE).prefixed("Bearer ")

    assert ["Secret(***)"] * 4 == [repr(secret), str(secret), f"{secret}", f"{secret!r}"]
    assert not hasattr(secret, "__dict__")


def test_is_not_pickled() -> None:
    """A secret does not travel to another process or a file; it is copied as itself."""
    secret = Secret(VALUE)

    with pytest.raises(TypeError, match="a secret is not pickled"):
        pickle.dumps(secret)
    assert secret is copy.copy(secret)
    assert secret is copy.deepcopy({"key": secret})["key"]


def test_is_compared_by_value_origin_and_prefix() -> None:
    """Equal secrets are equal and hash alike; a secret equals no string."""
    one = Secret(VALUE).bound_to(HERE)

    assert Secret(VALUE).bound_to("https://letters.example/other") == one
    assert hash(Secret(VALUE).bound_to(HERE)) == hash(one)
    assert {one} != {Secret(VALUE), Secret("other").bound_to(HERE), one.prefixed("Bearer ")}
    assert not [other for other in (Secret(VALUE), Secret("other").bound_to(HERE), one.prefixed("x")) if other == one]
    assert one != VALUE


def test_is_taken_out_of_texts() -> None:
    """Every occurrence of the value, however it stands there."""
    assert "a [secret] b[secret]" == Secret(VALUE).prefixed("Bearer ").scrub(f"a {VALUE} b{VALUE}")


def test_is_taken_out_as_json_and_urls_spell_it() -> None:
    """A key of base64 has slashes; JSON may escape them, and URLs do."""
    secret = Secret('a/b+c"d\\1')

    for spelt in ('a/b+c"d\\1', 'a/b+c\\"d\\\\1', 'a\\/b+c\\"d\\\\1', "a%2Fb%2Bc%22d%5C1"):
        assert "<[secret]>" == secret.scrub(f"<{spelt}>")


@pytest.mark.parametrize(
    ("value", "telling"),
    [("sk-0123456789abcd", True), ("none", False), ("research-department", False), ("0123456789abcde", False)],
)
def test_only_a_telling_value_is_looked_for_in_answers(value: str, telling: bool) -> None:
    """What may stand in good text by itself is left there."""
    assert telling == bool(Secret(value).needles())


@pytest.mark.parametrize("pasted", [f" {VALUE}\n", f"{VALUE}\r\n", f"\t{VALUE}"])
def test_what_came_with_copy_and_paste_is_removed(pasted: str) -> None:
    """Blanks and line breaks around the value are nobody's intention."""
    assert Secret(VALUE) == Secret(pasted)


@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_an_empty_secret_is_refused(value: str) -> None:
    """It would be sent as a header without a value."""
    with pytest.raises(SetupError, match="must not be empty"):
        Secret(value)


@pytest.mark.parametrize("value", ["two\nlines", "caf\u00e9", "tab\there", "nul\0", "\u200bhidden"])
def test_what_cannot_stand_in_a_header_is_refused(value: str) -> None:
    """The error does not repeat it."""
    with pytest.raises(SetupError, match="cannot stand in a header") as caught:
        Secret(value)
    assert value not in str(caught.value)
