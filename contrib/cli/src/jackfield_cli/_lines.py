"""Where the turns of a conversation come from: the lines of a pipe, or somebody at a terminal."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

import click

from jackfield_cli._screen import is_plain, is_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from jackfield_cli._history import History

PROMPT = "> "
CONTINUATION = "… "


class Lines(Protocol):
    """Turns, one after the other.

    Attributes:
        keys: What the keys do, for somebody who asks.
    """

    keys: str

    def read(self) -> str | None:
        """Return the next turn, or None after the last.

        Raises:
            KeyboardInterrupt: The user does not want what was typed so far.
            UsageError: What came is no text.
        """
        ...

    def held(self) -> AbstractContextManager[None]:
        """Return what holds the terminal from the first turn to the last."""
        ...


class PipedLines:
    """Each line of standard input."""

    keys = "Each line is a turn"

    def read(self) -> str | None:
        """Return the next line."""
        line = _line()
        return None if line is None else line.rstrip("\n")

    def held(self) -> AbstractContextManager[None]:
        """Return what holds nothing."""
        return nullcontext()


class TypedLines:
    """Each line that is typed at a terminal which can do no more; one that ends in a backslash goes on."""

    keys = "Enter sends, but after a backslash begins a new line; Ctrl-C stops an answer, Ctrl-D leaves"

    def read(self) -> str | None:
        """Ask on standard error, and return what is typed."""
        typed: list[str] = []
        while True:
            try:
                click.echo(CONTINUATION if typed else PROMPT, nl=False, err=True)
                line = _line()
            except KeyboardInterrupt:
                click.echo(err=True)  # the terminal has written ^C
                raise
            if line is None:
                click.echo(err=True)
                return "\n".join(typed) if typed else None
            line = line.rstrip("\n")
            if not line.endswith("\\"):
                return "\n".join([*typed, line])
            typed.append(line[:-1])

    def held(self) -> AbstractContextManager[None]:
        """Return what holds nothing."""
        return nullcontext()


def _line() -> str | None:
    if sys.stdin is None:  # closed by the shell: `<&-`
        return None
    try:
        line = sys.stdin.buffer.readline().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"standard input is no text in UTF-8 (byte {error.start} of a line)") from None
    except OSError as error:
        raise click.UsageError(f"standard input cannot be read: {error.strerror}") from None
    return line or None


def lines(history: History | None, commands: Sequence[str]) -> Lines:
    """Return where turns come from.

    Args:
        history: What was typed earlier, and where to write down what is typed now; None for neither.
        commands: What completes after a slash.
    """
    if not is_terminal(sys.stdin):
        return PipedLines()
    if is_plain():
        return TypedLines()
    try:
        from jackfield_cli._typing import EditedLines  # noqa: PLC0415 - imports prompt_toolkit
    except ImportError:
        return TypedLines()
    return EditedLines(history, commands)
