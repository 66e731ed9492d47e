"""Single values of what a model said: text, numbers, times, enums.

Rule 1: a value is of the kind that the schema told, or it is refused; none is turned into what it is not.
Rule 2: what is said of a value is short, however long the value is: a model's text ends up in errors and logs.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID

from jackfield.typed._words import called, cut, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

EXACT: Mapping[type[Any], tuple[str, tuple[type, ...]]] = {
    str: ("text", (str,)),
    bool: ("true or false", (bool,)),
    int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
    NoneType: ("null", (NoneType,)),
}
"""What each plain kind is called, and what it is made of."""
READ: Mapping[type[Any], Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    UUID: UUID,
    Decimal: lambda value: Decimal(str(value)),
}
"""What reads a kind for which JSON has no value of its own."""


def exact(value: Any, kind: type) -> Any:
    """Return *value*, which has to be a *kind* already; a whole number may be written with a point."""
    if issubclass(kind, Enum):  # `class Colour(str, Enum)`: cattrs takes it for text
        return enumerated(value, kind)
    if kind not in EXACT:
        return unknown(value, kind)
    wanted, accepted = EXACT[kind]
    if kind is int and type(value) is float and value.is_integer():
        return int(value)
    if type(value) not in accepted:
        raise ValueError(f"expected {wanted}, got {called(value)}")
    return float(value) if kind is float else value


def read(value: Any, kind: type) -> Any:
    """Return the *kind* that *value* spells."""
    if kind not in READ:
        return unknown(value, kind)
    try:
        return READ[kind](value)
    except (AttributeError, InvalidOperation, TypeError, ValueError):
        raise ValueError(f"expected a {kind.__name__}, got {cut(repr(value))}") from None


def literal(value: Any, kind: Any) -> Any:
    """Return that of a literal's values which *value* is."""
    return _chosen(value, [(each.value if isinstance(each, Enum) else each, each) for each in get_args(kind)])


def enumerated(value: Any, kind: type[Enum]) -> Any:
    """Return that member of an enum whose value *value* is."""
    return _chosen(value, [(each.value, each) for each in kind])


def _chosen(value: Any, choices: Iterable[tuple[Any, Any]]) -> Any:
    for spelt, choice in choices:
        if spelt == value and isinstance(spelt, bool) == isinstance(value, bool):  # to Python, True is 1
            return choice
    raise ValueError(f"expected one of {', '.join(repr(spelt) for spelt, _ in choices)}, got {cut(repr(value))}")


def unknown(_: Any, kind: Any) -> Any:
    """Refuse a kind that has no schema: what would be made of a value for it is anyone's guess."""
    raise ValueError(f"{shown(kind)} has no schema, so nothing is made into one")
