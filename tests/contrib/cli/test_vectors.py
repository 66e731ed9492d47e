"""Vectors as bytes."""

from __future__ import annotations

import io
import json
import sys
from array import array

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield_cli._vectors import json_lines, npy

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
TABLES = st.integers(1, 5).flatmap(lambda width: st.lists(st.lists(FLOATS, min_size=width, max_size=width), min_size=1))


@given(TABLES)
def test_numpy_reads_what_is_written(table):
    """Whatever the numbers, numpy reads them back, bit by bit."""
    numpy = pytest.importorskip("numpy")
    vectors = [array("f", row) for row in table]
    read = numpy.load(io.BytesIO(b"".join(npy(vectors))), allow_pickle=False)

    assert b"".join(vector.tobytes() for vector in vectors) == read.tobytes()


@given(TABLES)
def test_doubles_become_what_the_header_says(table):
    """Vectors of 64-bit numbers make the same file."""
    assert [*npy([array("f", row) for row in table])] == [*npy([array("d", row) for row in table])]


@given(TABLES)
def test_json_reads_what_is_written(table):
    """A number as text is read back as the 32-bit float that it was."""
    vectors = [array("f", row) for row in table]
    read = [json.loads(line)["vector"] for line in json_lines(vectors, [{}] * len(vectors))]

    assert vectors == [array("f", row) for row in read]


def test_the_header_is_as_the_format_wants_it():
    """Magic, version, a length, and a dictionary that fills up to a multiple of 64 and ends a line."""
    head = next(npy([array("f", [1, 2])]))

    assert (b"\x93NUMPY\x01\x00", 0, b"\n") == (head[:8], len(head) % 64, head[-1:])
    assert len(head) == 10 + int.from_bytes(head[8:10], "little")


def test_numbers_are_little_endian_everywhere(monkeypatch):
    """A machine that writes the other way round writes the same file."""
    swapped = array("f", [1.5])
    swapped.byteswap()
    monkeypatch.setattr(sys, "byteorder", "big" if sys.byteorder == "little" else "little")

    assert [swapped.tobytes()] == [*npy([array("f", [1.5])])][1:] == [*npy([array("d", [1.5])])][1:]


def test_vectors_of_different_lengths_make_no_array():
    """They are an error that says which, and what would do."""
    with pytest.raises(click.ClickException, match=r"vector 1 has 1 numbers and vector 0 has 2.*name a \.jsonl file"):
        next(npy([array("f", [1, 2]), array("f", [1])]))


def test_texts_are_ascii():
    """Nothing in a text speaks to a terminal."""
    [line] = json_lines([array("f", [0.1])], [{"input": "\x1b é"}])

    assert b'{"index": 0, "input": "\\u001b \\u00e9", "vector": [0.100000001]}\n' == line
