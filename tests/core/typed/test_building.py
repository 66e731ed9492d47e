from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, TypedDict
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield import AnswerMismatchError, ChatResponse, ContentFilteredError, RefusalError
from jackfield.operations.chat import AssistantMessage, Choice
from jackfield.typed import Misfit, build, plain


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Line:
    name: str
    price: float
    number: int = attrs.field(default=1)

    @number.validator
    def _checked(self, _: Any, value: int) -> None:
        if value < 0:
            raise ValueError("must not be below 0")


@dataclass
class Circle:
    radius: float


@dataclass
class Square:
    side: float
    turned: bool = False


@dataclass
class Tagged:
    kind: Literal["a"]
    text: str


@dataclass
class OtherTagged:
    kind: Literal["b"]
    text: str


class Place(TypedDict):
    city: str


@dataclass
class Everything:
    line: Line
    shapes: list[Circle | Square]
    colours: set[Colour]
    totals: dict[str, Decimal]
    by_number: dict[int, str]
    day: date
    moment: datetime
    clock: time
    code: UUID
    place: Place
    tagged: Tagged | OtherTagged
    text_or_number: str | int
    note: Annotated[str, "a note"] | None = None
    names: tuple[str, ...] = ()
    more: list[str] = field(default_factory=list)


DOCUMENT: dict[str, Any] = {
    "line": {"name": "tea", "price": 3, "number": 2.0},
    "shapes": [{"radius": 1.5}, {"side": 2.0, "turned": True}],
    "colours": ["red", "blue"],
    "totals": [{"key": "a", "value": 1.1}],
    "by_number": [{"key": 7, "value": "seven"}],
    "day": "2026-11-29",
    "moment": "2026-11-29T10:00:00+00:00",
    "clock": "10:00:00",
    "code": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "place": {"city": "Paris"},
    "tagged": {"kind": "b", "text": "x"},
    "text_or_number": 5,
    "note": None,
    "names": ["x", "y"],
    "more": [],
}
MADE = Everything(
    line=Line("tea", 3.0, 2),
    shapes=[Circle(1.5), Square(2.0, turned=True)],
    colours={Colour.RED, Colour.BLUE},
    totals={"a": Decimal("1.1")},
    by_number={7: "seven"},
    day=date(2026, 11, 29),
    moment=datetime.fromisoformat("2026-11-29T10:00:00+00:00"),
    clock=time(10),
    code=UUID("3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    place={"city": "Paris"},
    tagged=OtherTagged("b", "x"),
    text_or_number=5,
    names=("x", "y"),
)


def test_every_kind_is_made() -> None:
    """Nested, united, optional, listed and mapped."""
    assert MADE == build(DOCUMENT, Everything)


MISFITS: list[tuple[Any, Any, str]] = [
    (Line, {"name": "tea"}, "required field missing @ $.price"),
    (Line, {"name": 5, "price": 1}, "expected text, got a number @ $.name"),
    (Line, {"name": "tea", "price": "3"}, "expected a number, got text @ $.price"),
    (Line, {"name": "tea", "price": True}, "expected a number, got true or false @ $.price"),
    (Line, {"name": "tea", "price": 1, "number": 1.5}, "expected a whole number, got a number @ $.number"),
    (list[Line], {"value": [{"name": "a", "price": 1}, {"name": None, "price": 1}]}, "@ $.value[1].name"),
    (list[Colour], {"value": ["green"]}, "expected one of 'red', 'blue', got 'green' @ $.value[0]"),
    (Literal["a", 1], {"value": True}, "expected one of 'a', 1, got True @ $.value"),
    (date, {"value": "soon"}, "expected a date, got 'soon' @ $.value"),
    (Decimal, {"value": []}, "expected a Decimal, got [] @ $.value"),
    (Line | None, {"value": {"name": "tea"}}, "required field missing @ $.value.price"),
    (Circle | Square, {"value": {"side": "x", "turned": True}}, "expected a number, got text @ $.value.side"),
    (str | int, {"value": []}, "expected str or int, got an array @ $.value"),
    (dict[str, int], {"value": [{"key": "a"}]}, "expected an array of objects with key and value, got an array"),
    (Line, {"name": "tea", "price": 1, "number": -1}, "must not be below 0 @ $"),
    (Line, [], "@ $"),
    (None | int, {"value": "x"}, "expected a whole number, got text @ $.value"),
]


@pytest.mark.parametrize(("kind", "document", "problem"), MISFITS, ids=[each[2] for each in MISFITS])
def test_what_does_not_fit_is_told_with_its_path(kind: Any, document: Any, problem: str) -> None:
    """Nothing is turned into what it is not."""
    with pytest.raises(Misfit) as caught:
        build(document, kind)

    assert any(problem in each for each in caught.value.problems), caught.value.problems


def test_all_of_it_is_told() -> None:
    """Not the first problem alone."""
    with pytest.raises(Misfit) as caught:
        build({"name": 5}, Line)

    assert 2 == len(caught.value.problems)


def test_a_server_that_knows_no_schemas_may_write_an_object_for_a_dict() -> None:
    """Some do not enforce them."""
    assert {"a": 1} == build({"a": 1}, dict[str, int])
    assert {"a": 1} == build({"value": {"a": 1}}, dict[str, int])


def test_none_is_no_text() -> None:
    """Where both may be."""
    assert build({"value": None}, str | None) is None
    assert "x" == build({"value": "x"}, str | None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*DOCUMENT, "value", "x"]), inner),
    max_leaves=20,
)


