"""The body of an answer."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from jackfield.errors import ReadError
from jackfield.http import HttpRequest
from jackfield.testing.carrier import LIMIT, TIMEOUT, Carrier, got, joining, released, rest_of, seconds_of
from jackfield.testing.checks._raised import raised
from jackfield.testing.loopback import Connection, Loopback, Seen, head

if TYPE_CHECKING:
    from collections.abc import Callable

_TIMEOUT = 0.5
_PIECES = (b"one ", b"two ", b"three")
_FRAMED: dict[str, tuple[bytes, Callable[[Connection, bytes], None]]] = {
    "chunked": (head(200, Transfer_Encoding="chunked"), Connection.chunk),
    "by its length": (head(200, Content_Length=str(sum(map(len, _PIECES)))), Connection.say),
    "by the connection's end": (head(200, Connection="close"), Connection.say),
}


class BodyChecks(Carrier):
    """`Body.read` and `Body.close`."""

    def test_bytes_come_as_they_arrive(self) -> None:
        """A piece is given when it is there, before the next one is sent, however the body's end is told."""
        for framing in _FRAMED:
            self._comes_as_it_arrives(framing)

    def _comes_as_it_arrives(self, framing: str) -> None:
        opening, says = _FRAMED[framing]
        read = threading.Semaphore(1)

        def handler(connection: Connection, _: Seen) -> None:
            connection.say(opening)
            for piece in _PIECES:
                if not read.acquire(timeout=TIMEOUT):
                    return
                says(connection, piece)
            if framing == "chunked":
                connection.chunk(b"")

        with Loopback(handler, requests=1) as server, self.transport() as transport:
            _, body = transport.send(HttpRequest("GET", server.url), TIMEOUT)
            pieces = []
            for _ in _PIECES:
                pieces.append(body.read(LIMIT, TIMEOUT))
                read.release()
            assert list(_PIECES) == pieces, f"a body that ends {framing}"
            assert [b"", b""] == [body.read(LIMIT, TIMEOUT), body.read(LIMIT, TIMEOUT)]
            body.close()

    def test_limit_holds(self) -> None:
        """No read gives more than its limit, and nothing is lost."""
        sent = bytes(range(256)) * 40
        with Loopback(lambda connection, _: connection.answer(sent)) as server, self.transport() as transport:
            _, body = transport.send(HttpRequest("GET", server.url), TIMEOUT)
            pieces = []
            while piece := body.read(100, TIMEOUT):
                pieces.append(piece)
            body.close()
        assert max(map(len, pieces)) <= 100
        assert sent == b"".join(pieces)

    def test_empty_body_is_one(self) -> None:
        """An answer without a body has an empty one."""
        with Loopback(lambda connection, _: connection.say(head(204))) as server, self.transport() as transport:
            assert b"" == got(transport, server.url)[1]

    def test_cut_body_is_a_read_error(self) -> None:
        """A connection that dies before the body's end is a ReadError, after the bytes that came."""
        for framing in ("chunked", "by its length"):
            self._breaks_off(framing)

    def _breaks_off(self, framing: str) -> None:
        opening, says = _FRAMED[framing]

        def handler(connection: Connection, _: Seen) -> None:
            connection.say(opening)
            says(connection, b"one")

        with Loopback(handler, requests=1) as server, self.transport() as transport:
            _, body = transport.send(HttpRequest("GET", server.url), TIMEOUT)
            assert b"one" == body.read(LIMIT, TIMEOUT)
            error = raised(ReadError, lambda: body.read(LIMIT, TIMEOUT), f"a cut body that ends {framing}")
            assert error.transient
            body.close()

    def test_silent_body_is_a_read_error_in_time(self) -> None:
        """A body that stops coming is a ReadError after the read's timeout."""
        over = threading.Event()

        def handler(connection: Connection, _: Seen) -> None:
            connection.say(head(200, Content_Length="10") + b"one")
            over.wait(TIMEOUT)

        with Loopback(handler, requests=1) as server, released(over), self.transport() as transport:
            _, body = transport.send(HttpRequest("GET", server.url), TIMEOUT)
            assert b"one" == body.read(LIMIT, TIMEOUT)
            taken = seconds_of(lambda: raised(ReadError, lambda: body.read(LIMIT, _TIMEOUT), "no more bytes in time"))
            body.close()
        assert _TIMEOUT * 0.9 <= taken < _TIMEOUT + self.patience

    def test_close_ends_the_connection_early(self) -> None:
        """A body that is closed before its end closes the connection; closing again is harmless, and so is going on."""
        closed: list[bool] = []
        noticed = threading.Event()

        def handler(connection: Connection, seen: Seen) -> None:
            if seen.target == "/endless":
                connection.say(head(200, Transfer_Encoding="chunked"))
                connection.chunk(b"one")
                closed.append(connection.is_closed_by_the_other_side())
                noticed.set()
            else:
                connection.answer(b"two")

        with Loopback(handler) as server, self.transport() as transport:
            _, body = transport.send(HttpRequest("GET", f"{server.url}/endless"), TIMEOUT)
            assert b"one" == body.read(LIMIT, TIMEOUT)
            body.close()
            body.close()
            assert b"two" == got(transport, f"{server.url}/next")[1]
            noticed.wait(TIMEOUT)
        assert [True] == closed

    def test_close_wakes_a_reader(self) -> None:
        """Closing a body from another thread ends a `read` that waits, with a ReadError or the body's end."""
        over = threading.Event()

        def handler(connection: Connection, _: Seen) -> None:
            connection.say(head(200, Content_Length="10") + b"one")
            over.wait(TIMEOUT)

        with Loopback(handler, requests=1) as server, released(over), self.transport() as transport:
            _, body = transport.send(HttpRequest("GET", server.url), TIMEOUT)
            assert b"one" == body.read(LIMIT, TIMEOUT)
            outcome: list[object] = []

            def reads() -> None:
                try:
                    outcome.append(body.read(LIMIT, 4 * TIMEOUT))
                except Exception as error:  # noqa: BLE001 - it is looked at below
                    outcome.append(error)

            thread = threading.Thread(target=reads)
            thread.start()
            time.sleep(0.1)  # noqa: TID251 - until the thread waits
            taken = seconds_of(body.close, joining(thread))
        assert taken < self.patience, "the reader went on waiting"
        assert outcome == [b""] or isinstance(outcome[0], ReadError), f"the reader got {outcome!r}"

    def test_large_body_is_whole(self) -> None:
        """A few megabytes come whole."""
        sent = bytes(range(256)) * 10_000
        with Loopback(lambda connection, _: connection.answer(sent)) as server, self.transport() as transport:
            _, body = transport.send(HttpRequest("GET", server.url), TIMEOUT)
            assert sent == rest_of(body)
            body.close()
