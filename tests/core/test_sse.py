from __future__ import annotations

from itertools import pairwise, zip_longest

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield.sse import SseEvent, SseSplitter


def split(pieces: list[bytes]) -> list[SseEvent]:
    """Return the events of a body that comes in pieces."""
    splitter = SseSplitter()
    return [event for piece in pieces for event in splitter.feed(piece)] + splitter.close()


def cut(body: bytes, places: list[int]) -> list[bytes]:
    """Return *body* cut at *places*."""
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


BODIES: list[tuple[str, bytes, list[tuple[bytes, str]]]] = [
    ("nothing", b"", []),
    ("one event", b"data: a\n\n", [(b"a", "")]),
    ("two events", b"data: a\n\ndata: b\n\n", [(b"a", ""), (b"b", "")]),
    ("no blank after the colon", b"data:a\n\n", [(b"a", "")]),
    ("one blank of several", b"data:  a \n\n", [(b" a ", "")]),
    ("one blank of several, on each line", b"data:  a\ndata:  b\n\n", [(b" a\n b", "")]),
    ("no colon", b"data\n\n", [(b"", "")]),
    ("empty data", b"data:\n\n", [(b"", "")]),
    ("several data lines", b"data: a\ndata: b\ndata\n\n", [(b"a\nb\n", "")]),
    ("a colon in the data", b"data: a: b\n\n", [(b"a: b", "")]),
    ("a name", b"event: tick\ndata: a\n\n", [(b"a", "tick")]),
    ("a name that is no utf-8", b"event: \xff\ndata: a\n\n", [(b"a", "\ufffd")]),
    ("a name alone", b"event: tick\n\ndata: a\n\n", [(b"a", "")]),
    ("comments", b": hi\n\n:\n\ndata: a\n: in between\n\n", [(b"a", "")]),
    ("fields that are not ours", b"id: 1\nretry: 5\nfoo: bar\ndata: a\n\n", [(b"a", "")]),
    ("names are case sensitive", b"Data: a\n\n", []),
    ("a blank before the name", b" data: a\n\n", []),
    ("many blank lines", b"\n\n\ndata: a\n\n\n\ndata: b\n\n\n", [(b"a", ""), (b"b", "")]),
    ("no blank line at the end", b"data: a\n\ndata: b\n", [(b"a", ""), (b"b", "")]),
    ("no line end at the end", b"data: a\n\ndata: b", [(b"a", ""), (b"b", "")]),
    ("carriage returns and line feeds", b"data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", [(b"a\nb", ""), (b"c", "")]),
    ("carriage returns alone", b"data: a\rdata: b\r\rdata: c\r\r", [(b"a\nb", ""), (b"c", "")]),
    (
        "line ends of every kind",
        b"data: a\r\n\ndata: b\n\r\ndata: c\r\rdata: d",
        [(b"a", ""), (b"b", ""), (b"c", ""), (b"d", "")],
    ),
    ("a carriage return late", b"data: a\n\ndata: b\r\n\r\ndata: c\r\n", [(b"a", ""), (b"b", ""), (b"c", "")]),
    ("a byte order mark", b"\xef\xbb\xbfdata: a\n\n", [(b"a", "")]),
    ("a byte order mark alone", b"\xef\xbb\xbf", []),
    ("half a byte order mark", b"\xef\xbb", []),
    ("a byte order mark that is none", b"\xef\xbb\xbedata: a\n\ndata: b\n\n", [(b"b", "")]),
    ("a byte order mark later", b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [(b"a", "")]),
    ("characters of several bytes", "data: größe €\n\n".encode(), [("größe €".encode(), "")]),
]


@pytest.mark.parametrize(("what", "body", "events"), BODIES, ids=[what for what, _, _ in BODIES])
def test_a_body_gives_its_events_at_once_and_byte_by_byte(
    what: str, body: bytes, events: list[tuple[bytes, str]]
) -> None:
    """The standard's rules hold, and a body that is not ended properly still gives its last event."""
    expected = [SseEvent(data, name) for data, name in events]

    assert expected == split([body])
    assert expected == split([body[place : place + 1] for place in range(len(body))])


SOME = b"data: a|data:|data|data:  b |event: tick|: comment|:|id: 1|||\xe2\x82\xac|data: \xe2\x82\xac".split(b"|")
LINES = st.sampled_from(SOME)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(
    lines=st.lists(st.tuples(LINES, ENDS), max_size=12),
    mark=st.booleans(),
    places=st.lists(st.integers(0, 400), max_size=12),
)
@example(lines=[(b"data: a", b"\r\n"), (b"", b"\r\n")], mark=True, places=[1, 11, 12, 13])
@example(lines=[(b"data: a", b"\r"), (b"", b"\r"), (b"data", b"\n")], mark=False, places=[8, 9])
def test_any_cut_gives_the_same_events(lines: list[tuple[bytes, bytes]], mark: bool, places: list[int]) -> None:
    """Where the network cuts a body changes nothing."""
    body = b"\xef\xbb\xbf" * mark + b"".join(line + end for line, end in lines)

    assert split([body]) == split(cut(body, places))


@given(
    lines=st.lists(st.tuples(LINES, ENDS), max_size=12),
    places=st.lists(st.integers(0, 400), max_size=12),
)
def test_every_line_end_gives_the_same_events(lines: list[tuple[bytes, bytes]], places: list[int]) -> None:
    """CRLF, CR and LF are one, also mixed."""
    # A CR before a LF would be one line end: let there be a colon in every line but the blank ones' own.
    mixed = b"".join(line + (b"\n" if end == b"\r" and nothing else end) for (line, end), nothing in _with_next(lines))
    plain = b"".join(line + b"\n" for line, _ in lines)

    assert split([plain]) == split(cut(mixed, places))


def _with_next(lines: list[tuple[bytes, bytes]]) -> list[tuple[tuple[bytes, bytes], bool]]:
    """Return each line with whether a LF follows its end at once, which would make one line end of two."""
    following = [line == b"" and end == b"\n" for line, end in lines[1:]]
    return list(zip_longest(lines, following, fillvalue=False))  # type: ignore[arg-type] # the last has none after it


def test_an_event_is_given_as_soon_as_it_is_whole() -> None:
    """Nothing is held back until the next chunk, and no event is given twice."""
    splitter = SseSplitter()

    assert [] == splitter.feed(b"data: a\n")
    assert [SseEvent(b"a")] == splitter.feed(b"\n")
    assert [SseEvent(b"b")] == splitter.feed(b"data: b\r\n\r\n")
    assert [] == splitter.feed(b"data: c")
    assert [SseEvent(b"c")] == splitter.close()
    assert [] == splitter.close()
