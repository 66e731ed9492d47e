"""Python objects of what a model said, by cattrs.

Rule 1: values are what the schema said, and are not made to fit: a model that writes "5" for 5 is told so.
Rule 2: what does not fit is said with its path, all of it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

from jackfield.typed._schema import DICTS, PAIR, UNIONS, WRAPPED, is_object

if TYPE_CHECKING:
    from cattrs import Converter

    from jackfield.typed._functions import FunctionFacts


class Misfit(ValueError):  # noqa: N818 - caught by whoever asked, never shown
    """What a model said does not fit.

    Attributes:
        problems: What does not fit, each with its path.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def build(document: Any, kind: Any) -> Any:
    """Return *document*, which follows the schema of *kind*, as a *kind*.

    Raises:
        Misfit: It does not.
    """
    if not is_object(kind) and isinstance(document, dict) and [WRAPPED] == list(document):
        return _built(document[WRAPPED], kind, f"$.{WRAPPED}")
    return _built(document, kind, "$")


def build_arguments(document: Any, facts: FunctionFacts) -> dict[str, Any]:
    """Return *document* as the arguments of a function; null for one that may be left out leaves it out.

    Raises:
        Misfit: They do not fit.
    """
    if not isinstance(document, dict):
        raise Misfit([f"expected an object, got {_called(document)} @ $"])
    arguments, problems = {}, []
    for each in facts.arguments:
        value = document.get(each.name)
        if value is None and each.optional:
            continue
        try:
            arguments[each.name] = _built(value, each.kind, f"$.{each.name}")
        except Misfit as misfit:
            problems += misfit.problems
    known = {each.name for each in facts.arguments}
    problems += [f"there is no such argument @ $.{name}" for name in document if name not in known]
    if problems:
        raise Misfit(problems)
    return arguments


def _built(document: Any, kind: Any, path: str) -> Any:
    from cattrs import BaseValidationError, transform_error  # noqa: PLC0415 - only where objects are wanted

    try:
        return _converter().structure(document, kind)
    except BaseValidationError as error:
        raise Misfit(transform_error(error, path, _told)) from None
    except Exception as error:  # noqa: BLE001 - a validator of the class's own may raise anything
        raise Misfit([f"{_told(error, None)} @ {path}"]) from None


def _told(error: BaseException, _kind: Any) -> str:
    """Return what is wrong in words."""
    if isinstance(error, KeyError):
        return "required field missing"
    return " ".join(str(error).split()) or type(error).__name__


def _called(value: Any) -> str:
    """Return what JSON calls the kind of *value*."""
    names = {dict: "an object", list: "an array", str: "text", bool: "true or false", NoneType: "null"}
    return names.get(type(value), "a number")


def _exactly(kind: type, *accepted: type) -> Callable[[Any, Any], Any]:
    """Return what takes a value of the kinds *accepted* and nothing that would have to be turned into it."""
    wanted = {str: "text", bool: "true or false", int: "a whole number", float: "a number", NoneType: "null"}[kind]

    def structure(value: Any, _: Any) -> Any:
        if kind is int and type(value) is float and value.is_integer():
            return int(value)
        if type(value) not in accepted:
            raise ValueError(f"expected {wanted}, got {_called(value)}")
        return kind(value) if kind is float else value

    return structure


def _from_text(kind: Any, read: Callable[[str], Any]) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if type(value) is bool:
            raise ValueError(f"expected a {kind.__name__}, got {_called(value)}")
        try:
            return read(value)
        except (AttributeError, InvalidOperation, TypeError, ValueError):
            raise ValueError(f"expected a {kind.__name__}, got {value!r}") from None

    return structure


_EXACT: Mapping[type[Any], tuple[type, ...]] = {
    str: (str,),
    bool: (bool,),
    int: (int,),
    float: (int, float),
    NoneType: (NoneType,),
}
_READ: Mapping[type[Any], Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    UUID: UUID,
    Decimal: lambda value: Decimal(str(value)),
}


@cache
def _converter() -> Converter:
    from cattrs import Converter  # noqa: PLC0415 - as above

    converter = Converter(detailed_validation=True)
    for kind, accepted in _EXACT.items():
        converter.register_structure_hook(kind, _exactly(kind, *accepted))
    for kind, read in _READ.items():
        converter.register_structure_hook(kind, _from_text(kind, read))
    converter.register_structure_hook_func(_is_literal, _literal)
    converter.register_structure_hook_func(lambda kind: isinstance(kind, type) and issubclass(kind, Enum), _enum)
    converter.register_structure_hook_func(_is_dict, lambda value, kind: _dict(value, kind, converter))
    converter.register_structure_hook_func(_is_union, lambda value, kind: _one_of(value, kind, converter))
    return converter


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _literal(value: Any, kind: Any) -> Any:
    for each in get_args(kind):
        plain = each.value if isinstance(each, Enum) else each
        if plain == value and type(plain) is type(value):
            return each
    raise ValueError(f"expected one of {', '.join(map(repr, get_args(kind)))}, got {value!r}")


def _enum(value: Any, kind: type[Enum]) -> Enum:
    for each in kind:
        if each.value == value:
            return each
    raise ValueError(f"expected one of {', '.join(repr(each.value) for each in kind)}, got {value!r}")


def _is_dict(kind: Any) -> bool:
    return get_origin(kind) in DICTS


def _dict(value: Any, kind: Any, converter: Converter) -> dict[Any, Any]:
    """Read a list of pairs, or an object: a server that does not follow schemas writes that."""
    keys, values = get_args(kind)
    if isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, list) and all(isinstance(each, dict) and set(PAIR) <= set(each) for each in value):
        pairs = [(each["key"], each["value"]) for each in value]
    else:
        raise ValueError(f"expected an array of objects with key and value, got {_called(value)}")
    return {converter.structure(key, keys): converter.structure(each, values) for key, each in pairs}


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in UNIONS


def _one_of(value: Any, kind: Any, converter: Converter) -> Any:
    """Read the alternative that *value* fits; of several classes that which has exactly its fields."""
    alternatives = sorted(get_args(kind), key=lambda each: not _has_the_keys(value, each))
    said = []
    for each in alternatives:
        try:
            return converter.structure(value, each)
        except Exception as error:  # noqa: BLE001 - the next one may fit
            said.append(error)
    if len(alternatives) == 2 and NoneType in alternatives:  # noqa: PLR2004 - an optional one: its own error says it best
        raise said[next(at for at, each in enumerate(alternatives) if each is not NoneType)]
    if isinstance(value, dict):
        raise said[0]  # that of the class whose fields it has
    raise ValueError(f"expected {' or '.join(_kind_name(each) for each in alternatives)}, got {_called(value)}")


def _has_the_keys(value: Any, kind: Any) -> bool:
    from jackfield.typed._schema import properties_of  # noqa: PLC0415 - only for unions

    kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return isinstance(value, dict) and is_object(kind) and {each.name for each in properties_of(kind)} == set(value)


def _kind_name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)


def plain(value: Any) -> Any:
    """Return *value* as JSON has it: objects as dicts, enums as their values, times as text."""
    return _plain_converter().unstructure(value)


@cache
def _plain_converter() -> Converter:
    from cattrs.preconf.json import make_converter  # noqa: PLC0415 - only where objects go out

    converter = make_converter()
    for kind in (time, UUID, Decimal):
        converter.register_unstructure_hook(kind, str)
    return converter
