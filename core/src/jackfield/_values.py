"""Equality, hash and repr of attrs classes, written once.

attrs writes and compiles them for every class anew, which is half of the 0.5 ms that a class takes to make, and a first
chat needs dozens of classes. A class below one of these says `eq=False, repr=False` and has theirs, which do the same;
one that does not say so gets its own.
"""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import fields

if TYPE_CHECKING:
    from collections.abc import Callable


class Shown:
    """An object whose repr tells its values."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Tell the values of all fields that have no `repr=False`."""
        kind: Any = self.__class__
        shown = [
            f"{each.name}={(each.repr if callable(each.repr) else repr)(getattr(self, each.name))}"
            for each in fields(kind)
            if each.repr
        ]
        return f"{kind.__qualname__.rpartition('>.')[2]}({', '.join(shown)})"  # local classes without their function


class Value(Shown):  # noqa: PLW1641 - see its docstring
    """An object that equals another one of its class with the same values. It may change, so it has no hash."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        """Compare the values of all fields that have no `eq=False`."""
        if other.__class__ is not self.__class__:
            return NotImplemented
        kind: Any = self.__class__
        compared = _compared(kind)
        return bool(compared(self) == compared(other))


class FrozenValue(Value):
    """A `Value` that does not change, so it has a hash."""

    __slots__ = ()

    def __hash__(self) -> int:
        """Make it of all fields that are compared and have no `hash=False`."""
        kind: Any = self.__class__
        return hash((kind, _hashed(kind)(self)))


@cache
def _compared(cls: type[Any]) -> Callable[[object], Any]:
    return _getter([each.name for each in fields(cls) if each.eq])


@cache
def _hashed(cls: type[Any]) -> Callable[[object], Any]:
    return _getter([each.name for each in fields(cls) if (each.eq if each.hash is None else each.hash)])


def _getter(names: list[str]) -> Callable[[object], Any]:
    """Return what gives the values of *names*, in C."""
    return attrgetter(*names) if names else lambda _value: None
