"""A named configuration as the arguments of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import fields, has

from jackfield._discovery import find
from jackfield.errors import ConfigurationError, SetupError
from jackfield.secret import Secret, origin_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def configured(name: str | None, source: str | object, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a client: a configuration's, and *changes*, which win.

    Raises:
        ProviderNotFoundError: No such source is installed.
        ConfigurationError: The source has no such configuration, or gives none that is one.
    """
    read: Any = find("jackfield.configurations", source) if isinstance(source, str) else source
    stored = dict(read(name))
    provider = stored.get("provider")
    if not isinstance(provider, str):
        raise ConfigurationError(
            f"configuration {name!r} names no provider", problems=["provider: missing; name an installed one"]
        )
    if changes.get("provider", provider) != provider or (
        "endpoint" in changes and not _same_origin(stored.get("endpoint") or _usual(provider), changes["endpoint"])
    ):
        # Its keys were given for its own provider and endpoint, and others get none of them.
        stored = {key: value for key, value in stored.items() if not isinstance(value, Secret) and "headers" != key}
    return {**stored, **changes}


def _usual(provider: str) -> Any:
    """Return the endpoint that a provider has where none is given, or None."""
    factory = find("jackfield.providers", provider)
    defaults = {each.name: each.default for each in fields(factory)} if has(factory) else {}
    return defaults.get("endpoint")


def _same_origin(one: Any, other: Any) -> bool:
    """Tell whether two endpoints are surely at one place; what is no address is at none."""
    origin = _origin(one)
    return origin is not None and origin == _origin(other)


def _origin(endpoint: Any) -> str | None:
    from urllib.parse import urlsplit  # noqa: PLC0415 - as in `secret`

    text = str(endpoint).strip()
    address = text if "://" in text else f"https://{text}"  # as some providers take it
    try:
        return origin_of(address) if urlsplit(address).hostname else None
    except (SetupError, ValueError):
        return None
