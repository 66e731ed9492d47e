"""Text that reads like an answer, and its tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_TOKEN = re.compile(r" ?\w{1,8}| ?[^\w\s]|\s")
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]{3,}")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "about after again also answer because been before between could describe does each explain from give have "
        "here into like make many more most much only other over please same say should show some such tell than that "
        "their them then there these they this those three using very want well were what when where which while will "
        "with word words would write your yourself",
    )
)
_BEGINNINGS = (
    "In short, {topic} comes down to {point}.",
    "There are two sides to {topic}: {point} and {other}.",
    "What matters most about {topic} is {point}.",
    "{topic} — that begins with {point}.",
    "People often ask about {topic}, and the place to start is {point}.",
)
_MIDDLES = (
    "It helps to look at {other} first, and at the rest afterwards.",
    "Without {other} it would hardly work.",
    "Most of what is written on it — from naïve sketches to whole books — returns to {other}.",
    "Compare it with {other}, and the difference is plain.",
    "A small example over coffee in a café would show {other} at once.",
    "It is rarely wrong to begin with {other}.",
)
_ENDS = (
    "If you tell me more, I can be more precise.",
    "The rest follows from there.",
    "That is all there is to it.",
    "Is there a part that you would like in more detail?",
    "Everything else is a matter of taste.",
)
_POINTS = (
    "patience",
    "good measurements",
    "a clear beginning",
    "the order of the steps",
    "what came before",
    "a little practice",
    "how it is used",
    "the people who need it",
    "its history",
    "a sense of scale",
)


def tokens(text: str) -> list[str]:
    """Return *text* in pieces of about the size of a model's; together they are the text."""
    return _TOKEN.findall(text)


def topic(text: str) -> str:
    """Return what *text* seems to be about."""
    words = [word for word in _WORD.findall(text) if word.lower() not in _COMMON]
    return max(words, key=len) if words else "this"


def prose(about: str, source: Random) -> str:
    """Return a few sentences on *about*."""
    point, *others = source.sample(_POINTS, 5)
    beginning = source.choice(_BEGINNINGS).format(topic=topic(about), point=point, other=others[0])
    middles = [
        middle.format(other=other)
        for middle, other in zip(source.sample(_MIDDLES, source.randint(1, 3)), others[1:], strict=False)
    ]
    text = " ".join([beginning, *middles, source.choice(_ENDS)])
    return text[0].upper() + text[1:]
