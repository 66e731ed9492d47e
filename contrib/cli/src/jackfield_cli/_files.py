"""Files that are never half written, and never written over unasked."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import IO


def free(path: Path, *, force: bool) -> Path:
    """Return *path* where it may be written to.

    Raises:
        UsageError: There is something already, and nobody said that it may go; or no file can be made there.
        ClickException: It is no name for a file.
    """
    with readable_errors(path):
        if path.is_dir():
            raise click.UsageError(f"{str(path)!r} is a folder; name a file in it")
        if not path.parent.is_dir():
            raise click.UsageError(f"there is no folder {str(path.parent)!r}; make it first")
        if _is_there(path):
            if not force:
                raise click.UsageError(f"{str(path)!r} exists; name another file, or write over it with --force")
            if path.exists() and not path.is_file():
                raise click.UsageError(f"{str(path)!r} is a device or a pipe; name a file")
    writable(path.parent)
    return path


def _is_there(path: Path) -> bool:
    """Tell whether *path* is the name of something, be it a link that leads nowhere."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def writable(folder: Path) -> Path:
    """Return *folder* where a file can be made in it. Only trying tells.

    Raises:
        UsageError: None can be made.
    """
    probe = _beside(folder / "probe")
    try:
        os.close(_made(probe))
        probe.unlink()
    except OSError as error:
        raise click.UsageError(
            f"no file can be made in {str(folder)!r} ({error.strerror}); name another folder"
        ) from None
    return folder


def _beside(path: Path) -> Path:
    """Return a name that nothing has, for what is to become *path*."""
    return path.with_name(f".{path.name[:100]}.{os.urandom(4).hex()}")


def _made(path: Path, mode: int = 0o666) -> int:
    """Make a file, and return its descriptor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)


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
    beside = _beside(path)
    with readable_errors(path):
        handle = _made(beside, mode)
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
        try:
            os.link(source, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links: claim the name, then put the file there
            path.open("xb").close()
            source.replace(path)
        else:
            source.unlink()
    except FileExistsError:
        raise TakenError(f"{str(path)!r} exists") from None


def put(path: Path, write: Callable[[IO[bytes]], object], *, force: bool = False) -> Path:
    """Write what must not be lost: to *path*, or to the next name where that one is taken. Return where it is.

    Args:
        path: The file.
        write: Writes all of it into a file; once for each name that is tried.
        force: Whether it may be there already.

    Raises:
        ClickException: It cannot be written.
    """
    for each in _names(path):
        try:
            with written(each, force=force) as file:
                write(file)
        except TakenError:
            continue
        return each
    raise AssertionError  # names have no end


def _names(path: Path) -> Iterator[Path]:
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


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
