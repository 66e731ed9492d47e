"""A real PNG picture, without a picture library: coloured squares, the same for the same seed."""

from __future__ import annotations

from struct import pack
from zlib import compress, crc32

from jackfield_emulator._chance import chance, digest

_COLOURS = 8
_SQUARES = 16


def draw(width: int, height: int, seed: str, *, transparent: bool = False) -> bytes:
    """Return a picture of that size. With *transparent*, one of its colours is no colour."""
    palette = digest("palette", seed)[: 3 * _COLOURS]
    header = pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", header), (b"PLTE", palette)]
    if transparent:
        parts.append((b"tRNS", b"\0"))
    parts += [(b"IDAT", compress(_rows(width, height, seed), 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, data) for name, data in parts)


def _rows(width: int, height: int, seed: str) -> bytes:
    """Return the picture's lines, each behind the number of its filter (0, none)."""
    source = chance("squares", seed)
    side = max(1, -(-max(width, height) // _SQUARES))
    bands = []
    for top in range(0, height, side):
        squares = source.choices(range(_COLOURS), k=-(-width // side))
        line = b"\0" + b"".join(bytes([colour]) * side for colour in squares)[:width]
        bands.append(line * min(side, height - top))
    return b"".join(bands)


def _part(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", crc32(name + data))
