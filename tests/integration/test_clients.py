from __future__ import annotations

import asyncio
import gc
import gzip
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hand import GOOD, TELL, Letters, Place, TellRequest, TellResponse, parts
from server import Behaviour, Connection, Server, and_close, and_wait, chunked, head, plain, raw, soon, trickled

from jackfield import (
    AsyncClient,
    AsyncStream,
    AuthenticationError,
    Client,
    DeadlineError,
    ReadError,
    RejectedError,
    Stream,
    StreamInterruptedError,
)
from jackfield.plugin import CallRecord, impl

Serve = Callable[..., Server]
HEL, LO, END = b'data: {"text": "hel"}\n\n', b'data: {"text": "lo"}\n\n', b"data: [END]\n\n"
OPEN = Path("/dev/fd")
STREAM = {"content-type": "text/event-stream"}
CLIENTS: dict[str, Callable[..., Any]] = {
    "sync": Client,
    "async": partial(AsyncClient, transport="asyncio"),
    "async in threads": partial(AsyncClient, transport="urllib3"),
}
ASYNC = pytest.mark.parametrize("kind", ["async", "async in threads"])


class Recorder:
    """Keeps the records of calls."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []

    @impl
    def call_ended(self, record: CallRecord) -> None:
        """Keep it."""
        self.records.append(record)

    @property
    def outcomes(self) -> list[str]:
        """How they ended."""
        return [each.outcome for each in self.records]


def letters(server: Server) -> Letters:
    """Return a provider that is reached at a server."""
    return Letters(parts(place=Place(server.url + "/tell")))


class Either:
    """A client that is used in one way, whichever of the two it is."""

    def __init__(self, kind: str, server: Server, **options: Any) -> None:
        self.recorder = Recorder()
        self._client = CLIENTS[kind](letters(server), plugins=[self.recorder], **options)
        self._runner = None if kind == "sync" else asyncio.Runner()

    def call(self, **options: Any) -> TellResponse:
        """Make a plain call."""
        if self._runner is None:
            return self._client.call(TELL, TellRequest(), **options)  # type: ignore[no-any-return]
        return self._runner.run(self._client.call(TELL, TellRequest(), **options))  # type: ignore[no-any-return]

    def stream(self, leave_after: int | None = None, **options: Any) -> list[str]:
        """Return a stream's texts, the first of them, or all."""
        if self._runner is None:
            return _texts(self._client.stream(TELL, TellRequest(), **options), leave_after)

        async def streaming() -> list[str]:
            return await _texts_of_async(self._client.stream(TELL, TellRequest(), **options), leave_after)

        return self._runner.run(streaming())

    def close(self) -> None:
        """Close the client."""
        if self._runner is None:
            self._client.close()
        else:
            self._runner.run(self._client.close())
            self._runner.close()


def _texts(stream: Stream[Any, Any], leave_after: int | None) -> list[str]:
    texts = []
    with stream:
        for event in stream:
            texts.append(event.text)
            if len(texts) == leave_after:
                break
    return texts


async def _texts_of_async(stream: AsyncStream[Any, Any], leave_after: int | None) -> list[str]:
    texts = []
    async with stream:
        async for event in stream:
            texts.append(event.text)
            if len(texts) == leave_after:
                break
    return texts


@pytest.fixture(params=CLIENTS)
def connect(request: pytest.FixtureRequest, serve: Serve) -> Any:
    """Return a function that connects a client of either kind to a server of some behaviours."""
    clients: list[Either] = []

    def connecting(*behaviours: Behaviour, **options: Any) -> tuple[Either, Server]:
        server = serve(*behaviours)
        clients.append(Either(request.param, server, **options))
        return clients[-1], server

    yield connecting
    for each in clients:
        each.close()


def test_a_call_and_a_stream_share_a_connection(connect: Any) -> None:
    """Each reads its answer to the end, so that the next one needs no new connection."""
    client, server = connect(plain(GOOD), chunked([HEL, LO + END], headers=STREAM), plain(GOOD))

    assert "hello" == client.call().text
    assert ["hel", "lo"] == client.stream()
    assert "hello" == client.call().text
    assert 1 == len(server.connections)
    assert ["finished"] * 3 == client.recorder.outcomes


def test_an_answer_may_be_compressed(connect: Any) -> None:
    """A plain call says that it takes gzip, a stream that it takes nothing packed."""
    packed = gzip.compress(b'{"text": "' + b"x" * 200_000 + b'"}')
    client, server = connect(plain(packed, headers={"content-encoding": "gzip"}), chunked([HEL, END]))

    assert 200_000 == len(client.call().text)
    client.stream()

    assert ["gzip", "identity"] == [each.headers["accept-encoding"] for each in server.requests]


