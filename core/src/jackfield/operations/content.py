"""The parts of a message's content, where it is more than text: pictures, sound, files.

A part mirrors what goes over the wire; its class methods take what people have: a URL, or bytes.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Required, TypeAlias, TypedDict

from attrs import field, frozen

from jackfield.errors import InvalidRequestError
from jackfield.operations._rules import RequestPart, Rule

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

ImageDetail: TypeAlias = Literal["auto", "low", "high", "original"] | str
InputAudioFormat: TypeAlias = Literal["wav", "mp3"] | str


class ImageURL(TypedDict, total=False):
    """Where a picture is."""

    url: Required[str]
    """A URL that the provider can reach, or a data URL with the picture inside."""
    detail: ImageDetail
    """How closely to look; the default is the provider's."""


class InputAudio(TypedDict):
    """A sound."""

    data: str
    """Base64 text."""
    format: InputAudioFormat


class FileSource(TypedDict, total=False):
    """A file: its content, or the id under which it was uploaded."""

    file_data: str
    """Base64 text, as a data URL."""
    file_id: str
    filename: str


_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".gif": "image/gif",
    ".htm": "text/html",
    ".html": "text/html",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".txt": "text/plain",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""By a file's ending. A table of the operating system's would differ from machine to machine."""


def _read(path: str | PathLike[str], what: str, among: str = "") -> tuple[Path, bytes, str]:
    """Return a file as its path, its bytes and its media type, which has to begin with *among*.

    Raises:
        InvalidRequestError: It cannot be read, is empty, or its ending says nothing of the kind.
    """
    from pathlib import Path  # noqa: PLC0415 - for those who send files

    file = Path(path)
    try:
        data = file.read_bytes()
    except (OSError, ValueError) as error:  # the latter where no file can have that name
        problem = f"path: {str(file)!r} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise InvalidRequestError(f"there is no {what}", problems=[problem]) from error
    kind = _MEDIA_TYPES.get(file.suffix.lower(), "")
    if not data:
        raise InvalidRequestError(f"there is no {what}", problems=[f"path: {str(file)!r} is empty"])
    if not kind or not kind.startswith(among):
        known = ", ".join(ending for ending, each in _MEDIA_TYPES.items() if each.startswith(among))
        problem = f"path: {str(file)!r} does not end in one of {known}; use from_bytes(), with its media type"
        raise InvalidRequestError(f"there is no {what}", problems=[problem])
    return file, data, kind


def _base64(data: bytes) -> str:
    """Return *data* as one line of base64 text."""
    return b2a_base64(data, newline=False).decode("ascii")


@frozen(eq=False, repr=False)
class TextPart(RequestPart):
    """Text beside other parts.

    Attributes:
        text: The text.
        prompt_cache_breakpoint: Marks the end of a prefix to be cached, where the model has that.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "text": Rule.text(needed=True),
        "prompt_cache_breakpoint": Rule.part(),
    }

    text: str
    type: Literal["text"] = field(default="text", kw_only=True)
    prompt_cache_breakpoint: Mapping[str, Any] | None = field(default=None, kw_only=True)


@frozen(kw_only=True, eq=False, repr=False)
class ImagePart(RequestPart):
    """A picture.

    Attributes:
        image_url: Where it is.
        prompt_cache_breakpoint: Marks the end of a prefix to be cached, where the model has that.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "image_url": Rule.part(needed=True),
        "prompt_cache_breakpoint": Rule.part(),
    }

    image_url: ImageURL | Mapping[str, Any]
    type: Literal["image_url"] = "image_url"
    prompt_cache_breakpoint: Mapping[str, Any] | None = None

    @classmethod
    def from_url(cls, url: str, *, detail: ImageDetail | None = None) -> ImagePart:
        """Return the picture at *url*, which may be a data URL, to be looked at in *detail*."""
        return cls(image_url=ImageURL(url=url) if detail is None else ImageURL(url=url, detail=detail))

    @classmethod
    def from_path(cls, path: str | PathLike[str], *, detail: ImageDetail | None = None) -> ImagePart:
        """Return the picture in the file at *path*, which is read now, to be looked at in *detail*.

        Raises:
            InvalidRequestError: It cannot be read, or its ending is none of a picture's.
        """
        _, data, media_type = _read(path, "picture", "image/")
        return cls.from_bytes(data, media_type=media_type, detail=detail)

    @classmethod
    def from_bytes(cls, data: bytes, *, media_type: str = "image/png", detail: ImageDetail | None = None) -> ImagePart:
        """Return the picture *data*, an encoded file of *media_type*, to be looked at in *detail*."""
        return cls.from_url(f"data:{media_type};base64,{_base64(data)}", detail=detail)


@frozen(kw_only=True, eq=False, repr=False)
class AudioPart(RequestPart):
    """A sound.

    Attributes:
        input_audio: The sound and its format.
        prompt_cache_breakpoint: Marks the end of a prefix to be cached, where the model has that.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "input_audio": Rule.part(needed=True),
        "prompt_cache_breakpoint": Rule.part(),
    }

    input_audio: InputAudio | Mapping[str, Any]
    type: Literal["input_audio"] = "input_audio"
    prompt_cache_breakpoint: Mapping[str, Any] | None = None

    @classmethod
    def from_bytes(cls, data: bytes, *, format: InputAudioFormat = "wav") -> AudioPart:  # noqa: A002 - the wire's word
        """Return the sound *data*, an encoded file in *format*."""
        return cls(input_audio=InputAudio(data=_base64(data), format=format))


@frozen(kw_only=True, eq=False, repr=False)
class FilePart(RequestPart):
    """A file, such as a PDF.

    Attributes:
        file: Its content, or the id under which it was uploaded.
        prompt_cache_breakpoint: Marks the end of a prefix to be cached, where the model has that.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "file": Rule.part(needed=True),
        "prompt_cache_breakpoint": Rule.part(),
    }

    file: FileSource | Mapping[str, Any]
    type: Literal["file"] = "file"
    prompt_cache_breakpoint: Mapping[str, Any] | None = None

    @classmethod
    def from_id(cls, file_id: str) -> FilePart:
        """Return the file that was uploaded under *file_id*."""
        return cls(file=FileSource(file_id=file_id))

    @classmethod
    def from_path(cls, path: str | PathLike[str]) -> FilePart:
        """Return the file at *path*, which is read now.

        Raises:
            InvalidRequestError: It cannot be read, or its ending says nothing of its media type.
        """
        file, data, media_type = _read(path, "file")
        return cls.from_bytes(data, filename=file.name, media_type=media_type)

    @classmethod
    def from_bytes(cls, data: bytes, *, filename: str, media_type: str = "application/pdf") -> FilePart:
        """Return the file *data* of *media_type*, called *filename*."""
        content = f"data:{media_type};base64,{_base64(data)}"
        return cls(file=FileSource(filename=filename, file_data=content))


@frozen(eq=False, repr=False)
class RefusalPart(RequestPart):
    """A refusal of the assistant's, in a message of its role.

    Attributes:
        refusal: Its words.
    """

    rules: ClassVar[Mapping[str, Rule]] = {"refusal": Rule.text(needed=True)}

    refusal: str
    type: Literal["refusal"] = field(default="refusal", kw_only=True)


ContentPart: TypeAlias = TextPart | ImagePart | AudioPart | FilePart | RefusalPart
CONTENT_PARTS = (TextPart, ImagePart, AudioPart, FilePart, RefusalPart)
