"""HTTP over urllib3's connections. The only importer of it.

urllib3 opens connections and keeps them: TLS, certificates, proxies, tunnels. What goes over them is written and read
by `http1`, which takes a quarter of the CPU that `PoolManager.urlopen` takes for a small exchange.

Rule 1: no redirects, no retries, no cookies: those decisions are not the transport's.
Rule 2: every failure leaves as a TransportError; its cause keeps no frames, because the frames hold headers.
Rule 3: a body that was read to its end gives its connection back; any other way closes it.
Rule 4: whoever ends a connection from another thread does it while it is known to be in use by that call.
"""

from __future__ import annotations

import errno
import os
import socket
import time
from functools import lru_cache
from ssl import CertificateError, SSLEOFError, SSLError, SSLZeroReturnError
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3 import exceptions as failures
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.proxy import connection_requires_http_tunnel
from urllib3.util.url import parse_url

from jackfield.errors import ConnectError, ReadError, TransportError, without_frames
from jackfield.secret import origin_of
from jackfield.transports._connecting import connected
from jackfield.transports._receiver import Receiver, shut
from jackfield.transports.failing import (
    HTTP1_ERRORS,
    no_address,
    reason,
    through,
    unanswered,
    unreached,
    unread,
    unresolved,
    untrusted,
)
from jackfield.transports.http1 import Answer, CutOffError, UnpackingError, request_head

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jackfield.http import HttpHead, HttpRequest

CONNECT_SECONDS = 10.0
"""How long one connection may take to open; the call's own timeout may be shorter."""
CONNECTIONS = 64
"""How many idle connections are kept to one host; more are opened when needed and closed after."""

POOLS = 64
"""To how many hosts connections are kept; those that were opened first are closed."""
_TOGETHER = 64 * 1024
"""Up to which size a body goes out together with its head: one segment, and one system call of 8 µs less."""
_CLOSED_EARLY = (BrokenPipeError, ConnectionResetError, ConnectionAbortedError, SSLEOFError, SSLZeroReturnError)

# A NAT or firewall drops connections that are silent for minutes: probe them before it does.
_KEEPALIVE = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)] + [
    (socket.IPPROTO_TCP, getattr(socket, name), value)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4))
    if hasattr(socket, name)
]


class _Timed:
    """A connection that is opened in a time which counts the name's resolution as well."""

    carried = 0
    """How many requests it has carried since it was opened."""

    def connect(self) -> None:
        """Open the connection."""
        self.carried = 0
        super().connect()  # type: ignore[misc]

    def _new_conn(self: Any) -> socket.socket:
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


class _Http(_Timed, HTTPConnection):
    pass


class _Https(_Timed, HTTPSConnection):
    pass


class _Lending:
    """A pool whose connections are lent, opened."""

    def lend(self: Any, scheme: str, seconds: float | None) -> Any:
        """Return a connection: one that was kept, or one that is opened now, which may take *seconds*.

        *scheme* is that of the URL. The pool's own may be its proxy's.
        """
        connection = self._get_conn()
        try:
            if connection.sock is None:
                connection.timeout = seconds
                if connection_requires_http_tunnel(self.proxy, self.proxy_config, scheme):
                    self._prepare_proxy(connection)
                self._validate_conn(connection)  # connects where it is https, and warns where nobody was verified
                if connection.sock is None:
                    connection.connect()
        except BaseException:
            self.take_back(connection, open_still=False)
            raise
        return connection

    def take_back(self: Any, connection: Any, *, open_still: bool) -> None:
        """Keep a connection for the next request; one that is not *open_still* is opened again then."""
        if not open_still:
            connection.close()
        self._put_conn(connection)


