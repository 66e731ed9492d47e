"""Vectors as bytes: NumPy's file of one array, and JSON lines.

Either is written row by row, so that what is in memory is the vectors and no second copy of them.
"""

from __future__ import annotations

import json
import sys
from array import array
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jackfield.operations.embeddings import Vector

_MAGIC = b"\x93NUMPY\x01\x00"
_ALIGNMENT = 64


def npy(vectors: Sequence[Vector]) -> Iterator[bytes]:
    """Yield the bytes of a `.npy` file with *vectors* as the rows of one array, in little-endian 32-bit floats.

    Raises:
        ClickException: The vectors are not all as long as the first, so they make up no array.
    """
    width = len(vectors[0])
    odd = next((index for index, vector in enumerate(vectors) if len(vector) != width), None)
    if odd is not None:
        raise click.ClickException(
            f"vector {odd} has {len(vectors[odd])} numbers and vector 0 has {width}, which makes no array; "
            "name a .jsonl file"
        )
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(vectors)}, {width}), }}".encode()
    filling = -(len(_MAGIC) + 2 + len(head) + 1) % _ALIGNMENT
    head += b" " * filling + b"\n"
    yield _MAGIC + len(head).to_bytes(2, "little") + head
    for vector in vectors:
        yield _little(vector).tobytes()


def _little(vector: Vector) -> Vector:
    """Return *vector* as the header says it: what a provider calls a vector may be doubles."""
    if sys.byteorder == "little" and vector.typecode == "f":
        return vector
    single = array("f", vector)
    if sys.byteorder != "little":
        single.byteswap()
    return single


def json_lines(vectors: Iterable[Vector], facts: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield a line of JSON for each vector: its index, what *facts* say of it, and the vector.

    A number has as many digits as a 32-bit float needs to be read back as itself, and no more.
    """
    for index, (vector, told) in enumerate(zip(vectors, facts, strict=True)):
        yield json_line(index, vector, told)


def json_line(index: int, vector: Vector, told: Mapping[str, Any]) -> bytes:
    """Return one of those lines."""
    opening = json.dumps({"index": index, **told})[:-1]  # ASCII: nothing in it speaks to a terminal
    return f'{opening}, "vector": {numbers(vector)}}}\n'.encode()


def numbers(vector: Vector) -> str:
    """Return *vector* as a JSON list."""
    return f"[{', '.join(map('{:.9g}'.format, vector))}]"
