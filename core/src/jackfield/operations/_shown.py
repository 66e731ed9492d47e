"""How values look in errors and in the repr of entities."""

from __future__ import annotations

from typing import Any

from attrs import fields

from jackfield.errors import SetupError
from jackfield.secret import origin_of

_LONGEST = 80


def shown(value: object) -> str:
    """Return the repr of *value*, cut after 80 characters. `field(repr=shown)` keeps pictures out of terminals."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def origin_alone(url: object) -> str:
    """Return of a URL what may be shown: the rest of it may be signed, and is a credential then.

    What has no host (a data URL, for instance) is shown as far as any value is.
    """
    try:
        origin = origin_of(url) if isinstance(url, str) else ""
    except SetupError:
        return "'…'"
    scheme, _, host = origin.partition("://")
    return repr(f"{scheme}://{host}/…") if host else shown(url)


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
