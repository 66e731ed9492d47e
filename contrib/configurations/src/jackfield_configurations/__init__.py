"""Named configurations: a provider with its address, models and keys, under a name, in a file.

Nothing is imported before it is used: a program that names no configuration pays for none of this.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jackfield_configurations._places import find as find
    from jackfield_configurations._source import Source as Source
    from jackfield_configurations._source import source as source
    from jackfield_configurations.configuration import Configuration as Configuration
    from jackfield_configurations.encryption import EncryptionKey as EncryptionKey
    from jackfield_configurations.encryption import known_keys as known_keys
    from jackfield_configurations.encryption import make_key as make_key
    from jackfield_configurations.file import ConfigurationFile as ConfigurationFile
    from jackfield_configurations.references import ClearText as ClearText
    from jackfield_configurations.references import EncryptedReference as EncryptedReference
    from jackfield_configurations.references import EnvironmentReference as EnvironmentReference
    from jackfield_configurations.references import KeyringReference as KeyringReference

_HOMES = {
    "ClearText": "jackfield_configurations.references",
    "Configuration": "jackfield_configurations.configuration",
    "ConfigurationFile": "jackfield_configurations.file",
    "EncryptedReference": "jackfield_configurations.references",
    "EncryptionKey": "jackfield_configurations.encryption",
    "EnvironmentReference": "jackfield_configurations.references",
    "KeyringReference": "jackfield_configurations.references",
    "Source": "jackfield_configurations._source",
    "find": "jackfield_configurations._places",
    "known_keys": "jackfield_configurations.encryption",
    "make_key": "jackfield_configurations.encryption",
    "source": "jackfield_configurations._source",
}

__all__ = [
    "ClearText",
    "Configuration",
    "ConfigurationFile",
    "EncryptedReference",
    "EncryptionKey",
    "EnvironmentReference",
    "KeyringReference",
    "Source",
    "find",
    "known_keys",
    "make_key",
    "source",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for from where it lives."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported already or not."""
    return list(__all__)
