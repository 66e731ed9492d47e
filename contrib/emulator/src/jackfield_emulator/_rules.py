"""Checks a request's parameters against a table, with the words of the vendors' own refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield_emulator._refusal import Refusal, invalid, missing, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SPOKEN = {
    "string": "a string",
    "integer": "an integer",
    "number": "a decimal",
    "boolean": "a boolean",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


_KINDS = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
    type(None): "null",
}


@frozen
class Rule:
    """What a parameter may be.

    Attributes:
        kinds: JSON's types, any of which will do; null always does where the parameter is not needed.
        low: The smallest number, or the fewest items of an array.
        high: The largest number, the most items of an array, or the most characters of a string.
        values: The strings that are allowed, where they are counted.
        needed: It must be there.
    """

    kinds: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    needed: bool = False


def rule(kinds: str, low: float | None = None, high: float | None = None, *, needed: bool = False) -> Rule:
    """Return a rule for the types that *kinds* names, with bars between."""
    return Rule(tuple(kinds.split("|")), low, high, needed=needed)


def one_of(*values: str) -> Rule:
    """Return a rule for a string that is one of *values*."""
    return Rule(("string",), values=values)


def checked(document: Mapping[str, Any], rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Return what is given of *document*, nulls left out.

    Raises:
        Refusal: A parameter is missing, unknown, of another type or out of range.
    """
    for name in document:
        if name not in rules:
            raise unknown(name)
    for name, each in rules.items():
        if document.get(name) is not None:
            check(name, document[name], each)
        elif each.needed:
            raise missing(name)
    return {name: value for name, value in document.items() if value is not None}


def check(name: str, value: Any, rule: Rule) -> None:
    """Check one value."""
    kind = kind_of(value)
    if kind not in rule.kinds and not ("integer" == kind and "number" in rule.kinds):
        raise wrong_type(name, value, *rule.kinds)
    if rule.values and value not in rule.values:
        raise wrong_value(name, value, rule.values)
    if kind in ("integer", "number"):
        _check_number(name, value, rule)
    elif kind == "array":
        _check_length(name, value, rule)
    elif kind == "string" and rule.high is not None and len(value) > rule.high:
        message = (
            f"Invalid '{name}': string too long. Expected a string with maximum length {rule.high}, "
            f"but got a string with length {len(value)} instead."
        )
        raise invalid(message, name, "string_above_max_length")


def kind_of(value: Any) -> str:
    """Return what JSON calls it."""
    return _KINDS[type(value)]


def wrong_type(name: str, value: Any, *kinds: str) -> Refusal:
    """Refuse a value of another type."""
    spoken = [_SPOKEN[kind] for kind in kinds]
    expected = f"one of {', '.join(spoken[:-1])} or {spoken[-1]}" if len(spoken) > 1 else spoken[0]
    message = f"Invalid type for '{name}': expected {expected}, but got {_SPOKEN[kind_of(value)]} instead."
    return invalid(message, name, "invalid_type")


def wrong_value(name: str, value: Any, values: Sequence[str]) -> Refusal:
    """Refuse a value that is none of *values*."""
    listed = [f"'{each}'" for each in values]
    spoken = f"{', '.join(listed[:-1])}, and {listed[-1]}" if len(listed) > 1 else listed[0]
    return invalid(f"Invalid value: '{value}'. Supported values are: {spoken}.", name, "invalid_value")


def _check_number(name: str, value: float, rule: Rule) -> None:
    kind = "decimal" if "number" in rule.kinds else "integer"
    for limit, beyond, word, sign in (
        (rule.low, rule.low is not None and value < rule.low, "below minimum", ">="),
        (rule.high, rule.high is not None and value > rule.high, "above maximum", "<="),
    ):
        if beyond:
            message = (
                f"Invalid '{name}': {kind} {word} value. Expected a value {sign} {limit}, but got {value} instead."
            )
            raise invalid(message, name, f"{kind}_{word.replace('imum', '').replace(' ', '_')}_value")


def _check_length(name: str, value: Sequence[Any], rule: Rule) -> None:
    if rule.low is not None and len(value) < rule.low:
        message = (
            f"Invalid '{name}': empty array. Expected an array with minimum length {rule.low}, "
            f"but got an empty array instead."
        )
        raise invalid(message, name, "empty_array")
    if rule.high is not None and len(value) > rule.high:
        message = (
            f"Invalid '{name}': array too long. Expected an array with maximum length {rule.high}, "
            f"but got an array with length {len(value)} instead."
        )
        raise invalid(message, name, "array_above_max_length")
