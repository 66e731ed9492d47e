"""Which part of a growing text in Markdown later text can no longer change."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield_cli._settling import Settling

SETTLED = [
    ("", ""),
    ("one", ""),
    ("one\n\n", ""),
    ("one\n\ntwo", "one\n\n"),
    ("one\n\ntwo\n\nthree", "one\n\ntwo\n\n"),
    ("one\ntwo", ""),
    ("one\u2028\u2028two", ""),
    ("one\n\u00a0\ntwo", ""),
    ("- a\n\n  still a\n", ""),
    ("- a\n\n- b\n", "- a\n\n"),
    ("```\ncode\n\nmore", ""),
    ("```\ncode\n\nmore\n```\n\ntext", "```\ncode\n\nmore\n```\n\n"),
    ("````\n```\n\nx\n````\n\ny", "````\n```\n\nx\n````\n\n"),
    ("```\n~~~\n\nx", ""),
    ("~~~ py\n\nx\n~~~ py\n\ny", ""),
    ("```no fence``` but code\n\nx", "```no fence``` but code\n\n"),
]
TEXTS = st.lists(st.sampled_from(["a", "\n", "\n\n", "```", "``", " ", "- b"]), max_size=20)


@pytest.mark.parametrize(("text", "expected"), SETTLED)
def test_what_later_text_cannot_change(text, expected):
    """Blocks end at an empty line, but within a fence and before an indent."""
    assert expected == Settling().add(text)


@given(TEXTS)
def test_the_pieces_make_no_difference(pieces):
    """In whatever pieces a text comes, the same is settled, and nothing is lost."""
    whole, pieced = Settling(), Settling()
    text = "".join(pieces)
    settled = "".join(map(pieced.add, pieces))

    assert (settled, pieced.rest()) == (whole.add(text), whole.rest())
    assert text == settled + pieced.rest()


def test_a_long_block_is_cut_at_its_beginning():
    """The end of an open fenced block keeps its fence."""
    settling = Settling()
    settling.add("As follows:\n  ```python\n" + "".join(f"  {number}\n" for number in range(100)) + "  10")

    assert "```python\n  97\n  98\n  99\n  10" == settling.tail(3)


WHOLE = [
    ("```\n1\n2\n3\n", "the block is no longer"),
    ("1\n2\n3\n4\n5\n", "it is no fenced block"),
    ("```\n1\n2\n3\n4\n5\n```\n", "the block has ended"),
]


@pytest.mark.parametrize(("text", "_"), WHOLE)
def test_what_is_not_cut(text, _):
    """Whatever is no long open fenced block is drawn as a whole."""
    settling = Settling()
    settling.add(text)

    assert text == settling.tail(4)


def work(pieces):
    """Return how many calls it takes, those of methods of text and of expressions included, to take the pieces in."""
    settling, calls = Settling(), 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event.endswith("call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        for piece in pieces:
            settling.add(piece)
    finally:
        sys.setprofile(before)
    return calls


LONG = ["```\n" + "x = 1\n" * 2000, "- item\n" * 2000, "word " * 2000]


@pytest.mark.parametrize("text", LONG)
def test_a_block_that_is_twice_as_long_takes_twice_the_work(text):
    """What has been looked at is not looked at again with each piece."""
    pieces = re.findall("(?s).{1,5}", text)

    assert work(pieces) <= 2 * work(pieces[: len(pieces) // 2]) + 10
    assert work(pieces) <= 20 * len(pieces)
