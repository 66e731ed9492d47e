"""The cattrs converters: that which makes objects of what a model said, and that for the way back.

Rule 1: an object is made of a JSON object, and a list of a JSON array, never of what merely can be gone through.
Rule 2: what has a schema can be made, and what has none is refused; `Any`, and lists and dicts that do not say of what,
take what comes.
Rule 3: whatever does not fit inside is told, all of it, each with its place in it.
"""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from enum import Enum
from functools import cache, partial
from pathlib import Path
from types import NoneType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NewType,
    get_args,
    get_origin,
    is_typeddict,
)
from uuid import UUID

from cattrs import ClassValidationError, Converter, IterableValidationError, transform_error
from cattrs.errors import AttributeValidationNote, IterableValidationNote
from cattrs.preconf.json import make_converter

from jackfield.typed._kinds import DICTS, LISTS, UNIONS, is_object, properties_of
from jackfield.typed._schema import PAIR
from jackfield.typed._values import EXACT, READ, enumerated, exact, literal, read, unknown
from jackfield.typed._words import called, cut, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jackfield.typed._kinds import Property

_LONGEST = 300
"""What is said of one value."""


@cache
def converter() -> Converter:
    """Return the converter; what it makes for a class is kept."""
    made = Converter(detailed_validation=True)
    made.register_structure_hook_func(_is_unknown, unknown)
    for kind in (*EXACT, bytes, Path):  # cattrs has functions for these, which would make something of anything
        made.register_structure_hook(kind, exact)
    for kind in READ:
        made.register_structure_hook(kind, read)
    made.register_structure_hook(Enum, enumerated)
    made.register_structure_hook_factory(is_object, partial(_class, made))
    made.register_structure_hook_func(_is_literal, literal)
    made.register_structure_hook_func(_is_list, partial(_list, made))
    made.register_structure_hook_func(_is_dict, partial(_dict, made))
    made.register_structure_hook_func(_is_union, partial(_one_of, made))
    return made


def _is_unknown(kind: Any) -> bool:
    """Tell whether cattrs is not to look further; the functions registered later come before this one."""
    return kind is not Any and get_origin(kind) is not Annotated and not isinstance(kind, NewType)


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _is_list(kind: Any) -> bool:
    return _gathers(kind) in LISTS


def _is_dict(kind: Any) -> bool:
    return _gathers(kind) in DICTS


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in UNIONS


# Classes -------------------------------------------------------------------------------------------------------------


def _class(converter: Converter, kind: Any) -> Callable[[Any, Any], Any]:
    """Return what makes a *kind*; what it has no field for is left out."""
    if is_typeddict(kind):
        return partial(_typed_dict, converter)
    make = converter.gen_structure_attrs_fromdict(kind)
    return lambda value, _: make(_object(value), kind)


def _typed_dict(converter: Converter, value: Any, kind: Any) -> dict[str, Any]:
    """Make a TypedDict; cattrs would leave in it what it does not name."""
    given = [each for each in properties_of(kind) if each.needed or each.name in _object(value)]
    return _named(converter, _object(value), {each.name: each.kind for each in given})


