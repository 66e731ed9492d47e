"""Exit codes: from the class of an error to what the shell sees. `docs/reference/command-line.md` prints this table."""

from __future__ import annotations

import click

from jackfield.errors import JackfieldError, SetupError, StreamInterruptedError, TransportError
from jackfield_cli import INTERRUPTED
from jackfield_cli._screen import ReaderGoneError

READER_GONE = 141
DEFECT = 70

EXIT_CODES: dict[type[BaseException], int] = {
    JackfieldError: 1,
    SetupError: 2,
    click.UsageError: 2,
    click.ClickException: 2,
    TransportError: 3,
    StreamInterruptedError: 3,
    Exception: DEFECT,
    click.Abort: INTERRUPTED,
    KeyboardInterrupt: INTERRUPTED,
    ReaderGoneError: READER_GONE,
}
"""The nearest class in an error's ancestry counts."""


def exit_code(error: BaseException) -> int:
    """Return the exit code that *error* means."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)
