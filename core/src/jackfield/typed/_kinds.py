"""What Python's types are made of: which are lists, which are classes, and what fields those have."""

from __future__ import annotations

from collections.abc import (
    Collection,
    Iterable,
    Mapping,
    MutableMapping,
    MutableSequence,
    MutableSet,
    Sequence,
)
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, InitVar
from dataclasses import fields as dataclass_fields
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NewType,
    NotRequired,
    Required,
    Union,  # noqa: TID251 - to compare with
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from attrs import NOTHING, fields, frozen, has

from jackfield.typed._docstrings import described

LISTS: Mapping[Any, type[Any]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    Iterable: tuple,
    Collection: tuple,
    Sequence: tuple,
    MutableSequence: list,
    AbstractSet: frozenset,
    MutableSet: set,
}
"""What is written as an array, and what each is made as."""
DICTS = (dict, Mapping, MutableMapping)
UNIONS = (Union, UnionType)


@frozen
class Property:
    """One field of a class.

    Attributes:
        name: Its name.
        kind: Its annotation; None without one.
        needed: Whether it has no default.
        description: What is said of it.
    """

    name: str
    kind: Any
    needed: bool
    description: str | None = None


def is_object(kind: Any) -> bool:
    """Tell whether *kind* is a class with named fields."""
    return isinstance(kind, type) and (has(kind) or hasattr(kind, "__dataclass_fields__") or is_typeddict(kind))


@cache
def properties_of(kind: Any) -> tuple[Property, ...]:
    """Return the fields of a class that are given when it is made: no `ClassVar`, and none that it sets itself.

    An `InitVar` is no field and keeps its default; without one it is among them, for which there is no schema.

    Raises:
        NameError: An annotation names what is not there; whatever else an annotation raises.
    """
    hints = get_type_hints(kind, include_extras=True)
    words = described(kind)
    if is_typeddict(kind):
        return tuple(
            Property(name, _unmarked(hint), _is_needed(kind, name, hint), words.get(name))
            for name, hint in hints.items()
        )
    if has(kind):
        given: list[tuple[Any, bool]] = [(each, each.default is NOTHING) for each in fields(kind)]
    else:
        variables = [kind.__dataclass_fields__[name] for name, hint in hints.items() if isinstance(hint, InitVar)]
        given = [(each, each.default is each.default_factory is MISSING) for each in dataclass_fields(kind)]
        given += [(each, True) for each in variables if each.default is MISSING]
    return tuple(
        Property(each.name, hints.get(each.name), needed, each.metadata.get("description") or words.get(each.name))
        for each, needed in given
        if each.init
    )


def _is_needed(kind: Any, name: str, hint: Any) -> bool:
    """Tell whether a key of a TypedDict has to be there; the class itself misreads annotations that are text."""
    return get_origin(hint) is Required or (get_origin(hint) is not NotRequired and name in kind.__required_keys__)


def _unmarked(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) in (Required, NotRequired) else hint


def may_be_null(kind: Any) -> bool:
    """Tell whether None is among what *kind* allows."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, NewType):
        return may_be_null(kind.__supertype__)
    if origin is Annotated:
        return may_be_null(inner[0])
    if origin is Literal:
        return None in inner
    return kind is NoneType or (origin in UNIONS and any(map(may_be_null, inner)))
