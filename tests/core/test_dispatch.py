"""Which function reads and writes what: here, or by cattrs."""

from __future__ import annotations

import copy
import enum
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import define
from cattrs import Converter

from jackfield._dispatch import LazyConverter
from jackfield.convert import make_converter


class Colour(enum.Enum):
    """What cattrs reads."""

    RED = "red"


@define
class Pot:
    """What is read here, but for one field."""

    name: str = ""
    colour: Colour | None = None


@define
class Shelf:
    """What is read here."""

    pots: Sequence[Pot] = ()
    since: datetime | None = None


def made(converter: Any) -> bool:
    """Tell whether cattrs is at work."""
    return converter._made is not None


def test_entities_and_sequences_are_read_and_written_without_cattrs() -> None:
    """And what is registered by a function."""
    converter = make_converter()
    converter.register_structure_hook_func(
        lambda kind: kind is datetime, lambda value, _: datetime.fromisoformat(value)
    )
    converter.register_unstructure_hook_func(lambda kind: kind is datetime, datetime.isoformat)
    document = {"pots": [{"name": "a"}, {"name": "b"}], "since": "2026-11-29T00:00:00+00:00"}

    shelf = converter.structure(document, Shelf)
    assert Shelf((Pot("a"), Pot("b")), datetime(2026, 11, 29, tzinfo=UTC)) == shelf
    assert document == converter.unstructure(shelf)
    assert {"name": "c"} == converter.unstructure(Pot("c"), unstructure_as=Pot)
    assert not made(converter)


def test_all_else_is_left_to_cattrs() -> None:
    """It comes with the first value that it takes; entities go on as before, those within its own kinds too."""
    converter = make_converter()
    assert Pot("a") == converter.structure({"name": "a"}, Pot)
    assert not made(converter)

    assert Pot("a", Colour.RED) == converter.structure({"name": "a", "colour": "red"}, Pot)
    assert made(converter)
    assert {"name": "a", "colour": "red"} == converter.unstructure(Pot("a", Colour.RED))
    assert {"x": Pot("a")} == converter.structure({"x": {"name": "a", "more": 1}}, dict[str, Pot])
    assert Shelf((Pot("a"),)) == converter.structure({"pots": [{"name": "a"}]}, Shelf)


SETTINGS: list[Callable[[Converter], Any]] = [
    lambda converter: converter.register_structure_hook(Pot, lambda *_: Pot("by type")),
    lambda converter: converter.register_structure_hook_factory(
        lambda kind: kind is Pot, lambda _: lambda *_: Pot("by type")
    ),
    lambda converter: converter.register_structure_hook_func(lambda kind: kind is Pot, lambda *_: Pot("by type")),
]


@pytest.mark.parametrize("early", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("settle", SETTINGS)
def test_the_last_word_counts(settle: Callable[[Converter], Any], early: bool) -> None:
    """However it is said, before cattrs is there or after."""
    converter = make_converter()
    if not early:
        converter.structure("red", Colour)
    converter.register_structure_hook_func(lambda kind: kind is Pot, lambda *_: Pot("first"))
    settle(converter)

    assert Shelf((Pot("by type"),)) == converter.structure({"pots": [{}]}, Shelf)
    assert Pot("by type") == converter.get_structure_hook(Pot)({}, Pot)


@pytest.mark.parametrize("early", [True, False], ids=["before", "after"])
def test_writing_may_be_changed_too(early: bool) -> None:
    """By a function, as reading."""
    converter = make_converter()
    if not early:
        converter.unstructure(Colour.RED)
    converter.register_unstructure_hook_func(lambda kind: kind is Pot, lambda pot: pot.name)

    assert {"pots": ["a"]} == converter.unstructure(Shelf((Pot("a"),)))
    assert "a" == converter.get_unstructure_hook(Pot)(Pot("a"))
    assert made(converter) is not early


def test_it_has_what_a_converter_of_cattrs_has() -> None:
    """By name; what every object has or has not is its own."""
    converter = make_converter()

    assert isinstance(converter, LazyConverter)
    assert not converter.detailed_validation
    assert Pot("a") == converter.copy().structure({"name": "a"}, Pot)
    with pytest.raises(AttributeError):
        _ = converter.nothing_of_that_name
    with pytest.raises(AttributeError):
        _ = converter.__nothing__
    assert Pot("a") == copy.copy(converter).structure({"name": "a"}, Pot)


def test_two_threads_have_the_same_converter_of_cattrs() -> None:
    """What one of them registers with it holds for both."""
    for _ in range(20):
        converter, start = make_converter(), threading.Barrier(4)

        def first(converter: Any = converter, start: threading.Barrier = start) -> Any:
            start.wait()
            return converter._cattrs()

        with ThreadPoolExecutor(4) as threads:
            assert 1 == len({id(each.result()) for each in [threads.submit(first) for _ in range(4)]})
