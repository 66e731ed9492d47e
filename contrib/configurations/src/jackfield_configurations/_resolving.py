"""A configuration as the arguments of a client.

Rule: this is where secrets are fetched to be used, and only those of the one configuration that was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield.errors import ConfigurationError, SetupError
from jackfield.secret import Secret
from jackfield_configurations._arguments import arguments
from jackfield_configurations._binding import bound_to
from jackfield_configurations._checking import in_the_clear, without_effect
from jackfield_configurations._secrecy import facts_of, is_secret
from jackfield_configurations._secrets import fetched
from jackfield_configurations._tables import is_clear
from jackfield_configurations.references import Misread, Reference

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jackfield.configuration import SettingFacts
    from jackfield_configurations.configuration import Configuration


def resolved(configuration: Configuration, path: Path) -> dict[str, Any]:
    """Return the arguments of a client.

    Args:
        configuration: What the file says.
        path: The file, for errors and for paths that are relative to it.

    Raises:
        ConfigurationError: It cannot be used, or a secret cannot be had; all problems at once.
    """
    problems: list[str] = []
    facts = facts_of(configuration.provider) if configuration.provider else {}
    if not configuration.provider:
        problems.append('provider: missing; name an installed one, such as provider = "openai"')
    idle = without_effect(configuration) if configuration.provider else ()
    values: dict[str, Any] = {}
    for name, value in configuration.settings.items():
        if name in idle and not is_clear(value):
            continue
        if "headers" == name and isinstance(value, dict):
            values[name] = {
                each: _settled(configuration, f"headers.{each}", one, facts, problems) for each, one in value.items()
            }
        else:
            values[name] = _settled(configuration, name, value, facts, problems)
    given, wrong = ({}, []) if problems else arguments(values, path.absolute().parent)
    problems += wrong
    if problems:
        raise ConfigurationError(
            f"configuration {configuration.name!r} of {str(path)!r} cannot be used", problems=problems
        )
    return {"provider": configuration.provider, **given}


def _settled(
    configuration: Configuration, setting: str, value: Any, facts: Mapping[str, SettingFacts], problems: list[str]
) -> Any:
    """Return a value as it is used, and add to the problems where there is none."""
    is_hidden = setting.startswith("headers.") or "proxy" == setting or is_secret(setting, facts)
    if isinstance(value, Reference):
        text, problem = fetched(value, configuration.name, setting, bound_to(configuration, setting, facts))
        if text is None:
            problems.append(f"{setting}: {problem}")
            return None
        return _secret(text.removeprefix(_pasted_before(setting)), setting, problems) if is_hidden else text
    if isinstance(value, Misread):
        problems.append(f"{setting}: {value.what}")
    elif is_clear(value):
        problems.append(in_the_clear(configuration.name, setting, facts))
    else:
        return value
    return None


def _pasted_before(setting: str) -> str:
    """Return what is copied along with a token and is no part of it; in a header it is."""
    return "" if setting.startswith("headers.") else "Bearer "


def _secret(text: str, setting: str, problems: list[str]) -> Secret | None:
    try:
        return Secret(text)
    except SetupError as error:
        problems.append(f"{setting}: {error}")
        return None
