"""Settings as they are typed: `NAME=VALUE`, with the kind of value that the setting takes.

Rule: a secret is refused there. It would stand in the shell's history and in the list of processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jackfield.configuration import check, settings_of
from jackfield_configurations._secrecy import facts_of, is_secret, looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_LISTS = frozenset({"plugins"})
_FLAG_OPTIONS = frozenset({"allow_plain_http"})
"""Options that are flags, and take any text for one that is set."""


def secret_settings(provider: str) -> list[str]:
    """Return the names of a provider's settings that are secrets.

    Raises:
        JackfieldError: There is no such provider, or it cannot be imported.
    """
    return [fact.name for fact in settings_of(provider) if fact.secret]


def settings(given: Sequence[str], provider: str) -> dict[str, Any]:
    """Return the settings in *given*, `NAME=VALUE` each.

    Raises:
        UsageError: One is malformed, twice there, or a secret.
        JackfieldError: There is no such provider, or it cannot be imported.
    """
    facts = facts_of(provider)
    values: dict[str, Any] = {}
    for each in given:
        name, equals, text = each.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name.isidentifier():
            raise click.UsageError("--set takes NAME=VALUE, such as --set timeout=30")
        if is_secret(name, facts) or looks_secret(text):
            raise click.UsageError(
                f"--set {name}=… would leave a secret in the shell's history and in the list of processes; "
                f"give --secret-from-env {name}=VARIABLE, or --secret-stdin"
            )
        if name == "headers":
            raise click.UsageError("--set headers=…: give --secret-from-env headers.NAME=VARIABLE for each of them")
        if name in values:
            raise click.UsageError(f"--set {name}=… is given twice")
        values[name] = typed(provider, name, text)
    return values


def typed(provider: str, name: str, text: str) -> Any:
    """Return *text* as the setting takes it: as it is where that fits, else as the number or flag that it spells."""
    text = text.strip()
    if name in _LISTS:
        return [each.strip() for each in text.split(",")]
    if name in _FLAG_OPTIONS:
        if text.lower() not in _FLAGS:
            raise click.UsageError(f"--set {name}={text}: must be true or false")
        return _FLAGS[text.lower()]
    readings = [text, *_readings(text)]
    return next((reading for reading in readings if _fits(provider, name, reading)), readings[0])


def _readings(text: str) -> Iterator[Any]:
    if text.lower() in _FLAGS:
        yield _FLAGS[text.lower()]
    for kind in (int, float):
        try:
            yield kind(text)
        except ValueError:
            continue


def _fits(provider: str, name: str, value: Any) -> bool:
    """Tell whether the provider finds nothing wrong with this one setting."""
    return not any(problem.partition(":")[0] == name for problem in check(provider, {name: value}))
