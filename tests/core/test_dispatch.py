"""Which function reads and writes what: here, or by cattrs."""

from __future__ import annotations

import copy
import enum
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest
from attrs import define

from jackfield.convert import Converter, make_converter


class Colour(enum.Enum):
    """What cattrs reads."""

    RED = "red"


@define
class Pot:
    """What is read here, but for one field."""

    name: str = ""
    colour: Colour | None = None


@define
class Jar(Pot):
    """More of the same."""

    lid: str = ""


@define
class Shelf:
    """What is read here."""

    pots: Sequence[Pot] = ()
    since: datetime | None = None


def made(converter: Converter) -> bool:
    """Tell whether cattrs is at work."""
    return converter._made is not None


def of_times() -> Converter:
    """Return a converter whose wire knows times."""

    def read(value: str, _: Any) -> datetime:
        return datetime.fromisoformat(value)

    def is_time(kind: Any) -> bool:
        return kind is datetime

    return make_converter(reading=((is_time, lambda *_: read),), writing=((is_time, lambda *_: datetime.isoformat),))


def test_entities_and_sequences_are_read_and_written_without_cattrs() -> None:
    """And what a wire says when it makes its converter. Each function is made once."""
    converter = of_times()
    document = {"pots": [{"name": "a"}, {"name": "b"}], "since": "2026-11-29T00:00:00+00:00"}

    shelf = converter.structure(document, Shelf)
    assert Shelf((Pot("a"), Pot("b")), datetime(2026, 11, 29, tzinfo=UTC)) == shelf
    assert document == converter.unstructure(shelf)
    assert converter.get_structure_hook(Pot) is converter.get_structure_hook(Pot)
    assert converter.get_unstructure_hook(Pot) is converter.get_unstructure_hook(Pot)
    assert not made(converter)


def test_a_subclass_is_written_as_what_is_asked_for() -> None:
    """As it is, otherwise; before cattrs is there and after."""
    converter = make_converter()
    for _ in range(2):
        assert {"name": "a", "lid": "b"} == converter.unstructure(Jar("a", lid="b"))
        assert {"name": "a"} == converter.unstructure(Jar("a", lid="b"), unstructure_as=Pot)
        converter.structure("red", Colour)


def test_all_else_is_left_to_cattrs() -> None:
    """It comes with the first value that it takes; entities go on as before, those within its own kinds too."""
    converter = of_times()
    assert Pot("a") == converter.structure({"name": "a"}, Pot)
    assert not made(converter)

    assert Pot("a", Colour.RED) == converter.structure({"name": "a", "colour": "red"}, Pot)
    assert made(converter)
    assert {"name": "a", "colour": "red"} == converter.unstructure(Pot("a", Colour.RED))
    assert {"x": Pot("a")} == converter.structure({"x": {"name": "a", "more": 1}}, dict[str, Pot])
    since = datetime(2026, 11, 29, tzinfo=UTC)
    assert Shelf((), since) == converter.structure({"since": "2026-11-29T00:00:00+00:00"}, Shelf)
    assert "2026-11-29T00:00:00+00:00" == converter.unstructure(since)


READING: list[Callable[[Converter], Any]] = [
    lambda converter: converter.register_structure_hook(Pot, lambda *_: Pot("theirs")),
    lambda converter: converter.register_structure_hook_factory(
        lambda kind: kind is Pot, lambda _: lambda *_: Pot("theirs")
    ),
    lambda converter: converter.register_structure_hook_func(lambda kind: kind is Pot, lambda *_: Pot("theirs")),
]
WRITING: list[Callable[[Converter], Any]] = [
    lambda converter: converter.register_unstructure_hook(Pot, lambda pot: pot.name),
    lambda converter: converter.register_unstructure_hook_func(lambda kind: kind is Pot, lambda pot: pot.name),
]
BOTH = pytest.mark.parametrize("early", [True, False], ids=["before", "after"])


@BOTH
@pytest.mark.parametrize("register", READING)
def test_what_is_registered_counts(register: Callable[[Converter], Any], early: bool) -> None:
    """However it is said, before cattrs is there or after; a class may have been read by then."""
    converter = make_converter()
    assert Pot("a") == converter.structure({"name": "a"}, Pot)
    if not early:
        converter.structure("red", Colour)
    register(converter)

    assert Pot("theirs") == converter.structure({}, Pot) == converter.get_structure_hook(Pot)({}, Pot)
    assert Shelf((Pot("theirs"),)) == converter.structure({"pots": [{}]}, Shelf)


@BOTH
@pytest.mark.parametrize("register", WRITING)
def test_writing_may_be_changed_too(register: Callable[[Converter], Any], early: bool) -> None:
    """As reading."""
    converter = make_converter()
    assert {"name": "a"} == converter.unstructure(Pot("a"))
    if not early:
        converter.unstructure(Colour.RED)
    register(converter)

    assert "a" == converter.unstructure(Pot("a")) == converter.get_unstructure_hook(Pot)(Pot("a"))
    assert {"pots": ["a"]} == converter.unstructure(Shelf((Pot("a"),)))


class Shade(enum.StrEnum):
    """What is a string, and more."""

    DARK = "dark"


def test_precedence_is_that_of_cattrs() -> None:
    """It looks for the class, and its bases, first: a function is not asked about a string. A check may fail."""
    converter = make_converter()
    converter.register_structure_hook_func(lambda kind: issubclass(kind, Shade), lambda *_: "never")

    assert Shade.DARK is converter.structure("dark", Shade)
    assert (Pot("a"),) == converter.structure([{"name": "a"}], Sequence[Pot])


def test_it_has_what_a_converter_of_cattrs_has() -> None:
    """What is asked for, and what is set; what every object has or has not is its own."""
    converter = make_converter()

    assert not converter.detailed_validation
    converter.detailed_validation = True
    assert converter._made.detailed_validation
    assert Pot("a") == converter.copy().structure({"name": "a"}, Pot)
    assert converter.get_structure_hook(Pot, cache_result=False) is not converter.get_structure_hook(Pot)
    assert converter.get_unstructure_hook(Pot, cache_result=False) is not converter.get_unstructure_hook(Pot)
    with pytest.raises(AttributeError):
        _ = converter.nothing_of_that_name
    with pytest.raises(AttributeError):
        _ = converter.__nothing__


def test_it_can_be_copied_before_it_is_used() -> None:
    """A copy has what was said when it was made."""
    since = datetime(2026, 11, 29, tzinfo=UTC)

    assert Shelf((), since) == copy.copy(of_times()).structure({"since": "2026-11-29T00:00:00+00:00"}, Shelf)
    assert Shelf() == copy.deepcopy(of_times()).structure({}, Shelf)


def test_two_threads_have_the_same_converter_of_cattrs() -> None:
    """What one of them registers with it holds for both."""
    for _ in range(20):
        converter, start = make_converter(), threading.Barrier(4)

        def first(converter: Converter = converter, start: threading.Barrier = start) -> Any:
            start.wait()
            return converter._cattrs()

        with ThreadPoolExecutor(4) as threads:
            assert 1 == len({id(each.result()) for each in [threads.submit(first) for _ in range(4)]})


def test_hints_can_be_read() -> None:
    """Of what wires use."""
    assert Converter is get_type_hints(make_converter)["return"]
