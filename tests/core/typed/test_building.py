from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Iterable, MutableSequence, MutableSet, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import InitVar, dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NewType, NotRequired, Required, TypedDict, get_origin
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield import AnswerMismatchError, ChatResponse, ContentFilteredError, RefusalError
from jackfield.operations.chat import AssistantMessage, Choice
from jackfield.typed import Misfit, build, build_arguments, facts_of, plain, schema_of
from jackfield.typed._kinds import DICTS, LISTS
from jackfield.typed._words import called


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
    country: NotRequired[str]


class Partial(TypedDict, total=False):
    city: Required[str]
    country: str


@dataclass
class Sale:
    name: str
    price: float
    shop: str = ""


@dataclass
class OtherOpt:
    b: int = 1


class Grade(IntEnum):
    GOOD = 1
    BAD = 2


class Size(str, Enum):  # noqa: UP042 - as many are written
    BIG = "big"


Name = NewType("Name", str)


@dataclass
class Tags:
    tags: list[str]


@dataclass
class Opt:
    a: int = 1


@dataclass
class Outer:
    o: Opt


@dataclass
class Valued:
    value: int


class Moment(datetime):
    pass


@dataclass
class Raw:
    data: bytes


@dataclass
class Odd:
    known: ClassVar[str] = "x"
    a: int
    start: InitVar[int] = 5
    made: int = field(default=3, init=False)

    def __post_init__(self, start: int) -> None:
        self.made += start


@attrs.define
class Chosen:
    size: str = attrs.field(validator=attrs.validators.in_(["big", "small"]))


@attrs.define
class Silent:
    a: int

    def __attrs_post_init__(self) -> None:
        raise ValueError


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
    (dict[str, int], {"value": [{"key": "a"}]}, "required field missing @ $.value[0].value"),
    (dict[str, int], {"value": [{"key": "a", "value": 1}, {"key": "b", "value": "x"}]}, "got text @ $.value[1].value"),
    (dict[str, int], {"value": [{"key": 1, "value": 1}]}, "expected text, got a number @ $.value[0].key"),
    (dict[str, int], {"value": ["a"]}, "expected an object, got text @ $.value[0]"),
    (dict[str, int], {"value": "a"}, "expected an array of objects with key and value, got text @ $.value"),
    (dict[str, int], {"a": "x"}, "expected a whole number, got text @ $.a"),
    (dict[int, int], {"a": 1}, "expected a whole number, got text @ $[0]"),
    (Tags, {"tags": "abc"}, "expected an array, got text @ $.tags"),
    (Tags, {"tags": {"a": 1}}, "expected an array, got an object @ $.tags"),
    (Tags, {"tags": ["a", 1]}, "expected text, got a number @ $.tags[1]"),
    (set[str], {"value": "abc"}, "expected an array, got text @ $.value"),
    (tuple[str, ...], {"value": {"a": 1}}, "expected an array, got an object @ $.value"),
    (list[list[str]], {"value": [["a"], ["b", 5]]}, "expected text, got a number @ $.value[1][1]"),
    (Opt, "hello", "expected an object, got text @ $"),
    (Opt, [], "expected an object, got an array @ $"),
    (Outer, {"o": "hello"}, "expected an object, got text @ $.o"),
    (Outer, {"o": [["a", 1]]}, "expected an object, got an array @ $.o"),
    (Place, [["city", "Paris"]], "expected an object, got an array @ $"),
    (Place, {"city": "x", "country": 1}, "expected text, got a number @ $.country"),
    (list[Place], {"value": [{}]}, "required field missing @ $.value[0].city"),
    (Valued, {"value": {"value": 1}}, "expected a whole number, got an object @ $.value"),
    (Size, {"value": "small"}, "expected one of 'big', got 'small' @ $.value"),
    (Grade, {"value": True}, "expected one of 1, 2, got True @ $.value"),
    (Decimal, {"value": True}, "expected a Decimal, got True @ $.value"),
    (UUID, {"value": 5}, "expected a UUID, got 5 @ $.value"),
    (Tagged | OtherTagged, {"value": {"kind": "c", "text": "x"}}, "expected one of 'a', got 'c' @ $.value.kind"),
    (Tagged | OtherTagged, {"value": {"kind": "b", "text": 5}}, "expected text, got a number @ $.value.text"),
    (Tagged | OtherTagged | None, {"value": "x"}, "expected Tagged or OtherTagged or NoneType, got text @ $.value"),
    (str | Annotated[Line, "a line"], {"value": {"name": "tea"}}, "required field missing @ $.value.price"),
    (Line | Circle, {"value": {"radius": "x", "more": 1}}, "expected a number, got text @ $.value.radius"),
    (str | int, {"value": None}, "expected str or int, got null @ $.value"),
    (Partial, {"country": "France"}, "required field missing @ $.city"),
    (Chosen, {"size": "huge"}, "'size' must be in ['big', 'small'] (got 'huge') @ $"),
    (Silent, {"a": 1}, "ValueError @ $"),
    (Raw, {"data": "x"}, "bytes has no schema, so nothing is made into one @ $.data"),
    (bytes, {"value": 5}, "bytes has no schema"),
    (Path, {"value": "x"}, "Path has no schema"),
    (Moment, {"value": "2026-11-29T10:00:00"}, "Moment has no schema"),
    (deque[int], {"value": [1]}, "deque[int] has no schema"),
    (tuple[int, str], {"value": [1, "x"]}, "tuple[int, str] has no schema"),
    ("Line", {"name": "tea", "price": 1}, "Line has no schema"),
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


