from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from attrs import Factory, define

from jackfield._drive import Io, iterate, run
from jackfield._drive_async import AsyncIo, aiterate, arun
from jackfield.errors import ConnectError, ReadError, SetupError
from jackfield.http import Chunk, Emit, Flow, HttpHead, HttpRequest, Read, Run, Send, Wait

REQUEST = HttpRequest("GET", "https://letters.example/")
DRIVERS = ("run", "arun", "iterate", "aiterate")


@define
class Scripted:
    """A transport that answers from a list, and notes what is done to it. Blocking, or for asyncio."""

    answers: list[Any]
    notes: list[str] = Factory(list)

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, ScriptedBody]:
        """Give the next answer."""
        self.notes.append(f"send {timeout}")
        pieces = self.answers.pop(0)
        if isinstance(pieces, Exception):
            raise pieces
        return HttpHead(200), ScriptedBody(list(pieces), self.notes)


@define
class ScriptedBody:
    """The body of an answer."""

    pieces: list[Any]
    notes: list[str]

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Give the next piece."""
        self.notes.append(f"read {limit} {timeout}")
        piece = self.pieces.pop(0) if self.pieces else b""
        if isinstance(piece, Exception):
            raise piece
        return bytes(piece)

    def close(self) -> None:
        """Note it."""
        self.notes.append("close")


@define
class ForAsyncio:
    """The same, to be awaited."""

    inner: Any

    def __getattr__(self, name: str) -> Any:
        """Return a method of the inner one as a coroutine function."""

        async def method(*values: Any) -> Any:
            result = getattr(self.inner, name)(*values)
            return (result[0], ForAsyncio(result[1])) if name == "send" else result

        return method


@define
class Driven:
    """What came of driving a flow."""

    result: Any
    events: list[Any]
    notes: list[str]


def drive(driver: str, flow: Flow[Any], answers: list[Any]) -> Driven:
    """Drive *flow* by one of the four drivers; the clock counts the times it was asked, sleeping is a note."""
    transport = Scripted(answers)
    ticks = iter(range(100, 1000))

    def sleep(seconds: float) -> None:
        transport.notes.append(f"sleep {seconds}")

    async def asleep(seconds: float) -> None:
        sleep(seconds)

    def clock() -> float:
        return next(ticks)

    events: list[Any] = []
    if driver == "run":
        io = Io(transport, clock=clock, sleep=sleep)
        return Driven(run(flow, io), events, transport.notes)
    if driver == "iterate":
        io = Io(transport, clock=clock, sleep=sleep)
        events.extend(iterate(flow, io))
        return Driven(io.result, events, transport.notes)
    aio = AsyncIo(ForAsyncio(transport), clock=clock, sleep=asleep)

    async def driven() -> Driven:
        if driver == "arun":
            return Driven(await arun(flow, aio), events, transport.notes)
        events.extend([event async for event in aiterate(flow, aio)])
        return Driven(aio.result, events, transport.notes)

    return asyncio.run(driven())


every_driver = pytest.mark.parametrize("driver", DRIVERS)


@every_driver
def test_one_script_through_every_driver(driver: str) -> None:
    """Every command gets its reply, stamped by the driver's clock, in all four drivers alike."""

    def flow() -> Flow[Any]:
        head = yield Send(REQUEST, 5.0)
        first = yield Read(10, 1.0)
        at = yield Wait(2.5)
        nothing = yield Emit(("a", "b"))
        six = yield Run(lambda: 6)
        end = yield Read()
        yield Emit(["c"])
        return head.status, head.at, first, at, nothing, six, end

    driven = drive(driver, flow(), [[b"hello"]])

    assert (200, 100, Chunk(b"hello", 101), 102, None, 6, Chunk(b"", 103)) == driven.result
    assert ["send 5.0", "read 10 1.0", "sleep 2.5", "read 65536 None", "close"] == driven.notes
    assert (["a", "b", "c"] if "iterate" in driver else []) == driven.events


@every_driver
def test_a_second_request_closes_the_first_answer(driver: str) -> None:
    """There is one body at a time."""

    def flow() -> Flow[None]:
        yield Send(REQUEST)
        yield Send(REQUEST)

    assert ["send None", "close", "send None", "close"] == drive(driver, flow(), [[], []]).notes


@every_driver
def test_a_failure_is_thrown_into_the_flow(driver: str) -> None:
    """The transport's failure comes with the clock; the flow may catch it and go on."""

    def flow() -> Flow[Any]:
        try:
            yield Send(REQUEST)
        except ConnectError as error:
            yield Emit(["again"])
            head = yield Send(REQUEST)
            return error.at, head.status
        raise AssertionError

    assert (100, 200) == drive(driver, flow(), [ConnectError("refused"), []]).result


@every_driver
def test_a_failure_that_knows_its_time_keeps_it(driver: str) -> None:
    """The transport's own stamp is not written over."""

    def flow() -> Flow[Any]:
        yield Send(REQUEST)
        try:
            yield Read()
        except ReadError as error:
            return error.at

    assert 7.0 == drive(driver, flow(), [[ReadError("cut", at=7.0)]]).result


@every_driver
def test_a_foreign_failure_is_thrown_into_the_flow(driver: str) -> None:
    """Whatever it is that a command raises, the flow decides."""

    def fail() -> None:
        raise LookupError("foreign")

    def flow() -> Flow[Any]:
        try:
            yield Run(fail)
        except LookupError as error:
            return str(error)

    assert "foreign" == drive(driver, flow(), []).result