def _object(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise ValueError(f"expected an object, got {called(value)}")
    return value


# Lists and dicts -----------------------------------------------------------------------------------------------------


def _gathers(kind: Any) -> Any:
    """Return which list or dict *kind* is, if one: that of `list[str]`, and of a `list` that does not say of what."""
    return get_origin(kind) or (kind if isinstance(kind, type) else None)


def _list(converter: Converter, value: Any, kind: Any) -> Any:
    inner = get_args(kind) or (Any, ...)
    into = LISTS[_gathers(kind)]
    if into is tuple and len(inner) > 1 and inner[1] is not ...:
        return unknown(value, kind)
    if type(value) is not list:
        raise ValueError(f"expected an array, got {called(value)}")
    return into(_items(value, lambda each: converter.structure(each, inner[0])))


def _dict(converter: Converter, value: Any, kind: Any) -> dict[Any, Any]:
    """Read a list of pairs, or an object: a server that does not follow schemas writes that."""
    keys, values = get_args(kind) or (Any, Any)
    if type(value) is dict:
        made = _named(converter, value, dict.fromkeys(value, values))
        return dict(zip(_items(list(made), lambda key: converter.structure(key, keys)), made.values(), strict=True))
    if type(value) is not list:
        raise ValueError(f"expected an array of objects with key and value, got {called(value)}")
    kinds = dict(zip(PAIR, (keys, values), strict=True))
    pairs = _items(value, lambda each: _named(converter, _object(each), kinds))
    return {pair["key"]: pair["value"] for pair in pairs}


def _items(values: list[Any], structure: Callable[[Any], Any]) -> list[Any]:
    """Return what *structure* makes of each value."""
    made, said = [], []
    for at, each in enumerate(values):
        try:
            made.append(structure(each))
        except Exception as error:  # noqa: BLE001 - a validator of the class's own may raise anything
            error.add_note(IterableValidationNote("", at, Any))
            said.append(error)
    if said:
        raise IterableValidationError("", said, list)
    return made


def _named(converter: Converter, document: Mapping[str, Any], kinds: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in *document* under each name, as the kind for it."""
    made, said = {}, []
    for name, kind in kinds.items():
        try:
            made[name] = converter.structure(document[name], kind)
        except Exception as error:  # noqa: BLE001 - as above
            error.add_note(AttributeValidationNote("", cut(name), kind))
            said.append(error)
    if said:
        raise ClassValidationError("", said, dict)
    return made


# Unions --------------------------------------------------------------------------------------------------------------


def _one_of(converter: Converter, value: Any, kind: Any) -> Any:
    """Read the alternative that *value* fits; of several classes that first which has exactly its fields.

    A class that cannot fit is not tried for what is inside it: in a tree of such classes each level would multiply the
    work of all below it. Where none fits, the error is that of the class that comes nearest.
    """
    alternatives = [each for each in get_args(kind) if each is not NoneType]
    if value is None and len(alternatives) < len(get_args(kind)):
        return None
    if len(alternatives) == 1:  # an optional one: its own error says it best
        return converter.structure(value, alternatives[0])
    said: dict[int, Exception] = {}
    ranks = sorted((*_strangeness(value, each), at) for at, each in enumerate(alternatives))
    for misfits, _, at in ranks:
        if not misfits:
            try:
                return converter.structure(value, alternatives[at])
            except Exception as error:  # noqa: BLE001 - the next one may fit
                said[at] = error
    nearest = next((at for _, _, at in ranks if _properties(value, alternatives[at])), None)
    if nearest is None:
        raise ValueError(f"expected {' or '.join(shown(each) for each in get_args(kind))}, got {called(value)}")
    if nearest in said:
        raise said[nearest]
    return converter.structure(value, alternatives[nearest])


def _strangeness(value: Any, kind: Any) -> tuple[int, bool]:
    """Return how many fields of a class *value* cannot have, as far as is seen at once, and whether it has others."""
    properties = _properties(value, kind)
    misfits = sum(
        not _is_one_of(value[each.name], each.kind) if each.name in value else each.needed for each in properties
    )
    return misfits, {each.name for each in properties} != set(value if properties else ())


def _is_one_of(value: Any, kind: Any) -> bool:
    """Tell whether *value* may be a *kind*, which only a literal says at once."""
    kind = _bare(kind)
    if not _is_literal(kind):
        return True
    try:
        literal(value, kind)
    except ValueError:
        return False
    return True


def _properties(value: Any, kind: Any) -> tuple[Property, ...]:
    """Return the fields of *kind*, if it is a class and *value* an object; none otherwise."""
    kind = _bare(kind)
    return properties_of(kind) if type(value) is dict and is_object(kind) else ()


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


# What is said of it --------------------------------------------------------------------------------------------------


def told(error: Exception, path: str) -> list[str]:
    """Return what is wrong with a document that stands at *path*, each thing with its place."""
    return transform_error(error, path, _in_words)


def _in_words(error: BaseException, _: Any) -> str:
    if isinstance(error, KeyError):
        return "required field missing"
    # Validators of attrs give the attribute and the value as well, for programs to look at.
    several = len(error.args) > 1 and isinstance(error.args[0], str)
    words = " ".join(str(error.args[0] if several else error).split())
    return cut(words, _LONGEST) or type(error).__name__


# The way back --------------------------------------------------------------------------------------------------------


@cache
def plain_converter() -> Converter:
    """Return what writes objects as JSON has them."""
    made = make_converter()
    for kind in (time, UUID, Decimal):
        made.register_unstructure_hook(kind, str)
    return made
