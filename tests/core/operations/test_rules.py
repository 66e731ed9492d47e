import pickle
from collections.abc import Mapping
from decimal import Decimal
from math import inf, nan
from types import MappingProxyType
from typing import Any, ClassVar

import attrs
import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import InvalidRequestError, SetupError
from jackfield.operations import Request, RequestPart, Rule
from jackfield.operations._rules import as_tuple
from jackfield.operations._shown import shown


@frozen(kw_only=True, repr=False)
class Wheel(RequestPart):
    rules: ClassVar[Mapping[str, Rule]] = {"kind": Rule.one_of("disc", "spoked"), "spokes": Rule.whole(1, 40)}
    told_by: ClassVar[str] = "kind"
    needs: ClassVar[Mapping[str, tuple[str, ...]]] = {"spoked": ("spokes",)}

    kind: str | None = "disc"
    spokes: int | None = None


@frozen(kw_only=True, repr=False)
class Order(Request):
    rules: ClassVar[Mapping[str, Rule]] = {
        "name": Rule.text(1, needed=True),
        "wheels": Rule.each(Rule.part(Wheel), not_empty=True, most=3),
        "weight": Rule.number(0, 2),
    }
    set_by_call: ClassVar[frozenset[str]] = frozenset({"stream"})

    name: str | None
    wheels: Any = field(default=None, converter=as_tuple)
    weight: float | None = None
    note: str | None = None


FITS = [
    (Rule.number(0, 2), [0, 2, 0.0, 1.5, 2.0]),
    (Rule.whole(), [-(10**30), 0, 7]),
    (Rule.whole(1), [1, 10**9]),
    (Rule.whole(1, 3), [1, 2, 3]),
    (Rule.flag(), [True, False]),
    (Rule.text(), ["", "any"]),
    (Rule.text(1, 3), ["a", "abc"]),
    (Rule.one_of("a", "b"), ["a", "b"]),
    (Rule.part(), [{}, {"any": 1}, MappingProxyType({})]),
    (Rule.part(Wheel), [Wheel(), {"sent": "as it is"}]),
    (Rule.part(Wheel, or_text=True), ["disc", Wheel(), {}]),
    (Rule.each(Rule.text()), [(), ("", "a")]),
    (Rule.each(Rule.text(), or_text=True), ["text", ("a",)]),
    (Rule.pairs(Rule.text(1), Rule.number(0, 1), most=1), [{}, {"a": 1}]),
]