class _HttpPool(_Lending, HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(_Lending, HTTPSConnectionPool):
    ConnectionCls = _Https


class _Address(NamedTuple):
    """What a URL says, apart."""

    scheme: str
    host: str
    port: int | None
    authority: str
    target: str


@lru_cache(maxsize=64)  # a program asks few URLs again and again: 12 µs a call
def _address(url: str) -> _Address:
    parts = parse_url(url)
    if parts.scheme not in ("http", "https") or not parts.host:
        raise failures.LocationParseError(url)
    standing = parts.port in (None, 443 if parts.scheme == "https" else 80)
    authority = parts.host if standing else f"{parts.host}:{parts.port}"
    return _Address(parts.scheme, parts.host, parts.port, authority, parts.request_uri)


class _Sending:
    """One `send` while it runs: how long it may take, and which connection it uses, so that a thread can end it."""

    __slots__ = ("_done", "_lock", "_receiver", "_reused", "_sock", "_until", "ended")

    def __init__(self, timeout: float | None) -> None:
        self._until = None if timeout is None else time.monotonic() + timeout
        self._lock = Lock()
        self._sock: Any = None
        self._done = False
        self._reused = False
        self._receiver: Receiver | None = None
        self.ended = False

    @property
    def began(self) -> bool:
        """Whether a connection was there and the request on its way."""
        return self._sock is not None

    @property
    def stale(self) -> bool:
        """Whether the connection had been kept alive, was not ended here, and not a byte of an answer came."""
        return self._reused and not self.ended and not (self._receiver is not None and self._receiver.begun)

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

    def over(self, connection: Any, head: bytes, body: bytes | None) -> tuple[HttpHead, Answer, Receiver]:
        """Send a request over *connection* and return its answer, the head of it first, and what more of it comes from.

        Nothing is sent where the `send` was ended before.
        """
        self._reused = connection.carried > 0
        self._sock = connection.sock
        if self.ended:
            raise ConnectionAbortedError("it was ended here")
        connection.carried += 1
        self._sock.settimeout(self.left())
        whole = True
        try:
            if body is None or len(body) <= _TOGETHER:
                self._sock.sendall(head + body if body else head)
            else:
                self._sock.sendall(head)
                self._sock.sendall(body)
        except OSError as error:
            # Who refuses a request before it is all there closes the connection; its answer can be read.
            if not (isinstance(error, _CLOSED_EARLY) or error.errno == errno.EPROTOTYPE):
                raise
            whole = False
        receiver = self._receiver = Receiver(self._sock)
        answer = Answer()
        told = receiver.head(answer, self.left())
        answer.keeps = answer.keeps and whole
        return told, answer, receiver

    def done(self) -> None:
        """Note that it is over: from now on its connection may be another call's."""
        with self._lock:
            self._done = True

    def end(self) -> None:
        """Wake whoever waits on the connection."""
        with self._lock:
            self.ended = True
            if self._sock is not None and not self._done:
                shut(self._sock)


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
        self._lock = Lock()
        self._managers: dict[str | None, urllib3.PoolManager] = {}
        self._pools: dict[tuple[str | None, str, str, int | None], Any] = {}
        self._process = os.getpid()  # last: another thread that sees it uses the pools at once

    def _manager(self, proxy: str | None) -> urllib3.PoolManager:
        """Return the pools for what is reached through *proxy*, or without one."""
        manager = self._managers.get(proxy)
        if manager is None:
            options: dict[str, Any] = {
                "num_pools": POOLS,
                "maxsize": self._connections,
                "block": False,  # a burst opens more than are kept; nobody waits for a connection
                "socket_options": [*HTTPConnection.default_socket_options, *_KEEPALIVE],
                **self._options,
            }
            made = urllib3.PoolManager(**options) if proxy is None else _proxied(proxy, options)
            made.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
            manager = self._managers.setdefault(proxy, made)
        return manager

    def _pool(self, proxy: str | None, to: _Address) -> Any:
        """Return the connections to one host, or to the proxy that leads there. urllib3 looks its own up in 25 µs."""
        forwarded = proxy is not None and to.scheme == "http"
        key = (proxy, "http", "", None) if forwarded else (proxy, to.scheme, to.host, to.port)
        pool = self._pools.get(key)
        if pool is None:
            with self._lock:
                if len(self._pools) >= POOLS:
                    del self._pools[next(iter(self._pools))]  # closed when its last connection comes back
                pool = self._manager(proxy).connection_from_host(to.host, to.port, to.scheme)
                self._pools[key] = pool
        return pool

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, Urllib3Body]:
        """Send *request* and return its answer's head, and the body still to be read."""
        if os.getpid() != self._process:  # sockets are not shared across a fork
            self._open()
        proxy = None if self._proxy is None else self._proxy(request.url)
        sending = self._sending[id(request)] = _Sending(timeout)
        try:
            return self._answered(request, proxy, sending, timeout)
        except ConnectError as error:
            raise error.with_traceback(None)  # noqa: B904 - its frames hold the headers
        except (failures.HTTPError, OSError, *HTTP1_ERRORS) as error:
            failure = _translated(error, request, sending, timeout)
            if proxy is not None and isinstance(failure, ConnectError):
                failure = through(proxy, failure)
            raise failure from without_frames(error)
        finally:
            self._sending.pop(id(request), None)  # the same request may be sent twice at once

    def _answered(
        self, request: HttpRequest, proxy: str | None, sending: _Sending, timeout: float | None
    ) -> tuple[HttpHead, Urllib3Body]:
        """Send *request* over a connection. What fails here leaves with none of these frames: they hold the headers."""
        # What has no body fetches something, and its URL may be signed: that is kept nowhere.
        to = (_address if request.body is not None else _address.__wrapped__)(request.url)
        pool = self._pool(proxy, to)
        body = request.body if request.body is not None or request.method == "GET" else b""
        head = _head(request, to, None if proxy is None else pool.proxy_headers, body)
        connect = self._connect_timeout if timeout is None else min(timeout, self._connect_timeout)
        connection = pool.lend(to.scheme, connect)
        try:
            told, answer, receiver = sending.over(connection, head, body)
        except BaseException:
            pool.take_back(connection, open_still=False)
            raise
        sending.done()
        return told, Urllib3Body(answer, receiver, pool, connection)

    def interrupt(self, request: HttpRequest) -> None:
        """End the `send` of *request* that another thread waits for."""
        sending = self._sending.get(id(request))
        if sending is not None:
            sending.end()

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            self._pools.clear()
            for manager in self._managers.values():
                manager.clear()


