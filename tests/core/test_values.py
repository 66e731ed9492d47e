from __future__ import annotations

import pickle
from collections.abc import Hashable

import pytest
from attrs import define, field, frozen

from jackfield._values import FrozenValue, Value
from jackfield.http import Read, Wait
from jackfield.limits import Limits
from jackfield.operations.messages import FunctionCall, Message


@define
class Written:
    """What attrs writes itself."""

    one: int
    two: str = field(default="2", eq=False)
    three: int = field(default=3, repr=False)
    four: str = field(default="4", repr=str.upper)


@define(eq=False, repr=False)
class Shared(Value):
    """The same with what is shared."""

    one: int
    two: str = field(default="2", eq=False)
    three: int = field(default=3, repr=False)
    four: str = field(default="4", repr=str.upper)


@frozen(eq=False, repr=False)
class Keyed(FrozenValue):
    one: int = 1
    two: list[int] = field(factory=list, hash=False)
    three: list[int] = field(factory=list, eq=False)


@frozen(eq=False, repr=False)
class Empty(FrozenValue):
    pass


@pytest.mark.parametrize("cls", [Written, Shared])
def test_equality_and_repr_are_those_of_attrs(cls: type) -> None:
    """Of two objects of one class, field by field, but for those that are left out."""
    assert cls(1) == cls(1, "other")
    assert cls(1) != cls(2)
    assert cls(1) != cls(1, three=4)
    assert cls(1) != 1
    assert f"{cls.__name__}(one=1, two='x', four=DEEP)" == repr(cls(1, "x", four="deep"))
    assert not isinstance(cls(1), Hashable)


def test_a_subclass_is_another_class() -> None:
    """As with attrs."""

    @define(eq=False, repr=False)
    class Further(Shared):
        pass

    assert Further(1) == Further(1)
    assert Shared(1) != Further(1)


def test_a_local_class_is_shown_by_its_own_name() -> None:
    """As with attrs."""

    @define(eq=False, repr=False)
    class Local(Value):
        one: int = 1

    assert "Local(one=1)" == repr(Local())


def test_a_subclass_that_says_nothing_has_its_own() -> None:
    """Third parties need not know of it."""

    @frozen
    class Plain(Keyed):
        four: int = 4

    assert {"__eq__", "__hash__", "__repr__"} <= set(vars(Plain))
    assert hash(Plain()) == hash(Plain())
    assert Plain() != Plain(four=5)


def test_what_is_frozen_has_a_hash() -> None:
    """Of what is compared, but for what is left out; equal objects hash equally, objects of two classes do not."""
    assert hash(Keyed()) == hash(Keyed(two=[2], three=[3]))
    assert hash(Keyed()) != hash(Keyed(2))
    assert Keyed() != Keyed(two=[2])
    assert {Empty()} == {Empty(), Empty()}
    assert hash(Empty()) != hash(Keyed())


def test_the_classes_of_the_core_are_such() -> None:
    """Commands, limits and entities."""
    assert (Read(5), Wait(1)) == (Read(5), Wait(1.0))
    assert "Read(limit=5, timeout=None)" == repr(Read(5))
    assert {Limits(depth=3)} == {Limits(depth=3), Limits(depth=3)}
    assert Message.user("Hi") == pickle.loads(pickle.dumps(Message.user("Hi")))
    assert hash(Message.user("Hi")) == hash(Message.user("Hi"))
    assert FunctionCall(name="f", raw={"name": "f"}) == FunctionCall(name="f")
    assert not isinstance(FunctionCall(), Hashable)
