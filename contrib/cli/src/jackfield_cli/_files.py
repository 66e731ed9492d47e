"""Files that are never half written, and never written over unasked."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO


def free(path: Path, *, force: bool) -> Path:
    """Return *path* where it may be written to.

    Raises:
        UsageError: There is something already, and nobody said that it may go; or there is no such folder.
        ClickException: It is no name for a file.
    """
    with readable_errors(path):
        if path.is_dir():
            raise click.UsageError(f"{str(path)!r} is a folder; name a file in it")
        if not path.parent.is_dir():
            raise click.UsageError(f"there is no folder {str(path.parent)!r}; make it first")
        if path.exists() and not force:
            raise click.UsageError(f"{str(path)!r} exists; name another file, or write over it with --force")
    return path


class TakenError(click.ClickException):
    """Something has that name by now."""


@contextmanager
def written(path: Path, *, force: bool = False, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """Give what to write into; *path* has all of it when the block ends well, and is untouched when it does not.

    Args:
        path: The file.
        force: Whether it may be there already.
        mode: Who may read and write it, as far as the user's own mask lets them.

    Raises:
        TakenError: Something is there by now.
        ClickException: It cannot be written.
    """
    beside = path.with_name(f".{path.name[:100]}.{os.urandom(4).hex()}")
    with readable_errors(path):
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            if force:
                beside.replace(path)
            else:
                _moved(beside, path)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise


def _moved(source: Path, path: Path) -> None:
    """Give *source* the name *path*, unless something has it."""
    try:
        os.link(source, path)
    except FileExistsError:
        raise TakenError(f"{str(path)!r} exists") from None
    except OSError:  # a file system without links: claim the name, then put the file there
        with path.open("xb"):
            source.replace(path)
    else:
        source.unlink()


@contextmanager
def readable_errors(path: Path) -> Iterator[None]:
    """Tell what the operating system says about *path* in a line.

    Raises:
        ClickException: In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{str(path)!r}: {error.strerror or type(error).__name__}") from error
