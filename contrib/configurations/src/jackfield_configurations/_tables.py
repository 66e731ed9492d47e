"""A configuration as plain values, as they stand in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield_configurations.references import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jackfield_configurations.configuration import Configuration


def table_of(configuration: Configuration) -> dict[str, Any]:
    """Return a configuration's table."""
    return {"provider": configuration.provider, **_plain(configuration.settings)}


def changes(before: Configuration, after: Configuration) -> dict[str, Any]:
    """Return what differs, None for what is gone."""
    old, new = table_of(before), table_of(after)
    return {
        **{name: None for name in old if name not in new},
        **{name: value for name, value in new.items() if name not in old or old[name] != value},
    }


def each_of(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every setting with its name; a header is one, and is called `headers.NAME`."""
    for name, value in settings.items():
        if "headers" == name and isinstance(value, dict):
            yield from ((f"{name}.{each}", one) for each, one in value.items())
        else:
            yield name, value


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Reference):
            plain[name] = {value.kind: value.text}
        else:
            plain[name] = _plain(value) if isinstance(value, dict) else value
    return plain
