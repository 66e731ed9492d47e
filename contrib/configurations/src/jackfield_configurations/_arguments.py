"""From what a file can say to what a client takes.

Rule: what is not TOML's is a word: "none" for no limit and no proxy; a table for `limits`; a name for a credential; a
path of certificates that is relative is so to the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from jackfield.errors import ConfigurationError
from jackfield.limits import Limits
from jackfield.secret import Secret
from jackfield_configurations._credentials import CREDENTIALS, NamedCredential, credential_of
from jackfield_configurations._secrets import revealed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MAY_BE_NONE = ("deadline", "proxy", "timeout")
_KINDS: Mapping[str, tuple[type, str]] = {
    "allow_plain_http": (bool, "true or false"),
    "chat_model": (str, "the name of a model"),
    "embeddings_model": (str, "the name of a model"),
    "images_model": (str, "the name of a model"),
    "plugins": (list, "a list of names"),
    "transport": (str, "a name"),
}
"""Options of a client that are what a file says: an object, which they may be too, cannot stand there."""


class HiddenText(str):
    """Text that is not shown where the thing that holds it is: a proxy's address with a password in it."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Say that it is hidden."""
        return "HiddenText(***)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled."""
        raise TypeError("a secret is not pickled")


def arguments(
    settings: Mapping[str, Any], folder: Path | None, *, is_check: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments of a client, and what is wrong, each opening with the setting's name.

    Args:
        settings: A configuration's settings, references replaced by what they refer to.
        folder: Where the file is, or None.
        is_check: Whether a stand-in does where something would have to be imported.
    """
    given: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in settings.items():
        try:
            given[name] = _argument(name, value, folder, is_check=is_check)
        except (ConfigurationError, TypeError, ValueError) as error:
            problems.append(f"{name}: {error}")
            if is_check and "credential" == name:  # wrong, and not missing
                given[name] = NamedCredential()
    return given, problems


def _argument(name: str, value: Any, folder: Path | None, *, is_check: bool) -> Any:
    if name in _MAY_BE_NONE and isinstance(value, str) and "none" == value.strip().casefold():
        return None
    if "proxy" == name and isinstance(value, Secret):
        return HiddenText(revealed(value))
    if "limits" == name and isinstance(value, dict):
        return _limits(value)
    if "ca_bundle" == name and isinstance(value, str) and folder is not None:
        return str(folder / value)
    if "credential" == name and isinstance(value, str):
        return NamedCredential() if is_check and value in CREDENTIALS else credential_of(value)
    if name in _KINDS and not isinstance(value, _KINDS[name][0]):
        raise ConfigurationError(f"must be {_KINDS[name][1]}")
    if "plugins" == name and not all(isinstance(each, str) for each in value):
        raise ConfigurationError("must be a list of names")
    return value


def _limits(table: Mapping[str, Any]) -> Limits:
    known = [attribute.name for attribute in Limits.__attrs_attrs__]
    if unknown := [name for name in table if name not in known]:
        raise ValueError(f"{unknown[0]!r} is no limit; they are {', '.join(known)}")
    return Limits(**table)
