"""Texts out of files: each line that is not empty, or each file as a whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from jackfield_cli._screen import is_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STANDARD_INPUT = "-"


class Input(NamedTuple):
    """One text.

    Attributes:
        text: The text.
        file: The file it is from; `-` for standard input.
        line: Its line there, from 1; None where it is the whole file.
    """

    text: str
    file: str
    line: int | None

    @property
    def place(self) -> str:
        """Where it is, as compilers say it."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


def inputs(files: Sequence[str], *, whole: bool) -> list[Input]:
    """Return the texts of *files*, in order; of standard input where none is named and something is piped in.

    Raises:
        UsageError: A file cannot be read, is no text, or there is no text in any of them.
    """
    if not files:
        if is_terminal(sys.stdin):
            raise click.UsageError("nothing to embed; name a file, pipe text in, or - to type it")
        files = [STANDARD_INPUT]
    found = [each for file in files for each in _inputs(file, whole)]
    if not found:
        raise click.UsageError(f"nothing to embed: there is no text in {', '.join(map(repr, files))}")
    return found


def _inputs(file: str, whole: bool) -> Iterator[Input]:  # noqa: FBT001 - as it was typed
    text = _text(file)
    if whole:
        if text.strip():
            yield Input(text, file, None)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield Input(line.rstrip("\r"), file, number)


def _text(file: str) -> str:
    name = "standard input" if file == STANDARD_INPUT else repr(file)
    try:
        return _bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{name} is no text in UTF-8 (byte {error.start}); convert it first") from None
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}") from None


def _bytes(file: str) -> bytes:
    if file != STANDARD_INPUT:
        return Path(file).read_bytes()
    return b"" if sys.stdin is None else sys.stdin.buffer.read()
