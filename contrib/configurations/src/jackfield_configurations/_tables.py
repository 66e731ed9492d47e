"""A configuration as plain values, as they stand in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield_configurations.references import KINDS, ClearText, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jackfield_configurations.configuration import Configuration


def table_of(configuration: Configuration) -> dict[str, Any]:
    """Return a configuration's table."""
    return {"provider": configuration.provider, **_plain(configuration.settings)}


def changes(before: Configuration, after: Configuration) -> dict[tuple[str, ...], Any]:
    """Return what differs: from the keys that lead there to the new value, None for what is gone."""
    return dict(_changes(table_of(before), table_of(after)))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield from (((name,), None) for name in old if name not in new)
    for name, value in new.items():
        there = old.get(name)
        if isinstance(value, dict) and isinstance(there, dict) and not {*value, *there} & {*KINDS}:
            yield from (((name, *path), inner) for path, inner in _changes(there, value))
        elif name not in old or there != value:
            yield (name,), value


def each_of(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every setting with its name; a header is one, and is called `headers.NAME`."""
    for name, value in settings.items():
        if "headers" == name and isinstance(value, dict):
            yield from ((f"{name}.{each}", one) for each, one in value.items())
        else:
            yield name, value


def is_clear(value: Any) -> bool:
    """Tell whether a value is a secret in the clear, or has one in it."""
    if isinstance(value, (dict, list)):
        return any(map(is_clear, value.values() if isinstance(value, dict) else value))
    return isinstance(value, ClearText)


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Reference):
            plain[name] = {value.kind: value.text}
        else:
            plain[name] = _plain(value) if isinstance(value, dict) else value
    return plain
