"""A server on loopback that says exactly what it is told to, byte by byte. For checking transports."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_PATIENCE = 10.0
_END_OF_HEAD = b"\r\n\r\n"


@frozen
class Seen:
    """One request as the server got it.

    Attributes:
        method: `GET`, `POST` and so on.
        target: Path and query.
        headers: Lower-case names.
        body: The bytes.
        connection: The number of the connection it came over, from 0.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int


class Connection:
    """One connection, as its handler sees it."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        self._sock = sock
        self._number = number
        self._received = b""

    def request(self) -> Seen | None:
        """Return the next request, or None where the other side has closed."""
        while _END_OF_HEAD not in self._received:
            if not self._receive():
                return None
        head, _, self._received = self._received.partition(_END_OF_HEAD)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        named = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in named}
        length = int(headers.get("content-length", "0"))
        while len(self._received) < length and self._receive():
            pass
        body, self._received = self._received[:length], self._received[length:]
        return Seen(method, target, headers, body, self._number)

    def _receive(self) -> bool:
        try:
            data = self._sock.recv(65536)
        except OSError:
            data = b""
        self._received += data
        return bool(data)

    def say(self, data: bytes) -> None:
        """Send *data* as it is, at once. Where nobody listens any more that is no failure."""
        with suppress(OSError):
            self._sock.sendall(data)

    def answer(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Send a whole answer with its length."""
        self.say(head(status, content_length=str(len(body)), **headers) + body)

    def chunk(self, data: bytes) -> None:
        """Send one piece of a chunked body; an empty one ends it."""
        self.say(b"%x\r\n%s\r\n" % (len(data), data))

    def is_closed_by_the_other_side(self, within: float = _PATIENCE / 3) -> bool:
        """Wait for the other side to close, at most *within* seconds, and tell whether it did."""
        try:
            self._sock.settimeout(within)
            return b"" == self._sock.recv(65536)
        except OSError as error:
            return not isinstance(error, TimeoutError)


def head(status: int = 200, **headers: str) -> bytes:
    """Return the head of an answer; underscores in names of *headers* are hyphens."""
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Loopback:
    """A server on loopback; use it with `with`.

    Args:
        handler: Called in a thread of its own for each connection, which is closed when it returns.

    Attributes:
        seen: The requests that came, in order.
        connections: How many connections were opened.
    """

    def __init__(self, handler: Callable[[Connection, Seen], Any], *, requests: int = 1_000) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self._handler = handler
        self._requests = requests
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """The server's root, without a slash at its end."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Close every connection and wait for their handlers."""
        for sock in (self._listener, *self._sockets):
            _close(sock)
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _start(self, function: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=function, args=args, name="jackfield-loopback", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets.append(sock)
            self.connections += 1
            self._start(self._serve, sock, self.connections - 1)

    def _serve(self, sock: socket.socket, number: int) -> None:
        connection = Connection(sock, number)
        try:
            for _ in range(self._requests):
                request = connection.request()
                if request is None:
                    break
                self.seen.append(request)
                self._handler(connection, request)
        finally:
            _close(sock)


def closed_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _close(sock: socket.socket) -> None:
    with suppress(OSError):  # it is closed already, or only listens
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
