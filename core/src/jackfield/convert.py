"""JSON documents to entities and back: the base converter that wires build on.

Rule 1: on the way out None is absent, `extra` is added as it is, a mapping a caller wrote goes out as it was written.
Rule 2: on the way in nothing is lost: every entity keeps its document in `raw`; unknown keys do no harm.
Rule 3: on the way in containers must be what they should be, leaves are taken as they are: vendors vary in them.
Rule 4: each class is compiled once into a straight-line function; nothing is looked up per call.
Rule 5: what a field of another class is read by is found when the first value comes: an answer without tool calls
compiles no tool calls. 10 ms less in a first chat, and a class may contain itself.

A wire changes one class or one type by registering a hook for it, as with any converter of cattrs, before it is used.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import get_annotations
from types import NoneType, SimpleNamespace, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from jackfield._dispatch import Converter as Converter  # noqa: PLC0414 - wires name it
from jackfield._dispatch import Maker
from jackfield.errors import DecodeError, InvalidRequestError, LimitExceededError
from jackfield.limits import DEFAULT, exceeded
from jackfield.operations import Document

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]


def _plain_dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _plain_loads(text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


_dumps: Callable[[Any], bytes] = _plain_dumps
_loads: Callable[[bytes | str], Any] = _plain_loads
try:
    from orjson import dumps as _dumps
    from orjson import loads as _loads
except ImportError:
    pass  # the standard library does the same, slower


class Misfit(ValueError):  # noqa: N818 - never leaves this file and the wires
    """A document does not fit; gathers its path on the way out.

    Args:
        problem: What is wrong.
        path: Where, from the inside out.
    """

    def __init__(self, problem: str, *path: str | int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = list(path)

    def __str__(self) -> str:
        """The problem with its path from the document's root."""
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in reversed(self.path))
        return f"{self.problem} @ ${steps}"


# JSON text -----------------------------------------------------------------------------------------------------------


def dumps(value: Any) -> bytes:
    """Return *value* as JSON text.

    Raises:
        InvalidRequestError: Something in it has no JSON form; NaN, for instance, or half a surrogate pair.
    """
    try:
        return _dumps(value)
    except (TypeError, ValueError) as error:
        raise InvalidRequestError("the request has no JSON form", problems=[str(error)]) from error


