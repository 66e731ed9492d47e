"""Embedding vectors: read by the type of the value that comes, since servers ignore what was asked for.

Rule 1: a vector is 32-bit floats, in whichever form it comes: base64 of little-endian IEEE float32 without a header,
or a list of decimals.
Rule 2: what is empty, or has something in it that is no finite number, is no vector: nothing can be compared with it.
"""

from __future__ import annotations

import re
import sys
from array import array
from binascii import a2b_base64
from math import isfinite
from typing import TYPE_CHECKING, Any, get_origin

from jackfield.convert import Misfit, loads

if TYPE_CHECKING:
    from cattrs import Converter

_FLOAT32 = 4
_LARGE = 8_000_000
"""From how many bytes on an answer's vectors are read before its JSON is."""
_SPELT = re.compile(rb'"embedding"\s*:\s*"([^"]+)"')  # a class of letters takes twice the time
_LAST, _LAST_NEGATIVE = b"\x7f", b"\xff"
_MARK = "#"
"""Begins what stands in a vector's place until then: base64 has no such letter, and no text of the body begins so."""
_MARKED = (b'"#', b'"\\u0023')
"""How JSON spells the beginning of a text that begins so."""


def register_vectors(converter: Converter) -> None:
    """Teach *converter* to read vectors."""
    converter.register_structure_hook_func(lambda kind: array in (kind, get_origin(kind)), read_vector)


def loads_vectors(body: bytes, depth: int) -> Any:
    """Return what the JSON *body* of an answer says; of a large one the vectors are arrays already, in `raw` too.

    2,048 vectors of 3,072 numbers are 25 MB, their text 33 MB: once in the body, once in the parser, once as Python
    strings. Cutting the vectors out of the bytes first saves the latter two, and a third of the time.

    Raises:
        ValueError: It is not JSON.
        LimitExceededError: It is nested deeper.
    """
    if len(body) < _LARGE or any(mark in body for mark in _MARKED):
        return loads(body, depth)
    vectors: list[array[float]] = []

    def cut(spelt: re.Match[bytes]) -> bytes:
        try:
            vectors.append(read_vector(spelt[1]))
        except Misfit:
            return spelt[0]  # whoever reads it says so
        return b'"embedding":"%s%d"' % (_MARK.encode(), len(vectors) - 1)

    document = loads(_SPELT.sub(cut, body), depth)
    items = document.get("data") if isinstance(document, dict) else None
    placed = 0
    for item in items if isinstance(items, list) else ():
        mark = item.get("embedding") if isinstance(item, dict) else None
        if isinstance(mark, str) and mark.startswith(_MARK):
            item["embedding"] = vectors[int(mark.removeprefix(_MARK))]
            placed += 1
    return document if placed == len(vectors) else loads(body, depth)  # some stood where no vector is looked for


def read_vector(value: Any, _: Any = None) -> array[float]:
    """Return the numbers of one vector, as 32-bit floats."""
    if type(value) is array:
        return value
    data = _decoded(value) if type(value) in (str, bytes) else _listed(value)
    if not data:
        raise Misfit("expected a vector, got an empty one")
    vector = array("f", data)
    if sys.byteorder == "big":
        vector.byteswap()
    # The highest exponents, infinity's among them, show in each number's last byte; else all of it is added up, in
    # double precision, which no sum of finite 32-bit floats leaves: 3 µs a vector instead of 30.
    high = data[3::_FLOAT32]
    if (_LAST in high or _LAST_NEGATIVE in high) and not isfinite(sum(vector)):
        raise Misfit("expected a vector of finite 32-bit floats, got one with infinity, or with what is no number")
    return vector


def _decoded(text: str | bytes) -> bytes:
    """Return what the base64 *text* spells."""
    try:
        data = a2b_base64(text)
        if len(data) * 4 != len(text) * 3:  # it is padded, or has something else in it, which was passed over
            data = a2b_base64(text, strict_mode=True)  # a third slower
    except ValueError as error:  # base64's own errors are such
        raise Misfit(f"expected base64: {error}") from None
    if len(data) % _FLOAT32:
        raise Misfit(f"expected base64 of float32 numbers, got {len(data)} bytes")
    return data


def _listed(numbers: Any) -> bytes:
    """Return the decimals of a list, as base64 would bring them."""
    if type(numbers) is not list:
        raise Misfit(f"expected base64 or a list of numbers, got {type(numbers).__name__}")
    if others := set(map(type, numbers)) - {float, int}:
        raise Misfit(f"expected a list of numbers, got one with {min(each.__name__ for each in others)} in it")
    try:
        vector = array("f", numbers)
    except OverflowError:
        raise Misfit("expected a list of 32-bit floats, got one with a whole number that is too large") from None
    if sys.byteorder == "big":
        vector.byteswap()
    return vector.tobytes()