FITS_NOT = [
    (Rule.number(0, 2), 2.1, [" must be a number from 0 to 2, not 2.1"]),
    (Rule.number(0, 2), nan, [" must be a number from 0 to 2, not nan"]),
    (Rule.number(0, 2), inf, [" must be a number from 0 to 2, not inf"]),
    (Rule.number(-2, 2), -inf, [" must be a number from -2 to 2, not -inf"]),
    (Rule.number(0, 2), "1", [" must be a number from 0 to 2, not '1'"]),
    (Rule.number(0, 2), True, [" must be a number from 0 to 2, not True"]),
    (Rule.number(0, 2), Decimal(1), [" must be a number from 0 to 2, not Decimal('1')"]),
    (Rule.whole(), 1.0, [" must be a whole number, not 1.0"]),
    (Rule.whole(1), 0, [" must be a whole number of at least 1, not 0"]),
    (Rule.whole(1, 128), 129, [" must be a whole number from 1 to 128, not 129"]),
    (Rule.whole(1, 128), True, [" must be a whole number from 1 to 128, not True"]),
    (Rule.flag(), 1, [" must be True or False, not 1"]),
    (Rule.text(), 5, [" must be text, not 5"]),
    (Rule.text(1), "", [" must be text of at least 1 character, not ''"]),
    (Rule.text(0, 3), "abcd", [" must be text of 0 to 3 characters, not 'abcd'"]),
    (Rule.one_of("a", "b"), "c", [" must be one of 'a', 'b', not 'c'"]),
    (Rule.one_of("a", "b"), [], [" must be one of 'a', 'b', not []"]),
    (Rule.part(), [], [" must be a mapping, not []"]),
    (Rule.part(Wheel, or_text=True), 5, [" must be text or Wheel or a mapping, not 5"]),
    (Rule.part(Wheel, or_mapping=False), {}, [" must be Wheel, not {}"]),
    (
        Rule.part(Wheel, or_mapping=False, must_be="a wheel, as by Wheel()"),
        1,
        [" must be a wheel, as by Wheel(), not 1"],
    ),
    (Rule.part(Wheel), Wheel(spokes=0), [".spokes must be a whole number from 1 to 40, not 0"]),
    (Rule.each(Rule.text()), "abc", [" must be a sequence of text, not 'abc'"]),
    (Rule.each(Rule.text(), or_text=True, most=4), 3, [" must be text or a sequence of text, at most 4, not 3"]),
    (Rule.each(Rule.text(), not_empty=True), (), [" must not be empty"]),
    (Rule.each(Rule.text(), most=1), ("a", "b"), [" must be at most 1 items, not 2"]),
    (Rule.each(Rule.text(), not_empty=True), 5, [" must be a sequence of text, not empty, not 5"]),
    (Rule.each(Rule.text()), ("a", 1, 2), ["[1] must be text, not 1", "[2] must be text, not 2"]),
    (Rule.each(Rule.part(Wheel)), (Wheel(kind=None),), ["[0].kind is missing; it must be one of 'disc', 'spoked'"]),
    (Rule.pairs(Rule.text(), Rule.flag()), [], [" must be a mapping of text to True or False, not []"]),
    (
        Rule.pairs(Rule.text(), Rule.flag(), most=1),
        {"a": True, "b": True},
        [" must be a mapping of text to True or False, at most 1 pairs, not 2 pairs"],
    ),
    (
        Rule.pairs(Rule.text(), Rule.flag()),
        {"a": 1, 2: True},
        ["['a'] must be True or False, not 1", ": a key must be text, not 2"],
    ),
]


@pytest.mark.parametrize(("rule", "value"), [(rule, value) for rule, values in FITS for value in values])
def test_a_fitting_value_has_no_problems(rule, value):
    """A rule has nothing to say about a value that fits."""
    assert () == tuple(rule.problems(value))


@pytest.mark.parametrize(("rule", "value", "problems"), FITS_NOT)
def test_a_problem_tells_the_value_and_what_would_be_right(rule, value, problems):
    """A problem has the value and the rule in words, and goes on where the field's name ends."""
    assert problems == list(rule.problems(value))


@given(st.floats())
def test_a_number_fits_exactly_within_its_range(value):
    """No float outside the range passes, and none inside is refused."""
    assert (0 <= value <= 2) == (not Rule.number(0, 2).problems(value))


def test_a_part_is_checked_whatever_it_is_accepted_as():
    """A kind may be no more than what some parts have in common."""

    class Round:
        pass

    @frozen(kw_only=True, repr=False)
    class Hoop(Wheel, Round):
        pass

    assert [".spokes must be a whole number from 1 to 40, not 0"] == Rule.part(Round).problems(Hoop(spokes=0))
    assert [] == Rule.part(Round).problems(Hoop())


def test_a_fitting_request_is_made():
    """A request without problems is what it was made with."""
    assert ("x", (Wheel(),)) == attrs.astuple(Order(name="x", wheels=[Wheel()]), recurse=False)[1:3]


def test_all_problems_come_in_one_error():
    """Every field that does not fit is told, nested ones with their path."""
    with pytest.raises(InvalidRequestError) as caught:
        Order(name="", wheels=[Wheel(), Wheel(kind="square"), 5], weight="much")

    assert (
        "name must be text of at least 1 character, not ''",
        "wheels[1].kind must be one of 'disc', 'spoked', not 'square'",
        "wheels[2] must be Wheel or a mapping, not 5",
        "weight must be a number from 0 to 2, not 'much'",
    ) == caught.value.problems


def test_the_error_is_raised_before_any_io():
    """An invalid request is the caller's to set up, and its text begins with what cannot be sent."""
    with pytest.raises(SetupError, match=r"^Order cannot be sent: weight must be"):
        Order(name="x", weight=9)


def test_a_needed_field_may_not_be_none():
    """A needed field that is None is missing."""
    with pytest.raises(InvalidRequestError, match="name is missing; it must be text of at least 1 character"):
        Order(name=None)


