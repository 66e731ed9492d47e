"""What is written where, and how questions are asked: answers to standard output, everything else to standard error.

Rule 1: on a terminal no character that a server sends moves the cursor or speaks to the terminal.
Rule 2: a question is asked where there is somebody to answer it; elsewhere it is an error that names the flag.
Rule 3: what is asked without echo is never shown, repeated or put into an error.
"""

from __future__ import annotations

import json
import sys
from shutil import get_terminal_size
from textwrap import fill
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NARROWEST = 20
"""How many characters a line has at least, however narrow the terminal."""
_PICTURES = {
    **{code: 0x2400 + code for code in range(0x20)},
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    0x7F: 0x2421,
    ord("\r"): None,
    ord("\n"): ord("\n"),
    ord("\t"): ord("\t"),
}


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether somebody sits at *stream*."""
    return stream is not None and not stream.closed and stream.isatty()


def _shown(text: str, stream: TextIO | None) -> str:
    return text.translate(_PICTURES) if is_terminal(stream) else text


def _folded(text: str, stream: TextIO | None, indent: str) -> str:
    """Return *text* cut at words to the width of a terminal; in a pipe a line stays a line."""
    if not is_terminal(stream):
        return text
    width = max(get_terminal_size().columns - 1, len(indent) + _NARROWEST)
    return fill(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def say(text: str, **style: Any) -> None:
    """Write a line to standard output; its style shows on a terminal alone."""
    click.secho(_shown(text, sys.stdout), **style)


def say_folded(text: str, indent: str, **style: Any) -> None:
    """Write a line to standard output; on a terminal what does not fit goes on below, after *indent*."""
    say(_folded(text, sys.stdout, indent), **style)


def note(text: str) -> None:
    """Write a dim line to standard error; on a terminal what does not fit goes on below."""
    indent = " " * (len(text) - len(text.lstrip()))
    click.secho(_shown(_folded(text, sys.stderr, indent), sys.stderr), err=True, dim=True)


def say_json(document: Any) -> None:
    """Write a document to standard output: for reading on a screen, on one line into a pipe."""
    indent = 2 if is_terminal(sys.stdout) else None
    click.echo(json.dumps(document, indent=indent, ensure_ascii=False, default=str))  # noqa: TID251 - --json is what it is for


def say_table(rows: Sequence[Sequence[str]]) -> None:
    """Write rows, their columns below each other; the first is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def can_ask() -> bool:
    """Tell whether there is somebody to ask."""
    return is_terminal(sys.stdin)


def ask(
    question: str,
    flag: str,
    *,
    default: str | None = None,
    hint: str = "",
    hidden: bool = False,
    checked: Callable[[str], str] = str,
) -> str:
    """Ask until the answer will do.

    Args:
        question: What is asked.
        flag: The flag that answers it where nobody can be asked.
        default: What an empty answer means; without it one is asked for again.
        hint: One line that says where the answer is to be found.
        hidden: Whether what is typed is not shown.
        checked: Returns the answer as it is kept; its ValueError says what is wrong with it.

    Raises:
        UsageError: Nobody can be asked.
    """
    if not can_ask():
        raise click.UsageError(f"{question}: missing; give {flag}")
    if hint:
        note(f"  {hint}")
    while True:
        text = click.prompt(
            question, default=default, hide_input=hidden, show_default=bool(default) and not hidden, err=True
        )
        try:
            return checked(str(text).strip())
        except ValueError as error:
            note(f"  {error}")


def choose(question: str, flag: str, options: Sequence[tuple[str, str]]) -> str:
    """Ask for one of several, by its number or its name.

    Args:
        question: What is asked.
        flag: The flag that answers it.
        options: Names, each with what it is.

    Raises:
        UsageError: Nobody can be asked.
    """
    if not can_ask():
        raise click.UsageError(f"{question}: missing; give {flag}")
    for number, (name, about) in enumerate(options, 1):
        note(f"  {number}  {about}  ({name})")
    names = [name for name, _ in options]

    def named(answer: str) -> str:
        if answer in names:
            return answer
        if answer.isdecimal() and 0 < int(answer) <= len(names):
            return names[int(answer) - 1]
        raise ValueError(f"type a number from 1 to {len(names)}, or a name")

    return ask(question, flag, default="1", checked=named)


def confirm(question: str, flag: str, *, default: bool = True) -> bool:
    """Ask for yes or no.

    Raises:
        UsageError: Nobody can be asked.
    """
    answers = {"y": True, "yes": True, "n": False, "no": False}

    def checked(answer: str) -> str:
        if answer.lower() not in answers:
            raise ValueError("type y or n")
        return answer.lower()

    return answers[ask(f"{question} (y/n)", flag, default="y" if default else "n", checked=checked)]