def _head(request: HttpRequest, to: _Address, proxy_headers: Mapping[str, str] | None, body: bytes | None) -> bytes:
    """Return the head of a request as bytes, its secrets revealed.

    Raises:
        ConnectError: It has what cannot stand in a head.
    """
    target, headers = to.target, request.revealed_headers()
    if proxy_headers is not None and to.scheme == "http":  # a proxy is told the whole URL
        target, headers = f"http://{to.authority}{target}", {**proxy_headers, **headers}
    try:
        return request_head(request.method, target, to.authority, headers, None if body is None else len(body))
    except UnicodeEncodeError:
        problem = "a header has letters that no header can have"
    except ValueError as error:
        problem = str(error)
    # The cause holds what was to be sent: it is not kept.
    raise ConnectError(f"the request to {origin_of(request.url)} cannot be sent: {problem}", transient=False)


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

    __slots__ = ("_answer", "_closed", "_connection", "_lock", "_pool", "_reading", "_receiver")

    def __init__(self, answer: Answer, receiver: Receiver, pool: Any, connection: Any) -> None:
        self._answer = answer
        self._receiver = receiver
        self._pool = pool
        self._connection = connection
        self._lock = Lock()
        self._closed = False
        self._reading = False
        if answer.ended:
            self._let_go()

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Return the next bytes as they come."""
        answer = self._answer
        if answer.ended:  # the connection may be another call's by now
            return b""
        with self._lock:
            if self._connection is None:
                raise ReadError("the connection broke while the answer was read: it was closed here")
            self._reading = True
        goes_on = False
        try:
            data = self._receiver.body(answer, limit, timeout)
            if self._closed:  # where an answer ends with its connection, this is no end of its own
                answer.ended = False
                raise CutOffError("it was closed here")
            goes_on = not answer.ended
        except (OSError, UnpackingError, *HTTP1_ERRORS) as error:
            raise unread(error, timeout, closed_here=self._closed) from without_frames(error)
        finally:
            with self._lock:
                self._reading = False
                if self._closed or not goes_on:
                    self._let_go()
        return data

    def close(self) -> None:
        """Give the connection back if the body was read to its end, close it otherwise."""
        with self._lock:
            self._closed = True
            if self._reading:  # in another thread, which wakes and lets go itself: the socket is its own till then
                self._answer.keeps = False
                self._receiver.shut()
            else:
                self._let_go()

    def _let_go(self) -> None:
        """Give the connection back, or close it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.take_back(connection, open_still=self._answer.ended and self._answer.keeps)


# What went wrong -----------------------------------------------------------------------------------------------------


def _translated(error: Exception, request: HttpRequest, sending: _Sending, timeout: float | None) -> TransportError:
    """Say in our words what urllib3 raised while sending."""
    if isinstance(error, failures.LocationValueError):
        return no_address(request, error)
    if isinstance(error, failures.NameResolutionError):
        return unresolved(request)
    if sending.began:
        return unanswered(error, request, timeout, stale=sending.stale, ended_here=sending.ended)
    if isinstance(error, (failures.SSLError, SSLError, CertificateError)):
        return untrusted(request, error)
    return unreached(request, reason(error))