def test_events_come_when_they_are_sent(connect: Any) -> None:
    """Not when the next one is, nor when a block is full."""

    def in_turns(connection: Connection) -> None:
        connection.send(head(200, {"transfer-encoding": "chunked"}) + b"%x\r\n%s\r\n" % (len(HEL), HEL))
        connection.wait_until_left()

    client, server = connect(in_turns)
    started = time.monotonic()

    assert ["hel"] == client.stream(leave_after=1)
    assert time.monotonic() - started < 2.0
    assert soon(server.connections[0].left.is_set)


def test_429_and_then_200(connect: Any) -> None:
    """The provider's hint is waited for, and the call succeeds."""
    client, server = connect(plain(b"slow", 429, {"retry-after": "0.2"}), plain(GOOD))
    started = time.monotonic()

    response = client.call()

    assert 0.2 <= time.monotonic() - started < 2.0
    assert [(429, 0.2), (200, 0.0)] == [(each.status, each.waited) for each in response.meta.attempts]
    assert 1 == len(server.connections)


def test_a_stale_connection_is_replaced_at_once(connect: Any) -> None:
    """A server that closes kept connections unannounced costs a second request, and no wait."""
    client, server = connect(plain(GOOD), and_close(), plain(GOOD), retries=0)
    client.call()

    response = client.call()

    assert [(None, 0.0), (200, 0.0)] == [(each.status, each.waited) for each in response.meta.attempts]
    assert 2 == len(server.connections)


def test_a_connection_closed_between_calls_is_not_even_noticed(connect: Any) -> None:
    """It is replaced before the request is sent."""
    client, server = connect(and_close(plain(GOOD)), plain(GOOD))
    client.call()
    assert soon(lambda: server.connections[0].closed)
    time.sleep(0.05)

    assert 1 == len(client.call().meta.attempts)


def test_a_redirect_is_refused(connect: Any) -> None:
    """And nothing asks where it leads."""
    client, server = connect(plain(b"", 308, {"location": "/elsewhere"}))

    with pytest.raises(RejectedError, match="redirect"):
        client.call()
    assert ["/tell"] == [each.path for each in server.requests]


def test_a_refusal_to_a_stream_is_the_error(connect: Any) -> None:
    """A streamed call that is refused has no events."""
    client, _ = connect(plain(b"no", 401))

    with pytest.raises(AuthenticationError, match="answered 401: no"):
        client.stream()


def test_a_disconnect_in_a_stream_is_an_interruption(connect: Any) -> None:
    """What came is in the error; nothing is sent again."""
    client, server = connect(and_close(chunked([HEL, LO], end=b"")))

    with pytest.raises(StreamInterruptedError) as caught:
        client.stream()

    assert (2, "hello") == (caught.value.events, caught.value.partial.text)
    assert isinstance(caught.value.__cause__, ReadError)
    assert 1 == len(server.requests)


def test_a_stream_whose_body_does_not_end_ends_with_its_marker(connect: Any) -> None:
    """The rest is waited for half a second; the connection is not kept."""
    client, server = connect(and_wait(chunked([HEL, END], end=b"")), plain(GOOD))
    started = time.monotonic()

    assert ["hel"] == client.stream()

    assert 0.4 < time.monotonic() - started < 2.0
    client.call()
    assert 2 == len(server.connections)


def test_leaving_a_stream_early_closes_its_connection(connect: Any) -> None:
    """The server sees it at once, and the call was abandoned."""
    pieces = [HEL] * 1000
    client, server = connect(chunked(pieces, pause=0.01), plain(GOOD))

    assert ["hel", "hel"] == client.stream(leave_after=2)

    assert soon(lambda: server.connections[0].closed)
    assert ["abandoned"] == client.recorder.outcomes
    assert "hello" == client.call().text


SLOW: list[tuple[str, Behaviour]] = [
    ("no head", and_wait()),
    ("a trickled head", trickled(head(200, {"x-long": "x" * 500, "content-length": "0"}), 0.02)),
    ("no body", and_wait(raw(head(200, {"content-length": "100"})))),
    ("a trickled body", raw(head(200, {"content-length": "1000"}), *[b" "] * 1000, pause=0.02)),
    ("a trickled chunk size", raw(head(200, {"transfer-encoding": "chunked"}), *[b"0"] * 1000, pause=0.02)),
]


@pytest.mark.parametrize(("what", "behaviour"), SLOW, ids=[what for what, _ in SLOW])
def test_the_deadline_ends_whatever_is_slow(what: str, behaviour: Behaviour, connect: Any) -> None:
    """In time, and with the connection closed."""
    client, server = connect(behaviour, deadline=0.5)
    started = time.monotonic()

    with pytest.raises(DeadlineError, match=r"within its deadline of 0.5 seconds"):
        client.call()

    assert 0.5 <= time.monotonic() - started < 2.0
    assert soon(lambda: server.connections[0].closed or server.connections[0].left.is_set())
    assert 1 == len(server.requests)


