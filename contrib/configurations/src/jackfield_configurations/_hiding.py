"""What may be shown of settings: everything but what is a secret by its name or by its look, however deep it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield_configurations._secrecy import is_secret, looks_secret
from jackfield_configurations.references import ClearText

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jackfield.configuration import SettingFacts


def hidden(settings: Mapping[str, Any], facts: Mapping[str, SettingFacts]) -> dict[str, Any]:
    """Return settings with `ClearText` in the place of what must not be shown."""
    return {name: _hidden(name, value, facts) for name, value in settings.items()}


def _hidden(name: str, value: Any, facts: Mapping[str, SettingFacts]) -> Any:
    if isinstance(value, dict):
        return {each: _hidden(each, inner, facts) for each, inner in value.items()}
    if isinstance(value, list):
        return [_hidden(name, inner, facts) for inner in value]
    return ClearText() if _is_hidden(name, value, facts) else value


def in_the_clear(settings: Mapping[str, Any], facts: Mapping[str, SettingFacts]) -> Iterator[str]:
    """Yield every text that must not be shown, to take it out of messages."""
    for name, value in settings.items():
        yield from _in_the_clear(name, value, facts)


def _in_the_clear(name: str, value: Any, facts: Mapping[str, SettingFacts]) -> Iterator[str]:
    if isinstance(value, dict):
        for each, inner in value.items():
            yield from _in_the_clear(each, inner, facts)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _in_the_clear(name, inner, facts)
    elif _is_hidden(name, value, facts):
        yield str(value)


def _is_hidden(name: str, value: Any, facts: Mapping[str, SettingFacts]) -> bool:
    return isinstance(value, str) and bool(value) and (is_secret(name, facts) or looks_secret(value))
