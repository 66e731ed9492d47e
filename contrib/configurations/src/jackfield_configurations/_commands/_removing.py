"""`config remove` and `config use`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jackfield_configurations._commands._store import chosen, opened
from jackfield_configurations._screen import confirm, note, say

if TYPE_CHECKING:
    from pathlib import Path


def remove(path: Path | None, name: str, *, sure: bool) -> None:
    """Remove a configuration and what is kept for it.

    Raises:
        UsageError: Nobody can be asked whether that is meant, and `--yes` is not given.
        ConfigurationError: There is none, or the file cannot be written.
    """
    file = opened(path)
    configuration = chosen(file, name)
    was_default = configuration.name == file.default_name()
    if not sure and not confirm(f"Remove {configuration.name!r} and its key?", "--yes", default=False):
        raise click.Abort
    file.remove(configuration.name)
    say(f"{configuration.name} is removed.")
    if was_default and file.names():
        note("it was the default; `jackfield config use NAME` makes another one that")


def use(path: Path | None, name: str) -> None:
    """Make a configuration the default.

    Raises:
        ConfigurationError: There is none, or the file cannot be written.
    """
    file = opened(path)
    found = chosen(file, name).name
    file.set_default(found)
    say(f"{found} is the default now.")
