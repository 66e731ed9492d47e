"""Whom a secret was given for.

Rule: a stored key is used for the endpoint that it was stored with, and for no other; so whoever can change an address
in the file cannot have the key sent there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jackfield.configuration import environment
from jackfield.errors import SetupError
from jackfield.secret import origin_of
from jackfield_configurations.references import EnvironmentReference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield.configuration import SettingFacts
    from jackfield_configurations.configuration import Configuration

_MARK = "jackfield:1"
"""The first line of what we store. An entry that a person made has none, and is bound to nothing."""


def bound_to(configuration: Configuration, setting: str, facts: Mapping[str, SettingFacts]) -> str:
    """Return what a secret of a configuration is bound to: an origin, or words where there is none."""
    if "proxy" == setting:
        return "proxy"
    endpoint: Any = configuration.settings.get("endpoint")
    if isinstance(endpoint, EnvironmentReference):
        endpoint = environment(endpoint.variable)
    if endpoint is None and "endpoint" in facts:  # as the client will find it
        known = (environment(variable) for variable in facts["endpoint"].env)
        endpoint = next(filter(None, known), facts["endpoint"].default)
    if not isinstance(endpoint, str) or not endpoint.strip():
        return f"whatever endpoint {configuration.provider} has"
    address = endpoint.strip().strip("\"'<>")
    if "://" not in address:
        address = f"https://{address}"
    try:
        return origin_of(address) if urlsplit(address).hostname else address
    except (SetupError, ValueError):  # no address: the provider says so, and it equals no other
        return address


def packed(value: str, bound: str) -> str:
    """Return a secret together with whom it is for."""
    return f"{_MARK}\n{bound}\n{value}"


def unpacked(text: str) -> tuple[str, str | None]:
    """Return a secret and whom it is for; None where that was not written down."""
    mark, _, rest = text.partition("\n")
    if _MARK != mark:
        return text, None
    bound, _, value = rest.partition("\n")
    return value, bound
