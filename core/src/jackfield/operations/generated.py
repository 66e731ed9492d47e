"""A picture that was drawn: its bytes, and what they tell of it.

Rule 1: the bytes say what they are; nobody's word on format or size is taken.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path
from struct import unpack_from
from typing import TYPE_CHECKING, Any

from attrs import define, field

from jackfield.base64 import from_base64
from jackfield.call import CallMeta
from jackfield.errors import DecodeError, SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike

Size = tuple[int, int]

UNKNOWN = "application/octet-stream"
"""The media type of what is none of the formats known here."""
ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/svg+xml": ".svg",
    UNKNOWN: ".bin",
}
_TOLD_BY_A_NAME = frozenset({*ENDINGS.values(), ".jpeg"}) - {ENDINGS[UNKNOWN]}
"""The endings that say what a picture is, in lower case."""
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:(?:<!--(?:(?!-->).)*-->|<!DOCTYPE\s+svg\b[^>]*>)\s*)*<svg[\s>]",
    re.DOTALL,
)
_BEGINNING = 4096
"""How many bytes are looked at for the beginning of an SVG."""


def _told(data: bytes) -> str:
    """Return what a repr shows of the bytes."""
    size = size_of(data)
    pixels = f", {size[0]}x{size[1]}" if size is not None else ""
    return f"<{media_type_of(data)}{pixels}, {len(data):,} bytes>"


@define(kw_only=True)
class GeneratedImage:
    """A picture that was drawn. Subclasses may have more fields, with defaults; what is drawn is put into them.

    Attributes:
        data: The file's bytes; empty until it is drawn.
        revised_prompt: What was drawn in place of the prompt, or None where it was not revised.
        meta: The story of the call that drew it, or None.
    """

    data: bytes = field(default=b"", repr=_told)
    revised_prompt: str | None = None
    meta: CallMeta | None = field(default=None, eq=False, repr=False)

    @property
    def media_type(self) -> str:
        """What the bytes are: `image/png`, jpeg, webp, gif or svg+xml; `application/octet-stream` for all else."""
        return media_type_of(self.data)

    @property
    def size(self) -> Size | None:
        """Width and height in pixels as the file has them; None for SVG and for what is not known."""
        return size_of(self.data)

    def save(self, path: str | PathLike[str], *, overwrite: bool = True) -> Path:
        """Write the picture to a file and return where it is.

        Args:
            path: Where to. A name that does not end as pictures do (`.png`, `.jpg`, `.jpeg`, `.webp`, `.gif` or
                `.svg`) gets the format's ending; where the format is not known, any ending is left. The folder must be
                there.
            overwrite: Whether a file that is there may be replaced.

        Raises:
            SetupError: There is no picture yet, no such folder, or the file is there and may not be replaced.
        """
        if not self.data:
            raise SetupError("there is no picture to save: nothing was drawn into this object yet")
        place = self._named(Path(path))
        if not place.parent.is_dir():
            raise SetupError(f"cannot save to {str(place)!r}: there is no folder {str(place.parent)!r}; make it first")
        try:
            with place.open("wb" if overwrite else "xb") as file:
                file.write(self.data)
        except FileExistsError as error:
            raise SetupError(f"{str(place)!r} is there already; choose another name, or overwrite=True") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SetupError(f"cannot save to {str(place)!r}: {reason}") from error
        return place

    def _named(self, place: Path) -> Path:
        """Return *place* with an ending that says what the picture is."""
        ending, kind = place.suffix.lower(), self.media_type
        if ending in _TOLD_BY_A_NAME or (ending and kind == UNKNOWN):
            return place
        if place.name in ("", ".."):
            raise SetupError(f"cannot save to {str(place)!r}: it names no file")
        return place.with_name(place.name + ENDINGS[kind])


def decoded(text: Any, path: str) -> bytes:
    """Return the file that the base64 *text* is, whatever stands in its place.

    Raises:
        DecodeError: It is none, or an empty one; with the *path* at which the text stands.
    """
    if not isinstance(text, str):
        raise misfit("the picture is no base64 text", f"expected base64, got {type(text).__name__}", path)
    try:
        data = from_base64("".join(text.split()))
    except ValueError as error:  # base64's own errors are such
        raise misfit("the picture is no base64 text", f"expected base64 ({error})", path) from None
    if not data:
        raise misfit("the picture is empty", "expected a picture", path)
    return data


def misfit(message: str, problem: str, path: str) -> DecodeError:
    """Return the error for an answer that has no picture at *path*."""
    return DecodeError(f"{message} @ {path}", problems=[f"{problem} @ {path}"], status=200)


def media_type_of(data: bytes) -> str:
    """Return what *data* is by its first bytes; `UNKNOWN` where they are none of the formats known here."""
    return next((kind for kind, begins in _BEGINS.items() if begins(data)), UNKNOWN)


def size_of(data: bytes) -> Size | None:
    """Return width and height of the picture *data* in pixels, or None where its header does not say."""
    reader = _SIZES.get(media_type_of(data))
    try:
        return None if reader is None else reader(data)
    except (struct.error, IndexError):  # the file is cut short
        return None


_BEGINS: Mapping[str, Callable[[bytes], bool]] = {
    "image/png": lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "image/webp": lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP",
    "image/gif": lambda data: data.startswith((b"GIF87a", b"GIF89a")),
    "image/svg+xml": lambda data: _SVG.match(data[:_BEGINNING]) is not None,
}


def _png(data: bytes) -> Size:
    width, height = unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> Size:
    width, height = unpack_from("<HH", data, 6)
    return width, height


_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})
"""Markers among those of frames that begin something else."""


def _jpeg(data: bytes) -> Size | None:
    """Go from segment to segment until one begins a frame."""
    at = 2
    while data[at] == 0xFF:  # noqa: PLR2004 - every marker begins so
        marker = data[at + 1]
        if marker == 0xFF:  # noqa: PLR2004 - filling
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:  # noqa: PLR2004
            height, width = unpack_from(">HH", data, at + 5)
            return width, height
        else:
            (length,) = unpack_from(">H", data, at + 2)
            at += 2 + length
    return None


def _webp(data: bytes) -> Size | None:
    form = data[12:16]
    if form == b"VP8 ":
        width, height = unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L":
        (bits,) = unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8X":
        width, height = unpack_from("<I", data, 24)[0] & 0xFFFFFF, unpack_from("<I", data, 26)[0] >> 8
        return width + 1, height + 1
    return None


_SIZES: Mapping[str, Callable[[bytes], Size | None]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
    "image/gif": _gif,
}
