"""Embedding vectors: read by the type of the value that comes, since servers ignore what was asked for.

base64 is little-endian IEEE float32 without a header; a list of decimals keeps the doubles that it spells.
"""

from __future__ import annotations

import re
import sys
from array import array
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import TYPE_CHECKING, Any, get_origin

from jackfield.convert import Misfit, loads

if TYPE_CHECKING:
    from cattrs import Converter

_FLOAT32 = 4
_LARGE = 1_000_000
"""From how many bytes on an answer's vectors are read before its JSON is."""
_SPELT = re.compile(rb'"embedding"\s*:\s*"([A-Za-z0-9+/=]+)"')
_MARK = "#"
"""Begins what stands in a vector's place until then: base64 has no such letter, and no text of the body begins so."""


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
    if len(body) < _LARGE or b'"#' in body:
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
    """Return the numbers of one vector."""
    if type(value) is array:
        return value
    if type(value) in (str, bytes):
        try:
            data = a2b_base64(value)
        except Base64Error as error:
            raise Misfit(f"expected base64: {error}") from None
        if len(data) % _FLOAT32:
            raise Misfit(f"expected base64 of float32 numbers, got {len(data)} bytes")
        vector = array("f", data)
        if sys.byteorder == "big":  # pragma: no cover - no such machine in the suite; the branch is one line
            vector.byteswap()
        return vector
    try:
        return array("d", value)
    except TypeError:
        raise Misfit(f"expected base64 or a list of numbers, got {type(value).__name__}") from None
