"""What kinds and values are called in messages."""

from __future__ import annotations

from types import NoneType
from typing import Any, get_origin

_LONGEST = 80


def called(value: Any) -> str:
    """Return what JSON calls the kind of *value*."""
    names = {dict: "an object", list: "an array", str: "text", bool: "true or false", NoneType: "null"}
    return names.get(type(value), "a number")


def cut(text: str, longest: int = _LONGEST) -> str:
    """Return *text*, cut where it is longer than *longest* characters."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def shown(kind: Any) -> str:
    """Return how a kind is called in messages."""
    return kind.__name__ if isinstance(kind, type) and get_origin(kind) is None else cut(str(kind))
