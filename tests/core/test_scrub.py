"""Credentials are taken out of an answer before anybody reads it."""

from __future__ import annotations

import pickle
import traceback
from itertools import pairwise

import pytest
from hand import KEY, Key, TellEvent, Wire, hold, play
from hypothesis import given
from hypothesis import strategies as st

from jackfield import Client, SettingsError
from jackfield._scrub import Scrubber
from jackfield.errors import without_frames
from jackfield.http import HttpRequest
from jackfield.plugin import impl
from jackfield.secret import Secret

NEEDLE = "ababac-0123456789/abab"
REQUEST = HttpRequest("POST", "https://h.example", {"authorization": Secret(NEEDLE).prefixed("Bearer "), "x": "plain"})
SPELT = NEEDLE.replace("/", "\\/")


@given(
    st.lists(
        st.sampled_from([NEEDLE, SPELT, NEEDLE[:7], NEEDLE[:-1], "a", "ab", "\n\n", "text", NEEDLE[1:]]), max_size=12
    ),
    st.lists(st.integers(0, 200), max_size=20),
)
def test_every_cut_gives_the_same(parts: list[str], cuts: list[int]) -> None:
    """A credential that comes in two pieces is taken out as one that comes whole, and nothing else is lost."""
    data = "".join(parts).encode()
    borders = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    scrubber = Scrubber(REQUEST)
    fed = b"".join(scrubber.feed(data[a:b]) for a, b in pairwise(borders)) + scrubber.close()

    assert Scrubber(REQUEST).whole(data) == fed
    assert NEEDLE.encode() not in fed
    assert SPELT.encode() not in fed


def test_what_needs_not_wait_does_not() -> None:
    """Only a possible beginning of a credential is held back; a stream is not."""
    scrubber = Scrubber(REQUEST)

    assert b"data: 1\n\n" == scrubber.feed(b"data: 1\n\n")
    assert b"data: " == scrubber.feed(b"data: aba")
    assert b"abax" == scrubber.feed(b"x")
    assert b"" == scrubber.close()


def test_a_request_without_credentials_costs_nothing() -> None:
    """The bytes go through as they are."""
    data = b"anything"

    assert data is Scrubber(HttpRequest("GET", "https://h.example")).feed(data)


@pytest.mark.parametrize("body", [f'{{"text": "hello {KEY}", "more": "{KEY}"}}', f'{{"text": 1, "{KEY}": 2}}'])
def test_an_answer_that_echoes_the_key_is_read_without_it(body: str) -> None:
    """Neither the text nor `raw` has it."""
    played = play(hold(), [200, body.encode(), b""])

    assert played.error is None
    assert KEY not in f"{played.result} {pickle.dumps(played.result)!r}"


def test_a_stream_that_echoes_the_key_is_read_without_it() -> None:
    """Also where a network border cuts it."""
    event = f'data: {{"text": "{KEY}"}}\n\n'.encode()
    played = play(hold(streaming=True), [200, event[:20], event[20:], b"data: [END]\n\n", b""])

    assert "[secret]" == played.events[0].text
    assert KEY not in repr(pickle.dumps(played.events))


def test_frames_of_an_unreadable_answer_do_not_show_it() -> None:
    """A traceback with locals is what crash reporters send."""
    played = play(hold(), [200, f"<html>{KEY}".encode(), b""])

    frames = traceback.TracebackException.from_exception(played.error, capture_locals=True).stack
    answering = [frame for frame in frames if frame.filename.endswith("_answer.py")]
    assert answering
    assert KEY not in str([{**frame.locals, "binding": ""} for frame in answering])  # the test's own part has it bare


@pytest.mark.parametrize(
    ("key", "more"),
    [("sk-c4nary-0123456789", {"timeout": -1}), ("sk-c4nary-0123456789\nx", {}), ("sk-c4nary-0123456789", {"nope": 1})],
)
def test_an_error_of_setting_up_shows_no_key(key: str, more: dict[str, object]) -> None:
    """Not in its text, its chain, nor the locals of our frames."""
    with pytest.raises(SettingsError) as caught:
        Client("openai", api_key=key, headers={"x-more": key.replace("c4nary", "head3r")}, **more)

    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in frames.stack if frame.filename.endswith("_setup.py")]
    assert ours
    assert "c4nary" not in f"{caught.value} {[frame.locals for frame in ours]}"
    assert "head3r" not in str([frame.locals for frame in ours])
    assert caught.value.__cause__ is None


def test_frames_are_let_go_along_the_chain() -> None:
    """Of the error and of everything that led to it."""
    error, inner = SettingsError("outer"), ValueError("inner")
    error.__cause__ = inner
    for each in (inner, error):
        with pytest.raises(type(each)):
            raise each
    assert error.__traceback__ is not None
    bare = without_frames(error)

    assert bare.__cause__ is not None
    assert (None, None) == (bare.__traceback__, bare.__cause__.__traceback__)


def test_an_end_that_might_begin_a_credential_is_not_lost() -> None:
    """The body ends with what waits: it is fed before the decoder closes."""
    end = b'data: {"text": "hi"}\n\ndata: [END]'
    played = play(hold(streaming=True, key=Key("]0123456789abcdefg")), [200, end, b"", b""])

    assert played.error is None
    assert "hi" == played.result.text


class Letterwise:
    """A decoder for which every byte is an event."""

    complete, finished = True, False

    def feed(self, data: bytes) -> list[TellEvent]:
        """Take the next bytes in."""
        return [TellEvent(text=chr(byte)) for byte in data]

    def close(self) -> list[TellEvent]:
        """Nothing is left open."""
        return []


class LetterWire(Wire):
    """Reads streams by the byte."""

    @impl
    def open_stream(self) -> Letterwise:  # type: ignore[override]
        """Open one."""
        return Letterwise()


def test_what_waits_may_be_events_of_their_own() -> None:
    """Where a stream has no marks between events."""
    played = play(hold(streaming=True, wire=LetterWire(), key=Key("]0123456789abcdefg")), [200, b"hi]", b""])

    assert ["h", "i", "]"] == [event.text for event in played.events]
