"""How values look in errors and in the repr of entities."""

from __future__ import annotations

from typing import Any

from attrs import fields

_LONGEST = 80


def shown(value: object) -> str:
    """Return the repr of *value*, cut after 80 characters. `field(repr=shown)` keeps pictures out of terminals."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def told(entity: Any) -> str:
    """Return the repr of an attrs object that tells what differs from the default, and no more."""
    given = []
    for attribute in fields(type(entity)):
        # A debugger may look at an object that is still being made, slots without values.
        value, default = getattr(entity, attribute.name, attribute.default), attribute.default
        if hasattr(default, "factory"):
            default = default.factory()
        if attribute.repr and value != default:
            text = attribute.repr(value) if callable(attribute.repr) else repr(value)
            given.append(f"{attribute.name}={text}")
    return f"{type(entity).__name__}({', '.join(given)})"
