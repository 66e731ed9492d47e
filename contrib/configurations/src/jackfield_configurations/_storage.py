"""Small private files: read with what others may do with them, written whole or not at all.

Rule 1: a file is replaced in one step by one that is complete and on the disk; whatever fails, the old one is there.
Rule 2: what is written can be read and written by its owner alone.
Rule 3: a symbolic link is followed: what it points to is replaced, the link stays.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from tempfile import mkstemp
from typing import TYPE_CHECKING

from attrs import field, frozen

from jackfield.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 1 << 20
"""Bytes. Nobody has more to configure; what is larger is another file, or a device that never ends."""
PATIENCE = 10.0
"""Seconds for which another process may keep the lock."""
_BYTE_ORDER_MARK = "\ufeff"


@frozen(kw_only=True)
class Stored:
    """What a file has in it.

    Attributes:
        text: Its text.
        readable: Whether others than its owner may read it; never where the system has no such modes.
        writable: Whether others than its owner may write it.
        foreign: Whether it belongs to another user than the one who runs this.
    """

    text: str = field(repr=False)
    readable: bool = False
    writable: bool = False
    foreign: bool = False


def load(path: Path) -> Stored | None:
    """Return what is in a file, or None where there is none.

    Raises:
        ConfigurationError: It cannot be read, is no plain file, is too large, or is no text in UTF-8.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
            raise ConfigurationError(f"{str(path)!r} is no plain file")
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigurationError(f"cannot read {str(path)!r}: {_reason(error)}") from None
    if len(data) > LARGEST:
        raise ConfigurationError(f"{str(path)!r} is larger than {LARGEST:,} bytes: it is no file of configurations")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        raise ConfigurationError(
            f"{str(path)!r} is no text in UTF-8: byte 0x{data[error.start]:02x} at line {line}, column {column}; "
            f"save it as UTF-8"
        ) from None
    text = text.removeprefix(_BYTE_ORDER_MARK)
    if "posix" != os.name:
        return Stored(text=text)
    mode = stat.S_IMODE(facts.st_mode)
    return Stored(
        text=text,
        readable=bool(mode & (stat.S_IRGRP | stat.S_IROTH)),
        writable=bool(mode & (stat.S_IWGRP | stat.S_IWOTH)),
        foreign=facts.st_uid not in (os.geteuid(), 0),
    )


def save(path: Path, text: str) -> None:
    """Replace a file by *text*, or make it; folders above it are made as needed.

    Raises:
        ConfigurationError: It cannot be written. What was there is there still.
    """
    temporary = None
    try:
        target = path.resolve()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            _keep_owner(file.fileno(), target)
            os.fsync(file.fileno())
        os.replace(temporary, target)  # noqa: PTH105 - Path.replace is the same, and this is what a test makes fail
        temporary = None
        _settle(target.parent)
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigurationError(f"cannot write {str(path)!r}: {_reason(error)}; nothing of it was changed") from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 - as above


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes and threads from editing a file that is about to be edited.

    Raises:
        ConfigurationError: Somebody else keeps it too long, or there is no place for the lock.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only for edits

    try:
        target = path.resolve()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(target.with_name(f".{target.name}.lock"), timeout=PATIENCE, mode=0o600)
        lock.acquire()
    except Timeout:
        raise ConfigurationError(
            f"another program has been editing {str(path)!r} for {PATIENCE:g} seconds; try again when it is done"
        ) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigurationError(f"cannot lock {str(path)!r} for editing: {_reason(error)}") from None
    try:
        yield
    finally:
        lock.release()


def _keep_owner(descriptor: int, target: Path) -> None:
    """Leave a file to its owner where an administrator edits it."""
    if "posix" == os.name and 0 == os.geteuid() and target.exists():
        facts = target.stat()
        os.fchown(descriptor, facts.st_uid, facts.st_gid)


def _settle(folder: Path) -> None:
    """Put the folder's new entry on the disk too, where the system can; the file is there in any case."""
    if "posix" == os.name:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
