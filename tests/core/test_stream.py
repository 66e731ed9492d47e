from __future__ import annotations

import contextlib
import gc
from typing import Any

import pytest
from hand import TELL, Letters, scripted

from jackfield import AsyncClient, Client
from jackfield.errors import SetupError, StreamInterruptedError
from jackfield.plugin import CallRecord, impl

HEL = b'data: {"text": "hel"}\n\n'
PIECES = (200, [HEL, b'data: {"text": "lo"}\n\n', b"data: [END]\n\n"])
CUT = (200, [HEL])


class Recorder:
    """Keeps how calls ended."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []

    @impl
    def call_ended(self, record: CallRecord) -> None:
        """Keep it."""
        self.outcomes.append(record.outcome)


def a_client(recorder: Recorder, answer: Any = PIECES) -> Client:
    """Return a client over one scripted answer."""
    return Client(Letters(), transport=scripted([answer]), plugins=[recorder])


def an_async_client(recorder: Recorder, answer: Any = PIECES) -> AsyncClient:
    """The same for asyncio."""
    return AsyncClient(Letters(), transport=scripted([answer]), plugins=[recorder])


def test_is_its_own_iterator() -> None:
    """`for`, `next` and `list` take from the same events."""
    recorder = Recorder()
    stream = a_client(recorder).stream(TELL)

    assert "hel" == next(stream).text
    assert ["lo"] == [event.text for event in stream]
    assert [] == list(stream)
    assert ["finished"] == recorder.outcomes


@pytest.mark.parametrize("taken", [0, 1])
def test_closing_early_abandons_the_call(taken: int) -> None:
    """Before the first event and after it; closing twice is harmless, and so is iterating afterwards."""
    recorder = Recorder()
    client = a_client(recorder)
    stream = client.stream(TELL)
    for _ in range(taken):
        next(stream)

    stream.close()
    stream.close()

    assert ["abandoned"] == recorder.outcomes
    assert [] == list(stream)
    assert taken == len(client._transport.closed_bodies)  # type: ignore[attr-defined]


def test_leaving_the_block_early_abandons_the_call() -> None:
    """`with` closes it."""
    recorder = Recorder()

    with a_client(recorder).stream(TELL) as stream:
        next(stream)

    assert ["abandoned"] == recorder.outcomes


def test_closing_at_the_end_changes_nothing() -> None:
    """The call has finished by then."""
    recorder = Recorder()
    stream = a_client(recorder).stream(TELL)
    list(stream)

    stream.close()

    assert (["finished"], "hello") == (recorder.outcomes, stream.response.text)


@pytest.mark.parametrize("taken", [0, 1])
def test_a_stream_that_is_dropped_is_closed(taken: int) -> None:
    """On collection, at the latest."""
    recorder = Recorder()
    stream = a_client(recorder).stream(TELL)
    for _ in range(taken):
        next(stream)

    del stream
    gc.collect()

    assert ["abandoned"] == recorder.outcomes


def test_there_is_no_response_before_the_end() -> None:
    """Neither the fold nor the story are whole."""
    stream = a_client(Recorder()).stream(TELL)
    next(stream)

    for name in ("response", "meta"):
        with pytest.raises(SetupError, match="the stream has not been read to its end"):
            getattr(stream, name)


def test_there_is_no_response_of_a_stream_that_broke() -> None:
    """What came of it is in the error."""
    stream = a_client(Recorder(), CUT).stream(TELL)

    with pytest.raises(StreamInterruptedError) as caught:
        list(stream)

    assert "hel" == caught.value.partial.text
    with pytest.raises(SetupError):
        stream.response  # noqa: B018 - it raises


async def test_is_its_own_iterator_for_asyncio() -> None:
    """`async for` and `anext` take from the same events."""
    recorder = Recorder()
    stream = an_async_client(recorder).stream(TELL)

    assert "hel" == (await anext(stream)).text
    assert ["lo"] == [event.text async for event in stream]
    assert ["finished"] == recorder.outcomes


@pytest.mark.parametrize("taken", [0, 1])
async def test_closing_early_abandons_the_call_for_asyncio(taken: int) -> None:
    """Before the first event and after it."""
    recorder = Recorder()
    stream = an_async_client(recorder).stream(TELL)
    for _ in range(taken):
        await anext(stream)

    await stream.close()
    await stream.aclose()

    assert ["abandoned"] == recorder.outcomes
    assert [] == [event async for event in stream]


async def test_leaving_the_block_early_abandons_the_call_for_asyncio() -> None:
    """`async with` closes it, and so does `contextlib.aclosing`."""
    recorder = Recorder()
    async with an_async_client(recorder).stream(TELL) as stream:
        await anext(stream)
    async with contextlib.aclosing(an_async_client(recorder).stream(TELL)) as other:
        await anext(other)

    assert ["abandoned", "abandoned"] == recorder.outcomes
