"""The driver for asyncio; the rules are those of `_drive`."""

from __future__ import annotations

import asyncio
import inspect
import time
from typing import TYPE_CHECKING, Any

from attrs import define

from jackfield._drive import stamp
from jackfield.errors import SetupError
from jackfield.http import Chunk, Command, Emit, Flow, Read, Run, RunAll, Send, Wait

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from jackfield.transports import AsyncBody, AsyncTransport


@define
class AsyncIo:
    """As `Io`, for asyncio."""

    transport: AsyncTransport
    body: AsyncBody | None = None
    result: Any = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep

    async def perform(self, command: Command) -> Any:
        """Perform one command and return its reply."""
        match command:
            case Read(limit, timeout):
                if self.body is None:
                    raise SetupError("a flow yielded Read before any Send")
                return Chunk(await self.body.read(limit, timeout), self.clock())
            case Send(request, timeout):
                await self.close()
                head, self.body = await self.transport.send(request, timeout)
                head.at = self.clock()
                return head
            case Wait(seconds):
                await self.sleep(seconds)
                return self.clock()
            case Run(function):
                return await _awaited(function)
            case RunAll(functions):
                outcomes = await asyncio.gather(*map(_awaited, functions), return_exceptions=True)
                return [_raised(each) for each in outcomes]
        raise SetupError(f"a flow yielded {command!r}, which is no command")

    async def close(self) -> None:
        """Close the body of the last answer."""
        if self.body is not None:
            body, self.body = self.body, None
            await body.close()


async def _awaited(function: Callable[[], Any]) -> Any:
    """Return what *function* returns in a thread, awaited where it can be."""
    result = await asyncio.to_thread(_called, function)
    return await result if inspect.isawaitable(result) else result


def _called(function: Callable[[], Any]) -> Any:
    """Return what *function* returns. A StopIteration in a thread would never reach whoever waits for it."""
    try:
        return function()
    except StopIteration as error:
        raise RuntimeError("StopIteration") from error


def _raised(outcome: Any) -> Any:
    """Return an outcome; being cancelled is none."""
    if isinstance(outcome, BaseException) and not isinstance(outcome, Exception):
        raise outcome
    return outcome


async def aiterate(flow: Flow[Any], io: AsyncIo, command: Command | None = None) -> AsyncGenerator[Any, None]:
    """As `iterate`, for asyncio."""
    try:
        command = next(flow) if command is None else command
        while True:
            if type(command) is Emit:
                for event in command.events:
                    yield event
                command = flow.send(None)
                continue
            try:
                reply = await io.perform(command)
            except Exception as error:  # noqa: BLE001 - whatever it is, the flow decides
                stamp(error, io.clock)
                command = flow.throw(error)
            else:
                command = flow.send(reply)
    except StopIteration as stop:
        io.result = stop.value
    finally:
        try:
            await io.close()
        finally:
            flow.close()


async def arun(flow: Flow[Any], io: AsyncIo) -> Any:
    """As `run`, for asyncio."""
    async for _ in aiterate(flow, io):
        pass
    return io.result
