"""What begins with a slash in a conversation: one function for each command, and a table of them."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from jackfield import ChatSession, ImagePart
from jackfield_cli._files import readable_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from jackfield_cli._conversation import Conversation


class Command(NamedTuple):
    """A command.

    Attributes:
        run: Does it, given what stands behind its name.
        takes: What that is; empty where it takes nothing, in brackets where it may be left out.
        does: What it does, for `/help`.
    """

    run: Callable[[Conversation, str], None]
    takes: str
    does: str


def run_command(conversation: Conversation, line: str) -> None:
    """Do what *line* says, which begins with a slash.

    Raises:
        UsageError: There is no such command, or it was given too much or too little.
        JackfieldError: It failed.
    """
    name, rest = [*line[1:].split(maxsplit=1), "", ""][:2]
    command = COMMANDS.get(OTHER_NAMES.get(name, name))
    if command is None:
        near = get_close_matches(name, COMMANDS, 1)
        hint = f"did you mean /{near[0]}?" if near else "/help lists them"
        raise click.UsageError(f"no such command: {f'/{name}'!r}; {hint} (//… sends a text that begins with a slash)")
    if rest and not command.takes:
        raise click.UsageError(f"/{name} takes nothing")
    if not rest and command.takes and not command.takes.startswith("["):
        raise click.UsageError(f"/{name} needs {command.takes}")
    command.run(conversation, rest)


def _help(conversation: Conversation, _: str) -> None:
    rows = [(f"/{name} {command.takes}".rstrip(), command.does) for name, command in COMMANDS.items()]
    rows.append(("//TEXT", "send /TEXT"))
    widest = max(len(row[0]) for row in rows)
    for typed, does in rows:
        conversation.tell(f"{typed:{widest}}  {does}")
    conversation.tell(conversation.keys)


def _system(conversation: Conversation, text: str) -> None:
    if text:
        conversation.session.system = None if text == "-" else text
    conversation.tell(f"system: {conversation.session.system or '(none)'}")


def _model(conversation: Conversation, name: str) -> None:
    conversation.model = name or conversation.model
    conversation.tell(f"model: {conversation.model or '(as configured)'}")


def _save(conversation: Conversation, name: str) -> None:
    path = Path(name).expanduser() if name else conversation.file
    if path is None:
        raise click.UsageError("/save needs FILE")
    if path.exists() and path != conversation.file:
        raise click.UsageError(f"{str(path)!r} exists; name another file, or remove it first")
    with readable_errors(path):
        conversation.session.save(path)
    conversation.file = path
    conversation.tell(f"saved in {path}: {_messages(conversation.session)}")


def _load(conversation: Conversation, name: str) -> None:
    path = Path(name).expanduser()
    with readable_errors(path):
        conversation.session = ChatSession.load(path)
    conversation.file, conversation.before = path, None
    conversation.tell(f"loaded from {path}: {_messages(conversation.session)}")


def _messages(session: ChatSession) -> str:
    many = len(session)
    return "1 message" if many == 1 else f"{many} messages"


def _image(conversation: Conversation, place: str) -> None:
    conversation.attached.append(_picture(place))
    many = len(conversation.attached)
    conversation.tell(f"{'1 picture goes' if many == 1 else f'{many} pictures go'} with the next turn")


def _picture(place: str) -> ImagePart:
    if place.startswith(("http://", "https://", "data:")):
        return ImagePart.from_url(place)
    path = Path(place).expanduser()
    with readable_errors(path):
        return ImagePart.from_path(path)


def _new(conversation: Conversation, _: str) -> None:
    conversation.session = ChatSession(system=conversation.session.system, budget=conversation.session.budget)
    conversation.before, conversation.file, conversation.attached = None, None, []
    conversation.tell("a new conversation")


def _retry(conversation: Conversation, _: str) -> None:
    conversation.again()


def _quit(conversation: Conversation, _: str) -> None:
    conversation.is_over = True


COMMANDS = {
    "system": Command(_system, "[TEXT]", "say how the model is to behave; - says nothing"),
    "model": Command(_model, "[NAME]", "ask another model from now on"),
    "image": Command(_image, "FILE|URL", "show a picture with the next turn"),
    "retry": Command(_retry, "", "send the last turn again, in place of its answer"),
    "new": Command(_new, "", "begin a new conversation; the system prompt stays"),
    "save": Command(_save, "[FILE]", "write the conversation to a file, the one of last time where none is named"),
    "load": Command(_load, "FILE", "go on with a conversation from a file"),
    "help": Command(_help, "", "list the commands"),
    "quit": Command(_quit, "", "leave; so does /exit"),
}
OTHER_NAMES = {"exit": "quit"}
