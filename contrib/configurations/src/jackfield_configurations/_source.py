"""The source of configurations that the core finds by the name `configurations`."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

from jackfield.configuration import installed_providers
from jackfield.errors import ConfigurationError
from jackfield_configurations._frames import frameless
from jackfield_configurations._names import matching
from jackfield_configurations._places import VARIABLE, find

if TYPE_CHECKING:
    from jackfield_configurations.file import ConfigurationFile


class Source:
    """Gives the arguments of a client for a configuration's name.

    Args:
        path: The file to read; where it is left out, the one that `find` finds, each time anew.
    """

    def __init__(self, path: str | None = None) -> None:
        self._path = path

    @frameless
    def __call__(self, name: str | None = None) -> dict[str, Any]:
        """Return the arguments of a client, `provider` among them, secrets as `Secret`.

        Args:
            name: The configuration's name; None for the default one. Where no configuration has that name and an
                installed provider has, it is that provider, with what the environment says.

        Raises:
            ConfigurationError: There is no such configuration, or it cannot be used; all problems at once.
        """
        file = self._file()
        if name is None:
            name = file.default_name()
            if name is None:
                raise ConfigurationError(f"there is no default configuration; {_way_out(file.names())}")
        if matching(name, file.names()) is None and name in installed_providers():
            return {"provider": name}
        return file.resolve(name)

    @frameless
    def names(self) -> list[str]:
        """Return the names of all configurations, in the file's order."""
        return self._file().names()

    @frameless
    def default_name(self) -> str | None:
        """Return the default configuration's name, or None."""
        return self._file().default_name()

    def _file(self) -> ConfigurationFile:
        file = find(self._path)
        if file.found_by in ("argument", VARIABLE) and not file.exists():
            what = VARIABLE if VARIABLE == file.found_by else "the path"
            raise ConfigurationError(
                f"{what} names {str(file.path)!r}, and there is no such file; `jackfield config add` makes it"
            )
        return file


def _way_out(names: list[str]) -> str:
    if not names:
        return "type: jackfield config add; or name a provider, which then takes what the environment says"
    listed = ", ".join(map(repr, names))
    return f"type: jackfield config use {quote(names[0])}, or name one of them: {listed}"


source = Source()