def loads(text: bytes | str, depth: int = DEFAULT.depth) -> Any:
    """Return what the JSON *text* says, which may be nested *depth* deep.

    Raises:
        ValueError: It is not JSON.
        LimitExceededError: It is nested deeper.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        document = _loads(text)
    except ValueError:
        if _depth(data, depth) > depth:  # deeper than any parser goes
            raise _too_deep(depth) from None
        # Half an emoji at a chunk's border is no Unicode; orjson refuses it, the standard library reads it.
        document = _plain_loads(text)
    # What is short or has few brackets is not looked at: of a stream's events 0.1 µs instead of 5.
    if len(data) > 2 * depth and (len(data) > _LONG or data.count(b"[") + data.count(b"{") > depth):
        _refuse_deep(document, depth)
    return document


_LONG = 64 * 1024


def _too_deep(depth: int) -> LimitExceededError:
    return exceeded("depth", depth, f"the answer's JSON is nested more than {depth} deep")


_CONTAINERS = frozenset({dict, list})


def _refuse_deep(document: Any, depth: int) -> None:
    """Raise where *document* is nested more than *depth* deep, looking at it level by level.

    The numbers of a vector are passed over in C, and strings not looked into: 0.1 ms a megabyte of base64, 2 of
    decimals. Looking at the text instead takes 1 of either, and more than this of everything else.
    """
    level: list[Any] = [[document]]
    for _ in range(depth + 1):
        below: list[Any] = []
        for container in level:
            items = container.values() if type(container) is dict else container
            if not _CONTAINERS.isdisjoint(map(type, items)):
                below += [each for each in items if type(each) in _CONTAINERS]
        level = below
        if not level:
            return
    raise _too_deep(depth)


_STRING = rb'"[^"]*"'
_NO_MARKS = bytes(set(range(256)) - set(b'"[]{}'))
_OPENING, _CLOSING = frozenset(b"[{"), frozenset(b"]}")


def _depth(data: bytes, enough: int) -> int:
    """Return how deep *data* is nested; more than *enough* is not counted on.

    What is neither a bracket nor a quotation mark is dropped first, in C: 1 ms a megabyte, where looking for strings in
    all of it takes 35.
    """
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    depth = deepest = 0
    for mark in re.sub(_STRING, b"", data.translate(None, _NO_MARKS)):
        if mark in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
            if deepest > enough:
                break
        elif mark in _CLOSING:
            depth -= 1
    return deepest


# Documents to entities -----------------------------------------------------------------------------------------------


def make_converter(*, reading: Sequence[Maker] = (), writing: Sequence[Maker] = ()) -> Converter:
    """Return a converter of its own, so that one wire's hooks do not touch another's.

    It is one of cattrs, and a wire may register with it what it likes. That imports cattrs; what is given here, not.

    Args:
        reading: Pairs: what accepts a kind, and what makes the function that reads it, from the kind and the converter.
            The function takes the value and the kind. The last pair that accepts a kind counts.
        writing: The same for writing; the function takes the value.
    """
    return Converter(
        ((attrs.has, _compile_structure), (_is_sequence, _compile_sequence), *reading),
        ((attrs.has, _compile_unstructure), *writing),
    )


def decode(converter: Converter, document: Any, cls: type[T]) -> T:
    """Return *document* as an entity of *cls*.

    Raises:
        DecodeError: It does not fit; `problems` says what, with the path.
    """
    try:
        return converter.structure(document, cls)
    except Misfit as misfit:
        raise DecodeError(f"the answer does not fit: {misfit}", problems=[str(misfit)]) from None


_PLAIN = frozenset(
    each + absent
    for each in ("Any", "Mapping[str, Any]", "bool", "dict[str, Any]", "float", "int", "str")
    for absent in ("", " | None")
)
"""Annotations, as they are written, of what is kept as it comes. Evaluating one takes 20 µs, and a chat has 130."""


def _is_plain(annotation: Any) -> bool:
    return isinstance(annotation, str) and annotation in _PLAIN


def _kind_of(cls: type[Any], name: str) -> Any:
    """Return the kind of one field, evaluated in the module of the class that has it, and in the class after that.

    As `get_type_hints` does of a whole class: a field may be called what its kind is called.
    """
    home = next(each for each in cls.__mro__ if name in get_annotations(each))
    alone = SimpleNamespace(__annotations__={name: get_annotations(home)[name]})
    module = sys.modules.get(home.__module__)  # what a program wrote and ran need not be one
    return get_type_hints(alone, dict(vars(home)), {} if module is None else vars(module))[name]


def _is_leaf(kind: Any) -> bool:
    """Tell whether values of *kind* are kept as they come."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return all(_is_leaf(each) for each in get_args(kind))
    return kind in (str, int, float, bool, NoneType, Any, object, dict) or origin in (Literal, dict, Mapping)


def _is_sequence(kind: Any) -> bool:
    return get_origin(kind) in (tuple, Sequence)


def _inner(kind: Any) -> Any:
    """Return *kind* without None, where what is left is one kind; *kind* itself otherwise."""
    if get_origin(kind) in (Union, UnionType):
        left = [each for each in get_args(kind) if each is not NoneType]
        if 1 == len(left):
            return left[0]
    return kind


def _compile_structure(cls: type[Any], converter: Converter) -> Hook:
    """Write the function that fills one *cls* from a document, without `__init__`: entities read have no validators.

    Setting the slots directly takes a third of the time of calling `__init__` with keywords.
    """
    required: frozenset[str] = getattr(cls, "required", frozenset())
    names: dict[str, Any] = {"cls": cls, "new": cls.__new__, "set": object.__setattr__, "Misfit": Misfit}
    lines = [
        "def structure(o, _=None):",
        "  if type(o) is not dict: raise Misfit(f'expected an object, got {type(o).__name__}')",
        "  e = new(cls)",
        "  get = o.get",
    ]
    setter: Any = cls.__setattr__
    frozen = setter is not object.__setattr__

    def put(name: str, value: str) -> str:
        return f"set(e, {name!r}, {value})" if frozen else f"e.{name} = {value}"

    lines += [
        f"  if get({name!r}) is None: raise Misfit('required field missing', {name!r})" for name in sorted(required)
    ]
    for attribute in attrs.fields(cls):
        name = attribute.name
        default = attribute.default
        if name == "raw" and issubclass(cls, Document):
            lines.append(f"  {put(name, 'o')}")
            continue
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type] # a class that its stubs call a function
            names[f"d_{name}"] = default.factory
            fallback = f"d_{name}()"
        else:
            names[f"d_{name}"] = None if default is attrs.NOTHING else default
            fallback = f"d_{name}"
        if name in ("meta", "extra"):
            lines.append(f"  {put(name, fallback)}")
            continue
        if _is_plain(attribute.type):
            if default is None:
                lines.append(f"  {put(name, f'get({name!r})')}")
            else:
                lines.append(f"  v = get({name!r}); {put(name, f'{fallback} if v is None else v')}")
            continue
        names[f"t_{name}"] = None
        names[f"h_{name}"] = _reader(cls, name, names, converter)
        lines += [
            f"  v = get({name!r})",
            f"  if v is None: {put(name, fallback)}",
            "  else:",
            f"    try: {put(name, f'h_{name}(v, t_{name})')}",
            f"    except Misfit as m: m.path.append({name!r}); raise",
        ]
    lines.append("  return e")
    exec("\n".join(lines), names)  # noqa: S102 - the text is built from our own classes' field names
    structure: Hook = names["structure"]
    return structure


