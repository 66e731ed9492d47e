"""A conversation in the terminal, or in a pipe: turn after turn, until there is none left.

Rule: what goes wrong in a turn is told in a line or two, and the conversation goes on.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from attrs import frozen

from jackfield import ChatSession, JackfieldError
from jackfield_cli._chat_commands import COMMANDS, run_command
from jackfield_cli._complaints import complain_of
from jackfield_cli._conversation import Conversation, color
from jackfield_cli._defaults import MODEL_VARIABLE
from jackfield_cli._exits import exit_code
from jackfield_cli._files import readable_errors
from jackfield_cli._history import History, state_file
from jackfield_cli._lines import lines
from jackfield_cli._opening import Answering, opened
from jackfield_cli._telling import in_a_line, tell_keys

if TYPE_CHECKING:
    from pathlib import Path

    from jackfield_cli._lines import Lines


@frozen(kw_only=True)
class Options(Answering):
    """What was typed."""

    system: str | None
    load: Path | None
    model: str | None
    temperature: float | None
    max_tokens: int | None
    budget: int | None
    plain: bool
    no_history: bool


def chatted(options: Options) -> int:
    """Talk until the user leaves, or the pipe ends, and return the exit code.

    Raises:
        UsageError: What was typed does not fit.
        SetupError: There is nobody to talk to.
    """
    choice = options.choice()
    tell_keys(options, choice, "chat")
    session = _session(options)
    client, name, model = opened(choice, model=options.model, variable=MODEL_VARIABLE, setting="chat_model")
    with client:
        history = None if options.no_history else History(state_file(os.environ), os.environ)
        source = lines(history, [f"/{each}" for each in COMMANDS])
        conversation = Conversation(
            client=client,
            name=name,
            model=model,
            session=session,
            options=options,
            keys=source.keys,
            file=options.load,
        )
        if conversation.is_typed:
            conversation.tell(in_a_line([name, model, "/help lists the commands", "Ctrl-D leaves"]))
        with source.held():
            _talk(conversation, source)
    return conversation.code


def _session(options: Options) -> ChatSession:
    """Return the conversation to go on with; what was typed takes the place of what was saved."""
    if options.load is None:
        return ChatSession(system=options.system, budget=options.budget)
    with readable_errors(options.load):
        session = ChatSession.load(options.load)
    session.system = session.system if options.system is None else options.system
    session.budget = options.budget or session.budget
    return session


def _talk(conversation: Conversation, source: Lines) -> None:
    """Take turn after turn.

    Raises:
        UsageError: The next one cannot be read.
    """
    while not conversation.is_over:
        words = "Ctrl-D or /quit leaves"
        try:
            line = source.read()
            if line is None:
                return
            words = "stopped; the conversation is as it was before, and /retry asks again"
            _turn(conversation, line.strip())
        except KeyboardInterrupt:
            _stopped(conversation, words)


def _turn(conversation: Conversation, line: str) -> None:
    """Do what a line says, and tell what went wrong."""
    try:
        _take(conversation, line)
    except (JackfieldError, click.ClickException) as error:
        complain_of(error, color())
        if not conversation.is_typed:
            conversation.code = conversation.code or exit_code(error)


def _stopped(conversation: Conversation, words: str) -> None:
    """Say what Ctrl-C did. Where nobody types, it ends the command.

    Raises:
        KeyboardInterrupt: Nobody types.
    """
    if not conversation.is_typed:
        raise KeyboardInterrupt
    conversation.tell(words)


def _take(conversation: Conversation, line: str) -> None:
    """Do what a line says: a command, or the next turn. Two slashes stand for one that begins a turn."""
    if line.startswith("//"):
        conversation.say(line[1:])
    elif line.startswith("/"):
        run_command(conversation, line)
    elif line:
        conversation.say(line)
