from __future__ import annotations

import sys
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield import base64
from jackfield.base64 import from_base64


@pytest.fixture(params=["", "pybase64"], ids=["what is there", "standard library"], scope="module", autouse=True)
def _without(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read with pybase64, if it is installed, and without."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param:
            patch.setitem(sys.modules, request.param, None)
        base64._decoder.cache_clear()
        yield
    base64._decoder.cache_clear()


@given(st.binary(max_size=200))
def test_bytes_come_back(data: bytes) -> None:
    """From a string, from bytes, and from where it stands in others."""
    text = b64encode(data)

    assert [data] * 3 == [from_base64(text.decode()), from_base64(text), from_base64(memoryview(b"-%s-" % text)[1:-1])]


def read(function, text):
    """Return what is read, or what is said of the text."""
    try:
        return function(text)
    except ValueError as error:
        return str(error)


@given(st.text("ABz09+/==- \n_\u00e9", max_size=12))
def test_odd_text_is_read_strictly(text: str) -> None:
    """Whichever reads it, the standard library's strict mode says what counts, and why something does not."""
    assert read(lambda each: a2b_base64(each, strict_mode=True), text) == read(from_base64, text)


@pytest.mark.parametrize("text", ["AAA", "AAAA\n", "AA-A", "AA=A", "=AAA", "A A A A", "\u00e9AAA"])
def test_what_is_refused(text: str) -> None:
    """Nothing is skipped."""
    with pytest.raises(ValueError, match=r"(?i)base64|ascii|data|padding"):
        from_base64(text)


def test_the_quick_one_is_used_where_it_is_installed() -> None:
    """Both are tried above only where pybase64 is there, and it is not then shut out."""
    quick = sys.modules.get("pybase64", ...) is not None and find_spec("pybase64") is not None

    assert ("pybase64" in base64._decoder().func.__module__) is quick
