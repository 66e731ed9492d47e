"""Vectors as text, and how alike two of them are."""

from __future__ import annotations

import json
import math
from array import array
from operator import mul
from typing import TYPE_CHECKING

from jackfield.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        _refuse_infinite(vector)
    except (OverflowError, RecursionError, TypeError, ValueError) as error:
        raise InvalidRequestError("that is no vector", problems=[f"text: {error}"]) from None
    return vector


def _numbers(document: object) -> list[float]:
    if not isinstance(document, list) or any(type(each) not in (int, float) for each in document):
        raise ValueError("expected a list of numbers")
    return document


def _refuse_infinite(vector: Vector) -> None:
    if not all(map(math.isfinite, vector)):
        raise ValueError("a number is too large for 32 bits")


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def cosine_similarity(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how alike the directions of two vectors are: from -1, opposite, over 0, unrelated, to 1, the same.

    A vector of zeros has no direction, and is like no other: 0. numpy is used where it is installed.

    Raises:
        InvalidRequestError: They differ in length, or are empty.
    """
    if len(one) != len(other) or not len(one):
        problem = f"lengths: must be the same and not 0; they are {len(one)} and {len(other)}"
        raise InvalidRequestError("the vectors cannot be compared", problems=[problem])
    try:
        import numpy as np  # noqa: PLC0415 - optional
    except ImportError:
        product, squares = sum(map(mul, one, other)), (sum(map(mul, each, each)) for each in (one, other))
    else:
        left, right = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
        product, squares = float(left @ right), (float(each @ each) for each in (left, right))
    lengths = math.prod(map(math.sqrt, squares))
    return max(-1.0, min(1.0, product / lengths)) if lengths else 0.0
