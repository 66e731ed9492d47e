"""Where the file of configurations is, and where the key is that opens it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from jackfield.configuration import environment

if TYPE_CHECKING:
    from os import PathLike

    from jackfield_configurations.file import ConfigurationFile

VARIABLE: Final = "JACKFIELD_CONFIG"
KEY_VARIABLE = "JACKFIELD_CONFIG_KEY"
KEY_FILE_VARIABLE = "JACKFIELD_CONFIG_KEY_FILE"
NAME = "jackfield.toml"
KEY_NAME = "jackfield.key"


def find(path: str | PathLike[str] | None = None) -> ConfigurationFile:
    """Return the file of configurations, which need not exist yet.

    It is the first of these: *path*; what `JACKFIELD_CONFIG` names; `jackfield.toml` in the working directory, where
    there is one; `jackfield.toml` in the user's configuration folder.

    Args:
        path: The file that is wanted, or None.
    """
    from jackfield_configurations.file import ConfigurationFile  # noqa: PLC0415 - it imports this module

    if path is not None:
        return ConfigurationFile(Path(path).expanduser(), found_by="argument")
    if named := environment(VARIABLE):
        return ConfigurationFile(Path(named).expanduser(), found_by=VARIABLE)
    here = Path(NAME)
    if here.exists():
        return ConfigurationFile(here.absolute(), found_by="working directory")
    return ConfigurationFile(user_folder() / NAME, found_by="user")


def key_file() -> Path:
    """Return where the key file is: what `JACKFIELD_CONFIG_KEY_FILE` names, else in the user's configuration folder."""
    named = environment(KEY_FILE_VARIABLE)
    return Path(named).expanduser() if named else user_folder() / KEY_NAME


def user_folder() -> Path:
    """Return the user's configuration folder, as the operating system has it."""
    from platformdirs import user_config_path  # noqa: PLC0415 - only where no other place was named

    return user_config_path("jackfield", appauthor=False)
