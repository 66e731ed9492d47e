"""Whether a file of configurations may be used at all.

Rule 1: a file that others may write is not used: they would decide where keys go.
Rule 2: a file with secrets in it, encrypted or in the clear, is not used where others may read it.
Rule 3: nor is a file that was only lying in the working directory, where it is not private: it may have come with
something that was downloaded, and what is private is so because its owner said so.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from jackfield.errors import ConfigurationError
from jackfield_configurations._tables import each_of, is_clear
from jackfield_configurations.references import EncryptedReference

if TYPE_CHECKING:
    from pathlib import Path

    from jackfield_configurations._document import Document
    from jackfield_configurations._storage import Stored


def refuse_open(path: Path, stored: Stored, *, is_chance_find: bool) -> None:
    """Raise where others may do with a file what they should not.

    Args:
        path: Where it is.
        stored: What is known of it.
        is_chance_find: Whether nobody named it.
    """
    if stored.writable:
        raise ConfigurationError(f"others can write to {str(path)!r}, and decide where keys go; {mend(path)}")
    if is_chance_find and (stored.readable or stored.foreign):
        raise ConfigurationError(
            f"{str(path)!r} was only found in the working directory and is not private, so it may be somebody else's, "
            f"who would decide where your keys go; if it is yours, {mend(path)}"
        )


def refuse_exposed(path: Path, stored: Stored, document: Document) -> None:
    """Raise where others may read a file that has secrets in it."""
    if not stored.readable:
        return
    exposed = [
        f"configurations.{name}: has a secret in it"
        for name in document.tables
        if any(_is_secret(value) for _, value in each_of(document.configuration(name).settings))
    ]
    if exposed:
        raise ConfigurationError(f"others can read {str(path)!r}; {mend(path)}", problems=exposed)


def _is_secret(value: object) -> bool:
    return isinstance(value, EncryptedReference) or is_clear(value)


def mend(path: Path) -> str:
    """Return what makes a file private, as part of a sentence."""
    return f"type: chmod 600 {quote(str(path))}"
