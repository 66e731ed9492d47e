"""HTTP by urllib3. The only importer of it.

Rule 1: no redirects, no retries, no cookies: those decisions are not the transport's.
Rule 2: every failure leaves as a TransportError; its cause keeps no frames, because urllib3's frames hold headers.
Rule 3: a body that was read to its end gives its connection back; any other way closes it.
"""

from __future__ import annotations

import os
import socket
import threading
from typing import Any

import urllib3
from urllib3 import exceptions as failures
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from jackfield.errors import ConnectError, ReadError, TransportError
from jackfield.http import HttpHead, HttpRequest
from jackfield.secret import origin_of

CONNECT_SECONDS = 10.0
"""How long one connection may take to open; the call's own timeout may be shorter."""
CONNECTIONS = 64
"""How many idle connections are kept to one host; more are opened when needed and closed after."""

# A NAT or firewall drops connections that are silent for minutes: probe them before it does.
_KEEPALIVE = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)] + [
    (socket.IPPROTO_TCP, getattr(socket, name), value)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4))
    if hasattr(socket, name)
]


class _Counted:
    """Counts what a connection has carried: one that dies on its second request was dead already."""

    carried = 0

    def request(self, *args: Any, **options: Any) -> None:
        """Send one request, and note down that this connection is its."""
        _current.sending.found(self)
        super().request(*args, **options)  # type: ignore[misc]
        self.carried += 1


class _Http(_Counted, HTTPConnection):
    pass


class _Https(_Counted, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _Sending:
    """One `send` while it runs: which connection it uses, so that another thread can end it."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.reused = False
        self.socket: socket.socket | None = None

    def found(self, connection: Any) -> None:
        """Note the connection that urllib3 chose."""
        self.connection = connection
        self.reused = connection.carried > 0

    def shut(self) -> None:
        """Wake whoever waits on the connection."""
        if self.connection is not None:
            _shut(self.connection.sock)


_current = threading.local()


def _shut(sock: socket.socket | None) -> None:
    try:
        if sock is not None:
            sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is closed already


class Urllib3Transport:
    """Carries requests over a pool of connections, safe to share between threads, renewed after a fork.

    Args:
        connections: How many idle connections are kept to one host.
        connect_timeout: Seconds that opening one connection may take.
        options: Whatever `urllib3.PoolManager` takes beside that, such as `ca_certs` or `ssl_context`.
    """

    def __init__(
        self, *, connections: int = CONNECTIONS, connect_timeout: float = CONNECT_SECONDS, **options: Any
    ) -> None:
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._options = options
        self._sending: dict[int, _Sending] = {}
        self._open()

    def _open(self) -> None:
        self._process = os.getpid()
        self._pool = urllib3.PoolManager(
            maxsize=self._connections,
            block=False,
            socket_options=[*HTTPConnection.default_socket_options, *_KEEPALIVE],
            **self._options,
        )
        self._pool.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, Urllib3Body]:
        """Send *request* and return its answer's head, and the body still to be read."""
        if os.getpid() != self._process:  # sockets are not shared across a fork
            self._open()
        connect = self._connect_timeout if timeout is None else min(timeout, self._connect_timeout)
        sending = _current.sending = self._sending[id(request)] = _Sending()
        try:
            response = self._pool.urlopen(
                request.method,
                request.url,
                body=request.body,
                headers=request.revealed_headers(),
                timeout=urllib3.Timeout(connect=connect, read=timeout),
                preload_content=False,
                redirect=False,
                retries=False,
            )
        except (failures.HTTPError, OSError) as error:
            raise _translated(error, request, sending, timeout) from _bare(error)
        finally:
            del self._sending[id(request)]
        headers = {name.lower(): value for name, value in response.headers.items()}
        return HttpHead(response.status, headers), Urllib3Body(response, sending.connection, timeout)

    def interrupt(self, request: HttpRequest) -> None:
        """End the `send` of *request* that another thread waits for."""
        sending = self._sending.get(id(request))
        if sending is not None:
            sending.shut()

    def close(self) -> None:
        """Close every idle connection."""
        self._pool.clear()


class Urllib3Body:
    """The body of one answer."""

    __slots__ = ("_closed", "_response", "_socket", "_timeout")

    def __init__(self, response: urllib3.BaseHTTPResponse, connection: Any, timeout: float | None) -> None:
        self._response = response
        # None where the answer announced the connection's end: then the timeout stays that of the head.
        self._socket: socket.socket | None = connection.sock
        self._timeout = timeout
        self._closed = False

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Return the next bytes as they come."""
        try:
            if timeout != self._timeout and self._socket is not None:
                self._socket.settimeout(timeout)
                self._timeout = timeout
            return self._response.read1(limit) or b""
        except failures.ReadTimeoutError as error:
            raise ReadError(f"nothing came for {timeout:g} seconds") from _bare(error)
        except failures.DecodeError as error:
            raise ReadError(f"the answer cannot be decompressed: {error}", transient=False) from _bare(error)
        except (failures.HTTPError, OSError, ValueError, AttributeError) as error:
            if isinstance(error, ValueError | AttributeError) and not self._closed:
                raise
            reason = "it was closed here" if self._closed else _reason(error)
            raise ReadError(f"the connection broke while the answer was read: {reason}") from _bare(error)

    def close(self) -> None:
        """Give the connection back if the body was read to its end, close it otherwise."""
        if self._closed:
            return
        self._closed = True
        response = self._response
        if response._original_response is not None and not response._original_response.isclosed():  # type: ignore[attr-defined]  # noqa: SLF001
            _shut(self._socket)  # wakes a reader in another thread
            response.close()
        response.release_conn()


# What went wrong -----------------------------------------------------------------------------------------------------


def _translated(error: Exception, request: HttpRequest, sending: _Sending, timeout: float | None) -> TransportError:
    """Say in our words what urllib3 raised while sending."""
    origin = origin_of(request.url)
    if isinstance(error, failures.SSLError):
        return ConnectError(f"no trusted connection to {origin}: {error}", transient=False)
    if isinstance(error, failures.NameResolutionError):
        return ConnectError(f"the name in {origin} cannot be resolved; check the endpoint, and the network")
    if isinstance(error, failures.ConnectTimeoutError | failures.NewConnectionError | failures.ProxyError):
        return ConnectError(f"cannot reach {origin}: {_reason(error)}")
    if isinstance(error, failures.LocationValueError):
        return ConnectError(f"{origin} is no address: {error}", transient=False)
    if isinstance(error, failures.ReadTimeoutError | TimeoutError):
        return ReadError(f"{origin} did not answer within {timeout:g} seconds")
    size = len(request.body or b"")
    return ReadError(
        f"the connection to {origin} broke before an answer came ({size:,} bytes were being sent): {_reason(error)}",
        stale=sending.reused,
    )


def _reason(error: BaseException) -> str:
    """Return the innermost reason, in the operating system's words where it has any."""
    seen = error
    while seen.__cause__ is not None or seen.__context__ is not None:
        seen = seen.__cause__ or seen.__context__ or seen
    return f"{type(seen).__name__}: {seen}" if str(seen) else type(seen).__name__


def _bare(error: BaseException) -> BaseException:
    """Return *error* and its causes without their frames: those hold the headers that were being sent."""
    seen: BaseException | None = error
    while seen is not None:
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__
    return error
