"""The JSON schema of a Python type.

Rule 1: strict: every property is required and no other allowed, as providers want it.
Rule 2: what JSON has no strict schema for is written in another way: a dict as a list of pairs of key and value, and
whatever is no object at the root as an object with one property. `_building` reads it back.
Rule 3: a type that has no schema is said with its path, all of them at once.
Rule 4: a class that stands in several places, or in itself, is defined once and referred to: written out in each, a
class of shared classes doubles at every level. Nothing stands beside a `$ref`; strict validators refuse that.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from itertools import count
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NewType, get_args, get_origin
from uuid import UUID

from jackfield.errors import InvalidRequestError
from jackfield.typed._docstrings import summary_of
from jackfield.typed._kinds import DICTS, LISTS, UNIONS, is_object, properties_of
from jackfield.typed._words import cut, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

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
_DEFINITIONS = "#/$defs/"
_NO_NAME = re.compile(r"[^a-zA-Z0-9_-]+")


def name_of(kind: Any) -> str:
    """Return what the schema of *kind* is called: up to 64 letters, digits, underscores and dashes."""
    named = getattr(kind, "__name__", "") if isinstance(kind, type) and not get_origin(kind) else ""
    return _NO_NAME.sub("_", named)[:64] or "answer"


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
    definitions = drawing.settle()
    if "$ref" in schema:  # a class that contains itself
        schema = definitions[schema["$ref"].removeprefix(_DEFINITIONS)]
    return {**schema, "$defs": definitions} if definitions else schema


def _object(properties: dict[str, Any], description: str | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        **({"description": description} if description else {}),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


class Drawing:
    """A schema in the making: where classes stand in it, and what could not be drawn.

    Only in the end is it known which classes stand in one place. Until `settle`, each place is a dict that has the
    class itself as its `$ref`, and beside it the description that the place gives it.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._schemas: dict[Any, dict[str, Any]] = {}
        self._places: dict[Any, list[dict[str, Any]]] = {}

    def of(self, kind: Any, path: str) -> dict[str, Any]:  # noqa: PLR0911 - one for each kind of type
        """Return the schema of *kind*, which stands at *path*."""
        plain = _PLAIN.get(kind) if isinstance(kind, type) else None
        if plain is not None:
            return dict(plain)
        origin, inner = get_origin(kind), get_args(kind)
        if isinstance(kind, NewType):
            return self.of(kind.__supertype__, path)
        if origin is Annotated:
            drawn = self.of(inner[0], path)
            drawn.update(next(({"description": each} for each in inner[1:] if isinstance(each, str) and each), {}))
            return drawn
        if origin is Literal:
            return self._enumerated(inner, path)
        if origin in UNIONS:
            return {"anyOf": [self.of(each, path) for each in inner]}
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self._enumerated([each.value for each in kind], path)
        if is_object(kind):
            return self.object_of(kind, path)
        if isinstance(kind, str):
            self.problems.append(f"{path}: {cut(repr(kind))} is the name of a type; give the type itself")
            return {}
        return self._gathered(kind, origin or (kind if isinstance(kind, type) else None), inner, path)

    def _gathered(self, kind: Any, origin: Any, inner: tuple[Any, ...], path: str) -> dict[str, Any]:
        """Return the schema of a list or a dict."""
        if origin in LISTS and (len(inner) == 1 or (origin is tuple and inner[1:] == (...,))):
            if LISTS[origin] in (set, frozenset):
                self._check_hashable(inner[0], path)
            return {"type": "array", "items": self.of(inner[0], f"{path}[]")}
        if origin in DICTS and len(inner) == len(PAIR):
            self._check_hashable(inner[0], path)
            pair = {name: self.of(each, f"{path}[].{name}") for name, each in zip(PAIR, inner, strict=True)}
            return {"type": "array", "items": _object(pair)}
        if origin in (*LISTS, *DICTS):
            self.problems.append(f"{path}: {shown(kind)} must say of what, such as list[str] or dict[str, int]")
        else:
            self.problems.append(f"{path}: {shown(kind)} has no schema; use a class with fields, or plain types")
        return {}

    def _check_hashable(self, kind: Any, path: str) -> None:
        """Note it where what stands in a set, or is a key, cannot be hashed: no answer could be made into that."""
        origin = get_origin(kind) or kind
        if isinstance(origin, type) and LISTS.get(origin, origin).__hash__ is None:
            self.problems.append(
                f"{path}: {shown(kind)} cannot be hashed; use a frozen class, a tuple, or a list of them"
            )

    def object_of(self, kind: Any, path: str) -> dict[str, Any]:
        """Return the place of a class with fields."""
        place = {"$ref": kind}
        self._places.setdefault(kind, []).append(place)
        if kind not in self._schemas:
            self._schemas[kind] = {}  # it may contain itself
            self._schemas[kind] = self._class(kind, path)
        return place

    def _class(self, kind: Any, path: str) -> dict[str, Any]:
        """Return the schema of a class with fields."""
        try:
            listed = properties_of(kind)
        except (AttributeError, NameError, SyntaxError, TypeError, ValueError) as error:
            self.problems.append(f"{path}: the annotations of {shown(kind)} cannot be read: {error}")
            return {}
        properties = {}
        for each in listed:
            if each.kind is None:
                self.problems.append(f"{path}.{each.name}: has no annotation, and a schema is made of those")
                continue
            drawn = self.of(each.kind, f"{path}.{each.name}")
            if each.description:
                drawn.setdefault("description", each.description)
            properties[each.name] = drawn
        return _object(properties, summary_of(kind))

    def settle(self) -> dict[str, dict[str, Any]]:
        """Write each class that stands in one place there, and refer to the others; return the definitions of those."""
        definitions: dict[str, dict[str, Any]] = {}
        for kind, places in self._places.items():
            schema = self._schemas[kind]
            if len(places) == 1:
                _fill(places[0], {**schema, **places[0]})
                del places[0]["$ref"]
                continue
            name = _free_name(kind, definitions)
            definitions[name] = schema
            for place in places:
                words = place.get("description")
                reference = {"$ref": f"{_DEFINITIONS}{name}"}
                _fill(place, {"anyOf": [reference], "description": words} if words else reference)
        return definitions

    def _enumerated(self, values: Iterable[Any], path: str) -> dict[str, Any]:
        listed = [each.value if isinstance(each, Enum) else each for each in values]
        if not all(isinstance(each, str | int | float | None) for each in listed):
            self.problems.append(f"{path}: {listed!r} has values that JSON does not have")
        kinds = list(dict.fromkeys(_PLAIN.get(type(each), {"type": "string"})["type"] for each in listed))
        return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": listed}


def _fill(place: dict[str, Any], schema: Mapping[str, Any]) -> None:
    place.clear()
    place.update(schema)


def _free_name(kind: Any, taken: Collection[str]) -> str:
    """Return the name of a definition; two classes of one name get two."""
    name = name_of(kind)
    return next(each for number in count() if (each := f"{name}_{number}" if number else name) not in taken)
