from __future__ import annotations

import errno
import gc
import gzip
import inspect
import os
import random
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
import time
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from server import (
    Behaviour,
    Connection,
    Received,
    Server,
    and_close,
    and_wait,
    chunked,
    head,
    plain,
    raw,
    soon,
    trickled,
)
from urllib3 import __version__ as version
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from jackfield.errors import ConnectError, ReadError, SetupError, TransportError
from jackfield.http import HttpHead, HttpRequest
from jackfield.secret import Secret
from jackfield.transports import Body, Transport
from jackfield.transports._receiver import Receiver, shut
from jackfield.transports.http1 import Answer
from jackfield.transports.urllib3 import Urllib3Body, Urllib3Transport, _address, _Lending, _Sending

PEM = Path(__file__).parent / "loopback.pem"
LIMIT = 65536
Serve = Callable[..., Server]
Make = Callable[..., Transport]


def get(server: Server, path: str = "/") -> HttpRequest:
    """Return a request without a body."""
    return HttpRequest("GET", server.url + path)


def post(server: Server, body: bytes = b"{}") -> HttpRequest:
    """Return a request with one."""
    return HttpRequest("POST", server.url + "/tell", {"content-type": "application/json"}, body)


def read_all(body: Body, limit: int = LIMIT, timeout: float | None = 5.0) -> bytes:
    """Read a body to its end, and close it."""
    pieces = []
    while piece := body.read(limit, timeout):
        assert len(piece) <= limit
        pieces.append(piece)
    body.close()
    return b"".join(pieces)


def ask(transport: Transport, request: HttpRequest, timeout: float | None = 5.0) -> tuple[HttpHead, bytes]:
    """Send a request, and read the answer to its end."""
    answer, body = transport.send(request, timeout)
    return answer, read_all(body, timeout=timeout)


# What goes out and what comes in


def test_sends_what_it_is_given_and_nothing_of_its_own(serve: Serve, transport: Transport) -> None:
    """Host, content-length and the library's user agent are all that is added; secrets are revealed here."""
    server = serve(plain(b"hello"))
    key = Secret("k3y").bound_to(server.url).prefixed("Bearer ")
    headers = {"authorization": key, "user-agent": "jackfield", "accept-encoding": "gzip"}

    answer, body = ask(transport, HttpRequest("POST", server.url + "/v1/tell?x=1%20y", headers, b'{"a":1}'))

    assert (200, {"content-length": "5"}, b"hello") == (answer.status, answer.headers, body)
    sent = {
        "host": f"127.0.0.1:{server.port}",
        "content-length": "7",
        "authorization": "Bearer k3y",
        "user-agent": "jackfield",
        "accept-encoding": "gzip",
    }
    assert [Received("POST", "/v1/tell?x=1%20y", sent, b'{"a":1}')] == server.requests


def test_a_secret_for_elsewhere_is_not_sent(serve: Serve, transport: Transport) -> None:
    """Revealing it is the last check, and nothing was sent."""
    server = serve(plain(b""))
    key = Secret("k3y").bound_to("https://letters.example")

    with pytest.raises(SetupError, match="was about to be sent to"):
        transport.send(HttpRequest("GET", server.url, {"x-key": key}), 5.0)
    assert [] == server.connections


def test_header_names_are_lower_case_and_repeated_ones_joined(serve: Serve, transport: Transport) -> None:
    """As `HttpHead` promises."""
    server = serve(raw(head(200, [("X-One", "1"), ("Set-Cookie", "a"), ("set-cookie", "b"), ("Content-Length", "0")])))

    assert {"x-one": "1", "set-cookie": "a, b", "content-length": "0"} == ask(transport, get(server))[0].headers


def test_cookies_are_not_kept(serve: Serve, transport: Transport) -> None:
    """What a server sets is not sent back."""
    server = serve(plain(b"", headers={"set-cookie": "a=b"}))

    ask(transport, get(server))
    ask(transport, get(server))

    assert ["cookie" in each.headers for each in server.requests] == [False, False]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_answers(status: int, serve: Serve, transport: Transport) -> None:
    """Where they point nobody goes."""
    server = serve(plain(b"moved", status, {"location": "/elsewhere"}))

    answer, body = ask(transport, get(server))

    assert (status, "/elsewhere", b"moved", 1) == (
        answer.status,
        answer.headers["location"],
        body,
        len(server.requests),
    )


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_refusals_are_answers(status: int, serve: Serve, transport: Transport) -> None:
    """Nothing is tried again here."""
    server = serve(plain(b"no", status, {"retry-after": "0"}))

    assert (status, b"no", 1) == (*_status_and_body(ask(transport, get(server))), len(server.requests))


def _status_and_body(answered: tuple[HttpHead, bytes]) -> tuple[int, bytes]:
    return answered[0].status, answered[1]


