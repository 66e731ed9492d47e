"""Files that go into a request, given as whatever the caller has: bytes, a path, a name with bytes, a drawn picture.

Rule 1: a file is read when the request is made, so that a request that is sent again is the same request.
Rule 2: reading raises nothing here; a file that cannot be read is one of the request's problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from attrs import field, frozen

from jackfield._values import FrozenValue
from jackfield.operations._rules import Rule
from jackfield.operations._shown import shown
from jackfield.operations.generated import ENDINGS, GeneratedImage, media_type_of

__all__ = ["File", "Upload", "as_upload", "as_uploads", "upload_rule"]

MUST_BE = "a picture: bytes, a path, a name with bytes, or a GeneratedImage"
_BYTES = (bytes, bytearray, memoryview)
_NAMED = 2


def _counted(data: bytes) -> str:
    return f"<{len(data):,} bytes>"


@frozen(eq=False, repr=False)
class Upload(FrozenValue):
    """A file that is sent.

    Attributes:
        name: Its name, without a folder.
        data: Its bytes.
        media_type: What it is; by its first bytes where that is left out.
    """

    name: str
    data: bytes = field(repr=_counted)
    media_type: str = field()

    @media_type.default
    def _by_its_bytes(self) -> str:
        return media_type_of(self.data)


File: TypeAlias = Upload | bytes | str | PathLike[str] | tuple[str, bytes] | GeneratedImage
"""What a file may be given as. Text is a path."""


@frozen(eq=False, repr=False)
class _Unreadable(FrozenValue):
    """A path without a file that can be read."""

    path: str
    reason: str


def as_upload(value: Any) -> Any:
    """Return a file as an `Upload`, and what is none as it is, for the rules to judge."""
    if isinstance(value, GeneratedImage):
        value = value.data
    if isinstance(value, _BYTES):
        data = bytes(value)
        return Upload(f"image{ENDINGS[media_type_of(data)]}", data)
    if isinstance(value, (str, PathLike)):
        try:
            path = Path(value)
            return Upload(path.name, path.read_bytes())
        except (OSError, ValueError) as error:
            return _Unreadable(str(value), getattr(error, "strerror", None) or str(error))
    return Upload(value[0], bytes(value[1])) if _is_named(value) else value


def as_uploads(value: Any) -> Any:
    """Return a file, or several, as a tuple of them, and what is none as it is."""
    if isinstance(value, (Upload, GeneratedImage, str, PathLike, *_BYTES)) or _is_named(value):
        return (as_upload(value),)
    return tuple(as_upload(each) for each in value) if isinstance(value, Iterable) else value


def _is_named(value: Any) -> bool:
    """Tell whether *value* is a name with bytes."""
    return (
        isinstance(value, tuple) and len(value) == _NAMED and isinstance(value[0], str) and isinstance(value[1], _BYTES)
    )


def upload_rule(*, needed: bool = False) -> Rule:
    """Return the rule for one file."""

    def problems(value: Any) -> Sequence[str]:
        if isinstance(value, _Unreadable):
            return (f" cannot be read from {value.path!r}: {value.reason}",)
        if not isinstance(value, Upload):
            return (f" must be {MUST_BE}, not {shown(value)}",)
        return () if value.data else (" is empty",)

    return Rule(MUST_BE, problems, needed)