def test_the_deadline_ends_a_stream(connect: Any) -> None:
    """However lively it is."""
    client, _ = connect(chunked([HEL] * 1000, pause=0.02))
    started = time.monotonic()

    with pytest.raises(StreamInterruptedError, match=r"deadline of 0.5 seconds"):
        client.stream(deadline=0.5)

    assert 0.5 <= time.monotonic() - started < 2.0


def test_comments_alone_are_no_answer(connect: Any) -> None:
    """They keep a connection busy, not a call alive."""
    client, _ = connect(chunked([HEL, *[b": keepalive\n\n"] * 1000], pause=0.02))

    with pytest.raises(StreamInterruptedError, match="nothing came but comments"):
        client.stream(timeout=0.3)


# Many at once


def test_32_threads_share_a_client(serve: Serve) -> None:
    """Every thread gets its own answers, over no more connections than threads."""
    server = serve(plain(GOOD))
    with Client(letters(server)) as client, ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: client.call(TELL).text, range(320)))

    assert ["hello"] * 320 == answers
    assert len(server.connections) <= 32


@ASYNC
async def test_many_tasks_share_a_client(kind: str, serve: Serve) -> None:
    """Calls and streams at once, on one event loop."""
    server = serve(chunked([HEL, LO, END]))

    async with CLIENTS[kind](letters(server)) as client:

        async def one() -> str:
            return "".join([event.text async for event in client.stream(TELL)])

        answers = await asyncio.gather(*(one() for _ in range(100)))

    assert ["hello"] * 100 == answers


@ASYNC
@pytest.mark.parametrize("where", ["before the head", "in the body"])
async def test_cancelling_a_task_closes_its_connection(where: str, kind: str, serve: Serve) -> None:
    """At once, though the answer may be waited for in a thread; the call was abandoned."""
    recorder = Recorder()
    server = serve(and_wait(raw(head(200, {"content-length": "10"})) if where == "in the body" else raw()))

    async with CLIENTS[kind](letters(server), plugins=[recorder]) as client:
        task = asyncio.create_task(client.call(TELL))
        assert await asyncio.to_thread(soon, lambda: server.requests)
        await asyncio.sleep(0.1)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert time.monotonic() - started < 1.0
        assert await asyncio.to_thread(soon, server.connections[0].left.is_set)
    assert ["abandoned"] == recorder.outcomes


@ASYNC
async def test_a_timeout_of_asyncios_own_closes_the_connection(kind: str, serve: Serve) -> None:
    """`asyncio.timeout` is a cancellation like any other."""
    server = serve(and_wait())

    async with CLIENTS[kind](letters(server)) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.call(TELL)
        assert await asyncio.to_thread(soon, server.connections[0].left.is_set)


def open_files() -> int:
    """Return how many files and sockets this process has open."""
    return len(list(OPEN.iterdir()))


def our_threads() -> list[str]:
    """Return the names of the threads that are not the test's."""
    return [each.name for each in threading.enumerate() if each.name.startswith("jackfield")]


@pytest.mark.skipif(not OPEN.is_dir(), reason="nothing tells what is open")
def test_nothing_is_left_open(serve: Serve) -> None:
    """After calls, streams, broken and abandoned ones: no socket and no thread stays."""
    behaviours = [
        plain(GOOD),
        chunked([HEL, END]),
        and_close(chunked([HEL], end=b"")),
        chunked([HEL] * 100, pause=0.01),
    ]

    def use(kind: str, server: Server) -> None:
        client = Either(kind, server)
        client.call()
        client.stream()
        with pytest.raises(StreamInterruptedError):
            client.stream()
        client.stream(leave_after=1)
        client.close()

    def used() -> None:
        for kind in CLIENTS:
            server = serve(*behaviours)
            use(kind, server)
            server.close()
        gc.collect()

    used()  # what is imported and cached the first time stays open
    assert soon(lambda: not our_threads())
    before = open_files()

    used()

    assert soon(lambda: not our_threads())
    assert soon(lambda: before >= open_files())


@pytest.mark.skipif(not OPEN.is_dir(), reason="nothing tells what is open")
def test_a_stream_that_was_left_holds_no_socket(connect: Any) -> None:
    """Not even an idle one, while the client stays open."""
    client, _ = connect(chunked([HEL] * 1000, pause=0.01))
    client.stream(leave_after=1)
    before = open_files()

    for _ in range(5):
        client.stream(leave_after=1)

    assert soon(lambda: before >= open_files())


@ASYNC
def test_a_client_is_usable_from_several_event_loops(kind: str, serve: Serve) -> None:
    """It is bound to none; what is open on a loop ends with it."""
    server = serve(plain(GOOD))
    client = CLIENTS[kind](letters(server))

    assert ["hello", "hello"] == [asyncio.run(_call(client)) for _ in range(2)]
    assert (2 if "async" == kind else 1) == len(server.connections)
    asyncio.run(client.close())
    assert soon(lambda: all(each.left.is_set() for each in server.connections))


async def _call(client: AsyncClient) -> str:
    return (await client.call(TELL)).text
