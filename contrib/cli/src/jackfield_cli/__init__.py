"""Jackfield on the command line.

Rule 1: what starts every command imports click and `jackfield._discovery` alone; a command imports the rest when it
runs.
Rule 2: standard output gets what was asked for and nothing else; everything else goes to standard error.
Rule 3: no provider is imported here, and none is named but in `_defaults`.
Rule 4: nothing that may be a secret is taken as an argument or printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

INTERRUPTED = 130


def main(args: Sequence[str] | None = None) -> int:
    """Run the command `jackfield` and return its exit code.

    Args:
        args: What was typed after `jackfield`; by default the process's own arguments.
    """
    try:
        from jackfield_cli._run import run  # noqa: PLC0415 - Ctrl-C counts from the first import on

        return run(args)
    except KeyboardInterrupt:
        return INTERRUPTED
