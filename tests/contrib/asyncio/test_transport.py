"""What is so with this transport alone; what holds for every one is in tests/integration, and runs over both."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohappyeyeballs
import pytest
from server import Behaviour, Connection, Server, and_close, and_wait, chunked, head, plain, raw, soon

from jackfield import AsyncClient
from jackfield.errors import ConnectError, ReadError
from jackfield.http import HttpHead, HttpRequest
from jackfield.testing.loopback import closed_port
from jackfield_asyncio import AsyncioTransport, _addresses

LIMIT = 65536
PEM = Path(__file__).parents[2] / "integration" / "loopback.pem"
Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts servers, which end with the test."""
    servers: list[Server] = []

    def serving(*behaviours: Behaviour, **options: Any) -> Server:
        servers.append(Server(*behaviours, **options))
        return servers[-1]

    yield serving
    for each in servers:
        each.close()


def get(server: Server) -> HttpRequest:
    """Return a request."""
    return HttpRequest("GET", server.url + "/")


async def ask(
    transport: AsyncioTransport,
    request: HttpRequest,
    timeout: float | None = 5.0,  # noqa: ASYNC109 - as `send`
    limit: int = LIMIT,
) -> tuple[HttpHead, bytes]:
    """Send a request, and read the answer to its end."""
    answer, body = await transport.send(request, timeout)
    pieces = []
    while piece := await body.read(limit, timeout):
        assert len(piece) <= limit
        pieces.append(piece)
    await body.close()
    return answer, b"".join(pieces)


async def left(server: Server, number: int = 0) -> bool:
    """Tell whether the client closes a connection soon."""
    return await asyncio.to_thread(soon, server.connections[number].left.is_set)


# Addresses -----------------------------------------------------------------------------------------------------------

