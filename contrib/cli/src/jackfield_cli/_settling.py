"""Which part of a growing text in Markdown later text can no longer change.

Rule 1: that is up to the last line without an indent that follows an empty one, outside of a fenced block.
Rule 2: each character is looked at once, however many pieces the text comes in.
"""

from __future__ import annotations

import io
import re

_FENCE = re.compile(r"\s*(`{3,}(?!.*`)|~{3,})(.*)")
_SPACE = " \t\n"


class Settling:
    """Takes a text in, piece by piece, and gives back what is settled."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        """Whole lines that are not settled."""
        self._line: list[str] = []
        """The pieces of the line that has begun."""
        self._fence = ""
        self._opening = 0
        """Which of the lines opened the fence, while it is open."""
        self._is_after_empty = False

    def add(self, text: str) -> str:
        """Take the next piece in, and return what it settles."""
        settled: list[str] = []
        for piece in io.StringIO(text):  # lines end at \n alone, as in Markdown
            if self._is_after_empty and not self._fence and not self._line and piece[0] not in _SPACE:
                settled += self._lines
                self._lines = []
            self._line.append(piece)
            if piece.endswith("\n"):
                self._end_line()
        return "".join(settled)

    def _end_line(self) -> None:
        line = "".join(self._line)
        self._line = []
        if match := _FENCE.match(line):
            self._mark(*match.groups())
        self._is_after_empty = not line.strip(_SPACE)
        self._lines.append(line)

    def _mark(self, marks: str, rest: str) -> None:
        """Open a fence, or close the one that is open if these marks do."""
        if not self._fence:
            self._fence = marks
            self._opening = len(self._lines)
        elif marks.startswith(self._fence) and not rest.strip():
            self._fence = ""

    def rest(self) -> str:
        """Return what is not settled."""
        return "".join(self._lines + self._line)

    def tail(self, lines: int) -> str:
        """Return the end of what is not settled, in *lines* lines or more.

        An open fenced block is cut to that, and keeps its fence: it can be as long as an answer. Other blocks are not,
        for they would no longer be what they are.
        """
        if not self._fence or len(self._lines) - self._opening <= lines:
            return self.rest()
        return "".join([self._lines[self._opening].lstrip(), *self._lines[-lines:], *self._line])
