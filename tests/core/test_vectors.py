from __future__ import annotations

import builtins
import math
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield import InvalidRequestError, cosine_similarity, vector_from_text, vector_to_text

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("vector", "text"),
    [(array("f", [0.1, -1, 2e-9]), "[0.100000001,-1,1.99999994e-09]"), ([0.25, 3], "[0.25,3]"), ([], "[]")],
)
def test_a_vector_as_text(vector: Any, text: str) -> None:
    """What databases take."""
    assert text == vector_to_text(vector)


@given(st.lists(FLOATS))
def test_it_comes_back_as_it_was(numbers: list[float]) -> None:
    """To the last bit."""
    vector = array("f", numbers)
    assert vector == vector_from_text(vector_to_text(vector))


@pytest.mark.parametrize(
    "text", ["", "[1", "{}", '["1"]', "[true]", "[NaN]", "[Infinity]", "[1e400]", "5", "[" * 100_000]
)
def test_what_is_no_vector_is_told(text: str) -> None:
    """By one error."""
    with pytest.raises(InvalidRequestError, match="that is no vector"):
        vector_from_text(text)


@pytest.fixture(params=["with numpy", "without"])
def _numpy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with numpy, where it is, and without."""
    plain = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if "numpy" == name:
            raise ImportError(name)
        return plain(name, *rest)

    if "without" == request.param:
        monkeypatch.setattr(builtins, "__import__", missing)
    else:
        pytest.importorskip("numpy")


@pytest.mark.usefixtures("_numpy")
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1, 0], [2, 0], 1),
        ([1, 0], [0, 5], 0),
        ([1, 2], [-1, -2], -1),
        ([1, 0], [1, 1], math.sqrt(0.5)),
        ([0, 0], [1, 1], 0),
        (array("f", [3, 4]), array("f", [3, 4]), 1),
        ([1e200, 1e200], [-1e200, -1e200], -1),
        ([1e-200, 0], [1e-200, 1e-200], math.sqrt(0.5)),
    ],
)
def test_how_alike_two_vectors_are(one: Any, other: Any, expected: float) -> None:
    """By their direction alone."""
    assert expected == pytest.approx(cosine_similarity(one, other))


@pytest.mark.usefixtures("_numpy")
@pytest.mark.parametrize(("one", "other"), [([1], [1, 2]), ([], [])])
def test_vectors_that_cannot_be_compared_are_told(one: Any, other: Any) -> None:
    """With their lengths."""
    with pytest.raises(InvalidRequestError, match="must be the same and not 0"):
        cosine_similarity(one, other)


@pytest.mark.usefixtures("_numpy")
@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_no_number_cannot_be_compared(number: float) -> None:
    """It is told, not taken for alike."""
    for one, other in (([number, 1], [1, 1]), ([1, 1], [1, number])):
        with pytest.raises(InvalidRequestError, match="must all be finite"):
            cosine_similarity(one, other)


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=1))
def test_it_is_symmetric_and_bounded(pairs: list[tuple[float, float]]) -> None:
    """Rounding takes it nowhere else."""
    one, other = [each[0] for each in pairs], [each[1] for each in pairs]
    alike = cosine_similarity(one, other)

    assert -1 <= alike <= 1
    assert alike == pytest.approx(cosine_similarity(other, one))