ADDRESSES = {
    "http://h.example": (False, "h.example", 80, "h.example", "/"),
    "https://h.example:443/a?b=c%20d": (True, "h.example", 443, "h.example", "/a?b=c%20d"),
    "https://h.example:8443/a b?c d": (True, "h.example", 8443, "h.example:8443", "/a%20b?c%20d"),
    "http://[::1]:81/é": (False, "::1", 81, "[::1]:81", "/%C3%A9"),
    "https://bücher.example/": (True, "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/"),
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_url_says_where_and_what(url: str) -> None:
    """In characters that can stand in a request."""
    assert ADDRESSES[url] == _addresses.address_of(url)


@pytest.mark.parametrize("url", ["ftp://h.example/", "http:///path", "nothing", "http://h.example:99999/"])
async def test_what_leads_nowhere_is_a_final_failure(url: str) -> None:
    """Nothing is opened for it."""
    if url.endswith(":99999/"):
        with pytest.raises(ValueError, match="Port out of range"):
            _addresses.address_of(url)
        return
    with pytest.raises(ConnectError, match="is no address") as caught:
        await AsyncioTransport().send(HttpRequest("GET", url), 5.0)
    assert not caught.value.transient


async def test_a_name_is_asked_for_once_by_all_who_wait_for_it(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, one thread asks."""
    server, asked, go = serve(plain(b"hello")), [], threading.Event()

    def resolve(host: str, port: int, *_: object) -> list[Any]:
        asked.append((host, port))
        go.wait(5)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    transport = AsyncioTransport()
    request = HttpRequest("GET", "http://known.example:81/")
    sending = [asyncio.create_task(ask(transport, request)) for _ in range(5)]
    await asyncio.sleep(0.1)
    go.set()

    assert [b"hello"] * 5 == [body for _, body in await asyncio.gather(*sending)]
    assert [("known.example", 81)] == asked
    await transport.close()


def test_a_name_that_comes_when_the_loop_has_ended_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop ends without waiting for it, and its thread ends in silence."""
    go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: go.wait(5) and [])
    with pytest.raises(ConnectError, match="was not resolved within 0.1 seconds"):
        asyncio.run(AsyncioTransport().send(HttpRequest("GET", "http://slow.example/"), 0.1))

    go.set()

    assert soon(lambda: not [each for each in threading.enumerate() if "resolver" in each.name])


async def test_a_name_without_addresses_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty answer is one too."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [])
    with pytest.raises(ConnectError, match="the name has no address"):
        await AsyncioTransport().send(HttpRequest("GET", "http://none.example/"), 5.0)


async def test_the_addresses_of_a_name_are_tried_side_by_side(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does not answer holds nobody up; the socket that is left has its probes on."""
    server = serve(plain(b"hello"))
    kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    found = [(*kind, ("127.0.0.1", closed_port())), (*kind, ("127.0.0.1", server.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
    transport = AsyncioTransport()
    _, body = await transport.send(HttpRequest("GET", "http://two.example/"), 5.0)

    made = body._connection.transport.get_extra_info("socket")

    assert 0 != made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert b"hello" == await body.read(LIMIT, 5.0)
    await transport.close()


async def test_a_socket_that_takes_no_options_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system refuses is told."""
    made: list[socket.socket] = []

    class Refusing(socket.socket):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            made.append(self)

        def setsockopt(self, *_: Any) -> None:
            raise OSError("no such option")

    monkeypatch.setattr("jackfield_asyncio._opening.socket.socket", Refusing)
    with pytest.raises(ConnectError, match="no such option"):
        await AsyncioTransport().send(HttpRequest("GET", "http://127.0.0.1:9/"), 5.0)
    assert [-1] == [each.fileno() for each in made]


# How many connections ------------------------------------------------------------------------------------------------


async def test_who_comes_when_all_are_in_use_waits(serve: Serve) -> None:
    """In order, for a connection that comes back."""
    server = serve(chunked([b"a", b"b"], pause=0.02))
    transport = AsyncioTransport(connections=3)

    bodies = await asyncio.gather(*(ask(transport, get(server)) for _ in range(20)))

    assert [b"ab"] * 20 == [body for _, body in bodies]
    assert 3 == len(server.connections)
    await transport.close()


async def test_who_waits_too_long_is_told_of_it(serve: Serve) -> None:
    """Nothing was sent, so it may be tried again."""
    server = serve(and_wait(raw(head(200, {"content-length": "5"}))))
    transport = AsyncioTransport(connections=1)
    _, body = await transport.send(get(server), 5.0)

    with pytest.raises(ConnectError, match="all 1 connections were in use") as caught:
        await transport.send(get(server), 0.1)

    assert caught.value.transient
    await body.close()
    await transport.close()


async def test_room_is_handed_on_when_a_connection_ends(serve: Serve) -> None:
    """Who waits opens one then."""
    server = serve(and_wait(raw(head(200, {"content-length": "5"}))), plain(b"next"))
    transport = AsyncioTransport(connections=1)
    _, body = await transport.send(get(server), 5.0)
    waiting = asyncio.create_task(ask(transport, get(server)))
    await asyncio.sleep(0.05)

    await body.close()

    assert b"next" == (await waiting)[1]
    await transport.close()


async def test_room_is_handed_on_when_a_connection_cannot_be_opened() -> None:
    """Everybody gets to know for himself."""
    transport = AsyncioTransport(connections=1)
    request = HttpRequest("GET", f"http://127.0.0.1:{closed_port()}/")

    outcomes = await asyncio.gather(*(ask(transport, request) for _ in range(3)), return_exceptions=True)

    assert ["ConnectError"] * 3 == [type(each).__name__ for each in outcomes]


async def test_who_is_cancelled_hands_on_what_it_was_given(serve: Serve) -> None:
    """Also where both happen in the same moment."""
    server = serve(plain(b"a"), plain(b"b"))
    transport = AsyncioTransport(connections=1)
    _, body = await transport.send(get(server), 5.0)
    first, second, third = (asyncio.create_task(ask(transport, get(server))) for _ in range(3))
    await asyncio.sleep(0.05)

    second.cancel()  # in the queue, before it is its turn
    await asyncio.sleep(0)
    assert b"a" == await body.read(LIMIT, 5.0)  # gives the connection to the first
    first.cancel()

    assert b"b" == (await third)[1]
    assert [True, True] == [isinstance(each, asyncio.CancelledError) for each in await _outcomes(first, second)]
    assert 1 == len(server.connections)
    await transport.close()


async def _outcomes(*tasks: asyncio.Task[Any]) -> list[Any]:
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_connection_that_ends_while_it_is_opened_is_none(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not counted for ever."""
    server = serve(plain(b"hello"))
    transport = AsyncioTransport(connections=1)
    start = aiohappyeyeballs.start_connection

    async def gone(*args: Any, **options: Any) -> socket.socket:
        return await start(*args, **options)

    loop = asyncio.get_running_loop()
    create = loop.create_connection

    async def ended(*args: Any, **options: Any) -> tuple[Any, Any]:
        made, connection = await create(*args, **options)
        made.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return made, connection

    monkeypatch.setattr("jackfield_asyncio._opening.start_connection", gone)
    monkeypatch.setattr(loop, "create_connection", ended)
    with pytest.raises(ConnectError, match="it was closed at once"):
        await transport.send(get(server), 5.0)

    monkeypatch.setattr(loop, "create_connection", create)
    assert b"hello" == (await ask(transport, get(server)))[1]
    await transport.close()


async def test_connections_to_many_places_are_not_kept_for_ever(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those to the one that was asked first are closed; one in use ends when it comes back."""
    monkeypatch.setattr("jackfield_asyncio._pool.PLACES", 2)
    first, second, third, fourth = (serve(plain(each)) for each in (b"a", b"b", b"c", b"d"))
    transport = AsyncioTransport()
    await ask(transport, get(first))
    _, body = await transport.send(get(second), 5.0)

    await ask(transport, get(third))
    assert await left(first)
    await ask(transport, get(fourth))

    assert b"b" == await body.read(LIMIT, 5.0)
    assert await left(second)
    await transport.close()


# What comes ----------------------------------------------------------------------------------------------------------


async def test_what_is_there_comes_at_once(serve: Serve) -> None:
    """Many small chunks of one network read are one piece: that is what makes a stream cheap."""
    server = serve(chunked([b"x" * 1400] * 30))
    transport = AsyncioTransport()
    _, body = await transport.send(get(server), 5.0)
    await asyncio.sleep(0.3)

    pieces = []
    while piece := await body.read(LIMIT, 5.0):
        pieces.append(len(piece))

    assert 42_000 == sum(pieces)
    assert len(pieces) <= 2
    await transport.close()


async def test_a_reader_that_does_not_read_is_not_sent_more(serve: Serve) -> None:
    """What waits for it has a bound; afterwards it goes on."""
    size = 20_000_000
    server = serve(plain(bytes(size)))
    transport = AsyncioTransport()
    _, body = await transport.send(get(server), 5.0)
    connection = body._connection
    await asyncio.sleep(0.5)

    assert connection._paused
    assert connection._held < 2_000_000
    total = 0
    while piece := await body.read(1_000_000, 5.0):
        total += len(piece)
    assert size == total
    await transport.close()


async def test_a_kept_connection_that_says_something_is_closed(serve: Serve) -> None:
    """Nobody asked."""

    def talks(connection: Connection) -> None:
        plain(b"a")(connection)
        connection.pause(0.1)
        plain(b"unasked")(connection)

    server = serve(talks, plain(b"next"))
    transport = AsyncioTransport()
    assert b"a" == (await ask(transport, get(server)))[1]

    assert await left(server)
    assert b"next" == (await ask(transport, get(server)))[1]
    await transport.close()


async def test_a_longer_wait_after_a_shorter_one_has_all_of_its_time(serve: Serve) -> None:
    """The timer of the first is there still, and is moved when it fires."""
    server = serve(raw(head(200, {"content-length": "2"}), b"", b"a", b"b", pause=0.15))
    transport = AsyncioTransport()
    _, body = await transport.send(get(server), 5.0)

    with pytest.raises(ReadError, match="nothing came within 0.05 seconds"):
        await body.read(LIMIT, 0.05)

    server = serve(raw(head(200, {"content-length": "2"}), b"a", b"b", pause=0.15))
    _, body = await transport.send(get(server), 0.2)
    assert b"a" == await body.read(LIMIT, 5.0)
    assert b"b" == await body.read(LIMIT, 5.0)
    await transport.close()


async def test_a_timer_that_nobody_waits_for_does_nothing(serve: Serve) -> None:
    """The answer was there before."""
    server = serve(plain(b"a"), plain(b"b"))
    transport = AsyncioTransport()
    assert b"a" == (await ask(transport, get(server), 0.1))[1]

    await asyncio.sleep(0.2)

    assert b"b" == (await ask(transport, get(server), None))[1]
    assert 1 == len(server.connections)
    await transport.close()


# Loops, processes and ends -------------------------------------------------------------------------------------------


def test_what_is_open_on_a_loop_ends_with_it(serve: Serve) -> None:
    """Without a word of the transport's, and with no warning: neither a client that was not closed leaves one."""
    server = serve(plain(b"a"))
    transport = AsyncioTransport()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert b"a" == asyncio.run(ask(transport, get(server)))[1]
        gc.collect()
        assert b"a" == asyncio.run(ask(transport, get(server)))[1]
        gc.collect()

    assert 2 == len(server.connections)
    assert soon(lambda: all(each.left.is_set() for each in server.connections))
    assert 1 == len(transport._pools)  # the first loop's is forgotten
    asyncio.run(transport.close())


def test_what_died_while_the_loop_was_at_rest_is_not_used(serve: Serve) -> None:
    """A look at it is enough, before anything is sent."""

    def dies(connection: Connection) -> None:
        plain(b"a")(connection)
        connection.pause(0.05)
        connection.close()

    server = serve(dies, plain(b"b"))
    transport = AsyncioTransport()
    with asyncio.Runner() as runner:
        assert b"a" == runner.run(ask(transport, get(server)))[1]
        time.sleep(0.2)
        assert b"b" == runner.run(ask(transport, get(server)))[1]
        runner.run(transport.close())


async def test_two_loops_have_their_own(serve: Serve) -> None:
    """Each keeps its connection while the other one asks."""
    server = serve(plain(b"a"))
    transport = AsyncioTransport()
    await ask(transport, get(server))
    await asyncio.to_thread(lambda: asyncio.run(ask(transport, get(server))))
    await ask(transport, get(server))
    assert 2 == len(server.connections)
    await transport.close()


async def test_a_transport_that_is_dropped_closes_its_connections(serve: Serve) -> None:
    """On whichever loop they are."""
    server = serve(plain(b"a"))
    transport = AsyncioTransport()
    await ask(transport, get(server))

    del transport
    gc.collect()

    assert await left(server)


async def test_a_transport_may_be_closed_and_dropped_from_another_loop(serve: Serve) -> None:
    """Each connection is closed on its own."""
    server = serve(plain(b"a"))
    transport = AsyncioTransport()
    await ask(transport, get(server))

    await asyncio.to_thread(lambda: asyncio.run(transport.close()))

    assert await left(server)
    await transport.close()
    assert b"a" == (await ask(transport, get(server)))[1]  # used again it opens new ones
    await asyncio.to_thread(transport._pools[asyncio.get_running_loop()].leave)
    assert await left(server, 1)


def test_closing_a_body_when_its_loop_is_gone_is_harmless(serve: Serve) -> None:
    """Nothing can be done for it there; what it says is asyncio's."""
    server = serve(and_wait(raw(head(200, {"content-length": "5"}), b"abc")))
    loop = asyncio.new_event_loop()
    transport = AsyncioTransport()
    _, body = loop.run_until_complete(transport.send(get(server), 5.0))
    loop.close()

    asyncio.run(body.close())

    kept = [body, transport, loop]
    del body, transport, loop
    with pytest.warns(ResourceWarning):
        _forget(kept)


def _forget(kept: list[Any]) -> None:
    kept.clear()
    gc.collect()


FORKED = """
    import asyncio, gc, os, sys
    from jackfield.http import HttpRequest
    from jackfield_asyncio import AsyncioTransport

    transport = AsyncioTransport()

    async def ask():
        head, body = await transport.send(HttpRequest("GET", sys.argv[1]), 5.0)
        text = await body.read(65536, 5.0)
        assert b"" == await body.read(65536, 5.0)
        await body.close()
        return text

    with asyncio.Runner() as runner:
        assert b"hello" == runner.run(ask())
        child = os.fork()
        if child == 0:
            asyncio._set_running_loop(None)
            assert b"hello" == asyncio.run(ask())
            asyncio.run(transport.close())
            os._exit(0)
        assert 0 == os.waitpid(child, 0)[1]
        assert b"hello" == runner.run(ask())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_opens_its_own_connections(serve: Serve) -> None:
    """Parent and child never share a socket; the parent keeps its own, though the child closes all of its own."""
    server = serve(plain(b"hello"))

    env = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FORKED), server.url],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert (3, 2) == (len(server.requests), len(server.connections))


async def test_a_stream_that_is_cancelled_while_it_connects_leaves_nothing(serve: Serve) -> None:
    """Neither a socket nor a place among those that there may be."""
    server = serve(plain(b"hello"), on_connect=lambda connection: connection.pause(1.0))
    transport = AsyncioTransport(connections=1)
    sending = asyncio.create_task(ask(transport, get(server)))
    await asyncio.sleep(0.1)

    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    assert b"hello" == (await ask(transport, get(server)))[1]
    await transport.close()


async def test_a_body_that_was_closed_is_not_read_on(serve: Serve) -> None:
    """It says why."""
    server = serve(and_wait(raw(head(200, {"content-length": "5"}), b"abc")))
    transport = AsyncioTransport()
    _, body = await transport.send(get(server), 5.0)
    await body.close()

    with pytest.raises(ReadError, match="it was closed here"):
        await body.read(LIMIT, 5.0)
    await transport.close()


async def test_a_tunnel_that_is_gone_is_none(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """As asyncio says it: with None in place of a transport."""
    proxy = serve(plain(b""))
    transport = AsyncioTransport(proxy=lambda _: f"http://127.0.0.1:{proxy.port}")

    async def gone(*_: object, **__: object) -> None:
        return None

    monkeypatch.setattr(asyncio.get_running_loop(), "start_tls", gone)
    with pytest.raises(ConnectError, match="ConnectionResetError: it was closed, through the proxy"):
        await transport.send(HttpRequest("GET", "https://letters.example/"), 5.0)
    await transport.close()


async def test_a_context_of_ones_own_is_used(serve: Serve) -> None:
    """With a client's certificate, for instance."""
    server = serve(plain(b"hello"), tls=_tls())
    context = ssl.create_default_context(cafile=PEM)
    transport = AsyncioTransport(ssl_context=context)

    assert b"hello" == (await ask(transport, get(server)))[1]
    await transport.close()


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


# As the default ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{"connection": "close"}, {"content-length": "500000"}], ids=["close", "length"])
async def test_what_came_over_tls_while_nobody_read_is_all_there(serve: Serve, headers: dict[str, str]) -> None:
    """The other side has closed by then: asyncio hands on what it still holds once, however much that is."""
    told = os.urandom(500_000)
    pieces = [told[at : at + 8000] for at in range(0, len(told), 8000)]
    server = serve(and_close(raw(head(200, headers), *pieces, pause=0.002)), tls=_tls())
    transport = AsyncioTransport(ca_bundle=str(PEM))
    _, body = await transport.send(HttpRequest("GET", f"https://localhost:{server.port}/"), 5.0)
    await asyncio.sleep(0.5)

    data = b""
    while piece := await body.read(LIMIT, 5.0):
        data += piece
    assert told == data
    await body.close()
    await transport.close()


async def test_a_client_uses_it_unasked_and_the_other_where_asked(serve: Serve) -> None:
    """By name, by object, or by being installed."""
    settings = {"endpoint": "https://letters.example/v1", "api_key": "sk-of-nobody-12345"}
    mine = AsyncioTransport()
    found = {
        "unasked": AsyncClient("openai", **settings),
        "by name": AsyncClient("openai", transport="urllib3", **settings),
        "as an object": AsyncClient("openai", transport=mine, **settings),
    }

    kinds = {how: type(client._transport).__name__ for how, client in found.items()}

    assert {"unasked": "AsyncioTransport", "by name": "InThread", "as an object": "AsyncioTransport"} == kinds
    assert mine is found["as an object"]._transport
    for client in found.values():
        await client.close()


async def test_a_proxy_that_hangs_up_cannot_be_passed(serve: Serve) -> None:
    """Nothing was sent to whom it should go."""
    proxy = serve(and_close(), on_connect=lambda _: None)
    transport = AsyncioTransport(proxy=lambda _: f"http://127.0.0.1:{proxy.port}")

    with pytest.raises(ConnectError, match="the other side closed it, through the proxy http://127.0.0.1"):
        await transport.send(HttpRequest("GET", "https://letters.example/"), 5.0)
    await transport.close()


async def test_a_proxys_unknown_refusal_has_no_phrase(serve: Serve) -> None:
    """The number is told."""
    proxy = serve(plain(b"", 599))
    transport = AsyncioTransport(proxy=lambda _: f"http://127.0.0.1:{proxy.port}")

    with pytest.raises(ConnectError, match="Tunnel connection failed: 599, through the proxy"):
        await transport.send(HttpRequest("GET", "https://letters.example/"), 5.0)
    await transport.close()
