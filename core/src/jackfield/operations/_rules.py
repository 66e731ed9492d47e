"""What a request's fields must be, as data.

Rule 1: one table per class (`rules`) says it, and the documentation prints the same table.
Rule 2: a check never raises and never stops at the first problem: it returns all of them.
Rule 3: only what is certain is checked (types, ranges, roles), so that tomorrow's values pass.
Rule 4: a good value costs one call and builds no text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from math import inf
from operator import attrgetter
from typing import Any, ClassVar, TypeAlias, TypeVar, cast

from attrs import field, fields_dict, frozen

from jackfield._values import FrozenValue
from jackfield.errors import InvalidRequestError
from jackfield.operations._shown import shown, told

T = TypeVar("T")
_Rules: TypeAlias = "tuple[tuple[str, Rule], ...]"


def as_tuple(value: T) -> T:
    """Return a sequence as a tuple, and everything else (None and text included) as it is, for the rules to judge.

    A field's converter is a function of its own around this one, since type checkers read the field's type off it.
    """
    given: Any = value
    if type(given) is list:  # nearly always: looking whether it is iterable takes 1 µs
        return cast("T", tuple(given))
    if value is None or isinstance(value, (str, bytes, tuple, Mapping)) or not isinstance(value, Iterable):
        return value
    return cast("T", tuple(value))


@frozen(eq=False, repr=False)
class Rule(FrozenValue):
    """What the value of one field must be. None, which means absent, is no value and needs no rule.

    Attributes:
        must_be: The rule in words, to stand after 'must be'.
        problems: Returns what is wrong with a value, and nothing where it fits. Each problem goes on where the field's
            name ends, such as ` must be a number from 0 to 2, not 3` or `[2].role must be ...`.
        needed: Whether the field may not be absent.
    """

    must_be: str
    problems: Callable[[Any], Sequence[str]]
    needed: bool = False

    @classmethod
    def fitting(cls, must_be: str, fits: Callable[[Any], bool], *, needed: bool = False) -> Rule:
        """Return the rule that holds where *fits* says so."""

        def problems(value: Any) -> Sequence[str]:
            return () if fits(value) else (f" must be {must_be}, not {shown(value)}",)

        return cls(must_be, problems, needed)

    @classmethod
    def number(cls, low: float, high: float) -> Rule:
        """Return the rule for a number from *low* to *high*; NaN and the infinities are outside."""

        def fits(value: Any) -> bool:
            return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high

        return cls.fitting(f"a number from {low:g} to {high:g}", fits)

    @classmethod
    def whole(cls, low: float = -inf, high: float = inf) -> Rule:
        """Return the rule for a whole number from *low* to *high*."""
        span = "" if -inf == low else f" of at least {low:g}" if inf == high else f" from {low:g} to {high:g}"

        def fits(value: Any) -> bool:
            return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

        return cls.fitting(f"a whole number{span}", fits)

    @classmethod
    def flag(cls) -> Rule:
        """Return the rule for True or False."""
        return cls.fitting("True or False", lambda value: isinstance(value, bool))

    @classmethod
    def text(cls, shortest: int = 0, longest: float = inf, *, needed: bool = False) -> Rule:
        """Return the rule for text of *shortest* to *longest* characters."""
        least = f" of at least {shortest} character" if shortest else ""
        must_be = f"text{least}" if inf == longest else f"text of {shortest} to {longest:g} characters"

        def fits(value: Any) -> bool:
            return isinstance(value, str) and shortest <= len(value) <= longest

        return cls.fitting(must_be, fits, needed=needed)

    @classmethod
    def one_of(cls, *values: str) -> Rule:
        """Return the rule for one of *values*, where no other will ever do."""
        known = frozenset(values)
        must_be = f"one of {', '.join(map(repr, values))}"
        return cls.fitting(must_be, lambda value: isinstance(value, str) and value in known, needed=True)

    @classmethod
    def part(
        cls, *kinds: type, or_text: bool = False, or_mapping: bool = True, needed: bool = False, must_be: str = ""
    ) -> Rule:
        """Return the rule for an object of one of *kinds*, which is checked by its own rules.

        Args:
            kinds: The classes.
            or_text: Text will do as well.
            or_mapping: A mapping will do as well; it is sent as it is.
            needed: Whether the field may not be absent.
            must_be: The rule in words, where its own do not say enough.
        """
        names = [*["text"] * or_text, *(kind.__name__ for kind in kinds), *["a mapping"] * or_mapping]
        must_be = must_be or " or ".join(names)
        parts = tuple(kind for kind in kinds if issubclass(kind, RequestPart))
        accepted = (*kinds, *[str] * or_text, *[Mapping] * or_mapping)

        def problems(value: Any) -> Sequence[str]:
            if isinstance(value, parts):
                wrong = value.problems()
                return [f".{problem}" for problem in wrong] if wrong else ()
            if not isinstance(value, accepted):
                return (f" must be {must_be}, not {shown(value)}",)
            # One of *kinds* may be no more than what some parts have in common.
            return [f".{problem}" for problem in value.problems()] if isinstance(value, RequestPart) else ()

        return cls(must_be, problems, needed)

    @classmethod
    def each(
        cls, item: Rule, *, not_empty: bool = False, most: float = inf, or_text: bool = False, needed: bool = False
    ) -> Rule:
        """Return the rule for a sequence, in which each item follows the rule *item*.

        Args:
            item: The rule of one item.
            not_empty: Whether there must be an item.
            most: How many there may be.
            or_text: Text will do as well.
            needed: Whether the field may not be absent.
        """
        span = "" if inf == most else f", at most {most:g}"
        must_be = (
            f"{'text or ' if or_text else ''}a sequence of {item.must_be}{', not empty' if not_empty else ''}{span}"
        )
        check = item.problems

        def problems(value: Any) -> Sequence[str]:
            if or_text and isinstance(value, str):
                return ()
            if not isinstance(value, tuple):
                return (f" must be {must_be}, not {shown(value)}",)
            if not_empty and not value:
                return (" must not be empty",)
            if len(value) > most:
                return (f" must be at most {most:g} items, not {len(value)}",)
            found = []
            for index, each in enumerate(value):
                if getattr(each, "_fits", False) and not each.extra:  # 0.1 µs; to ask each message takes 0.4
                    continue
                if wrong := check(each):
                    found += [f"[{index}]{problem}" for problem in wrong]
            return found

        return cls(must_be, problems, needed)

    @classmethod
    def pairs(cls, key: Rule, value: Rule, most: float = inf) -> Rule:
        """Return the rule for a mapping of at most *most* pairs, each key and value following its rule."""
        span = "" if inf == most else f", at most {most:g} pairs"
        must_be = f"a mapping of {key.must_be} to {value.must_be}{span}"

        def problems(given: Any) -> Sequence[str]:
            if not isinstance(given, Mapping):
                return (f" must be {must_be}, not {shown(given)}",)
            if len(given) > most:
                return (f" must be {must_be}, not {len(given)} pairs",)
            found = [f"[{shown(name)}]{wrong}" for name, each in given.items() for wrong in value.problems(each)]
            return [*found, *(f": a key{wrong}" for name in given for wrong in key.problems(name))]

        return cls(must_be, problems)


class _Known(FrozenValue):
    """Has room for the mark that a part is known to fit: a history has hundreds of messages that are plain text."""

    __slots__ = ("_fits",)


@frozen(kw_only=True, eq=False, repr=False)
class RequestPart(_Known):
    """What a request is made of, and the request itself: values, checked by a table.

    A field that is None is absent: it is not sent.

    Attributes:
        extra: Keys that the class has no field for, sent beside the fields as they are and never checked.
    """

    rules: ClassVar[Mapping[str, Rule]] = {}
    """Field name to rule. A field without a rule is not checked."""
    told_by: ClassVar[str] = ""
    """The field whose value says what kind of part this is, such as `role`."""
    needs: ClassVar[Mapping[str, Sequence[str]]] = {}
    """By the value of that field, the fields that may not be absent then."""
    set_by_call: ClassVar[frozenset[str]] = frozenset()
    """Keys that follow from the way of calling, and so cannot be given in `extra`."""

    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    def __repr__(self) -> str:
        """Tell what differs from the default."""
        return told(self)

    def problems(self) -> Sequence[str]:
        """Return all that is wrong with this part, each problem opening with the field's name. Empty where it fits.

        Extend it where a rule concerns several fields: `[*super().problems(), ...]`.
        """
        extra: Any = self.extra
        if not isinstance(extra, (dict, Mapping)):
            return (f"extra must be a mapping, not {shown(extra)}",)
        found = []
        kind: Any = type(self)
        rules, values_of, needed = _checked(kind)
        for name, rule in needed:
            if getattr(self, name) is None and name not in extra:
                found.append(f"{name} is missing; it must be {rule.must_be}")
        for index, value in enumerate(values_of(self)):
            if value is not None and (wrong := rules[index][1].problems(value)):
                found += [rules[index][0] + problem for problem in wrong]
        if self.needs:
            told_by = getattr(self, self.told_by)
            for name in self.needs.get(told_by, ()) if isinstance(told_by, str) else ():
                if getattr(self, name) is None and name not in extra:
                    found.append(f"{name} is missing; {self.told_by} {told_by!r} needs it")
        if extra:
            found += self._given_twice(extra)
        return found

    def _given_twice(self, extra: Mapping[str, Any]) -> Sequence[str]:
        """Return which keys of *extra* are given elsewhere too."""
        typed = {name: getattr(self, name) for name in fields_dict(type(self)) if name != "extra"}
        return [
            *(
                f"{key} is given twice: {shown(typed[key])} as a field and {shown(value)} in extra; keep one"
                for key, value in extra.items()
                if typed.get(key) is not None
            ),
            *(
                f"{key} follows from the way of calling; take it out of extra"
                for key in extra
                if key in self.set_by_call
            ),
        ]


@cache
def _checked(cls: type[RequestPart]) -> tuple[_Rules, Callable[[object], tuple[Any, ...]], _Rules]:
    """Return the rules, what gives their fields' values in C (3 µs less for a chat), and the needed ones' rules."""
    names = tuple(cls.rules)
    values_of = attrgetter(*names) if len(names) > 1 else lambda part: tuple(getattr(part, name) for name in names)
    rules = tuple(cls.rules.items())
    return rules, values_of, tuple((name, rule) for name, rule in rules if rule.needed)


@frozen(kw_only=True, eq=False, repr=False)
class Request(RequestPart):
    """What is asked of a provider; the root of every operation's request entity.

    Raises:
        InvalidRequestError: On construction: all problems at once, each opening with the field's name.
    """

    def __attrs_post_init__(self) -> None:
        """Check the request as a whole, its parts included."""
        if problems := self.problems():
            raise InvalidRequestError(f"{type(self).__name__} cannot be sent", problems=problems)