def _reader(cls: type[Any], name: str, names: dict[str, Any], converter: Converter) -> Hook:
    """Return what finds a field's hook with the first value, and puts it in its own place: no later one comes here."""

    def first(value: Any, _: Any) -> Any:
        kind = _inner(_kind_of(cls, name))
        hook = _itself if _is_leaf(kind) else converter.get_structure_hook(kind)
        names[f"t_{name}"], names[f"h_{name}"] = kind, hook
        return hook(value, kind)

    return first


def _itself(value: Any, _: Any) -> Any:
    return value


def _compile_sequence(kind: Any, converter: Converter) -> Hook:
    """Return the function that reads a list of things of one kind; null is an empty one."""
    element = get_args(kind)[0]
    if _is_leaf(element):
        return _as_tuple
    hook = converter.get_structure_hook(element)

    def structure(value: Any, _: Any = None) -> tuple[Any, ...]:
        read: list[Any] = []
        if type(value) is not list:
            raise _no_list(value)
        try:
            for each in value:
                read.append(hook(each, element))  # noqa: PERF401 - how many there are says where it does not fit
        except Misfit as misfit:
            misfit.path.append(len(read))
            raise
        return tuple(read)

    return structure


def _as_tuple(value: Any, _: Any = None) -> tuple[Any, ...]:
    if type(value) is not list:
        raise _no_list(value)
    return tuple(value)


def _no_list(value: Any) -> Misfit:
    return Misfit(f"expected an array, got {type(value).__name__}")


# Entities to documents -----------------------------------------------------------------------------------------------


def _compile_unstructure(cls: type[Any], converter: Converter) -> Callable[[Any], dict[str, Any]]:
    """Write the function that turns one *cls* into a document."""
    names: dict[str, Any] = {"out": partial(_out, converter), "plain": _AS_IT_IS}
    lines = ["def unstructure(e):", "  d = {}"]
    for attribute in attrs.fields(cls):
        name = attribute.name
        if name in ("raw", "meta", "extra"):
            continue
        function = "out"
        if not _is_plain(attribute.type):
            function = f"w_{name}"
            names[function] = _writer(cls, name, names, converter)
        lines += [f"  v = e.{name}", f"  if v is not None: d[{name!r}] = v if type(v) in plain else {function}(v)"]
    if any(attribute.name == "extra" for attribute in attrs.fields(cls)):
        lines.append("  if e.extra: d.update(e.extra)")
    lines.append("  return d")
    exec("\n".join(lines), names)  # noqa: S102 - the text is built from our own classes' field names
    unstructure: Callable[[Any], dict[str, Any]] = names["unstructure"]
    return unstructure


_AS_IT_IS = frozenset({str, int, float, bool, NoneType})


def _writer(cls: type[Any], name: str, names: dict[str, Any], converter: Converter) -> Callable[[Any], Any]:
    """Return what finds with the first value how a field is written, and puts that in its own place."""

    def first(value: Any) -> Any:
        element = _entities(_kind_of(cls, name))
        names[f"w_{name}"] = write = names["out"] if element is None else _all_of(element, converter)
        return write(value)

    return first


def _all_of(cls: type[Any], converter: Converter) -> Callable[[Any], list[Any]]:
    """Return what writes a sequence of entities of one class."""
    write = converter.get_unstructure_hook(cls)  # 0.3 µs a message less than looking each one's function up
    return lambda values: [write(each) for each in values]


def _entities(kind: Any) -> type[Any] | None:
    """Return the class of the items, where *kind* is a sequence of entities of one class."""
    kind = _inner(kind)
    element = get_args(kind)[0] if _is_sequence(kind) else None
    return element if element is not None and attrs.has(element) else None


def _out(converter: Converter, value: Any) -> Any:
    """Return *value* as a document, whatever it is."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is tuple or kind is list:
        return [_out(converter, each) for each in value]
    if isinstance(value, Mapping):
        return {key: _out(converter, each) for key, each in value.items()}
    return converter.unstructure(value)
