"""HTTP on the event loop.

Rule 1: no redirects, no retries, no cookies: those decisions are not the transport's.
Rule 2: every failure leaves as a TransportError; its cause keeps no frames, and no frame of ours holds what was sent.
Rule 3: a body that was read to its end gives its connection back; any other way, being cancelled too, ends it.
Rule 4: a connection belongs to the event loop that opened it, and ends before that does.
"""

from __future__ import annotations

import asyncio
import os
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jackfield.plugin import HttpHead, HttpRequest, ReadError
from jackfield.transports._http1 import Answer, UnpackingError, request_head
from jackfield_asyncio._addresses import Address, Names, address_of
from jackfield_asyncio._failures import FAILURES, HTTP1_ERRORS, bare, unanswered, unopened, unread, unsent
from jackfield_asyncio._opening import Trust, opened, proxy_headers
from jackfield_asyncio._place import Place

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Callable

    from jackfield_asyncio._connection import Connection

CONNECT_SECONDS = 10.0
"""How long one connection may take to open; the call's own timeout may be shorter."""
CONNECTIONS = 512
"""How many connections are open to one place at once, at most."""


class AsyncioTransport:
    """Carries requests on the running event loop, whichever that is; each has connections of its own.

    Args:
        connections: How many connections are open to one place at once, at most. As many are kept when they are idle.
            Who comes while all are in use waits for one, within the time that the request may take.
        connect_timeout: Seconds that opening one connection may take, its name's resolution included.
        proxy: Which proxy a URL is reached through; None for none at all.
        ca_bundle: A file or folder of certificates that are trusted in place of OpenSSL's default ones.
        trust: `os` for the certificates that the operating system trusts.
        ssl_context: What is used in place of *ca_bundle* and *trust*, with a client's certificate for instance.
    """

    is_async = True

    def __init__(
        self,
        *,
        connections: int = CONNECTIONS,
        connect_timeout: float = CONNECT_SECONDS,
        proxy: Callable[[str], str | None] | None = None,
        ca_bundle: str | None = None,
        trust: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._proxy = proxy
        self._trust = Trust(ca_bundle, trust, ssl_context)
        self._pools: dict[asyncio.AbstractEventLoop, _Pool] = {}
        weakref.finalize(self, _leave, self._pools).atexit = False

    async def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, AsyncioBody]:  # noqa: ASYNC109
        """Send *request* and return its answer's head, and the body still to be read."""
        loop = asyncio.get_running_loop()
        until = None if timeout is None else loop.time() + timeout
        pool = self._pools.get(loop) or await self._pool(loop)
        proxy = None if self._proxy is None else self._proxy(request.url)
        try:
            to = address_of(request.url)
        except ValueError as error:
            raise unopened(error, request, None) from bare(error)
        place = pool.place((proxy, to.secure, to.host, to.port), self._connections)
        connection = place.kept() or await self._opened(request, place, pool.names, to, proxy, until)
        reused = connection.carried > 0
        try:
            answer = connection.ask(_head(request, to, proxy), request.body)
            head = await connection.head(answer, until)
        except BaseException as error:
            connection.end()
            if not isinstance(error, FAILURES):
                raise
            stale = reused and not connection.begun and not isinstance(error, TimeoutError)
            raise unanswered(error, request, timeout, stale=stale) from bare(error)
        return head, AsyncioBody(answer, connection, place)

    async def _opened(
        self, request: HttpRequest, place: Place, names: Names, to: Address, proxy: str | None, until: float | None
    ) -> Connection:
        """Return a connection: one that is opened now, or that comes back meanwhile."""
        _head(request, to, proxy)  # what cannot be sent, a secret that is for elsewhere, is told before that

        async def open_one(lost: Callable[[Connection], None]) -> Connection:
            seconds = self._connect_timeout
            if until is not None:
                seconds = max(0.0, min(seconds, until - asyncio.get_running_loop().time()))
            return await opened(names, to, proxy, self._trust, lost, seconds)

        try:
            return await place.another(open_one, until)
        except FAILURES as error:
            raise unopened(error, request, proxy) from bare(error)

    async def _pool(self, loop: asyncio.AbstractEventLoop) -> _Pool:
        """Return what belongs to *loop*, made now."""
        for other in list(self._pools):
            if other.is_closed():
                del self._pools[other]
        pool = self._pools[loop] = _Pool(loop)
        await pool.watch()
        return pool

    async def close(self) -> None:
        """Close every idle connection."""
        _leave(self._pools)
        await asyncio.sleep(0)  # the loop closes sockets one round later


