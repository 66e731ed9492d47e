"""An answer in Markdown that grows on a terminal.

Rule 1: what can no longer change is printed once and scrolls away as any output does; only the rest is drawn again.
Rule 2: what is drawn again is never higher than the screen.
Rule 3: nothing in it speaks to the terminal: control characters are pictures, and a link shows where it leads.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.segment import Segment

from jackfield_cli._screen import is_terminal, shown

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderResult

FRAMES = 12
"""How often a second what is unfinished is drawn."""

_FENCE = re.compile(r"\s*(`{3,}|~{3,})(.*)")


def settled(text: str) -> int:
    """Return how much of *text*, from its beginning, later text cannot change.

    That is up to the last line without an indent that follows an empty one, outside of a fenced block.
    """
    end = at = 0
    fence = ""
    after_blank = False
    for line in text.splitlines(keepends=True):
        if after_blank and not fence and line.strip() and not line[0].isspace():
            end = at
        if match := _FENCE.match(line):
            fence = _fence(fence, *match.groups())
        after_blank = not line.strip()
        at += len(line)
    return end


def _fence(fence: str, marks: str, rest: str) -> str:
    """Return the fence that is open after a line of *marks*."""
    if not fence:
        return marks
    closes = marks.startswith(fence) and not rest.strip()
    return "" if closes else fence


class GrowingAnswer:
    """Writes an answer to a terminal as it comes.

    Args:
        color: False where no colours are wanted; otherwise the terminal and the environment decide.
    """

    def __init__(self, color: bool | None = None) -> None:  # noqa: FBT001 - click's own parameter
        self._console = Console(file=sys.stdout, no_color=True if color is False else None, highlight=False)
        self._rest = ""
        self._is_first = True
        self._live = Live(
            _Window(""),
            console=self._console,
            refresh_per_second=FRAMES,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=is_terminal(sys.stderr),  # a line of the log stands above what is drawn again
            vertical_overflow="crop",
        )

    def add(self, text: str) -> None:
        """Take the next piece in."""
        self._rest += shown(text, sys.stdout)
        if not self._live.is_started:
            self._live.start()
        if end := settled(self._rest):
            done, self._rest = self._rest[:end], self._rest[end:]
            self._live.update(_Window(""))
            self._print(done)
        self._live.update(_Window(self._rest))

    def end(self) -> None:
        """Write what is left, whether or not the answer came whole; the terminal is then as it was. Harmless twice."""
        rest, self._rest = self._rest, ""
        self._live.update(_Window(""))
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
    """The end of a text, as much of it as the screen has room for."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it."""
        lines = console.render_lines(_formatted(self._text), options, pad=False) if self._text.strip() else []
        for line in lines[-max(1, console.height - 2) :]:
            yield from line
            yield Segment.line()


def _formatted(text: str) -> Markdown:
    return Markdown(text, code_theme="ansi_dark", hyperlinks=False)
