from __future__ import annotations

import json
from collections.abc import Mapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import InitVar, dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, ClassVar, Literal, NewType, NotRequired, Required, TypedDict, TypeVar
from uuid import UUID

import attrs
import pytest

from jackfield import CHAT, ChatRequest, Client, InvalidRequestError, Message
from jackfield.operations.chat import ResponseFormat
from jackfield.typed import facts_of, name_of, schema_of
from jackfield.typed._kinds import properties_of
from jackfield_emulator import Emulator

Name = NewType("Name", str)
T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Grade(IntEnum):
    GOOD = 1
    BAD = 2


class Mixed(Enum):
    ONE = 1
    TWO = "two"


@attrs.define
class Line:
    """What is bought.

    Attributes:
        name: What it is called, over
            two lines.
        price: In euros.
    """

    name: str
    price: float = attrs.field(metadata={"description": "The price."})
    number: int = 1
    hidden: int = attrs.field(default=0, init=False)


@dataclass
class Invoice:
    lines: list[Line]
    paid: bool
    colour: Colour | None
    due: Annotated[date, "The day on which it is due."] | None = None
    totals: Mapping[str, Decimal] = field(default_factory=dict)


class Place(TypedDict, total=False):
    """Where.

    :param city: The city.
    """

    city: Required[str]
    country: NotRequired[str]


@dataclass
class Tree:
    """A tree."""

    name: str
    branches: list[Tree]


@dataclass
class Forest:
    trees: tuple[Tree, ...]
    oldest: Tree


@dataclass
class Address:
    """An address."""

    street: str


@dataclass
class Order:
    """An order.

    Attributes:
        bill_to: Less than what stands at it.
        home: Where the buyer lives.
        line: The only line.
    """

    bill_to: Annotated[Address, "Who pays."]
    home: Address
    others: list[Address] | None
    line: Line
    tree: Annotated[Tree, "What is bought."]


@dataclass
class Odd:
    known: ClassVar[str] = "x"
    a: int
    start: InitVar[int] = 5
    made: int = field(default=3, init=False)


@dataclass
class Unstarted:
    start: InitVar[int]


@attrs.define
class Untold:
    x = attrs.field()
    y: int = 1


