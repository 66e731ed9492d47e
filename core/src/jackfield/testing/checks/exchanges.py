"""One request and the head of its answer."""

from __future__ import annotations

import gzip
import threading
import time
from itertools import cycle

from jackfield.errors import ConnectError, ReadError, SetupError, TransportError
from jackfield.http import HttpRequest
from jackfield.secret import Secret
from jackfield.testing.carrier import TIMEOUT, Carrier, got, joining, released, seconds_of
from jackfield.testing.checks._raised import raised
from jackfield.testing.loopback import Connection, Loopback, Seen, closed_port, head

_TIMEOUT = 0.5


class ExchangeChecks(Carrier):
    """`send`."""

    def test_request_arrives_as_it_is(self) -> None:
        """Method, path, query, headers and body arrive unchanged, secrets revealed, with the body's length."""
        with Loopback(lambda connection, _: connection.answer(b"{}")) as server, self.transport() as transport:
            key = Secret("a-key").bound_to(server.url).prefixed("Bearer ")
            headers = {"content-type": "application/json", "x-two": "a, b", "authorization": key}
            got(transport, f"{server.url}/a%20b/c?d=e%26f", method="POST", headers=headers, body='{"é":1}'.encode())
            seen = server.seen[0]
        assert ("POST", "/a%20b/c?d=e%26f", '{"é":1}'.encode()) == (seen.method, seen.target, seen.body)
        expected = {**headers, "authorization": "Bearer a-key", "content-length": "8"}
        assert expected == {name: seen.headers.get(name) for name in expected}

    def test_nothing_is_sent_with_a_secret_for_elsewhere(self) -> None:
        """A secret that is bound to another origin is not sent."""
        with Loopback(lambda connection, _: connection.answer()) as server, self.transport() as transport:
            key = Secret("a-key").bound_to("https://elsewhere.invalid")
            request = HttpRequest("GET", server.url, {"authorization": key})
            raised(SetupError, lambda: transport.send(request, TIMEOUT), "a secret for another origin")
            assert [] == server.seen

    def test_head_is_told(self) -> None:
        """Status and headers come back: names in lower case, repeated ones joined, any status an answer."""
        said = head(418, X_Request_ID="r-1", Content_Length="2")[:-2] + b"X-Twice: a\r\nx-twice: b\r\n\r\nno"
        with Loopback(lambda connection, _: connection.say(said)) as server, self.transport() as transport:
            answer, body = got(transport, server.url)
        assert (418, b"no") == (answer.status, body)
        assert ("r-1", "a, b") == (answer.headers.get("x-request-id"), answer.headers.get("x-twice"))

    def test_redirects_are_not_followed(self) -> None:
        """A redirect is an answer like any other."""
        with Loopback(lambda connection, _: connection.answer(b"", 307, Location="/two")) as server:
            with self.transport() as transport:
                answer, _ = got(transport, f"{server.url}/one")
            assert (307, ["/one"]) == (answer.status, [seen.target for seen in server.seen])

    def test_nothing_is_tried_again(self) -> None:
        """An answer that asks to come again is an answer like any other."""
        with Loopback(lambda connection, _: connection.answer(b"", 503, Retry_After="0")) as server:
            with self.transport() as transport:
                answer, _ = got(transport, server.url)
            assert (503, 1) == (answer.status, len(server.seen))

    def test_compression_is_undone(self) -> None:
        """A body that was compressed on the way is given as it was."""
        packed = gzip.compress(b'{"much": "text"}')

        def handler(connection: Connection, _: Seen) -> None:
            connection.answer(packed, Content_Encoding="gzip")

        with Loopback(handler) as server, self.transport() as transport:
            assert b'{"much": "text"}' == got(transport, server.url, headers={"accept-encoding": "gzip"})[1]

    def test_refused_connection_is_a_connect_error(self) -> None:
        """Where nobody listens, nothing was sent: a ConnectError."""
        with self.transport() as transport:
            request = HttpRequest("GET", f"http://127.0.0.1:{closed_port()}/")
            error = raised(ConnectError, lambda: transport.send(request, TIMEOUT), "a port where nobody listens")
        assert error.transient

    def test_no_address_is_a_transport_error(self) -> None:
        """A URL that cannot be an address is a TransportError, not one of a library's."""
        with self.transport() as transport:
            request = HttpRequest("GET", "http://" + 70 * "a" + ".invalid/")
            raised(TransportError, lambda: transport.send(request, TIMEOUT), "a host name that is too long")

    def test_no_answer_is_a_read_error(self) -> None:
        """A connection that is closed without an answer is a ReadError."""
        self._fails_to_read(b"")

    def test_half_a_head_is_a_read_error(self) -> None:
        """A connection that is closed in the middle of the head is a ReadError, not an answer."""
        self._fails_to_read(b"HTTP/1.1 200 OK\r\nContent-Le")

    def _fails_to_read(self, said: bytes) -> None:
        with Loopback(lambda connection, _: connection.say(said), requests=1) as server, self.transport() as transport:
            request = HttpRequest("POST", server.url, body=b"{}")
            raised(ReadError, lambda: transport.send(request, TIMEOUT), f"an answer of {said!r}")

    def test_nonsense_is_a_transport_error(self) -> None:
        """What is no HTTP at all is a TransportError."""
        said = b"\x16\x03\x01 hello\r\n\r\n"
        with Loopback(lambda connection, _: connection.say(said), requests=1) as server, self.transport() as transport:
            request = HttpRequest("GET", server.url)
            raised(TransportError, lambda: transport.send(request, TIMEOUT), "an answer that is no HTTP")

    def test_silent_server_is_a_read_error_in_time(self) -> None:
        """A server that says nothing is a ReadError after the timeout."""
        over = threading.Event()
        with Loopback(lambda *_: over.wait(TIMEOUT)) as server, released(over), self.transport() as transport:
            self._in_time(transport, server.url)

    def test_trickling_head_is_a_read_error_in_time(self) -> None:
        """The timeout is for the whole head: one byte now and then does not lengthen it."""
        over = threading.Event()

        def handler(connection: Connection, _: Seen) -> None:
            connection.say(b"HTTP/1.1 200 OK\r\n")
            trickle = cycle(b"x: y\r\n")
            while not over.wait(_TIMEOUT / 5):
                connection.say(bytes([next(trickle)]))

        with Loopback(handler) as server, released(over), self.transport() as transport:
            self._in_time(transport, server.url)

    def _in_time(self, transport: object, url: str) -> None:
        request = HttpRequest("GET", url)
        send = transport.send  # type: ignore[attr-defined]
        taken = seconds_of(lambda: raised(ReadError, lambda: send(request, _TIMEOUT), "no answer in time"))
        assert _TIMEOUT * 0.9 <= taken < _TIMEOUT + self.patience

    def test_interrupt_ends_a_send(self) -> None:
        """Where it has `interrupt`, that ends a `send` that another thread waits for."""
        came = threading.Event()

        def handler(connection: Connection, _: Seen) -> None:
            came.set()
            connection.is_closed_by_the_other_side()

        with Loopback(handler, requests=1) as server, self.transport() as transport:
            interrupt = getattr(transport, "interrupt", None)
            if interrupt is None:
                return
            request = HttpRequest("GET", server.url)
            ended: list[Exception] = []

            def sends() -> None:
                ended.append(raised(TransportError, lambda: transport.send(request, TIMEOUT), "interrupted"))

            thread = threading.Thread(target=sends)
            thread.start()
            assert came.wait(TIMEOUT)
            time.sleep(0.05)  # noqa: TID251 - until the thread waits for the answer
            taken = seconds_of(lambda: interrupt(request), joining(thread))
            assert 1 == len(ended), "the send went on"
            assert taken < self.patience
