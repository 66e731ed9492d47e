"""How an answer gets to standard output: formatted on a terminal, as it came into a pipe."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from jackfield_cli._screen import is_terminal, say

if TYPE_CHECKING:
    from collections.abc import Iterator


class Writing(Protocol):
    """An answer on its way out."""

    def add(self, text: str) -> None:
        """Write the next piece."""
        ...

    def end(self) -> None:
        """Write what is left, and the end of a line. Harmless twice."""
        ...


class PlainAnswer:
    """Writes an answer as it comes."""

    def __init__(self) -> None:
        self._last = "\n"

    def add(self, text: str) -> None:
        """Write the next piece."""
        self._last = text
        say(text, nl=False)

    def end(self) -> None:
        """End the line. Harmless twice."""
        if not self._last.endswith("\n"):
            self.add("\n")


def writing(*, plain: bool, color: bool | None) -> Writing:
    """Return how to write an answer: as Markdown where standard output is a terminal, unless *plain* is wanted."""
    if plain or not is_terminal(sys.stdout):
        return PlainAnswer()
    from jackfield_cli._markdown import GrowingAnswer  # noqa: PLC0415 - imports rich

    return GrowingAnswer(color)


@contextmanager
def keys_unseen() -> Iterator[None]:
    """Do not show what is typed while an answer is written; it is read afterwards. Ctrl-C works as ever."""
    if not is_terminal(sys.stdin):
        yield
        return
    try:
        import termios  # noqa: PLC0415 - not everywhere
    except ImportError:
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    silent = [*before]
    silent[3] &= ~termios.ECHO
    try:
        termios.tcsetattr(terminal, termios.TCSANOW, silent)
        yield
    finally:
        with suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(terminal, termios.TCSANOW, before)
