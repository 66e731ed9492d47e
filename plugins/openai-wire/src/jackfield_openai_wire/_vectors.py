"""Embedding vectors: read by the type of the value that comes, since servers ignore what was asked for.

base64 is little-endian IEEE float32 without a header; a list of decimals keeps the doubles that it spells.
"""

from __future__ import annotations

import sys
from array import array
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import TYPE_CHECKING, Any, get_origin

from jackfield.convert import Misfit

if TYPE_CHECKING:
    from cattrs import Converter

_FLOAT32 = 4


def register_vectors(converter: Converter) -> None:
    """Teach *converter* to read vectors."""
    converter.register_structure_hook_func(lambda kind: array in (kind, get_origin(kind)), read_vector)


def read_vector(value: Any, _: Any = None) -> array[float]:
    """Return the numbers of one vector."""
    if type(value) is str:
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
