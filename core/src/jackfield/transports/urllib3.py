"""HTTP by urllib3. The only importer of it.

Rule 1: no redirects, no retries, no cookies: those decisions are not the transport's.
Rule 2: every failure leaves as a TransportError; its cause keeps no frames, because urllib3's frames hold headers.
Rule 3: a body that was read to its end gives its connection back; any other way closes it.
"""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3 import exceptions as failures
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from jackfield.errors import ConnectError, ReadError, TransportError
from jackfield.http import HttpHead, HttpRequest
from jackfield.secret import origin_of
from jackfield.transports._connecting import connected
from jackfield.transports._receiver import Receiver, TimedResponse, shut

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """Counts what a connection has carried since it was opened, and takes its timeouts from the `send` that uses it."""

    carried = 0

    def connect(self) -> None:
        """Open the connection."""
        self.carried = 0
        super().connect()  # type: ignore[misc]

    def _new_conn(self: Any) -> socket.socket:
        """Open the socket, in a time that counts the name's resolution as well."""
        try:
            return connected(self._dns_host, self.port, self.timeout, self.source_address, self.socket_options)
        except socket.gaierror as error:
            raise failures.NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise failures.ConnectTimeoutError(self, str(error)) from error
        except UnicodeError as error:
            raise failures.LocationParseError(f"{self.host!r}, {error}") from error
        except OSError as error:
            raise failures.NewConnectionError(self, str(error)) from error

    def request(self: Any, *args: Any, **options: Any) -> None:
        """Send one request. Its body has the time of the whole `send`; urllib3 would give it that of connecting."""
        sending: _Sending = _current.sending
        if self.sock is None:
            self.connect()
        sending.found(self)
        self.timeout = sending.left()
        super().request(*args, **options)  # type: ignore[misc]
        self.carried += 1

    def response_class(self, sock: socket.socket, *args: Any, **options: Any) -> TimedResponse:
        """Open the answer, its head in what is left of the time."""
        return TimedResponse(sock, _current.sending.receives, *args, **options)


class _Http(_Counted, HTTPConnection):  # type: ignore[misc] # a method where urllib3 has the class
    pass


class _Https(_Counted, HTTPSConnection):  # type: ignore[misc] # the same
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _Sending:
    """One `send` while it runs: how long it may take, and which connection it uses, so that another thread can end it.

    Attributes:
        reused: The connection carried another request before.
        receiver: What the answer comes through, once the request is sent.
    """

    def __init__(self, timeout: float | None) -> None:
        self._until = None if timeout is None else time.monotonic() + timeout
        self._connection: Any = None
        self._ended = False
        self.reused = False
        self.receiver: Receiver | None = None

    @property
    def began(self) -> bool:
        """Whether a connection was there and the request on its way."""
        return self._connection is not None

    @property
    def stale(self) -> bool:
        """Whether the connection had been kept alive and not a byte of an answer came."""
        return self.reused and not (self.receiver is not None and self.receiver.begun)

    def left(self) -> float | None:
        """Return how many seconds are left.

        Raises:
            TimeoutError: None.
        """
        if self._until is None:
            return None
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def found(self, connection: Any) -> None:
        """Note the connection that urllib3 chose; send nothing over it where the `send` was ended before."""
        self.reused = connection.carried > 0
        self._connection = connection
        if self._ended:
            raise ConnectionAbortedError("it was ended here")

    def receives(self, receiver: Receiver) -> None:
        """Note what the answer comes through, and give its head what is left of the time."""
        self.receiver = receiver
        receiver.allow(self.left())

    def end(self) -> None:
        """Wake whoever waits on the connection."""
        self._ended = True
        if self._connection is not None:
            shut(self._connection.sock)


_current = threading.local()