LISTED: list[tuple[Any, Any]] = [
    (list[int], [1, 2]),
    (MutableSequence[int], [1, 2]),
    (tuple[int, ...], (1, 2)),
    (Sequence[int], (1, 2)),
    (Collection[int], (1, 2)),
    (Iterable[int], (1, 2)),
    (set[int], {1, 2}),
    (MutableSet[int], {1, 2}),
    (frozenset[int], frozenset({1, 2})),
    (AbstractSet[int], frozenset({1, 2})),
]


@pytest.mark.parametrize(("kind", "made"), LISTED, ids=str)
def test_every_kind_of_list_that_has_a_schema_is_made(kind: Any, made: Any) -> None:
    """As the nearest thing that Python has: what cannot be changed, where that is all that is asked for."""
    built = build({"value": [1, 2]}, kind)

    assert schema_of(kind)
    assert (type(made), made) == (type(built), built)


def test_no_kind_of_list_is_left_out() -> None:
    """Each stands in the table above."""
    assert set(LISTS) == {get_origin(kind) for kind, _ in LISTED}


@pytest.mark.parametrize("kind", DICTS, ids=str)
def test_every_kind_of_dict_that_has_a_schema_is_made(kind: Any) -> None:
    """Of a list of pairs."""
    assert schema_of(kind[str, int])
    assert {"a": 1} == build({"value": [{"key": "a", "value": 1}]}, kind[str, int])


MADE_OF: list[tuple[Any, Any, Any]] = [
    (Valued, {"value": 5}, Valued(5)),
    (Odd, {"a": 1, "made": 7, "start": 7}, Odd(1)),
    (Place, {"city": "Paris", "mayor": "x"}, {"city": "Paris"}),
    (Place, {"city": "Paris", "country": "France"}, {"city": "Paris", "country": "France"}),
    (Size, {"value": "big"}, Size.BIG),
    (Grade, {"value": 1}, Grade.GOOD),
    (Literal[Size.BIG, 5], {"value": "big"}, Size.BIG),
    (Name, {"value": "x"}, "x"),
    (list[str] | str, {"value": "abc"}, "abc"),
    (list[str] | str, {"value": ["abc"]}, ["abc"]),
    (Circle | Annotated[Square, "a square"], {"value": {"side": 1}}, Square(1.0)),
    (Line | dict[str, int], {"value": [{"key": "a", "value": 1}]}, {"a": 1}),
    (Line | dict[str, int], {"value": {"a": 1}}, {"a": 1}),
    (Line | Circle | None, {"value": None}, None),
    (Opt | OtherOpt, {"value": {"b": 5}}, OtherOpt(5)),
    (Line | Sale, {"value": {"name": "tea", "price": 1.0}}, Line("tea", 1.0)),
    (Sale | Line, {"value": {"name": "tea", "price": 1.0}}, Sale("tea", 1.0)),
    (Partial, {"city": "Paris"}, {"city": "Paris"}),
    (list, [1, "a"], [1, "a"]),
    (dict, {"a": [1]}, {"a": [1]}),
    (dict[str, Any], {"a": [1]}, {"a": [1]}),
    (Any, {"a": [1]}, {"a": [1]}),
]


@pytest.mark.parametrize(("kind", "document", "made"), MADE_OF, ids=lambda each: str(each)[:40])
def test_what_fits_is_made(kind: Any, document: Any, made: Any) -> None:
    """And is of the very kind."""
    built = build(document, kind)

    assert (type(made), made) == (type(built), built)


