"""How an answer gets to standard output: formatted on a terminal, as it came into a pipe."""

from __future__ import annotations

from typing import Protocol

from jackfield_cli._screen import is_plain, say


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
    """Return how to write an answer: as Markdown on a terminal that can show it, unless *plain* is wanted."""
    if plain or is_plain():
        return PlainAnswer()
    from jackfield_cli._markdown import GrowingAnswer  # noqa: PLC0415 - imports rich

    return GrowingAnswer(color)
