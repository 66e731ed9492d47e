"""The HTTP server: reads a request, lets somebody plan, carries the plan out. aiohttp's and asyncio's one home here.

It runs in a thread of its own with a loop of its own, so that blocking and asynchronous clients alike can use it from
the process that it runs in.
"""

from __future__ import annotations

import asyncio  # noqa: TID251 - its home here
import socket
import struct
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from itertools import count
from threading import Thread
from typing import TYPE_CHECKING

from aiohttp import web
from multidict import CIMultiDict

from jackfield_emulator._asked import Asked
from jackfield_emulator._plan import End, Pause, Plan, Repeat, Write

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from jackfield_emulator._plan import Action

_LARGEST = 256 * 1024**2
_PATIENCE = 0.2
"""Seconds that answers under way have, once the server is to end."""
_SETTLING = 0.02
"""Seconds until what was written is on its way, before a connection is ended."""
_LOOKING = 0.05
"""How often a pause looks whether the client is still there, in seconds."""


class Server:
    """Serves from its making until `close`."""

    def __init__(self, host: str, port: int, planner: Callable[[Asked], Plan]) -> None:
        self._planner = planner
        self._host = host
        self._port = port
        self._numbers = count(1)
        self._started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()
        self._thread = Thread(target=self._run, name="jackfield-emulator", daemon=True)
        self._thread.start()
        try:
            self._loop, self._end, self.port = self._started.result()
        except Exception:
            self._thread.join()
            raise

    def close(self) -> None:
        """End, and wait until it has ended."""
        with suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_PATIENCE)
        end = asyncio.Event()
        try:
            await runner.setup()
            await web.TCPSite(runner, self._host, self._port).start()
            self._started.set_result((asyncio.get_running_loop(), end, runner.addresses[0][1]))
            await end.wait()
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)
        finally:
            # asyncio leaves a connection open that it accepts in the very moment in which the listening ends.
            await asyncio.sleep(_SETTLING)
            await runner.cleanup()
            await asyncio.sleep(_SETTLING)  # what was told to close does so in the loop's next rounds

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(
            number=next(self._numbers),
            method=request.method,
            target=request.raw_path,
            headers=_joined(request),
            content=await request.read(),
            url=f"http://{request.host}",
        )
        return await _carried_out(self._planner(asked), request)


def _joined(request: web.Request) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        lowered = name.lower()
        headers[lowered] = f"{headers[lowered]}, {value}" if lowered in headers else value
    return headers


async def _carried_out(plan: Plan, request: web.Request) -> web.StreamResponse:
    if 0 == plan.status:
        with suppress(ConnectionError):
            await _acted(plan.actions, request, partial(_sent, request))
        _ended(request, reset=False)
        return web.Response()  # never sent: the connection is gone
    response = web.StreamResponse(status=plan.status, headers=CIMultiDict(plan.headers))
    if "content-length" not in response.headers:
        response.enable_chunked_encoding()
    with suppress(ConnectionError):  # the client has left
        await response.prepare(request)
        if await _acted(plan.actions, request, response.write):
            await response.write_eof()
        if plan.closes:
            _ended(request, reset=False)
    return response


async def _acted(actions: Sequence[Action], request: web.Request, write: Callable[[bytes], Awaitable[None]]) -> bool:
    """Do *actions*; tell whether the connection is still there after them."""
    for action in actions:
        match action:
            case Write(data):
                await write(data)
            case Pause(seconds):
                await _paused(seconds, request)
            case End(reset):
                await asyncio.sleep(_SETTLING)
                _ended(request, reset=reset)
            case Repeat(repeated, times):
                for _ in range(times):
                    if not await _acted(repeated, request, write):
                        break
        if _has_left(request):
            return False
    return True


def _has_left(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


async def _paused(seconds: float, request: web.Request) -> None:
    """Wait, but not for a client that has left."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while (left := until - clock()) > 0 and not _has_left(request):  # noqa: ASYNC110 - aiohttp tells nobody that it left
        await asyncio.sleep(min(left, _LOOKING))


async def _sent(request: web.Request, data: bytes) -> None:
    """Write on the bare connection."""
    if request.transport is not None:
        request.transport.write(data)
        await request.writer.drain()


def _ended(request: web.Request, *, reset: bool) -> None:
    """End the connection."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        # Closing with nothing to linger for is what makes the other side see a reset.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
