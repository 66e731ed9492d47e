"""HTTP on the event loop.

Rule 1: no redirects, no retries, no cookies: those decisions are not the transport's.
Rule 2: every failure leaves as a TransportError; its cause keeps no frames, and no frame of ours holds what was sent.
Rule 3: a body that was read to its end gives its connection back; any other way, being cancelled too, ends it.
Rule 4: a connection belongs to the event loop that opened it, and ends before that does.
"""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING

from jackfield.errors import without_frames
from jackfield.transports.failing import unanswered
from jackfield.transports.http1 import request_head
from jackfield_asyncio._addresses import Address, Names, address_of
from jackfield_asyncio._body import AsyncioBody
from jackfield_asyncio._failures import FAILURES, unopened, unsent
from jackfield_asyncio._opening import Trust, opened, proxy_headers
from jackfield_asyncio._pool import Pool, leave_all

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from jackfield.plugin import HttpHead, HttpRequest
    from jackfield_asyncio._connection import Connection
    from jackfield_asyncio._place import Place

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
        self._pools: dict[asyncio.AbstractEventLoop, Pool] = {}
        weakref.finalize(self, leave_all, self._pools).atexit = False

    async def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, AsyncioBody]:  # noqa: ASYNC109
        """Send *request* and return its answer's head, and the body still to be read."""
        loop = asyncio.get_running_loop()
        until = None if timeout is None else loop.time() + timeout
        pool = self._pools.get(loop) or await self._pool(loop)
        proxy = None if self._proxy is None else self._proxy(request.url)
        try:
            # What has no body fetches something, and its URL may be signed: that is kept nowhere.
            to = (address_of if request.body is not None else address_of.__wrapped__)(request.url)
        except ValueError as error:
            raise unopened(error, request, None) from without_frames(error)
        key = (proxy, to.secure, to.host, to.port) if proxy is None or to.secure else proxy
        place = pool.place(key, self._connections)
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
            raise unanswered(error, request, timeout, stale=stale) from without_frames(error)
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
            raise unopened(error, request, proxy) from without_frames(error)

    async def _pool(self, loop: asyncio.AbstractEventLoop) -> Pool:
        """Return what belongs to *loop*, made now."""
        for other in list(self._pools):
            if other.is_closed():
                del self._pools[other]
        pool = self._pools[loop] = Pool(loop)
        await pool.watch()
        return pool

    async def close(self) -> None:
        """Close every idle connection."""
        leave_all(self._pools)
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
