"""The JSON schema of a Python type.

Rule 1: strict: every property is required and no other allowed, as providers want it.
Rule 2: what JSON has no strict schema for is written in another way: a dict as a list of pairs of key and value, and
whatever is no object at the root as an object with one property. `_building` reads it back.
Rule 3: a type that has no schema is said with its path, all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
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
from uuid import UUID

from attrs import Attribute, fields, frozen, has

from jackfield.errors import InvalidRequestError
from jackfield.typed._docstrings import described, summary_of

PAIR = ("key", "value")
"""What the two properties of a dict's pairs are called."""
WRAPPED = "value"
"""What the property is called in which something stands that is no object."""

_PLAIN: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    NoneType: {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    UUID: {"type": "string", "format": "uuid"},
    Decimal: {"type": "number"},
}
LISTS = (list, tuple, set, frozenset, Sequence, MutableSequence, Iterable, AbstractSet)
DICTS = (dict, Mapping, MutableMapping)
UNIONS = (Union, UnionType)
_NO_NAME = re.compile(r"[^a-zA-Z0-9_-]+")


@frozen
class Property:
    """One field of a class: its name, its kind, and what is said of it."""

    name: str
    kind: Any
    description: str | None = None


def name_of(kind: Any) -> str:
    """Return what the schema of *kind* is called: up to 64 letters, digits, underscores and dashes."""
    named = getattr(kind, "__name__", "") if isinstance(kind, type) and not get_origin(kind) else ""
    return _NO_NAME.sub("_", named)[:64] or "answer"


def is_object(kind: Any) -> bool:
    """Tell whether *kind* is a class with named fields."""
    return isinstance(kind, type) and (has(kind) or hasattr(kind, "__dataclass_fields__") or is_typeddict(kind))


def schema_of(kind: Any) -> dict[str, Any]:
    """Return the strict JSON schema of *kind*, an object at its root.

    Args:
        kind: An attrs class, a dataclass, a TypedDict, an enum, a plain type, or an annotation made of them: unions,
            optional ones, literals, lists, sets, dicts. `Annotated[..., "what it is"]` describes a field, and so does
            an `Attributes:` section in the class's docstring.

    Raises:
        InvalidRequestError: There is no schema for it; all problems at once, each with its path.
    """
    if is_object(kind):
        return root_schema(lambda drawing: drawing.object_of(kind, "$"))
    return root_schema(lambda drawing: _object({WRAPPED: drawing.of(kind, f"$.{WRAPPED}")}))


def root_schema(draw: Callable[[Drawing], dict[str, Any]]) -> dict[str, Any]:
    """Return what *draw* draws, with the definitions it refers to.

    Raises:
        InvalidRequestError: Something in it has no schema.
    """
    drawing = Drawing()
    schema = draw(drawing)
    if drawing.problems:
        raise InvalidRequestError("there is no schema for that type", problems=drawing.problems)
    if "$ref" in schema:  # a class that contains itself
        schema = dict(drawing.definitions[schema["$ref"].rpartition("/")[2]])
    return {**schema, "$defs": drawing.definitions} if drawing.definitions else schema


def _object(properties: dict[str, Any], description: str | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        **({"description": description} if description else {}),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


class Drawing:
    """A schema in the making: the definitions it refers to, and what could not be drawn."""

    def __init__(self) -> None:
        self.definitions: dict[str, dict[str, Any]] = {}
        self.problems: list[str] = []
        self._names: dict[Any, str] = {}
        self._open: list[Any] = []
        self._referred: set[Any] = set()

    def of(self, kind: Any, path: str) -> dict[str, Any]:  # noqa: PLR0911 - one for each kind of type
        """Return the schema of *kind*, which stands at *path*."""
        plain = _PLAIN.get(kind) if isinstance(kind, type) else None
        if plain is not None:
            return dict(plain)
        origin, inner = get_origin(kind), get_args(kind)
        if isinstance(kind, NewType):
            return self.of(kind.__supertype__, path)
        if origin is Annotated:
            words = next((each for each in inner[1:] if isinstance(each, str)), None)
            return {**self.of(inner[0], path), **({"description": words} if words else {})}
        if origin in (Required, NotRequired):
            return self.of(inner[0], path)
        if origin is Literal:
            return self._enumerated(inner, path)
        if origin in UNIONS:
            return {"anyOf": [self.of(each, path) for each in inner]}
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self._enumerated([each.value for each in kind], path)
        if is_object(kind):
            return self.object_of(kind, path)
        return self._gathered(kind, origin or kind, inner, path)

    def _gathered(self, kind: Any, origin: Any, inner: tuple[Any, ...], path: str) -> dict[str, Any]:
        """Return the schema of a list or a dict."""
        if origin in LISTS and (len(inner) == 1 or (origin is tuple and inner[1:] == (...,))):
            return {"type": "array", "items": self.of(inner[0], f"{path}[]")}
        if origin in DICTS and len(inner) == len(PAIR):
            pair = {name: self.of(each, f"{path}[].{name}") for name, each in zip(PAIR, inner, strict=True)}
            return {"type": "array", "items": _object(pair)}
        if origin in (*LISTS, *DICTS):
            self.problems.append(f"{path}: {_shown(kind)} must say of what, such as list[str] or dict[str, int]")
        else:
            self.problems.append(f"{path}: {_shown(kind)} has no schema; use a class with fields, or plain types")
        return {}

    def object_of(self, kind: Any, path: str) -> dict[str, Any]:
        """Return the schema of a class with fields, or a reference to it where it contains itself."""
        if kind in self._open:
            self._referred.add(kind)
            return {"$ref": f"#/$defs/{self._name(kind)}"}
        self._open.append(kind)
        properties = {}
        for each in properties_of(kind):
            drawn = self.of(each.kind, f"{path}.{each.name}")
            if each.description and "$ref" not in drawn:
                drawn.setdefault("description", each.description)
            properties[each.name] = drawn
        self._open.pop()
        schema = _object(properties, summary_of(kind))
        if kind not in self._referred:
            return schema
        self.definitions[self._name(kind)] = schema
        return {"$ref": f"#/$defs/{self._name(kind)}"}

    def _name(self, kind: Any) -> str:
        """Return the name of a definition; two classes of one name get two."""
        if kind not in self._names:
            name, taken = name_of(kind), set(self._names.values())
            self._names[kind] = name if name not in taken else f"{name}_{len(taken)}"
        return self._names[kind]

    def _enumerated(self, values: Iterable[Any], path: str) -> dict[str, Any]:
        listed = [each.value if isinstance(each, Enum) else each for each in values]
        if not all(isinstance(each, str | int | float | None) for each in listed):
            self.problems.append(f"{path}: {listed!r} has values that JSON does not have")
        kinds = list(dict.fromkeys(_PLAIN.get(type(each), {"type": "string"})["type"] for each in listed))
        return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": listed}


def properties_of(kind: Any) -> list[Property]:
    """Return the fields of a class that are given when it is made."""
    hints = get_type_hints(kind, include_extras=True)
    words = described(kind)
    if is_typeddict(kind):
        return [Property(name, hint, words.get(name)) for name, hint in hints.items()]
    named: Sequence[Attribute[Any]] | Iterable[Any]
    named = fields(kind) if has(kind) else kind.__dataclass_fields__.values()
    return [
        Property(each.name, hints[each.name], each.metadata.get("description") or words.get(each.name))
        for each in named
        if each.init
    ]


def _shown(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)