def _head(request: HttpRequest, to: Address, proxy: str | None) -> bytes:
    """Return the head of a request as bytes, its secrets revealed.

    Raises:
        ConnectError: It has what cannot stand in a head.
    """
    headers, body, target = request.revealed_headers(), request.body, to.target
    if proxy is not None and not to.secure:  # a proxy is told the whole URL
        target, headers = f"http://{to.authority}{target}", {**proxy_headers(proxy), **headers}
    length = len(body) if body is not None else None if request.method == "GET" else 0
    try:
        return request_head(request.method, target, to.authority, headers, length)
    except UnicodeEncodeError:
        problem = "a header has letters that no header can have"
    except ValueError as error:
        problem = str(error)
    del headers  # rule 2; nor is the cause kept, which holds them as well
    raise unsent(problem, request)


class _Pool:
    """The connections that belong to one event loop, by where they lead."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._process = os.getpid()
        self._places: dict[Any, Place] = {}
        self._watching = self._until_the_loop_ends()
        self.names = Names(loop)

    def place(self, key: Any, most: int) -> Place:
        """Return the connections to one place."""
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = Place(self._loop, most)
        return place

    async def watch(self) -> None:
        """See to it that no connection is open when the loop ends."""
        await anext(self._watching)

    async def _until_the_loop_ends(self) -> AsyncGenerator[None, None]:
        """`asyncio.run` closes every generator that was begun, before it closes the loop: a sign that it ends."""
        try:
            yield
        finally:
            for place in self._places.values():
                place.close()
            self._places.clear()

    def leave(self) -> None:
        """Close every idle connection, from whichever thread."""
        if self._process != os.getpid() or self._loop.is_closed():
            return  # after a fork they are the other process's
        if _is_running(self._loop):
            self._end()
        else:
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        with suppress(StopIteration):  # its end waits for nothing
            self._watching.aclose().send(None)


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def _leave(pools: dict[asyncio.AbstractEventLoop, _Pool]) -> None:
    for pool in pools.values():
        pool.leave()
    pools.clear()


class AsyncioBody:
    """The body of one answer."""

    __slots__ = ("_answer", "_closed", "_connection", "_place")

    def __init__(self, answer: Answer, connection: Connection, place: Place) -> None:
        self._answer = answer
        self._connection: Connection | None = connection
        self._place = place
        self._closed = False
        if answer.ended:
            self._let_go()

    async def read(self, limit: int, timeout: float | None) -> bytes:  # noqa: ASYNC109 - the contract of Body
        """Return the next bytes as they come."""
        answer, connection = self._answer, self._connection
        if self._answer.ended:  # the connection may be another call's by now
            return b""
        if connection is None:
            raise ReadError("the connection broke while the answer was read: it was closed here")
        try:
            data = answer.take(limit)
            if not (data or answer.ended):
                data = await connection.body(answer, limit, timeout)
        except BaseException as error:
            self._let_go()
            if not isinstance(error, (OSError, UnpackingError, *HTTP1_ERRORS)):
                raise
            raise unread(error, timeout, closed=self._closed) from bare(error)
        if answer.ended:
            self._let_go()
        return data

    async def close(self) -> None:
        """Give the connection back if the body was read to its end, end it otherwise."""
        self._closed = True
        self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._answer.ended:
            self._place.take_back(connection)
        else:
            connection.end()
