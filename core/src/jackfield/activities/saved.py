"""How a conversation is kept: as JSON text, and that in a file.

Rule 1: what comes back is what was kept, what has no field here too; or an error says where it does not fit.
Rule 2: a file is readable by its owner alone, and whole: what was there before goes when the new one is written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from attrs import fields, frozen

from jackfield.convert import Misfit, dumps, make_converter
from jackfield.errors import InvalidRequestError, SetupError
from jackfield.operations.content import CONTENT_PARTS
from jackfield.operations.messages import Message
from jackfield.operations.tools import FunctionCall, ToolCall

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

VERSION = 1
"""Of the format."""
_PARTS = {fields(each).type.default: each for each in CONTENT_PARTS}


@frozen
class Saved:
    """What of a conversation is kept."""

    system: str | None
    messages: Sequence[Message]
    budget: int | None


def written(saved: Saved) -> str:
    """Return a conversation as JSON text."""
    convert = _converter()
    document = {
        "version": VERSION,
        "system": saved.system,
        "budget": saved.budget,
        "messages": [convert.unstructure(each) for each in saved.messages],
    }
    return dumps({name: value for name, value in document.items() if value is not None}).decode()


def read(text: str) -> Saved:
    """Return the conversation that `written` wrote.

    Raises:
        InvalidRequestError: It is none, or of a later version.
    """
    try:
        document = json.loads(text)
    except (RecursionError, ValueError) as error:
        raise _unreadable(f"session: is no JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("messages"), list):
        raise _unreadable("session: is no saved conversation")
    version, system = document.get("version"), document.get("system")
    if version != VERSION:
        raise _unreadable(f"version: is {version!r}, and this release reads {VERSION}; upgrade jackfield-core")
    if not isinstance(system, str | None):
        raise _unreadable("system: must be text")
    messages = [_message(each, at) for at, each in enumerate(document["messages"])]
    return Saved(system, messages, document.get("budget"))


def put(path: str | PathLike[str], text: str) -> Path:
    """Write *text* into the file *path*, and return the path.

    Raises:
        SetupError: The file cannot be written.
    """
    import os  # noqa: PLC0415 - these three for those who save
    from pathlib import Path  # noqa: PLC0415
    from tempfile import mkstemp  # noqa: PLC0415

    file = Path(path)
    try:
        number, name = mkstemp(prefix=f".{file.name}.", dir=file.parent)  # its mode is 0600
        draft = Path(name)
        try:
            with os.fdopen(number, "w", encoding="utf-8") as opened:
                opened.write(text)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise SetupError(f"the session cannot be saved in {str(file)!r}: {_why(error)}") from error
    return file


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def taken(path: str | PathLike[str]) -> str:
    """Return the text in the file *path*.

    Raises:
        SetupError: The file cannot be read.
        InvalidRequestError: It is no text.
    """
    from pathlib import Path  # noqa: PLC0415 - as in put

    try:
        return Path(path).read_text("utf-8")
    except UnicodeDecodeError:
        raise _unreadable("session: is no text") from None
    except (OSError, ValueError) as error:
        raise SetupError(f"there is no session to be had from {str(path)!r}: {_why(error)}") from error


def _unreadable(problem: str) -> InvalidRequestError:
    return InvalidRequestError("the session cannot be read", problems=[problem])


def _message(document: Any, at: int) -> Message:
    """Return a message from its document; keys that it has no field for go into `extra`, as they were."""
    if not isinstance(document, dict) or not isinstance(document.get("role"), str):
        raise _unreadable(f"messages[{at}]: is no message")
    known = {each.name for each in fields(Message)} - {"extra"}
    given = {name: value for name, value in document.items() if name in known}
    content = given.get("content")
    if isinstance(content, list):
        given["content"] = [_part(each) for each in content]
    calls = given.get("tool_calls")
    if isinstance(calls, list):
        given["tool_calls"] = [_entity(each, ToolCall, f"messages[{at}].tool_calls") for each in calls]
    if isinstance(given.get("function_call"), dict):
        given["function_call"] = _entity(given["function_call"], FunctionCall, f"messages[{at}].function_call")
    message = Message(**given, extra={name: value for name, value in document.items() if name not in known})
    if problems := message.problems():
        raise InvalidRequestError(
            "the session cannot be read", problems=[f"messages[{at}].{each}" for each in problems]
        )
    return message


def _entity(document: Any, kind: type[Any], place: str) -> Any:
    """Return a call from its document; what is no object stays, for the rules to judge."""
    if not isinstance(document, dict):
        return document
    try:
        return _converter().structure(document, kind)
    except Misfit as misfit:
        raise _unreadable(f"{place}: {misfit}") from None


@cache
def _converter() -> Any:
    return make_converter()


def _part(document: Any) -> Any:
    """Return a part of a message's content; one of a kind that has no class stays a mapping."""
    named = document.get("type") if isinstance(document, dict) else None
    kind = _PARTS.get(named) if isinstance(named, str) else None
    if kind is None:
        return document
    known = {each.name for each in fields(kind)} - {"extra"}
    extra = {name: value for name, value in document.items() if name not in known}
    try:
        return kind(**{name: value for name, value in document.items() if name in known}, extra=extra)
    except TypeError:  # a field is missing: the rules say which
        return document