@every_driver
def test_a_failure_that_nobody_catches_closes_all(driver: str) -> None:
    """It leaves the driver after the body is closed and the flow has ended."""
    notes = []

    def flow() -> Flow[Any]:
        try:
            yield Send(REQUEST)
            yield Read()
        finally:
            notes.append("flow ended")

    answers: list[Any] = [[ReadError("cut")]]
    with pytest.raises(ReadError, match="cut"):
        drive(driver, flow(), answers)
    assert ["flow ended"] == notes


WRONG: list[tuple[Callable[[], Any], str]] = [
    (Read, "a flow yielded Read before any Send"),
    (lambda: "send", "a flow yielded 'send', which is no command"),
]


@every_driver
@pytest.mark.parametrize(("command", "message"), WRONG)
def test_what_cannot_be_performed_is_said(driver: str, command: Callable[[], Any], message: str) -> None:
    """A flow that yields nonsense gets a SetupError at that place."""

    def flow() -> Flow[Any]:
        yield command()

    with pytest.raises(SetupError, match=message):
        drive(driver, flow(), [])


async def _token() -> str:
    await asyncio.sleep(0)
    return "t0ken"


class Ready:
    """Awaitable, and no coroutine: it has nothing to close."""

    def __await__(self) -> Any:
        """Return at once."""
        return iter(())


def _asking(function: Callable[[], Any]) -> Flow[Any]:
    return (yield Run(function))


@pytest.mark.parametrize("driver", ["arun", "aiterate"])
def test_an_awaitable_is_awaited_for_asyncio(driver: str) -> None:
    """Foreign code may be asynchronous where the driver is."""
    assert "t0ken" == drive(driver, _asking(_token), []).result


@pytest.mark.parametrize("driver", ["run", "iterate"])
@pytest.mark.parametrize("function", [_token, Ready])
def test_an_awaitable_is_refused_where_nobody_can_await_it(driver: str, function: Callable[[], Any]) -> None:
    """The blocking driver names the way out, and leaves no coroutine unawaited."""
    with pytest.raises(SetupError, match="needs AsyncClient"):
        drive(driver, _asking(function), [])


def _telling(notes: list[str]) -> Flow[None]:
    try:
        yield Send(REQUEST)
        yield Emit(["a", "b"])
        yield Read()
    except GeneratorExit:
        notes.append("left")
        raise


def test_leaving_early_closes_body_and_flow() -> None:
    """Closing the iterator of events ends the flow where it stands, whoever else still holds it."""
    notes: list[str] = []
    transport = Scripted([[b"more"]])
    flow = _telling(notes)
    events = iterate(flow, Io(transport))

    assert "a" == next(events)
    events.close()

    assert (["left"], ["send None", "close"]) == (notes, transport.notes)
    assert None is flow.gi_frame


async def test_leaving_early_closes_body_and_flow_for_asyncio() -> None:
    """The same, where the events are awaited."""
    notes: list[str] = []
    transport = Scripted([[b"more"]])
    events = aiterate(_telling(notes), AsyncIo(ForAsyncio(transport)))

    assert "a" == await anext(events)
    await events.aclose()

    assert (["left"], ["send None", "close"]) == (notes, transport.notes)


async def test_cancelling_a_task_closes_body_and_flow() -> None:
    """A cancelled task leaves its flow like a closed one, whatever it was waiting for."""
    notes: list[str] = []
    begun = asyncio.Event()
    transport = Scripted([[]])

    async def forever(_: float) -> None:
        begun.set()
        await asyncio.Event().wait()

    def flow() -> Flow[None]:
        try:
            yield Send(REQUEST)
            yield Wait(60.0)
        except GeneratorExit:
            notes.append("left")
            raise

    task = asyncio.create_task(arun(flow(), AsyncIo(ForAsyncio(transport), sleep=forever)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (["left"], ["send None", "close"]) == (notes, transport.notes)


async def test_a_body_that_cannot_be_closed_leaves_no_flow_open() -> None:
    """The flow ends, and the trace with it, even where closing the body fails."""
    notes: list[str] = []

    class Stuck:
        async def close(self) -> None:
            raise ReadError("stuck")

    io = AsyncIo(ForAsyncio(Scripted([])), body=Stuck())  # type: ignore[arg-type] # closed, never read

    def flow() -> Flow[None]:
        try:
            yield Emit(["a"])
        finally:
            notes.append("flow ended")

    with pytest.raises(ReadError, match="stuck"):
        await arun(flow(), io)
    assert ["flow ended"] == notes


@pytest.mark.parametrize("driver", ["iterate", "aiterate"])
def test_a_first_command_may_have_been_taken_already(driver: str) -> None:
    """A stream looks at the first command before it is driven; it is performed all the same."""

    def flow() -> Flow[str]:
        head = yield Send(REQUEST)
        return str(head.status)

    held = flow()
    command = next(held)
    if driver == "iterate":
        io = Io(Scripted([[]]))
        assert [] == list(iterate(held, io, command))
        assert "200" == io.result
    else:
        aio = AsyncIo(ForAsyncio(Scripted([[]])))

        async def driven() -> list[Any]:
            return [event async for event in aiterate(held, aio, command)]

        assert [] == asyncio.run(driven())
        assert "200" == aio.result
