"""Many requests: connections kept, lost and shared."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from jackfield.errors import ReadError
from jackfield.http import HttpRequest
from jackfield.testing.carrier import TIMEOUT, Carrier, got
from jackfield.testing.loopback import Connection, Loopback, Seen, head

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
            assert 4 == len(server.seen)  # noqa: PLR2004 - as many as above
            assert not self.keeps_connections or 1 == server.connections

    def test_dead_connection_is_told_apart(self) -> None:
        """A kept connection that dies before a byte of the next answer is replaced, or its failure is `stale`."""

        def handler(connection: Connection, seen: Seen) -> None:
            if 1 == [each.connection for each in server.seen].count(seen.connection):
                connection.answer(b"a")

        with Loopback(handler, requests=2) as server, self.transport() as transport:
            assert b"a" == got(transport, server.url)[1]
            try:
                assert b"a" == got(transport, server.url)[1]
            except ReadError as error:
                assert error.stale, "a request over a dead connection is told like one that may have been processed"
                assert b"a" == got(transport, server.url)[1]

    def test_fresh_connection_is_never_stale(self) -> None:
        """A connection that dies on its first request is not `stale`: the request may have been processed."""
        with Loopback(lambda *_: None, requests=1) as server, self.transport() as transport:
            try:
                transport.send(HttpRequest("POST", server.url, body=b"{}"), TIMEOUT)
            except ReadError as error:
                assert not error.stale
            else:
                raise AssertionError("no answer came, and no ReadError")

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
