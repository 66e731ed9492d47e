"""The file that a command is about, and the configuration that is meant in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jackfield.errors import ConfigurationError
from jackfield_configurations import _keyring
from jackfield_configurations._places import find, key_file
from jackfield_configurations._screen import confirm, note
from jackfield_configurations.encryption import known_keys, make_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jackfield_configurations._secrets import Keep
    from jackfield_configurations.configuration import Configuration
    from jackfield_configurations.file import ConfigurationFile

STORES = {
    "keyring": "the system's keyring",
    "encrypted": "the file, encrypted",
    "env": "an environment variable, to which the file refers",
}
"""Where a secret can be, and what that is."""
NOWHERE = "none"


def opened(path: Path | None) -> ConfigurationFile:
    """Return the file that is meant. It need not be there."""
    return find(path)


def chosen(file: ConfigurationFile, name: str | None) -> Configuration:
    """Return the configuration that is meant: the default one where none is named.

    Raises:
        ConfigurationError: There is none, or the file cannot be read.
    """
    name = name if name is not None else file.default_name()
    if name is None:
        there = ", ".join(map(repr, file.names()))
        way_out = f"name one of {there}, or type: jackfield config use NAME" if there else "type: jackfield config add"
        raise ConfigurationError(f"there is no default configuration; {way_out}")
    return file.get(name)


def keep_of(store: str | None) -> Keep | None:
    """Return where a secret that is given goes, as the file takes it."""
    kept: dict[str, Keep] = {"keyring": "keyring", "encrypted": "encrypted"}
    return kept.get(store or "")


def available_stores() -> Sequence[str]:
    """Return where a secret can be kept here, what suits best first."""
    return [name for name in STORES if name != "keyring" or _keyring.is_usable()]


def make_ready(store: str) -> None:
    """Make the key that encrypts, where there is none yet and that is wanted.

    Raises:
        UsageError: Nobody can be asked.
        ConfigurationError: It cannot be put away, or what is there is no key.
    """
    if store != "encrypted" or known_keys():
        return
    place = key_file()
    if confirm(f"No key that encrypts is there yet. Make one, in {place}?", "`jackfield config make-key` first"):
        key = make_key()
        note(f"  made the key {key.id}; keep a copy of that file: without it the secrets cannot be opened")
