"""Embedding vectors: read by the type of the value that comes, since servers ignore what was asked for.

Rule 1: a vector is 32-bit floats, in whichever form it comes: base64 of little-endian IEEE float32 without a header,
or a list of decimals.
Rule 2: what is empty, or has something in it that is no finite number, is no vector: nothing can be compared with it.
"""

from __future__ import annotations

import re
import sys
from array import array
from math import isfinite
from typing import Any

from jackfield.base64 import from_base64
from jackfield.convert import Misfit, loads

_FLOAT32 = 4
_MANY = 64 * 1024
"""From how many bytes on an answer's vectors are read before its JSON is."""
_NAME = b'"embedding"'
_OPENING = re.compile(rb'\s*:\s*"')
_LAST, _LAST_NEGATIVE = 0x7F, 0xFF  # as numbers: bytes in bytes are looked for in five times the time
_MARK = "#"
"""Begins what stands in a vector's place until then: base64 has no such letter, and no text of the body begins so."""
_MARKED = (b'"#', b'"\\u0023')
"""How JSON spells the beginning of a text that begins so."""


def loads_vectors(body: bytes, depth: int) -> Any:
    """Return what the JSON *body* of an answer says; of one with many vectors they are arrays already, in `raw` too.

    2,048 vectors of 3,072 numbers are 25 MB, their text 33 MB: once in the body, once in the parser, once as Python
    strings. Reading the vectors where they stand in the bytes saves the latter two, and a sixth of the time.

    Raises:
        ValueError: It is not JSON.
        LimitExceededError: It is nested deeper.
    """
    if len(body) < _MANY:
        return loads(body, depth)
    texts, vectors = _parted(body)
    if any(mark in text for text in texts for mark in _MARKED):
        return loads(body, depth)
    marked = [b"%s%s%d" % (text, _MARK.encode(), index) for index, text in enumerate(texts)]
    marked[-1] = texts[-1]  # what follows the last vector
    document = loads(b"".join(marked), depth)
    items = document.get("data") if isinstance(document, dict) else None
    placed = 0
    for item in items if isinstance(items, list) else ():
        mark = item.get("embedding") if isinstance(item, dict) else None
        if isinstance(mark, str) and mark.startswith(_MARK):
            item["embedding"] = vectors[int(mark.removeprefix(_MARK))]
            placed += 1
    return document if placed == len(vectors) else loads(body, depth)  # some stood where no vector is looked for


def _parted(body: bytes) -> tuple[list[bytes], list[array[float]]]:
    """Return the texts around the vectors, and the vectors. The end of one is found at the speed of memory."""
    view, texts, vectors = memoryview(body), [], []
    done = at = 0
    while (name := body.find(_NAME, at)) >= 0:
        at = name + len(_NAME)
        opening = _OPENING.match(body, at)
        end = body.find(b'"', opening.end()) if opening is not None else -1
        if opening is None or end < 0:
            continue
        try:
            vector = read_vector(view[opening.end() : end])
        except Misfit:
            continue  # whoever reads it says so
        texts.append(body[done : opening.end()])
        vectors.append(vector)
        done = at = end
    return [*texts, body[done:]], vectors


def read_vector(value: Any) -> array[float]:
    """Return the numbers of one vector, as 32-bit floats."""
    data = _listed(value) if type(value) is list else _decoded(value)
    if not data:
        raise Misfit("expected a vector, got an empty one")
    vector: array[float] = array("f", data)
    if sys.byteorder == "big":
        vector.byteswap()
    # The highest exponents, infinity's among them, show in each number's last byte; else all of it is added up, in
    # double precision, which no sum of finite 32-bit floats leaves: 3 µs a vector instead of 30.
    high = data[3::_FLOAT32]
    if (_LAST in high or _LAST_NEGATIVE in high) and not isfinite(sum(vector)):
        raise Misfit("expected a vector of finite 32-bit floats, got one with infinity, or with what is no number")
    return vector


def _decoded(text: Any) -> bytes:
    """Return what the base64 *text* spells, which is a string or bytes."""
    if not isinstance(text, (str, memoryview)):
        raise Misfit(f"expected base64 or a list of numbers, got {type(text).__name__}")
    try:
        data = from_base64(text)
    except ValueError as error:  # base64's own errors are such
        raise Misfit(f"expected base64: {error}") from None
    if len(data) % _FLOAT32:
        raise Misfit(f"expected base64 of float32 numbers, got {len(data)} bytes")
    return data


def _listed(numbers: list[Any]) -> bytes:
    """Return the decimals of a list, as base64 would bring them."""
    if others := set(map(type, numbers)) - {float, int}:
        raise Misfit(f"expected a list of numbers, got one with {min(each.__name__ for each in others)} in it")
    try:
        vector = array("f", numbers)
    except OverflowError:
        raise Misfit("expected a list of 32-bit floats, got one with a whole number that is too large") from None
    if sys.byteorder == "big":
        vector.byteswap()
    return vector.tobytes()