@given(JSON)
def test_whatever_a_model_says_fits_or_is_a_misfit(document: Any) -> None:
    """No other error comes out."""
    for kind in (Everything, Line, Circle | Square, dict[str, Colour], list[Place]):
        try:
            build(document, kind)
        except Misfit as misfit:
            problems = misfit.problems
        else:
            problems = ["none"]
        assert problems


@given(
    st.builds(
        Line, st.text(), st.floats(allow_nan=False, allow_infinity=False), st.integers(min_value=0, max_value=2**53)
    )
)
def test_there_and_back(line: Line) -> None:
    """What goes out as JSON comes back as it was."""
    assert line == build(json.loads(json.dumps(plain(line))), Line)


def test_times_and_numbers_go_out_as_text() -> None:
    """As JSON has no others."""
    assert {
        "day": "2026-11-29",
        "clock": "10:00:00",
        "total": "1.10",
        "code": str(MADE.code),
        "colour": "red",
    } == plain(
        {"day": MADE.day, "clock": MADE.clock, "total": Decimal("1.10"), "code": MADE.code, "colour": Colour.RED}
    )


# The answer's side ---------------------------------------------------------------------------------------------------


def answer(text: str | None, finish: str = "stop", refusal: str | None = None) -> ChatResponse:
    """Return an answer with one choice."""
    message = AssistantMessage(content=text, refusal=refusal)
    return ChatResponse(choices=(Choice(index=0, message=message, finish_reason=finish),))


GOOD = '{"name": "tea", "price": 1.0, "number": 1}'


@pytest.mark.parametrize("text", [GOOD, f"```json\n{GOOD}\n```", f"  ```\n{GOOD}```\n"])
def test_an_answer_is_parsed(text: str) -> None:
    """A fence around it is taken off."""
    assert Line("tea", 1.0) == answer(text).parse(Line)


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (answer("Sure! Here it is."), "expected JSON"),
        (answer(""), "expected JSON, got nothing @ $"),
        (answer(None), "expected JSON, got nothing @ $"),
        (answer(GOOD[:9], "length"), "cut off at the token limit; raise max_completion_tokens @ $"),
        (answer('{"name": "tea"}'), "required field missing @ $.price"),
        (answer("[" * 100_000), "expected JSON"),
        (ChatResponse(), "expected JSON, got nothing @ $"),
    ],
)
def test_an_answer_that_does_not_fit_keeps_its_text(response: ChatResponse, problem: str) -> None:
    """The error has all of it, and the answer."""
    with pytest.raises(AnswerMismatchError) as caught:
        response.parse(Line)

    assert caught.value.problems[0].startswith(problem)
    assert (response.text, response) == (caught.value.text, caught.value.partial)
    assert "the answer is no Line" in str(caught.value)


def test_a_refusal_is_its_own_error() -> None:
    """With the model's words."""
    with pytest.raises(RefusalError) as caught:
        answer(None, refusal="I would rather not.").parse(Line)

    assert "I would rather not." == caught.value.refusal
    assert "I would rather not." not in str(caught.value)


def test_half_an_answer_that_a_filter_left_is_none() -> None:
    """As with `ask`."""
    with pytest.raises(ContentFilteredError):
        answer(GOOD, "content_filter").parse(Line)
