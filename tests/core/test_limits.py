"""How large an answer may be, and what is said when it is larger."""

from __future__ import annotations

import pickle
import tracemalloc

import pytest
from hand import GOOD, hold, play

from jackfield import Client, LimitExceededError, Limits, SettingsError
from jackfield.sse import SseSplitter

SMALL = Limits(body=64, decompressed=32, event=16, headers=200, depth=3)


def test_a_body_above_its_limit_is_not_read_on() -> None:
    """The bytes are counted as they come; whatever the head announces."""
    played = play(hold(limits=SMALL), [200, b"x" * 40, b"x" * 40])

    error = played.error
    assert isinstance(error, LimitExceededError)
    assert ("body", 64, 200, False) == (error.limit, error.allowed, error.status, error.transient)
    assert "limits=Limits(body=…)" in error.message
    assert 1 == len(error.meta.attempts)


def test_an_announced_body_above_its_limit_is_not_read_at_all() -> None:
    """Its first byte is never asked for."""
    played = play(hold(limits=SMALL), [(200, {"content-length": "65"})])

    assert "the answer announces 65 bytes" in str(played.error)


@pytest.mark.parametrize("announced", ["64", "-1", "many", ""])
def test_only_a_number_announces(announced: str) -> None:
    """What is no number says nothing, and the body is counted all the same."""
    played = play(hold(limits=SMALL), [(200, {"content-length": announced}), GOOD, b""])

    assert played.error is None


def test_an_announced_number_may_be_any_number() -> None:
    """One of thirty digits is too large as well."""
    played = play(hold(limits=SMALL), [(200, {"content-length": "9" * 30})])

    assert isinstance(played.error, LimitExceededError)


@pytest.mark.parametrize(("encoding", "limit"), [("gzip", "decompressed"), ("identity", "body"), ("", "body")])
def test_a_compressed_body_has_a_limit_of_its_own(encoding: str, limit: str) -> None:
    """It counts after decompression, which the transport does."""
    read = [b"x" * 40] if "decompressed" == limit else [b"x" * 40, b"x" * 40]
    played = play(hold(limits=SMALL), [(200, {"content-encoding": encoding}), *read])

    assert isinstance(played.error, LimitExceededError)
    assert limit == played.error.limit


def test_headers_have_a_limit() -> None:
    """Names and values count together."""
    played = play(hold(limits=SMALL), [(200, {"x-padding": "y" * 200})])

    assert isinstance(played.error, LimitExceededError)
    assert ("headers", "the answer's headers have 209 bytes") == (played.error.limit, played.error.message[:35])


def test_a_refusal_is_read_no_further_than_an_error_keeps() -> None:
    """An endless error page costs 64 KiB."""
    played = play(hold(), [400, b"x" * 65536])

    assert 65536 == len(played.error.body)


def test_an_event_above_its_limit_breaks_the_stream() -> None:
    """What came before is in the error, and the cause names the limit."""
    splitter = SseSplitter(16)

    assert [] == splitter.feed(b"data: 0123")
    with pytest.raises(LimitExceededError) as caught:
        splitter.feed(b"4567890")
    assert ("event", 16) == (caught.value.limit, caught.value.allowed)
    with pytest.raises(LimitExceededError):
        SseSplitter(16).feed(b"data: one\n\ndata: 01234567890123")


def test_a_large_event_is_put_together_once() -> None:
    """A megabyte in pieces of one kilobyte costs about its own size in memory, and no square of it in copies."""
    splitter = SseSplitter()
    splitter.feed(b"data: ")
    tracemalloc.start()
    for _ in range(1024):
        splitter.feed(b"x" * 1024)
    (event,) = splitter.feed(b"\n\n")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert 1024 * 1024 == len(event.data)
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize("wrong", [{"body": 0}, {"event": "1"}, {"depth": 1001}, {"headers": True}])
def test_a_limit_is_a_whole_number_above_zero(wrong: dict[str, object]) -> None:
    """Anything else is refused with the limit's name."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)  # type: ignore[arg-type]


def test_a_client_takes_limits_and_nothing_else_there() -> None:
    """A number in their place is a problem of the settings."""
    with pytest.raises(SettingsError, match="limits: must be Limits"):
        Client("openai", api_key="sk-nobody", limits=5)  # type: ignore[arg-type]


def test_the_error_survives_pickling() -> None:
    """Limit and allowance with it."""
    error = pickle.loads(pickle.dumps(LimitExceededError("too much", limit="body", allowed=5)))

    assert ("too much", "body", 5) == (error.message, error.limit, error.allowed)
