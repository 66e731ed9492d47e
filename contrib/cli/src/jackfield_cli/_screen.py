"""What is written where: answers to standard output, everything else to standard error.

Rule 1: on a terminal nothing that a model or a server sends moves the cursor or speaks to the terminal: control
characters are shown as pictures of themselves. Into a pipe goes what came.
Rule 2: a reader that has left is nothing to complain about.
"""

from __future__ import annotations

import os
import sys
from threading import Lock, Timer
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Self

    from rich.status import Status


class ReaderGoneError(Exception):
    """Whoever read the output has left, as `head` does. Not an error to tell anybody."""


MOMENT = 0.3
"""After how many seconds of waiting a spinner appears."""

_PICTURES = {
    **{code: 0x2400 + code for code in range(0x20)},
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    0x7F: 0x2421,
    ord("\r"): None,
    ord("\n"): ord("\n"),
    ord("\t"): ord("\t"),
}


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether somebody reads *stream* on a screen."""
    return stream is not None and not stream.closed and stream.isatty()


def is_plain() -> bool:
    """Tell whether standard output is no terminal, or one that can do no more than show lines."""
    return not is_terminal(sys.stdout) or is_dumb()


def is_dumb() -> bool:
    """Tell whether the terminal shows lines and nothing else: no colours, no cursor that goes back."""
    return os.environ.get("TERM") == "dumb"


def shown(text: str, stream: TextIO | None) -> str:
    """Return *text* as it may be written to *stream*."""
    return text.translate(_PICTURES) if is_terminal(stream) else text


def say(text: str, *, nl: bool = True) -> None:
    """Write to standard output, at once."""
    click.echo(shown(text, sys.stdout), nl=nl, color=True)  # click would take escape sequences out


def pour(chunks: Iterable[bytes]) -> None:
    """Write bytes to standard output, which is no terminal or gets text that is safe for one."""
    if sys.stdout is not None:  # closed by the shell: `>&-`
        sys.stdout.buffer.writelines(chunks)
        sys.stdout.buffer.flush()


def note(text: str, color: bool | None = None) -> None:  # noqa: FBT001 - click's own parameter
    """Write a dim line to standard error."""
    click.secho(shown(text, sys.stderr), err=True, dim=True, color=color)


def complain(text: str, color: bool | None = None) -> None:  # noqa: FBT001 - click's own parameter
    """Write what went wrong to standard error."""
    click.echo(click.style("error: ", fg="red", bold=True) + shown(text, sys.stderr), err=True, color=color)


def prepare() -> None:
    """Make sure that no character, however odd, makes writing it fail."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def mute() -> None:
    """Let what is still to be written go nowhere, for its reader has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())


class Waiting:
    """A spinner on standard error, from a moment after the start until `over`. Where that is no terminal, nothing.

    It starts in a thread of its own: rich is imported while the answer is under way, and not at all for a quick one.

    Args:
        text: What is being waited for.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._lock = Lock()
        self._is_over = False
        self._status: Status | None = None
        self._timer: Timer | None = None

    def _show(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - only where there is somebody to see it
        from rich.markup import escape  # noqa: PLC0415
        from rich.status import Status  # noqa: PLC0415

        with self._lock:
            if not self._is_over:
                self._status = Status(f"[dim]{escape(self._text)}[/dim]", console=Console(stderr=True))
                self._status.start()

    def over(self) -> None:
        """Take the spinner away. Harmless twice."""
        with self._lock:
            self._is_over = True
            if self._status is not None:
                self._status.stop()
                self._status = None

    def __enter__(self) -> Self:
        """Start to wait."""
        if is_terminal(sys.stderr):
            self._timer = Timer(MOMENT, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Whatever happened, give the terminal back as it was."""
        self.over()
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
