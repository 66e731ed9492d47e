"""How far something is, as a bar on standard error. Where that is no terminal, nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jackfield_cli._screen import is_terminal

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """A bar.

    Args:
        text: What is going on.
        done: How much is done at the beginning.
        total: How much there is.
        is_wanted: False for no bar.
    """

    def __init__(self, text: str, done: int, total: int, *, is_wanted: bool) -> None:
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        if is_wanted and is_terminal(sys.stderr):
            self._begin(text, done, total)

    def _begin(self, text: str, done: int, total: int) -> None:
        from rich.console import Console  # noqa: PLC0415 - only where there is somebody to see it
        from rich.markup import escape  # noqa: PLC0415
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
        from rich.progress import Progress as Bar  # noqa: PLC0415

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        # Standard output is left alone: what is written there is for a file or a program.
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
        self._task = self._bar.add_task(f"[dim]{escape(text)}[/dim]", completed=done, total=total)

    def tell(self, done: int, total: int) -> None:
        """Say how much is done of how much."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total)

    def __enter__(self) -> Self:
        """Show it."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Take it away."""
        if self._bar is not None:
            self._bar.stop()
