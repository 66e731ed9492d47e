"""A server on loopback that does with each request what a test tells it to, down to the single byte."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Self, TypeAlias

from attrs import Factory, define, frozen


@frozen
class Received:
    """One request, as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@define(eq=False)
class Connection:
    """One connection, from the server's side.

    Attributes:
        left: Set when the client has closed it.
    """

    sock: socket.socket
    stopped: threading.Event
    left: threading.Event = Factory(threading.Event)
    closed: bool = False
    _buffer: bytearray = Factory(bytearray)

    def send(self, data: bytes) -> None:
        """Send some bytes; nobody may be there any more."""
        try:
            self.sock.sendall(data)
        except OSError:
            self.left.set()
            self.closed = True

    def pause(self, seconds: float) -> None:
        """Let time pass, unless the server is stopped meanwhile."""
        self.stopped.wait(seconds)

    def close(self) -> None:
        """Close the connection without a word."""
        self.closed = True
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """Close it the hard way."""
        self.closed = True
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.sock.close()

    def wait_until_left(self) -> None:
        """Wait until the client closes the connection."""
        with contextlib.suppress(OSError):
            while self.sock.recv(65536):
                pass
        self.left.set()
        self.closed = True

    def received(self) -> Received | None:
        """Read the next request; None where the client has closed the connection."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return None
        end = self._buffer.index(b"\r\n\r\n")
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            if not self._more():
                return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return Received(method, path, headers, body)

    def _more(self) -> bool:
        try:
            data = self.sock.recv(65536)
        except OSError:
            data = b""
        self._buffer += data
        if not data:
            self.left.set()
        return bool(data)


Behaviour: TypeAlias = Callable[[Connection], None]


class Server:
    """Listens on loopback. The behaviours answer the requests in the order in which they come; the last one stays.

    Args:
        behaviours: What to do with each request.
        on_connect: What to do with a connection before its first request is read.
        tls: Certificates, where it is to speak TLS.

    Attributes:
        requests: The requests that came.
        connections: The connections that were opened.
    """

    def __init__(
        self, *behaviours: Behaviour, on_connect: Behaviour | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[Received] = []
        self.connections: list[Connection] = []
        self._behaviours = list(behaviours)
        self._on_connect = on_connect
        self._tls = tls
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listening.getsockname()[1]
        self._start(self._accept)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}"

    def close(self) -> None:
        """End all connections and threads."""
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self.connections:
            connection.close()
        for thread in self._threads:
            thread.join(5.0)

    def __enter__(self) -> Self:
        """Use it with `with`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Close it."""
        self.close()

    def _start(self, function: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=function, args=arguments, name="test-server", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        connection = Connection(sock, self._stopped)
        self.connections.append(connection)
        if self._on_connect is not None:
            self._on_connect(connection)
        if self._tls is not None and not connection.closed:
            try:
                connection.sock = self._tls.wrap_socket(sock, server_side=True)
            except OSError:
                connection.closed = True
        while not connection.closed and (request := connection.received()) is not None:
            with self._lock:
                self.requests.append(request)
                behaviour = self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]
            behaviour(connection)
        with contextlib.suppress(OSError):
            connection.sock.close()


# What a server does with a request -----------------------------------------------------------------------------------


def head(status: int = 200, headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> bytes:
    """Return a head as bytes."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return (
        f"HTTP/1.1 {status} X\r\n".encode()
        + b"".join(f"{name}: {value}\r\n".encode() for name, value in pairs)
        + b"\r\n"
    )


def plain(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer with a body of known length."""
    return raw(head(status, {"content-length": str(len(body)), **(headers or {})}) + body)


def chunked(
    pieces: Iterable[bytes], *, pause: float = 0.0, end: bytes = b"0\r\n\r\n", headers: Mapping[str, str] | None = None
) -> Behaviour:
    """Answer with a chunk for each piece."""
    framed = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
    return raw(head(200, {"transfer-encoding": "chunked", **(headers or {})}), *framed, end, pause=pause)


def raw(*pieces: bytes, pause: float = 0.0) -> Behaviour:
    """Send these bytes, with pauses between the pieces."""

    def behave(connection: Connection) -> None:
        for number, piece in enumerate(pieces):
            if number and pause:
                connection.pause(pause)
            if connection.closed:
                return
            if piece:
                connection.send(piece)

    return behave


def trickled(data: bytes, pause: float) -> Behaviour:
    """Send these bytes one by one."""
    return raw(*(data[place : place + 1] for place in range(len(data))), pause=pause)


def and_close(behaviour: Behaviour | None = None) -> Behaviour:
    """Do that, then close the connection unannounced."""

    def behave(connection: Connection) -> None:
        if behaviour is not None:
            behaviour(connection)
        connection.close()

    return behave


def and_wait(behaviour: Behaviour | None = None) -> Behaviour:
    """Do that, then wait until the client is gone."""

    def behave(connection: Connection) -> None:
        if behaviour is not None:
            behaviour(connection)
        connection.wait_until_left()

    return behave


def soon(condition: Callable[[], object], seconds: float = 5.0) -> bool:
    """Tell whether something becomes true within some seconds."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True
