"""Many requests: connections kept, lost and shared."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from jackfield.errors import ReadError
from jackfield.http import HttpRequest
from jackfield.testing.carrier import LIMIT, TIMEOUT, Carrier, got
from jackfield.testing.checks._raised import raised
from jackfield.testing.loopback import Connection, Loopback, Seen, head

if TYPE_CHECKING:
    from collections.abc import Callable

_THREADS = 8
_REQUESTS = 5


class ConnectionChecks(Carrier):
    """Several requests through one transport."""

    def test_connections_are_kept(self) -> None:
        """A connection whose answer was read to its end carries the next request, chunked or not."""

        def handler(connection: Connection, seen: Seen) -> None:
            if seen.target == "/chunked":
                connection.say(head(200, Transfer_Encoding="chunked"))
                connection.chunk(b"a")
                connection.chunk(b"")
            else:
                connection.answer(b"a")

        with Loopback(handler) as server, self.transport() as transport:
            for path in ("/", "/chunked", "/", "/chunked"):
                assert b"a" == got(transport, server.url + path)[1]
            assert 4 == len(server.seen)
            assert not self.keeps_connections or 1 == server.connections

    def test_connections_are_kept_after_the_last_byte(self) -> None:
        """Where the head tells a body's length, its last byte is its end: a reader need not ask for more."""
        with Loopback(lambda connection, _: connection.answer(b"abc")) as server, self.transport() as transport:
            for _ in range(3):
                _, body = transport.send(HttpRequest("GET", server.url), TIMEOUT)
                read = b""
                while len(read) < len(b"abc"):
                    piece = body.read(LIMIT, TIMEOUT)
                    assert piece, "the body ended before its length"
                    read += piece
                body.close()
            assert not self.keeps_connections or 1 == server.connections

    def test_dead_connection_is_told_apart(self) -> None:
        """A kept connection that dies before a byte of the next answer is replaced, or its failure is `stale`."""

        def handler(connection: Connection, seen: Seen) -> None:
            if 1 == [each.connection for each in server.seen].count(seen.connection):
                connection.answer(b"a")

        with Loopback(handler, requests=2) as server, self.transport() as transport:
            assert b"a" == got(transport, server.url)[1]
            error = _failure(lambda: got(transport, server.url))
            stale = getattr(error, "stale", True)  # no error: it was replaced
            assert stale, "a request over a dead connection is told like one that may have been processed"
            assert b"a" == got(transport, server.url)[1]

    def test_fresh_connection_is_never_stale(self) -> None:
        """A connection that dies on its first request is not `stale`: the request may have been processed."""
        with Loopback(lambda *_: None, requests=1) as server, self.transport() as transport:
            request = HttpRequest("POST", server.url, body=b"{}")
            assert not raised(ReadError, lambda: transport.send(request, TIMEOUT), "no answer").stale

    def test_many_threads_share_it(self) -> None:
        """Requests from several threads get their own answers, all at the same time."""
        together = threading.Barrier(_THREADS)

        def handler(connection: Connection, seen: Seen) -> None:
            if seen.target.endswith("-0"):
                together.wait(TIMEOUT)
            connection.answer(seen.target.encode())

        def asks(number: int) -> list[bytes]:
            return [got(transport, f"{server.url}/{number}-{n}")[1] for n in range(_REQUESTS)]

        with Loopback(handler) as server, self.transport() as transport, ThreadPoolExecutor(_THREADS) as pool:
            answers = list(pool.map(asks, range(_THREADS)))
        expected = [[f"/{number}-{n}".encode() for n in range(_REQUESTS)] for number in range(_THREADS)]
        assert expected == answers


def _failure(function: Callable[[], object]) -> ReadError | None:
    """Return the ReadError of *function*, or None where it worked."""
    try:
        function()
    except ReadError as error:
        return error
    return None
