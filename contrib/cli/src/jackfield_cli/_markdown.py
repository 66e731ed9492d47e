"""An answer in Markdown that grows on a terminal.

Rule 1: what can no longer change is printed once and scrolls away as any output does; only the rest is drawn again.
Rule 2: what is drawn again is never higher than the screen.
Rule 3: nothing in it speaks to the terminal: control characters are pictures, and a link shows where it leads.
"""

from __future__ import annotations

import sys
from threading import Lock
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.segment import Segment

from jackfield_cli._screen import is_terminal, shown
from jackfield_cli._settling import Settling

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import ConsoleOptions, RenderResult

FRAMES = 12
"""How often a second what is unfinished is drawn."""


class GrowingAnswer:
    """Writes an answer to a terminal as it comes.

    Args:
        color: False where no colours are wanted; otherwise the terminal and the environment decide.
    """

    def __init__(self, color: bool | None = None) -> None:  # noqa: FBT001 - click's own parameter
        self._console = Console(file=sys.stdout, no_color=True if color is False else None, highlight=False)
        self._settling = Settling()
        self._lock = Lock()  # what is unfinished is drawn in a thread of its own
        self._is_first = True
        self._live = Live(
            _Window(self._tail),
            console=self._console,
            refresh_per_second=FRAMES,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=is_terminal(sys.stderr),  # a line of the log stands above what is drawn again
            vertical_overflow="crop",
        )

    def add(self, text: str) -> None:
        """Take the next piece in."""
        with self._lock:
            done = self._settling.add(shown(text, sys.stdout))
        if not self._live.is_started:
            self._live.start()
        self._print(done)

    def _tail(self, lines: int) -> str:
        with self._lock:
            return self._settling.tail(lines)

    def end(self) -> None:
        """Write what is left, whether or not the answer came whole; the terminal is then as it was. Harmless twice."""
        with self._lock:
            rest, self._settling = self._settling.rest(), Settling()
        self._live.stop()
        self._print(rest)

    def _print(self, text: str) -> None:
        if not text.strip():
            return
        if not self._is_first:
            self._console.print()
        self._is_first = False
        self._console.print(_formatted(text))


class _Window:
    """The end of a text that grows, as much of it as the screen has room for.

    Args:
        tail: Returns the end of the text, in so many lines or more.
    """

    def __init__(self, tail: Callable[[int], str]) -> None:
        self._tail = tail

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it."""
        room = max(1, console.height - 2)
        text = self._tail(room)
        lines = console.render_lines(_formatted(text), options, pad=False) if text.strip() else []
        for line in lines[-room:]:
            yield from line
            yield Segment.line()


def _formatted(text: str) -> Markdown:
    return Markdown(text, code_theme="ansi_dark", hyperlinks=False)