PLAIN = [
    (str, {"type": "string"}),
    (bool, {"type": "boolean"}),
    (int, {"type": "integer"}),
    (float, {"type": "number"}),
    (None | int, {"anyOf": [{"type": "null"}, {"type": "integer"}]}),
    (datetime, {"type": "string", "format": "date-time"}),
    (time, {"type": "string", "format": "time"}),
    (UUID, {"type": "string", "format": "uuid"}),
    (Name, {"type": "string"}),
    (Colour, {"type": "string", "enum": ["red", "blue"]}),
    (Grade, {"type": "integer", "enum": [1, 2]}),
    (Mixed, {"type": ["integer", "string"], "enum": [1, "two"]}),
    (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
    (Literal[Colour.RED], {"type": "string", "enum": ["red"]}),
    (list[str], {"type": "array", "items": {"type": "string"}}),
    (Sequence[int], {"type": "array", "items": {"type": "integer"}}),
    (set[int], {"type": "array", "items": {"type": "integer"}}),
    (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
    (set[AbstractSet[int]], {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
    (Annotated[str, 5, "words"], {"type": "string", "description": "words"}),
    (
        dict[str, int],
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"key": {"type": "string"}, "value": {"type": "integer"}},
                "required": ["key", "value"],
                "additionalProperties": False,
            },
        },
    ),
]


@pytest.mark.parametrize(("kind", "expected"), PLAIN, ids=lambda each: str(each)[:30])
def test_what_is_no_object_stands_in_one(kind: Any, expected: dict[str, Any]) -> None:
    """Providers want an object at the root."""
    assert {
        "type": "object",
        "properties": {"value": expected},
        "required": ["value"],
        "additionalProperties": False,
    } == schema_of(kind)


def test_an_attrs_class() -> None:
    """Every property required, no other allowed, and what the docstring says of each."""
    assert {
        "type": "object",
        "description": "What is bought.",
        "properties": {
            "name": {"type": "string", "description": "What it is called, over two lines."},
            "price": {"type": "number", "description": "The price."},
            "number": {"type": "integer"},
        },
        "required": ["name", "price", "number"],
        "additionalProperties": False,
    } == schema_of(Line)


def test_a_dataclass_with_others_in_it() -> None:
    """Its own generated docstring tells the model nothing and is left out."""
    schema = schema_of(Invoice)

    assert "description" not in schema
    assert ["lines", "paid", "colour", "due", "totals"] == schema["required"]
    assert schema_of(Line) == schema["properties"]["lines"]["items"]
    assert {"type": "null"} == schema["properties"]["colour"]["anyOf"][1]
    assert "The day on which it is due." == schema["properties"]["due"]["anyOf"][0]["description"]


def test_a_typed_dict() -> None:
    """Its optional keys are required as well: strict schemas know no other."""
    schema = schema_of(Place)

    assert ["city", "country"] == schema["required"]
    assert {"type": "string", "description": "The city."} == schema["properties"]["city"]


def test_a_class_that_contains_itself_is_referred_to() -> None:
    """At the root, and further in."""
    tree, forest = schema_of(Tree), schema_of(Forest)

    assert {"type": "array", "items": {"$ref": "#/$defs/Tree"}} == tree["properties"]["branches"]
    assert "A tree." == tree["description"] == tree["$defs"]["Tree"]["description"]
    assert {"$ref": "#/$defs/Tree"} == forest["properties"]["oldest"]
    assert ["Tree"] == list(forest["$defs"])


def test_a_class_in_several_places_is_referred_to() -> None:
    """What a place says of it stands beside no reference; what stands in one place is written there."""
    schema = schema_of(Order)

    address = {"$ref": "#/$defs/Address"}
    assert ["Address", "Tree"] == list(schema["$defs"])
    assert schema_of(Address) == schema["$defs"]["Address"]
    assert {
        "bill_to": {"anyOf": [address], "description": "Who pays."},
        "home": {"anyOf": [address], "description": "Where the buyer lives."},
        "others": {"anyOf": [{"type": "array", "items": address}, {"type": "null"}]},
        "line": {**schema_of(Line), "description": "The only line."},
        "tree": {"anyOf": [{"$ref": "#/$defs/Tree"}], "description": "What is bought."},
    } == schema["properties"]


def test_the_arguments_of_a_function_are_told_alike() -> None:
    """No word beside a reference."""

    def move(start: Address, end: Address, via: Address | None = None, days: int | None = 5, hours: int = 1) -> None:
        """Move.

        Args:
            start: From here.
            end: To there.
            via: That way.
            days: So many.
            hours: So many.
        """

    assert {
        "start": {"anyOf": [{"$ref": "#/$defs/Address"}], "description": "From here."},
        "end": {"anyOf": [{"$ref": "#/$defs/Address"}], "description": "To there."},
        "via": {"anyOf": [{"$ref": "#/$defs/Address"}, {"type": "null"}], "description": "That way."},
        "days": {"anyOf": [{"type": "integer"}, {"type": "null"}], "description": "So many."},
        "hours": {"anyOf": [{"type": "integer"}, {"type": "null"}], "description": "So many."},
    } == facts_of(move).schema["properties"]


@pytest.mark.parametrize(
    ("kind", "nullable"),
    [
        (int | None, True),
        (Annotated[str | None, "x"], True),
        (NewType("Maybe", int | None), True),
        (Literal["a", None], True),  # noqa: PYI061 - as some are written
        (Annotated[str | None, "x"] | int, True),
        (None, True),
        (int, False),
        (list[int | None], False),
        (Literal["a"], False),
    ],
    ids=str,
)
def test_null_is_added_where_it_is_not_allowed_already(kind: Any, nullable: bool) -> None:
    """It is how a model leaves an argument out."""

    def needed(x: Any) -> None:
        """Need it."""

    def optional(x: Any = 1) -> None:
        """Have one already."""

    for each in (needed, optional):
        each.__annotations__["x"] = kind
    drawn = facts_of(needed).schema["properties"]["x"]

    expected = drawn if nullable else {"anyOf": [drawn, {"type": "null"}]}
    assert expected == facts_of(optional).schema["properties"]["x"]


def test_a_schema_grows_with_its_classes() -> None:
    """Twelve levels, each with the one below in two places, are twelve definitions."""
    below: Any = Address
    for number in range(12):
        below = attrs.make_class(f"Level{number}", {"one": attrs.field(type=below), "other": attrs.field(type=below)})

    assert len(json.dumps(schema_of(below))) < 4000


def test_annotations_are_read_once() -> None:
    """A union asks for them with each value."""
    assert properties_of(Line) is properties_of(Line)


def test_a_dataclass_is_told_its_fields_alone() -> None:
    """No `ClassVar`, no `InitVar` with a default, and none that the class sets itself."""
    assert ["a"] == schema_of(Odd)["required"]


def test_two_classes_of_one_name_get_two() -> None:
    """Also where both contain themselves."""

    def made() -> Any:
        @dataclass
        class Node:
            inner: list[Any]

        Node.__annotations__["inner"] = list[Node]
        return Node

    @dataclass
    class Both:
        one: Any
        other: Any

    Both.__annotations__.update(one=made(), other=made())

    assert ["Node", "Node_1"] == list(schema_of(Both)["$defs"])


@dataclass
class Wrong:
    anything: Any
    untold: list  # type: ignore[type-arg]
    pair: tuple[int, str]
    raw: bytes
    odd: Literal[b"x"]
    generic: dict  # type: ignore[type-arg]


def test_what_has_no_schema_is_told_all_at_once() -> None:
    """With the path of each."""
    with pytest.raises(InvalidRequestError) as caught:
        schema_of(Wrong)

    assert ["anything", "untold", "pair", "raw", "odd", "generic"] == [
        problem.removeprefix("$.").partition(":")[0] for problem in caught.value.problems
    ]


def in_a_function() -> Any:
    """Return a class of which an annotation names what only the function has."""

    @dataclass
    class Node:
        following: Nowhere | None  # noqa: F821 - the point of it

    return Node


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("Trip", "$.value: 'Trip' is the name of a type; give the type itself"),
        (list["Trip"], "$.value[]: 'Trip' is the name of a type"),  # noqa: F821 - the point of it
        (5, "$.value: 5 has no schema"),
        ([], "$.value: [] has no schema"),
        (Address("x"), "$.value: Address(street='x') has no schema"),
        (Address("x" * 1000), f"$.value: Address(street='{'x' * 61}... has no schema"),
        (None, "$.value: None has no schema"),
        (Unstarted, "$.start: dataclasses.InitVar[int] has no schema"),
        (list[Unstarted], "$.value[].start: dataclasses.InitVar[int] has no schema"),
        (Untold, "$.x: has no annotation, and a schema is made of those"),
        (in_a_function(), "$: the annotations of Node cannot be read: name 'Nowhere' is not defined"),
        (list[in_a_function()], "$.value[]: the annotations of Node cannot be read"),  # type: ignore[misc]
        (set[Address], "$.value: Address cannot be hashed"),
        (frozenset[list[int]], "$.value: list[int] cannot be hashed"),
        (dict[Address, int], "$.value: Address cannot be hashed"),
        (set[MutableSequence[int]], "$.value: collections.abc.MutableSequence[int] cannot be hashed"),
        (set[[]], "$.value[]: [] has no schema"),  # type: ignore[misc]
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_is_no_type_of_an_answer_is_told(kind: Any, problem: str) -> None:
    """Before anything is sent and paid for."""
    with pytest.raises(InvalidRequestError) as caught:
        ResponseFormat.of(kind)

    assert 1 == len(caught.value.problems)
    assert caught.value.problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Line, "Line"),
        (list[Line], "answer"),
        (str | None, "answer"),
        (Colour, "Colour"),
        (type("A" * 100, (), {}), "A" * 64),
        (type("Größe", (), {}), "Gr_e"),
    ],
)
def test_a_schema_has_a_name(kind: Any, name: str) -> None:
    """The class's, where it is one."""
    assert name == name_of(kind)


def test_a_class_is_a_response_format() -> None:
    """Given to a request as it is, or made by hand."""
    request = ChatRequest(messages=[Message.user("x")], response_format=Line)

    assert ResponseFormat.of(Line) == request.response_format
    assert ResponseFormat.schema("Line", schema_of(Line), strict=True) == request.response_format
    for kind in (list[str], str | None, Name):
        request = ChatRequest(messages=[Message.user("x")], response_format=kind)
        assert ResponseFormat.of(kind) == request.response_format


@pytest.mark.parametrize("kind", [Line, Invoice, Place, Tree, Forest, Order, list[Line], dict[str, Colour]], ids=str)
def test_an_answer_to_the_schema_makes_the_object(jackfield_emulator: Emulator, kind: Any) -> None:
    """Of every kind, by an example that somebody else makes of the schema."""
    with Client("openai", chat_model="gpt-4o-mini", **jackfield_emulator.settings["openai"]) as client:
        request = ChatRequest(messages=[Message.user("An example, please.")], response_format=kind)
        response = client.call(CHAT, request)
        made = response.parse(kind)

    assert json.loads(response.text)
    if isinstance(kind, type) and kind is not Place and not hasattr(kind, "__origin__"):
        assert type(made) is kind