def test_a_needed_field_may_come_in_extra():
    """What is needed may be given as it is."""
    assert {"name": object} == Order(name=None, extra={"name": object}).extra


def test_a_part_needs_what_its_kind_needs():
    """What a kind needs is missing where it is None, and nothing else is."""
    assert ["spokes is missing; kind 'spoked' needs it"] == list(Wheel(kind="spoked").problems())
    assert [] == list(Wheel(kind="spoked", spokes=3).problems())
    assert [] == list(Wheel(kind="spoked", extra={"spokes": 3}).problems())


def test_a_kind_of_a_wrong_type_is_one_problem():
    """A kind that cannot be one needs nothing more."""
    assert ["kind must be one of 'disc', 'spoked', not []"] == list(Wheel(kind=[]).problems())


def test_a_field_without_a_rule_is_not_checked():
    """What is not certain passes."""
    assert 5 == Order(name="x", note=5).note


def test_extra_is_not_checked():
    """What the class does not know is sent as it is."""
    assert {"weights": nan} == Order(name="x", extra={"weights": nan}).extra


def test_extra_may_give_what_the_field_leaves_out():
    """A key in extra is no problem while its field is None."""
    assert {"weight": "much"} == Order(name="x", extra={"weight": "much"}).extra


def test_nothing_is_given_twice():
    """A key in extra whose field is given too is a problem, with both values."""
    with pytest.raises(InvalidRequestError, match="weight is given twice: 1 as a field and 2 in extra; keep one"):
        Order(name="x", weight=1, extra={"weight": 2})


def test_nothing_is_given_twice_within_a_part():
    """Parts are checked for it too."""
    with pytest.raises(
        InvalidRequestError, match=r"wheels\[0\]\.kind is given twice: 'disc' as a field and 1 in extra"
    ):
        Order(name="x", wheels=[Wheel(extra={"kind": 1})])


def test_what_the_call_decides_is_not_given_in_extra():
    """A key that follows from the way of calling is a problem."""
    with pytest.raises(InvalidRequestError, match="stream follows from the way of calling; take it out of extra"):
        Order(name="x", extra={"stream": True})


def test_a_key_called_extra_is_a_key_like_others():
    """A provider's parameter may be called extra."""
    assert {"extra": 1} == Order(name="x", extra={"extra": 1}).extra


@pytest.mark.parametrize("extra", [None, [], "text", [("a", 1)]])
def test_extra_is_a_mapping(extra):
    """Anything else is a problem."""
    with pytest.raises(InvalidRequestError, match="extra must be a mapping, not"):
        Order(name="x", extra=extra)


def test_a_changed_copy_is_checked():
    """The rules hold for what evolve makes."""
    with pytest.raises(InvalidRequestError, match="weight must be a number"):
        attrs.evolve(Order(name="x"), weight=3)


def test_a_request_is_hashable_and_survives_pickling():
    """Equal requests hash equally, and a pickled one comes back equal."""
    order = Order(name="x", wheels=[Wheel(extra={"a": 1})])
    assert order == pickle.loads(pickle.dumps(order))
    assert hash(order) == hash(Order(name="x", wheels=[Wheel(extra={"a": 1})]))


def test_a_repr_tells_what_is_given():
    """What is as by default is left out."""
    assert "Order(name='x', wheels=(Wheel(spokes=3),))" == repr(Order(name="x", wheels=[Wheel(spokes=3)]))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        ("text", "text"),
        (b"bytes", b"bytes"),
        ({"a": 1}, {"a": 1}),
        (5, 5),
        ((1, 2), (1, 2)),
        ([1, 2], (1, 2)),
        (iter([1, 2]), (1, 2)),
        (range(2), (0, 1)),
    ],
)
def test_sequences_become_tuples(given, kept):
    """A sequence becomes a tuple; what is none stays, for the rules to judge."""
    assert kept == as_tuple(given)


def test_a_long_value_is_cut():
    """An error or a repr does not drown in its value."""
    assert "'" + 76 * "x" + "..." == shown(1000 * "x")
    assert "'short'" == shown("short")
