"""Forms (`multipart/form-data`), as they come: fields of text, and files."""

from __future__ import annotations

import re
from typing import Any

from attrs import field, frozen

_BOUNDARY = re.compile(r'multipart/form-data *;.*\bboundary="?([^";,]+)"?', re.IGNORECASE)
_NAME = re.compile(rb'\bname="([^"\r\n]*)"')
_FILENAME = re.compile(rb'\bfilename="([^"\r\n]*)"')
_TYPE = re.compile(rb"^content-type: *([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_BRACKETS = re.compile(r"([^\[\]]+)(?:\[([^\[\]]*)\])?(.*)")


@frozen
class File:
    """A file in a form.

    Attributes:
        name: What the client calls it.
        content_type: What the client says that it is.
        data: Its bytes.
    """

    name: str
    content_type: str
    data: bytes = field(repr=False)

    @property
    def told(self) -> dict[str, Any]:
        """What a journal says of it."""
        return {"filename": self.name, "content_type": self.content_type, "size": len(self.data)}


def parsed(content_type: str, content: bytes) -> list[tuple[str, str | File]] | None:
    """Return a form's fields in their order, or None where it is no form or is broken."""
    match = _BOUNDARY.match(content_type)
    if match is None:
        return None
    pieces = (b"\r\n" + content).split(b"\r\n--" + match[1].encode())
    if len(pieces) < 2 or pieces[0] or pieces[-1].rstrip(b"\r\n") != b"--":  # noqa: PLR2004 - a beginning and an end
        return None
    fields = [_field(piece) for piece in pieces[1:-1]]
    return None if None in fields else [each for each in fields if each is not None]


def _field(piece: bytes) -> tuple[str, str | File] | None:
    head, empty, data = piece.partition(b"\r\n\r\n")
    name = _NAME.search(head)
    if name is None or not empty:
        return None
    filename = _FILENAME.search(head)
    if filename is None:
        return name[1].decode("utf-8", "replace"), data.decode("utf-8", "replace")
    kind = _TYPE.search(head)
    content_type = kind[1].decode("latin-1") if kind is not None else "application/octet-stream"
    return name[1].decode("utf-8", "replace"), File(filename[1].decode("utf-8", "replace"), content_type, data)


def gathered(fields: list[tuple[str, str | File]]) -> dict[str, Any]:
    """Return a form as a document: `image[]` is a list, `svg[model]` is nested; a name that comes twice counts last."""
    document: dict[str, Any] = {}
    for name, value in fields:
        _put(document, name, value)
    return document


def _put(document: dict[str, Any], name: str, value: str | File) -> None:
    match = _BRACKETS.fullmatch(name)
    if match is None or match[2] is None:
        document[name] = value
    elif match[2] == "":
        listed = document.setdefault(match[1], [])
        if isinstance(listed, list):
            listed.append(value)
    else:
        nested = document.setdefault(match[1], {})
        if isinstance(nested, dict):
            _put(nested, match[2] + match[3], value)


def told(value: Any) -> Any:
    """Return a document as a journal has it: of files, what they are."""
    if isinstance(value, File):
        return value.told
    if isinstance(value, dict):
        return {name: told(each) for name, each in value.items()}
    return [told(each) for each in value] if isinstance(value, list) else value