def test_environment_proxies_are_not_used(serve: Serve, transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """What carries credentials is chosen by the application, not by a variable."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert b"hello" == ask(transport, get(serve(plain(b"hello"))))[1]


def test_a_host_of_ones_own_is_sent_in_place_of_the_address(serve: Serve, transport: Transport) -> None:
    """There are never two."""
    sent = []

    def listen(connection: Connection) -> None:
        sent.append(bytes(connection.sock.recv(65536)))
        connection.send(head(204))

    server = serve(plain(b""), on_connect=listen)
    transport.send(HttpRequest("GET", server.url, {"host": "letters.example"}), 5.0)[1].close()

    assert [b"GET / HTTP/1.1\r\nhost: letters.example\r\n\r\n"] == sent


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_address_in_brackets_is_one(transport: Transport) -> None:
    """It is connected to without them, and told with them."""
    try:
        listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with listening:
        port, told = listening.getsockname()[1], []

        def serving() -> None:
            client, _ = listening.accept()
            with client:
                told.append(client.recv(65536))
                client.sendall(head(204))

        thread = threading.Thread(target=serving)
        thread.start()
        assert 204 == ask(transport, HttpRequest("GET", f"http://[::1]:{port}/x"))[0].status
        thread.join(5.0)

    assert told == [f"GET /x HTTP/1.1\r\nhost: [::1]:{port}\r\n\r\n".encode()]


# Bodies


@pytest.mark.parametrize("seed", range(5))
def test_any_chunks_give_the_same_body(seed: int, serve: Serve, transport: Transport) -> None:
    """Chunks of one byte, of thousands, with extensions and trailers."""
    chance = random.Random(seed)
    body = chance.randbytes(40_000)
    framed, place = [head(200, {"transfer-encoding": "chunked"})], 0
    while place < len(body):
        size = chance.choice([1, 1, 2, 3, 7, 50, 400, 3000])
        piece = body[place : place + size]
        place += size
        framed.append(b"%X%s\r\n%s\r\n" % (len(piece), chance.choice([b"", b";x=y", b"  "]), piece))
    stream = b"".join([*framed, b"0\r\nx-trailer: 1\r\n\r\n"])
    cuts = sorted(chance.randrange(len(stream)) for _ in range(60))
    pieces = [stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    server = serve(raw(*pieces))

    assert body == ask(transport, get(server))[1]
    assert body[:3] == ask(transport, get(server))[1][:3]
    assert 1 == len(server.connections)


@pytest.mark.parametrize("limit", [1000, LIMIT])
@pytest.mark.parametrize("framing", ["length", "chunked", "closed"])
def test_a_large_body_comes_in_pieces(framing: str, limit: int, serve: Serve, transport: Transport) -> None:
    """No read gives more than was asked for, and nothing is lost."""
    body = random.Random(1).randbytes(300_000)
    behaviours = {
        "length": plain(body),
        "chunked": chunked([body[:200_000], body[200_000:]]),
        "closed": and_close(raw(head(), body)),
    }
    server = serve(behaviours[framing])

    _, answer = transport.send(get(server), 5.0)

    assert body == read_all(answer, limit)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("pause", [0.0, 0.001])
def test_compressed_bodies_are_unpacked(coding: str, pause: float, serve: Serve, transport: Transport) -> None:
    """Also where they come byte by byte, and unpack to more than a read may give."""
    body = b"hello " * 20_000
    packed = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    pieces = [packed[place : place + 7] for place in range(0, len(packed), 7)]
    server = serve(chunked(pieces, pause=pause, headers={"content-encoding": coding}))

    assert body == ask(transport, get(server))[1]


def test_a_body_that_cannot_be_unpacked_is_a_final_failure(serve: Serve, transport: Transport) -> None:
    """Asking again would bring the same."""
    server = serve(plain(b"not packed at all", headers={"content-encoding": "gzip"}))

    with pytest.raises(ReadError, match="cannot be decompressed") as caught:
        ask(transport, get(server))
    assert not caught.value.transient


BROKEN: list[tuple[str, Behaviour]] = [
    ("chunks without an end", and_close(chunked([b"abc"], end=b""))),
    ("in a chunk", and_close(raw(head(200, {"transfer-encoding": "chunked"}), b"5\r\nab"))),
    ("in a chunk's size", and_close(raw(head(200, {"transfer-encoding": "chunked"}), b"5"))),
    ("in what is no chunk", raw(head(200, {"transfer-encoding": "chunked"}), b"hello\r\n")),
    ("short of its length", and_close(raw(head(200, {"content-length": "10"}), b"abc"))),
    ("at once", and_close(raw(head(200, {"content-length": "10"})))),
]


@pytest.mark.parametrize(("where", "behaviour"), BROKEN, ids=[where for where, _ in BROKEN])
def test_a_body_that_breaks_off_is_a_read_error(
    where: str, behaviour: Behaviour, serve: Serve, transport: Transport
) -> None:
    """A body is whole or an error; closing what broke is harmless."""
    _, body = transport.send(get(serve(behaviour)), 5.0)

    with pytest.raises(ReadError, match="the connection broke while the answer was read") as caught:
        read_all(body)
    body.close()
    assert caught.value.transient
    assert not caught.value.stale


def test_a_reset_in_the_body_is_a_read_error(serve: Serve, transport: Transport) -> None:
    """The operating system's word is in the message."""

    def reset(connection: Connection) -> None:
        connection.send(head(200, {"content-length": "10"}) + b"abc")
        connection.pause(0.1)
        connection.reset()

    _, body = transport.send(get(serve(reset)), 5.0)
    assert b"abc" == body.read(LIMIT, 5.0)

    with pytest.raises(ReadError, match="ConnectionResetError"):
        body.read(LIMIT, 5.0)


def test_more_than_the_length_says_is_not_read(serve: Serve, transport: Transport) -> None:
    """The rest is no part of the answer, nor of the next one."""
    server = serve(raw(head(200, {"content-length": "3"}) + b"abcdef"), plain(b"next"))

    assert b"abc" == ask(transport, get(server))[1]
    time.sleep(0.05)
    assert b"next" == ask(transport, get(server))[1]


def test_reading_on_after_the_end_gives_nothing(serve: Serve, transport: Transport) -> None:
    """However often, with whatever timeout: the connection is another call's by then, which is not disturbed."""
    server = serve(plain(b"hello"), raw(head(200, {"content-length": "4"}), b"ab", b"cd", pause=0.3))
    _, body = transport.send(get(server), 5.0)
    assert b"hello" == body.read(LIMIT, 5.0)
    _, other = transport.send(get(server), 5.0)  # over the same connection
    assert b"ab" == other.read(LIMIT, 5.0)

    assert [b"", b""] == [body.read(LIMIT, None), body.read(LIMIT, 0.01)]
    body.close()

    assert b"cd" == read_all(other)
    assert 1 == len(server.connections)


# Connections


def test_a_connection_is_kept(serve: Serve, transport: Transport) -> None:
    """Bodies that were read to their end give it back."""
    server = serve(plain(b"a"), chunked([b"b"]), plain(b""), plain(b"d"))

    assert [b"a", b"b", b"", b"d"] == [ask(transport, get(server))[1] for _ in range(4)]
    assert 1 == len(server.connections)


def test_a_body_that_is_left_early_closes_its_connection(serve: Serve, transport: Transport) -> None:
    """The server sees it, and the next request has another connection."""
    server = serve(and_wait(raw(head(200, {"content-length": "10"}), b"abc")), plain(b"next"))
    _, body = transport.send(get(server), 5.0)
    body.read(LIMIT, 5.0)

    body.close()
    body.close()

    assert soon(server.connections[0].left.is_set)
    assert b"next" == ask(transport, get(server))[1]
    assert 2 == len(server.connections)


def test_a_connection_that_is_to_be_closed_is_not_kept(serve: Serve, transport: Transport) -> None:
    """Though the server does not close it either."""
    server = serve(and_wait(raw(head(200, {"connection": "close", "content-length": "3"}), b"abc")))

    assert b"abc" == ask(transport, get(server))[1]

    assert soon(server.connections[0].left.is_set)


def test_a_body_that_broke_off_does_not_go_on(serve: Serve, urllib3: Urllib3Transport) -> None:
    """Its connection was closed with the failure."""
    _, body = urllib3.send(get(serve(and_close(raw(head(200, {"content-length": "10"}), b"abc")))), 5.0)
    with pytest.raises(ReadError, match="in the middle of the answer"):
        read_all(body)

    with pytest.raises(ReadError, match="it was closed here"):
        body.read(LIMIT, 5.0)


def test_a_body_that_ends_with_its_connection_is_left_early_too(serve: Serve, transport: Transport) -> None:
    """Where the answer announced the connection's end, closing the body closes it."""
    server = serve(and_wait(raw(head(200, {"connection": "close"}), b"abc")))
    _, body = transport.send(get(server), 5.0)
    assert b"abc" == body.read(LIMIT, 5.0)

    body.close()

    assert soon(server.connections[0].left.is_set)


def test_a_connection_that_dies_under_the_second_request_is_stale(serve: Serve, transport: Transport) -> None:
    """It was kept alive and gave no byte: the request may be sent again at once."""
    server = serve(plain(b"a"), and_close())
    ask(transport, get(server))

    with pytest.raises(ReadError, match="broke before an answer came") as caught:
        transport.send(post(server), 5.0)

    assert caught.value.stale
    assert caught.value.transient


def test_a_connection_that_dies_under_its_first_request_is_not_stale(serve: Serve, transport: Transport) -> None:
    """The provider saw the request."""
    server = serve(and_close())

    with pytest.raises(ReadError, match=r"\(2 bytes were being sent\): the other side closed it") as caught:
        transport.send(post(server), 5.0)

    assert not caught.value.stale


def test_a_connection_that_gave_a_byte_is_not_stale(serve: Serve, transport: Transport) -> None:
    """An answer had begun."""
    server = serve(plain(b"a"), and_close(raw(b"HT")))
    ask(transport, get(server))

    with pytest.raises(ReadError) as caught:
        transport.send(get(server), 5.0)

    assert not caught.value.stale


@pytest.mark.parametrize("cut", [b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nx-a: 1\r\n"])
def test_half_a_head_is_no_answer(cut: bytes, serve: Serve, transport: Transport) -> None:
    """Wherever the connection ends in it."""
    with pytest.raises(ReadError, match="broke before an answer came"):
        transport.send(get(serve(and_close(raw(cut)))), 5.0)


def test_a_connection_that_was_opened_again_is_not_stale(serve: Serve, transport: Transport) -> None:
    """The server closed the first one meanwhile; what dies now is new."""
    server = serve(and_close(plain(b"a")), and_close())
    ask(transport, get(server))
    time.sleep(0.1)

    with pytest.raises(ReadError) as caught:
        transport.send(get(server), 5.0)

    assert not caught.value.stale
    assert 2 == len(server.connections)


def test_a_kept_connection_that_does_not_answer_is_not_stale(serve: Serve, transport: Transport) -> None:
    """A timeout is a timeout: the provider may be at it."""
    server = serve(plain(b"a"), and_wait())
    ask(transport, get(server))

    with pytest.raises(ReadError, match=r"did not answer within 0.2 seconds") as caught:
        transport.send(get(server), 0.2)

    assert not caught.value.stale


def test_many_threads_have_a_connection_each(serve: Serve) -> None:
    """As many as are in use at once; no more idle ones are kept than the transport is told to."""
    server = serve(plain(b"a"))
    barrier = threading.Barrier(8)
    transport = Urllib3Transport(connections=2)

    def asking() -> None:
        barrier.wait()
        _, body = transport.send(get(server), 5.0)
        barrier.wait()
        read_all(body)

    threads = [threading.Thread(target=asking) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert 8 == len(server.connections)
    assert soon(lambda: 6 == sum(each.left.is_set() for each in server.connections))
    transport.close()
    assert soon(lambda: 8 == sum(each.left.is_set() for each in server.connections))


class Watched:
    """What is lent and taken back, while it goes on as it was."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.lent: set[int] = set()
        self.wrong: list[str] = []
        lend, take_back = _Lending.lend, _Lending.take_back

        def lending(pool: Any, *arguments: Any) -> Any:
            connection = lend(pool, *arguments)
            if id(connection) in self.lent:
                self.wrong.append("a connection was lent twice")
            self.lent.add(id(connection))
            return connection

        def taking_back(pool: Any, connection: Any, *, open_still: bool) -> None:
            if id(connection) not in self.lent:
                self.wrong.append("a connection was taken back twice")
            self.lent.discard(id(connection))
            take_back(pool, connection, open_still=open_still)

        patch.setattr(_Lending, "lend", lending)
        patch.setattr(_Lending, "take_back", taking_back)


def left(body: Body, whole: bytes, chance: random.Random) -> str:
    """Leave a body at once."""
    body.close()
    return ""


def left_in_part(body: Body, whole: bytes, chance: random.Random) -> str:
    """Read some of it, and leave it."""
    read = body.read(chance.choice([10, 1000]), 30.0)
    body.close()
    return "" if whole.startswith(read) else f"{read!r} does not begin {whole!r}"


def read_to_its_end(body: Body, whole: bytes, chance: random.Random) -> str:
    """Read all of it."""
    read = read_all(body, chance.choice([10, LIMIT]), 30.0)
    return "" if whole == read else f"{read!r} is not {whole!r}"


def closed_by_another(body: Body, whole: bytes, chance: random.Random) -> str:
    """Read it while another thread closes it: it is whole, or an error."""
    closing = threading.Thread(target=body.close)
    closing.start()
    try:
        return read_to_its_end(body, whole, chance)
    except ReadError as error:
        return "" if "it was closed here" in str(error) else str(error)
    finally:
        closing.join(30.0)


WAYS = [left, left_in_part, read_to_its_end, read_to_its_end, closed_by_another]


def test_no_connection_is_lent_twice_and_every_answer_is_to_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred threads at once, with answers of every kind that are read, left early, or closed by another thread."""
    watched = Watched(monkeypatch)
    transport = Urllib3Transport(connections=20)

    def asking(number: int) -> list[str]:
        chance, wrong = random.Random(number), []
        for turn in range(12):
            said = f"{number}-{turn}-{chance.randrange(10**9)}"
            kind = chance.choice(["length", "chunked", "nothing", "closed"])
            answer, body = transport.send(HttpRequest("POST", f"{server.url}/{kind}", {}, said.encode()), 30.0)
            wrong.append("" if said == answer.headers["x-said"] else f"{said!r} was answered with {answer.headers}")
            whole = b"" if kind == "nothing" else said.encode() * 50
            wrong.append(chance.choice(WAYS)(body, whole, chance))
        return wrong

    with (
        warnings.catch_warnings(record=True) as warned,
        Server(plain(b""), on_connect=echoing) as server,
        ThreadPoolExecutor(100) as threads,
    ):
        warnings.simplefilter("always")
        wrong = [each for wrongs in threads.map(asking, range(100)) for each in wrongs if each]
        transport.close()
        gc.collect()

    assert ([], [], set()) == (wrong, watched.wrong, watched.lent)
    assert [] == [str(each.message) for each in warned if each.category is ResourceWarning]


def echoing(connection: Connection) -> None:
    """Answer every request with what it said."""
    while (request := connection.received()) is not None:
        said, kind = request.body, request.path[1:]
        headers = {"x-said": said.decode()}
        if kind == "length":
            connection.send(head(200, {**headers, "content-length": str(50 * len(said))}) + said * 50)
        elif kind == "chunked":
            connection.send(head(200, {**headers, "transfer-encoding": "chunked"}))
            for _ in range(50):
                connection.send(b"%x\r\n%s\r\n" % (len(said), said))
            connection.send(b"0\r\n\r\n")
        elif kind == "nothing":
            connection.send(head(204, headers))
        else:
            connection.send(head(200, headers) + said * 50)
            break
    connection.close()


def test_one_request_may_be_sent_twice_at_once(serve: Serve, transport: Transport) -> None:
    """Both are answered."""
    server = serve(raw(b"", head(204), pause=0.2))
    request = get(server)
    sends = [in_thread(lambda: ask(transport, request)) for _ in range(2)]

    assert [204, 204] == [send()[0].status for send in sends]


def test_connections_are_kept_to_so_many_hosts_and_no_more(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those to the host that was asked first are closed; one that is in use then ends with its answer."""
    monkeypatch.setattr("jackfield.transports.urllib3.POOLS", 2)
    transport = Urllib3Transport()
    servers = [serve(plain(b"a")) for _ in range(4)]
    using, *others = servers
    _, body = transport.send(get(using), 5.0)
    for each in others:
        ask(transport, get(each))

    gc.collect()
    assert soon(others[0].connections[0].left.is_set)
    assert [False, False] == [each.connections[0].left.is_set() for each in others[1:]]
    assert b"a" == read_all(body)
    del body
    gc.collect()
    assert soon(using.connections[0].left.is_set)
    assert b"a" == ask(transport, get(using))[1]
    transport.close()


def test_a_proxy_is_one_host(urllib3: Urllib3Transport) -> None:
    """Whoever is asked through it by plain http; a tunnel leads to one host alone."""
    addresses = [f"{scheme}://{host}.example/" for scheme in ("http", "https") for host in ("one", "two")]
    pools = [urllib3._pool("http://127.0.0.1:9", _address(each)) for each in addresses]

    assert (3, 3) == (len({id(each) for each in pools}), len(urllib3._pools))


@pytest.mark.parametrize("name", ["_get_conn", "_put_conn", "_validate_conn", "_prepare_proxy"])
def test_urllib3_has_what_is_not_its_promise(name: str) -> None:
    """Its pools' private methods: where one is gone or takes something else, `_Lending` is to be written anew."""
    takes = {"_get_conn": 2, "_put_conn": 2, "_validate_conn": 2, "_prepare_proxy": 2}

    for pool in (HTTPConnectionPool, HTTPSConnectionPool):
        method = getattr(pool, name, None)
        assert method is not None, f"urllib3 {version} has no {pool.__name__}.{name} any more"
        assert takes[name] == len(inspect.signature(method).parameters), f"{pool.__name__}.{name} takes something else"


def test_another_process_opens_its_own_connections(
    serve: Serve, urllib3: Urllib3Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was open before belongs to the other one."""
    server = serve(plain(b"hello"))
    ask(urllib3, get(server))

    monkeypatch.setattr(os, "getpid", lambda: -1)
    ask(urllib3, get(server))
    ask(urllib3, get(server))

    assert 2 == len(server.connections)


FORKED = """
    import os, sys
    from jackfield.http import HttpRequest
    from jackfield.transports.urllib3 import Urllib3Transport

    transport = Urllib3Transport()

    def ask():
        head, body = transport.send(HttpRequest("GET", sys.argv[1]), 5.0)
        text = body.read(65536, 5.0)
        assert b"" == body.read(65536, 5.0)
        body.close()
        return text

    assert b"hello" == ask()
    child = os.fork()
    assert b"hello" == ask() == ask()
    if child:
        assert 0 == os.waitpid(child, 0)[1]
        assert b"hello" == ask()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_opens_its_own_connections(serve: Serve) -> None:
    """Parent and child never share a socket; the parent keeps its own."""
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
    assert (6, 2) == (len(server.requests), len(server.connections))


# Time


def test_a_head_that_trickles_in_is_not_waited_for(serve: Serve, transport: Transport) -> None:
    """The timeout of a send is for the whole head, however many receives it takes."""
    server = serve(trickled(head(200, {"x-long": "x" * 200, "content-length": "0"}), 0.05))
    started = time.monotonic()

    with pytest.raises(ReadError, match=r"did not answer within 0.5 seconds") as caught:
        transport.send(get(server), 0.5)

    assert 0.5 <= time.monotonic() - started < 2.0
    assert not caught.value.stale


def test_a_head_in_time_may_come_in_pieces(serve: Serve, transport: Transport) -> None:
    """And what is left of its time is not the body's: a read has its own."""
    answer = head(200, {"content-length": "5"})
    pieces = [answer[:9], answer[9:20], answer[20:], b"", b"hel", b"", b"lo"]
    server = serve(raw(*pieces, pause=0.15))

    answered, body = transport.send(get(server), 0.7)

    assert 200 == answered.status
    assert b"hello" == read_all(body, timeout=0.7)


def test_a_read_that_trickles_in_is_not_waited_for(serve: Serve, transport: Transport) -> None:
    """The size of a chunk, digit by digit, is no data."""
    server = serve(raw(head(200, {"transfer-encoding": "chunked"}), *[b"0"] * 100, pause=0.05))
    _, body = transport.send(get(server), 5.0)
    started = time.monotonic()

    with pytest.raises(ReadError, match=r"nothing came within 0.5 seconds"):
        body.read(LIMIT, 0.5)

    assert 0.5 <= time.monotonic() - started < 2.0
    body.close()


def test_a_head_that_stops_is_not_waited_for_anew(serve: Serve, transport: Transport) -> None:
    """After its first bytes there is only the rest of the time."""
    server = serve(and_wait(raw(b"", b"HTTP/1.1", pause=0.4)))
    started = time.monotonic()

    with pytest.raises(ReadError, match="did not answer within 0.5 seconds"):
        transport.send(get(server), 0.5)

    assert 0.5 <= time.monotonic() - started < 0.8


def test_a_read_that_took_two_receives_shortens_no_other(serve: Serve, transport: Transport) -> None:
    """Each read has all of its time again."""

    def haltingly(connection: Connection) -> None:
        connection.send(head(200, {"transfer-encoding": "chunked"}))
        for pause, piece in ((0.3, b"1\r"), (0.3, b"\na\r\n"), (0.6, b"1\r\nb\r\n0\r\n\r\n")):
            connection.pause(pause)
            connection.send(piece)

    _, body = transport.send(get(serve(haltingly)), 5.0)

    assert b"ab" == read_all(body, timeout=0.8)


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
def test_each_read_has_its_own_timeout(connection: str, serve: Serve, transport: Transport) -> None:
    """Shorter or longer than the one before; none at all waits."""
    body = chunked([b"a", b"b", b"c"], pause=0.3, headers={"connection": connection})
    _, answer = transport.send(get(serve(body)), 5.0)

    assert b"a" == answer.read(LIMIT, 5.0)
    assert b"b" == answer.read(LIMIT, None)
    with pytest.raises(ReadError, match=r"nothing came within 0.05 seconds"):
        answer.read(LIMIT, 0.05)
    answer.close()


def test_the_time_of_a_step_is_over_whatever_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receive is not begun where the step's time is up, though there would be something to receive."""
    ours, others = socket.socketpair()
    with ours, others:
        receiver, answer = Receiver(ours), Answer()
        others.sendall(head(200, {"content-length": "4"}))
        receiver.head(answer, 1.0)
        monkeypatch.setattr("jackfield.transports._receiver._AT_ONCE", 1)
        monkeypatch.setattr(Answer, "feed", lambda *_: time.sleep(0.06))
        others.sendall(b"ab")

        with pytest.raises(TimeoutError):
            receiver.body(answer, LIMIT, 0.05)


def test_without_a_timeout_an_answer_is_waited_for(serve: Serve, transport: Transport) -> None:
    """None is no limit."""
    answer = head(200, {"content-length": "5"})
    server = serve(raw(b"", answer[:9], answer[9:] + b"hello", pause=0.2))

    assert b"hello" == ask(transport, get(server), None)[1]


@pytest.mark.parametrize("timeout", [None, 5.0])
def test_the_operating_systems_own_timeout_is_one(
    timeout: float | None, serve: Serve, urllib3: Urllib3Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection whose probes are not answered ends with a TimeoutError; it is told with our limit and without."""
    server = serve(and_wait(raw(head(200, {"content-length": "5"}))), and_wait())
    _, body = urllib3.send(get(server), timeout)

    def gone(*_: object) -> int:
        raise TimeoutError(110, "Connection timed out")

    within = "" if timeout is None else " within 5 seconds"
    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "recv", gone)
        with pytest.raises(ReadError, match=f"^nothing came{within}$"):
            body.read(LIMIT, timeout)
        with pytest.raises(ReadError, match=f":{server.port} did not answer{within}$"):
            urllib3.send(get(server), timeout)
    body.close()


def test_a_large_body_has_more_time_than_connecting(serve: Serve, make: Make) -> None:
    """Sending is bounded by the timeout of the whole send."""
    size = 16_000_000

    def slowly(connection: Connection) -> None:
        connection.pause(0.6)

    server = serve(plain(b"thanks"), on_connect=slowly)
    transport = make(connect_timeout=0.2)

    assert b"thanks" == ask(transport, post(server, bytes(size)), 20.0)[1]
    assert size == len(server.requests[0].body)


@pytest.mark.parametrize("secure", [False, True])
def test_an_answer_may_come_before_the_request_is_whole(secure: bool, serve: Serve, make: Make) -> None:
    """Who refuses a large body closes the connection while it is being sent; the refusal is the answer."""

    def refuse(connection: Connection) -> None:
        if secure:
            connection.sock = tls().wrap_socket(connection.sock, server_side=True)
        connection.sock.recv(1000)
        connection.send(head(413, {"content-length": "9"}) + b"too large")
        connection.pause(0.2)
        connection.close()

    server = serve(plain(b"next"), on_connect=refuse)
    transport = make(ca_bundle=str(PEM))
    url = server.url.replace("http:", "https:") if secure else server.url

    answer, body = transport.send(HttpRequest("POST", url, {}, bytes(30_000_000)), 20.0)

    assert (413, b"too large") == (answer.status, read_all(body))


def test_a_connection_that_did_not_take_all_of_a_request_is_not_kept() -> None:
    """Whatever the answer says: the rest of the request is nowhere."""
    ours, others = socket.socketpair()

    class Closed:
        settimeout, recv = ours.settimeout, ours.recv

        def sendall(self, data: bytes) -> None:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    with ours, others:
        others.sendall(head(413, {"content-length": "0"}))
        told, answer, _ = _Sending(5.0).over(SimpleNamespace(sock=Closed(), carried=0), b"POST", b"{}")

    assert (413, True, False) == (told.status, answer.ended, answer.keeps)


def test_a_connection_that_is_closed_early_without_an_answer_is_a_failure(serve: Serve, transport: Transport) -> None:
    """As ever."""

    def refuse(connection: Connection) -> None:
        connection.sock.recv(1000)
        connection.reset()

    with pytest.raises(ReadError, match=r"broke before an answer came \(30,000,000 bytes were being sent\)") as caught:
        transport.send(post(serve(plain(b""), on_connect=refuse), bytes(30_000_000)), 20.0)
    assert not caught.value.stale


def test_what_else_goes_wrong_while_sending_is_told(
    serve: Serve, urllib3: Urllib3Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer is waited for."""

    def gone(*_: object) -> None:
        raise OSError(errno.EHOSTUNREACH, "No route to host")

    server = serve(and_wait())
    monkeypatch.setattr(socket.socket, "sendall", gone)
    with pytest.raises(ReadError, match="No route to host"):
        urllib3.send(post(server), 5.0)


def test_a_body_that_nobody_takes_is_a_timeout(serve: Serve, transport: Transport) -> None:
    """Not a stale connection, though the connection had been kept."""

    def deaf(connection: Connection) -> None:
        plain(b"a")(connection)
        connection.pause(3.0)

    server = serve(deaf)
    ask(transport, get(server))

    with pytest.raises(ReadError, match=r"did not answer within 0.3 seconds") as caught:
        transport.send(post(server, bytes(16_000_000)), 0.3)

    assert not caught.value.stale


def test_no_time_at_all_is_a_timeout(serve: Serve, transport: Transport) -> None:
    """A deadline may leave next to nothing."""
    with pytest.raises(TransportError):
        transport.send(get(serve(plain(b"a"))), 1e-9)


# What goes wrong before anything is sent


def test_a_closed_port_is_a_connect_error(transport: Transport) -> None:
    """In the operating system's words."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(ConnectError, match=rf"cannot reach http://127.0.0.1:{port}: ConnectionRefusedError") as caught:
        transport.send(HttpRequest("GET", f"http://127.0.0.1:{port}/"), 5.0)
    assert caught.value.transient


def test_a_name_that_nobody_knows_is_a_connect_error(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to check."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(
        ConnectError, match=r"the name in http://nowhere.example:80 cannot be resolved; check the endpoint"
    ):
        transport.send(HttpRequest("GET", "http://nowhere.example/"), 5.0)


def test_an_address_that_is_none_is_a_final_failure(transport: Transport) -> None:
    """No second attempt would mend it."""
    with pytest.raises(ConnectError, match="is no address") as caught:
        transport.send(HttpRequest("GET", f"http://{'a' * 70}.example/"), 5.0)
    assert not caught.value.transient


@pytest.mark.parametrize("url", ["ftp://letters.example/", "http:///letters", "letters.example", "http://"])
def test_what_is_no_address_of_http_is_a_final_failure(url: str, urllib3: Urllib3Transport) -> None:
    """Nothing was looked up."""
    with pytest.raises((ConnectError, SetupError)) as caught:
        urllib3.send(HttpRequest("GET", url), 5.0)
    assert isinstance(caught.value, SetupError) or not caught.value.transient


def test_what_does_not_speak_http_is_told(serve: Serve, transport: Transport) -> None:
    """It is another port, or another protocol; another attempt would not mend it."""
    with pytest.raises(ReadError, match="does not answer in HTTP; is endpoint= right, its port and https?") as caught:
        transport.send(get(serve(raw(b"220 letters.example ESMTP\r\n"))), 5.0)
    assert not caught.value.transient


def tls() -> ssl.SSLContext:
    """Return a server's certificate, signed by itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


def test_speaks_tls_to_whom_it_trusts(serve: Serve, make: Make) -> None:
    """A connection is kept there too, and a stale one noticed."""
    server = serve(plain(b"hello"), chunked([b"hel", b"lo"]), and_close(), tls=tls())
    transport = make(ca_bundle=str(PEM))

    assert [b"hello", b"hello"] == [ask(transport, get(server))[1] for _ in range(2)]
    assert 1 == len(server.connections)
    with pytest.raises(ReadError) as caught:
        transport.send(get(server), 5.0)
    assert caught.value.stale


def test_a_certificate_that_nobody_vouches_for_is_a_final_failure(serve: Serve, transport: Transport) -> None:
    """The request is not sent."""
    server = serve(plain(b"hello"), tls=tls())

    with pytest.raises(
        ConnectError, match=r"no trusted connection to https://127.0.0.1:.*CERTIFICATE_VERIFY_FAILED"
    ) as caught:
        transport.send(get(server), 5.0)

    assert not caught.value.transient
    assert [] == server.requests


def test_a_server_that_ends_the_handshake_cannot_be_reached(serve: Serve, make: Make) -> None:
    """Nothing was sent, so it is safe to try again."""

    def refuse(connection: Connection) -> None:
        connection.sock.recv(1)
        connection.reset()

    server = serve(plain(b"hello"), on_connect=refuse, tls=tls())

    with pytest.raises(ConnectError, match=r"cannot reach .*ConnectionResetError"):
        make(ca_bundle=str(PEM)).send(get(server), 5.0)


def test_a_connection_that_is_not_trusted_is_closed(serve: Serve, urllib3: Urllib3Transport) -> None:
    """And goes back, to be opened anew."""
    server = serve(plain(b"hello"), tls=tls())
    with pytest.raises(ConnectError):
        urllib3.send(get(server), 5.0)
    [pool] = urllib3._pools.values()
    lost = [each for each in pool.pool.queue if each is not None]

    assert [None] == [each.sock for each in lost]


def test_a_handshake_that_takes_too_long_cannot_be_reached(serve: Serve, make: Make) -> None:
    """Connecting has its own, shorter time."""
    server = serve(plain(b"hello"), on_connect=lambda connection: connection.pause(2.0), tls=tls())
    transport = make(ca_bundle=str(PEM), connect_timeout=0.2)

    with pytest.raises(ConnectError, match="cannot reach"):
        transport.send(get(server), 5.0)


# Ending what another thread waits for


def in_thread(function: Callable[[], Any]) -> Callable[[], Any]:
    """Start *function* in a thread; return what waits for its result, or raises its error."""
    results: list[Any] = []

    def running() -> None:
        try:
            results.append(function())
        except TransportError as error:
            results.append(error)

    thread = threading.Thread(target=running)
    thread.start()

    def wait() -> Any:
        thread.join(5.0)
        assert not thread.is_alive()
        if isinstance(results[0], Exception):
            raise results[0]
        return results[0]

    return wait


def test_closing_a_body_wakes_its_reader(serve: Serve, transport: Transport) -> None:
    """The reader learns that it was closed here."""
    server = serve(and_wait(raw(head(200, {"content-length": "10"}), b"abc")))
    _, body = transport.send(get(server), 30.0)
    assert b"abc" == body.read(LIMIT, 30.0)
    read = in_thread(lambda: body.read(LIMIT, 30.0))
    time.sleep(0.1)

    body.close()

    with pytest.raises(ReadError, match="it was closed here"):
        read()
    assert soon(server.connections[0].left.is_set)


@pytest.mark.parametrize("secure", [False, True])
def test_closing_a_body_that_ends_with_its_connection_is_no_end_of_it(secure: bool, serve: Serve, make: Make) -> None:
    """Its reader would take half an answer for a whole one."""
    server = serve(and_wait(raw(head(200), b"abc")), tls=tls() if secure else None)
    transport = make(ca_bundle=str(PEM))
    _, body = transport.send(get(server), 30.0)
    assert b"abc" == body.read(LIMIT, 30.0)
    read = in_thread(lambda: body.read(LIMIT, 30.0))
    time.sleep(0.1)

    body.close()

    with pytest.raises(ReadError, match="it was closed here"):
        read()
    with pytest.raises(ReadError, match="it was closed here"):
        body.read(LIMIT, 30.0)
    assert soon(server.connections[0].left.is_set)
    transport.close()


def test_a_body_that_is_closed_while_its_end_is_read_keeps_no_connection(
    serve: Serve, urllib3: Urllib3Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was ended, whatever came before that."""
    server = serve(raw(head(200, {"content-length": "3"}), b"abc", pause=0.1), plain(b"next"))
    _, body = urllib3.send(get(server), 5.0)
    reading = Receiver.body

    def closing(*arguments: Any) -> bytes:
        data = reading(*arguments)
        body.close()
        return data

    monkeypatch.setattr(Receiver, "body", closing)
    with pytest.raises(ReadError, match="it was closed here"):
        body.read(LIMIT, 5.0)
    monkeypatch.undo()

    with pytest.raises(ReadError, match="it was closed here"):
        body.read(LIMIT, 5.0)
    assert b"next" == ask(urllib3, get(server))[1]
    assert 2 == len(server.connections)


@pytest.mark.parametrize("ended", [False, True])
def test_a_body_that_is_closed_just_after_it_was_read_keeps_no_connection(ended: bool) -> None:
    """The other thread has shut the socket by then."""
    taken_back: list[bool] = []

    class Late:
        keeps, looks = True, 0

        def take(self, limit: int) -> bytes:
            return b"abc"

        @property
        def ended(self) -> bool:
            self.looks += 1
            if self.looks == 3:  # when the body was made, before it was read, and now
                body.close()
            return ended and self.looks > 2

    ours, others = socket.socketpair()
    with ours, others:
        pool: Any = SimpleNamespace(take_back=lambda _, *, open_still: taken_back.append(open_still))
        answer: Any = Late()
        body = Urllib3Body(answer, Receiver(ours), pool, object())

        assert b"abc" == body.read(LIMIT, 5.0)
        assert b"" == others.recv(1)

    assert [False] == taken_back


@pytest.mark.parametrize("secure", [False, True])
def test_interrupting_a_send_of_a_large_body_ends_it(secure: bool, serve: Serve) -> None:
    """It is told as that, and is not sent again though the connection had been kept."""

    def deaf(connection: Connection) -> None:
        plain(b"a")(connection)
        connection.pause(20.0)

    server = serve(deaf, tls=tls() if secure else None)
    transport = Urllib3Transport(ca_bundle=str(PEM))
    ask(transport, get(server))
    request = post(server, bytes(30_000_000))
    send = in_thread(lambda: transport.send(request, 30.0))
    time.sleep(0.3)

    transport.interrupt(request)

    with pytest.raises(ReadError, match=r"\(30,000,000 bytes were being sent\): it was ended here$") as caught:
        send()
    assert not caught.value.stale
    transport.close()


def test_interrupting_what_is_over_disturbs_nobody(serve: Serve) -> None:
    """Its connection may be another call's by then."""
    ours, others = socket.socketpair()
    with ours, others:
        others.sendall(head(204))
        sending = _Sending(5.0)
        connection = SimpleNamespace(sock=ours, carried=0)
        assert 204 == sending.over(connection, b"GET", None)[0].status
        sending.done()

        sending.end()

        others.sendall(b"still there")
        assert b"still there" == ours.recv(100)


def test_shutting_tls_forgets_no_keys(serve: Serve) -> None:
    """Whoever is sending in another thread would go on in the clear."""
    server = serve(and_wait(), tls=tls())
    context = ssl.create_default_context(cafile=str(PEM))
    with context.wrap_socket(
        socket.create_connection(("127.0.0.1", server.port)), server_hostname="127.0.0.1"
    ) as connected:
        shut(connected)

        assert connected.version() is not None
        with pytest.raises(OSError):  # noqa: PT011 - in OpenSSL's words or in the operating system's
            connected.sendall(bytes(1_000_000))
    shut(connected)


def test_interrupting_a_send_wakes_it(serve: Serve, urllib3: Urllib3Transport) -> None:
    """Its connection is closed, and that is no stale one."""
    server = serve(and_wait())
    request = get(server)
    send = in_thread(lambda: urllib3.send(request, 30.0))
    assert soon(lambda: server.requests)

    urllib3.interrupt(request)

    with pytest.raises(ReadError, match="broke before an answer came"):
        send()
    assert soon(server.connections[0].left.is_set)
    urllib3.interrupt(request)


def test_interrupting_a_send_before_its_request_is_out_keeps_it_in(serve: Serve) -> None:
    """A send that is still connecting sends nothing any more."""
    server = serve(plain(b"hello"), on_connect=lambda connection: connection.pause(0.5), tls=tls())
    transport = Urllib3Transport(ca_certs=str(PEM))
    request = get(server)
    send = in_thread(lambda: transport.send(request, 30.0))
    assert soon(lambda: server.connections)

    transport.interrupt(request)

    with pytest.raises(ReadError, match="it was ended here"):
        send()
    assert [] == server.requests
    transport.close()


def test_errors_hold_no_frames_with_headers(serve: Serve, transport: Transport) -> None:
    """The library's frames hold revealed credentials; what is raised keeps causes, without frames."""
    server = serve(and_close())
    key = Secret("k3y-of-frames").bound_to(server.url)

    with pytest.raises(ReadError) as caught:
        transport.send(HttpRequest("GET", server.url, {"x-key": key}), 5.0)

    inner: BaseException | None = caught.value.__cause__
    assert inner is not None
    while inner is not None:
        assert None is inner.__traceback__
        inner = inner.__cause__ or inner.__context__


def values_in_frames(error: BaseException) -> str:
    """Return what stands in the frames of an error and of its causes, those of this file apart."""
    found, seen = [], error
    while seen is not None:
        frame = seen.__traceback__
        while frame is not None:
            if frame.tb_frame.f_code.co_filename != __file__:
                found += [f"{name} = {value!r}" for name, value in frame.tb_frame.f_locals.items()]
            frame = frame.tb_next
        seen = seen.__cause__ or seen.__context__
    return "\n".join(found)


UNSENDABLE = [
    ({"x-other": "€"}, "a header has letters that no header can have"),
    ({"x-other": "a\r\nb: c"}, "a line break stands in a header or in the URL"),
    ({"content-length": "3"}, "content-length and transfer-encoding are the transport's to say"),
]


@pytest.mark.parametrize(("headers", "problem"), UNSENDABLE, ids=[problem for _, problem in UNSENDABLE])
def test_what_cannot_be_sent_is_a_final_failure(
    headers: dict[str, str], problem: str, serve: Serve, transport: Transport
) -> None:
    """Nothing was sent, and the failure does not hold what was to be sent."""
    server = serve(plain(b"hello"))
    key = Secret("k3y-of-frames").bound_to(server.url)

    with pytest.raises(ConnectError, match=f"^the request to {server.url} cannot be sent: {problem}$") as caught:
        transport.send(HttpRequest("GET", server.url, {"x-key": key, **headers}), 5.0)

    assert not caught.value.transient
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert "timeout = 5.0" in values_in_frames(caught.value)
    assert "k3y-of-frames" not in values_in_frames(caught.value)
    assert [] == server.connections


def test_a_failure_holds_nothing_of_what_was_sent(serve: Serve, transport: Transport) -> None:
    """Not in frames of ours either."""
    server = serve(and_close())
    key = Secret("k3y-of-frames").bound_to(server.url)

    with pytest.raises(ReadError) as caught:
        transport.send(HttpRequest("POST", server.url, {"x-key": key}, b"b0dy-of-frames"), 5.0)

    assert "k3y-of-frames" not in values_in_frames(caught.value)
    assert "b0dy-of-frames" not in values_in_frames(caught.value)


def test_a_fault_of_our_own_is_not_hidden(serve: Serve, urllib3: Urllib3Transport) -> None:
    """A ValueError from a body that nobody closed is no failure of the network."""
    _, body = urllib3.send(get(serve(and_wait(raw(head(200, {"content-length": "5"}))))), 5.0)

    with pytest.raises(ValueError, match="out of range"):
        body.read(LIMIT, -1.0)
    body.close()