def test_a_whole_number_is_a_number() -> None:
    """A float is a float, however it is written."""
    built = build({"value": 3}, float)

    assert (float, 3.0) == (type(built), built)


@dataclass
class Sum:
    kind: Literal["sum"]
    left: Sum | Product | Number
    right: Sum | Product | Number


@dataclass
class Product:
    kind: Annotated[Literal["product"], "always"]
    left: Sum | Product | Number
    right: Sum | Product | Number


@dataclass
class Number:
    number: float


def deep(leaf: Any) -> dict[str, Any]:
    """Return a tree of 60 levels."""
    document = {"number": leaf}
    for _ in range(60):
        document = {"kind": "product", "left": {"number": 1}, "right": document}
    return document


def test_a_deep_tree_of_unions_is_made() -> None:
    """Without looking at each level three times as often as at that above it."""
    assert deep(1) == plain(build(deep(1), Sum | Product))


@pytest.mark.parametrize("leaf", ["x", None, {}, {"kind": "product"}])
def test_a_deep_tree_of_unions_that_does_not_fit_is_told(leaf: Any) -> None:
    """As fast."""
    with pytest.raises(Misfit) as caught:
        build(deep(leaf), Sum | Product)

    assert [f"expected a number, got {called(leaf)} @ ${'.right' * 60}.number"] == caught.value.problems


@pytest.mark.parametrize(
    ("kind", "document", "longest"),
    [
        (Literal["a", "b"], "x" * 70_000, 130),
        (Size, "x" * 70_000, 130),
        (date, "x" * 70_000, 130),
        (Decimal, ["x" * 70_000], 130),
        (dict[str, int], {"x" * 70_000: "y"}, 130),
        (Chosen, {"size": "x" * 70_000}, 310),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_is_said_of_a_long_value_is_short(kind: Any, document: Any, longest: int) -> None:
    """A model's text does not flood a log, whoever puts it into the message."""
    with pytest.raises(Misfit) as caught:
        build(document, kind)

    assert len(str(caught.value)) < longest
    assert "..." in str(caught.value)


def lengths(given: int | None = 5, more: int = 5, tags: Iterable[str] = (), note: Literal["a"] | None = "a") -> str:
    """Show what comes."""
    return f"{given} {more} {tags} {note}"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({}, "5 5 () a"),
        ({"given": None, "more": None, "tags": None, "note": None}, "None 5 () None"),
        ({"given": 1, "more": 2, "tags": ["x"], "note": "a"}, "1 2 ('x',) a"),
    ],
)
def test_null_leaves_an_argument_out_that_cannot_be_none(document: Any, told: str) -> None:
    """Where it can be, null is what is meant."""
    assert told == lengths(**build_arguments(document, facts_of(lengths)))


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"tags": "abc"}, "expected an array, got text @ $.tags"),
        ({"x" * 70_000: 1}, f"there is no such argument @ $.{'x' * 77}..."),
        ([], "expected an object, got an array @ $"),
    ],
    ids=["text", "name", "array"],
)
def test_arguments_that_do_not_fit(document: Any, problem: str) -> None:
    """Are told in the same way."""
    with pytest.raises(Misfit) as caught:
        build_arguments(document, facts_of(lengths))

    assert [problem] == caught.value.problems


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
    for kind in (Everything, Line, Circle | Square, dict[str, Colour], list[Place], Odd, Sum | Product):
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


@pytest.mark.parametrize(
    "text", [GOOD, f"```json\n{GOOD}\n```", f"  ```\n{GOOD}```\n", f"```{GOOD}```", f"```json {GOOD} ```"]
)
def test_an_answer_is_parsed(text: str) -> None:
    """A fence around it is taken off."""
    assert Line("tea", 1.0) == answer(text).parse(Line)


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (answer("Sure! Here it is."), "expected JSON"),
        (answer(f"```json\n{GOOD}"), "expected JSON"),
        (answer(f"{GOOD}\n```"), "expected JSON"),
        (answer("```"), "expected JSON"),
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


def test_the_error_of_an_answer_with_much_that_does_not_fit_is_short() -> None:
    """It names eight of the problems, and has all."""
    with pytest.raises(AnswerMismatchError) as caught:
        answer(json.dumps(["x"] * 1000)).parse(list[int])

    assert 1000 == len(caught.value.problems)
    assert "got text @ $[7]; and 992 more" in str(caught.value)
    assert len(str(caught.value)) < 1000


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
