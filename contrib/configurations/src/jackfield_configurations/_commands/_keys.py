"""`config make-key` and `config rotate`: the key that encrypts secrets in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jackfield_configurations._commands._store import opened
from jackfield_configurations._places import key_file
from jackfield_configurations._screen import note, say
from jackfield_configurations.encryption import make_key

if TYPE_CHECKING:
    from pathlib import Path


def make(*, in_keyring: bool) -> None:
    """Make a key, and say where it is. It is not shown.

    Raises:
        ConfigurationError: It cannot be put there.
    """
    key = make_key("keyring" if in_keyring else "file")
    place = "in the system's keyring" if in_keyring else f"in {key_file()}"
    say(f"The key {key.id} is made, {place}.")
    note("secrets are encrypted with it from now on; `jackfield config rotate` does it with those that are there")


def rotate(path: Path | None) -> None:
    """Encrypt every secret of the file anew, and say how many there were.

    Raises:
        ConfigurationError: One of them cannot be opened; none was encrypted then.
    """
    count = opened(path).rotate()
    say(f"{count} {'secret is' if count == 1 else 'secrets are'} encrypted with the newest key.")
