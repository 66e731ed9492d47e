"""The source of configurations that the core finds by the name `configurations`."""

from __future__ import annotations

from typing import Any

from jackfield.errors import ConfigurationError


class Source:
    """Gives the arguments of a client for a configuration's name."""

    def __call__(self, name: str | None = None) -> dict[str, Any]:
        """Return the arguments of a client, `provider` among them."""
        raise ConfigurationError(f"no configuration named {name!r}")

    def names(self) -> list[str]:
        """Return the names of all configurations."""
        return []

    def default_name(self) -> str | None:
        """Return the default configuration's name, or None."""
        return None


source = Source()