class Urllib3Transport:
    """Carries requests over a pool of connections, safe to share between threads, renewed after a fork.

    Args:
        connections: How many idle connections are kept to one host.
        connect_timeout: Seconds that opening one connection may take, its name's resolution included.
        proxy: Which proxy a URL is reached through; None for none at all.
        ca_bundle: A file or folder of certificates that are trusted in place of OpenSSL's default ones.
        trust: `os` for the certificates that the operating system trusts.
        options: Whatever `urllib3.PoolManager` takes beside that, such as `ssl_context`.
    """

    def __init__(
        self,
        *,
        connections: int = CONNECTIONS,
        connect_timeout: float = CONNECT_SECONDS,
        proxy: Callable[[str], str | None] | None = None,
        ca_bundle: str | None = None,
        trust: str | None = None,
        **options: Any,
    ) -> None:
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._proxy = proxy
        self._options = {**_trusting(ca_bundle, trust), **options}
        self._sending: dict[int, _Sending] = {}
        self._open()

    def _open(self) -> None:
        self._process = os.getpid()
        self._pools: dict[str | None, urllib3.PoolManager] = {}
        self._pool(None)

    def _pool(self, proxy: str | None) -> urllib3.PoolManager:
        """Return the pools for what is reached through *proxy*, or without one."""
        pool = self._pools.get(proxy)
        if pool is None:
            options: dict[str, Any] = {
                "maxsize": self._connections,
                "block": False,  # a burst opens more than are kept; nobody waits for a connection
                "socket_options": [*HTTPConnection.default_socket_options, *_KEEPALIVE],
                **self._options,
            }
            made = urllib3.PoolManager(**options) if proxy is None else _proxied(proxy, options)
            made.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
            pool = self._pools.setdefault(proxy, made)
        return pool

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, Urllib3Body]:
        """Send *request* and return its answer's head, and the body still to be read."""
        if os.getpid() != self._process:  # sockets are not shared across a fork
            self._open()
        connect = self._connect_timeout if timeout is None else min(timeout, self._connect_timeout)
        proxy = None if self._proxy is None else self._proxy(request.url)
        sending = _current.sending = self._sending[id(request)] = _Sending(timeout)
        try:
            response = self._pool(proxy).urlopen(
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
            failure = _translated(error, request, sending, timeout)
            if proxy is not None and not sending.began:
                failure.message += f", through the proxy {origin_of(proxy)}; check proxy=, HTTPS_PROXY and NO_PROXY"
                failure.args = (failure.message,)
            raise failure from _bare(error)
        finally:
            del self._sending[id(request)]
        headers = {name.lower(): value for name, value in response.headers.itermerged()}
        return HttpHead(response.status, headers), Urllib3Body(response, sending.receiver)

    def interrupt(self, request: HttpRequest) -> None:
        """End the `send` of *request* that another thread waits for."""
        sending = self._sending.get(id(request))
        if sending is not None:
            sending.end()

    def close(self) -> None:
        """Close every idle connection."""
        for pool in self._pools.values():
            pool.clear()


def _proxied(proxy: str, options: dict[str, Any]) -> urllib3.PoolManager:
    """Return pools behind *proxy*; its user and password go into the header that is for it, and nowhere else."""
    parts = urlsplit(proxy)
    user = None if parts.username is None else f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    headers = urllib3.make_headers(proxy_basic_auth=user) if user is not None else None
    return urllib3.ProxyManager(origin_of(proxy), proxy_headers=headers, **options)


def _trusting(ca_bundle: str | None, trust: str | None) -> dict[str, Any]:
    """Return what says to urllib3 whose certificates are trusted."""
    if ca_bundle is not None:
        return {"ca_cert_dir" if os.path.isdir(ca_bundle) else "ca_certs": ca_bundle}  # noqa: PTH112 - text is wanted
    if trust == "os":
        import ssl  # noqa: PLC0415 - with truststore alone

        import truststore  # noqa: PLC0415 - an extra

        return {"ssl_context": truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
    return {}


class Urllib3Body:
    """The body of one answer."""

    __slots__ = ("_closed", "_receiver", "_response")

    def __init__(self, response: urllib3.BaseHTTPResponse, receiver: Any) -> None:
        self._response = response
        self._receiver: Receiver = receiver
        self._closed = False

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Return the next bytes as they come."""
        try:
            self._receiver.allow(timeout)
            return self._response.read1(limit) or b""
        except failures.ReadTimeoutError as error:
            raise ReadError(f"nothing came{_within(timeout)}") from _bare(error)
        except failures.DecodeError as error:
            raise ReadError(f"the answer cannot be decompressed: {error}", transient=False) from _bare(error)
        except (failures.HTTPError, OSError, ValueError, AttributeError) as error:
            if isinstance(error, (ValueError, AttributeError)) and not self._closed:
                raise
            reason = "it was closed here" if self._closed else _reason(error)
            raise ReadError(f"the connection broke while the answer was read: {reason}") from _bare(error)

    def close(self) -> None:
        """Give the connection back if the body was read to its end, close it otherwise."""
        if self._closed:
            return
        self._closed = True
        response = self._response
        if not self._receiver.closed:
            self._receiver.shut()  # wakes a reader in another thread
            response.close()
        response.release_conn()


# What went wrong -----------------------------------------------------------------------------------------------------


def _translated(error: Exception, request: HttpRequest, sending: _Sending, timeout: float | None) -> TransportError:
    """Say in our words what urllib3 raised while sending."""
    origin = origin_of(request.url)
    if isinstance(error, failures.LocationValueError):
        return ConnectError(f"{origin} is no address: {error}", transient=False)
    if isinstance(error, failures.NameResolutionError):
        return ConnectError(f"the name in {origin} cannot be resolved; check the endpoint, and the network")
    if not sending.began:
        if isinstance(error, failures.SSLError):
            how = "for an authority of your own give ca_bundle=, for the system's trust='os'"
            return ConnectError(f"no trusted connection to {origin}: {error}; {how}", transient=False)
        return ConnectError(f"cannot reach {origin}: {_reason(error)}")
    return _unanswered(error, request, sending, timeout)


def _unanswered(error: Exception, request: HttpRequest, sending: _Sending, timeout: float | None) -> ReadError:
    """Say what became of a request that was on its way."""
    origin, inner = origin_of(request.url), _innermost(error)
    if isinstance(inner, TimeoutError):
        return ReadError(f"{origin} did not answer{_within(timeout)}")
    if isinstance(inner, http.client.BadStatusLine) and not isinstance(inner, http.client.RemoteDisconnected):
        return ReadError(f"{origin} does not answer in HTTP; is endpoint= right, its port and https?", transient=False)
    if isinstance(inner, http.client.HTTPException) and "header" in str(inner):
        return ReadError(f"{origin} answered with more headers than can be read: {inner}", transient=False)
    size = len(request.body or b"")
    return ReadError(
        f"the connection to {origin} broke before an answer came ({size:,} bytes were being sent): {_reason(error)}",
        stale=sending.stale,
    )


def _within(timeout: float | None) -> str:
    """Say how long was waited; without a limit of ours it was the operating system that gave up."""
    return "" if timeout is None else f" within {timeout:g} seconds"


def _reason(error: BaseException) -> str:
    """Return the innermost reason, in the operating system's words where it has any."""
    inner = _innermost(error)
    if isinstance(inner, ValueError):  # a chunk's size that is none: nothing to read for a person
        return "it ended in the middle of a chunk"
    return f"{type(inner).__name__}: {inner}" if str(inner) else type(inner).__name__


def _innermost(error: BaseException) -> BaseException:
    inner = error
    while (deeper := inner.__cause__ or inner.__context__) is not None:
        inner = deeper
    return inner


def _bare(error: BaseException) -> BaseException:
    """Return *error* and its causes without their frames: those hold the headers that were being sent."""
    seen: BaseException | None = error
    while seen is not None:
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__
    return error
