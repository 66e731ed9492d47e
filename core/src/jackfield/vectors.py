"""Vectors as text, and how alike two of them are."""

from __future__ import annotations

import json
import math
from array import array
from operator import mul
from typing import TYPE_CHECKING

from jackfield.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jackfield.operations.embeddings import Vector

__all__ = ["cosine_similarity", "vector_from_text", "vector_to_text"]

_DIGITS = 9
"""As many significant digits as bring a 32-bit float back as it was."""


def vector_to_text(vector: Sequence[float]) -> str:
    """Return a vector as text, such as `[0.25,-1]`: what databases take, and `vector_from_text` reads."""
    return f"[{','.join(f'{number:.{_DIGITS}g}' for number in vector)}]"


def vector_from_text(text: str) -> Vector:
    """Return the vector that *text* says, as 32-bit floats.

    Raises:
        InvalidRequestError: It is no list of numbers.
    """
    try:
        vector: Vector = array("f", _numbers(json.loads(text, parse_constant=_no_number)))
        if not all(map(math.isfinite, vector)):
            raise OverflowError("a number is too large for 32 bits")  # noqa: TRY301
    except (OverflowError, RecursionError, TypeError, ValueError) as error:
        raise InvalidRequestError("that is no vector", problems=[f"text: {error}"]) from None
    return vector


def _numbers(document: object) -> list[float]:
    if not isinstance(document, list) or any(type(each) not in (int, float) for each in document):
        raise ValueError("expected a list of numbers")
    return document


def _refuse_infinite(vector: Iterable[float]) -> None:
    """Raise where a number is none, or too large to be one."""
    if not all(map(math.isfinite, vector)):
        raise InvalidRequestError("the vectors cannot be compared", problems=["numbers: must all be finite"])


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def cosine_similarity(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how alike the directions of two vectors are: from -1, opposite, over 0, unrelated, to 1, the same.

    A vector of zeros has no direction, and is like no other: 0. numpy is used where it is installed.

    Raises:
        InvalidRequestError: They differ in length, are empty, or have something in them that is no finite number.
    """
    if len(one) != len(other) or not len(one):
        problem = f"lengths: must be the same and not 0; they are {len(one)} and {len(other)}"
        raise InvalidRequestError("the vectors cannot be compared", problems=[problem])
    try:
        import numpy as np  # noqa: PLC0415 - optional
    except ImportError:
        left, right = _scaled(one), _scaled(other)
        product, lengths = sum(map(mul, left, right)), math.hypot(*left) * math.hypot(*right)
    else:
        pair = np.stack([np.asarray(each, dtype=np.float64) for each in (one, other)])
        largest = np.abs(pair).max(axis=1, keepdims=True)
        _refuse_infinite(largest[:, 0])  # the largest of some is not a number where one of them is none
        pair = pair / np.where(largest == 0, 1, largest)
        product, lengths = float(pair[0] @ pair[1]), float(np.linalg.norm(pair, axis=1).prod())
    return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0


def _scaled(vector: Sequence[float]) -> list[float]:
    """Return *vector* with 1 as its largest number, so that no product is too large or too small for a float."""
    _refuse_infinite(vector)
    largest = max(map(abs, vector)) or 1.0
    return [number / largest for number in vector]
