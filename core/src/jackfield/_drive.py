"""The blocking driver: a loop around the commands of a flow. `_drive_async` is its twin, the only one in the core.

Rule 1: a driver decides nothing; it performs one command and sends the reply, or the failure, back into the flow.
Rule 2: whichever way a flow ends, its answer's body is closed, and then the flow itself, so the trace ends too.
"""

from __future__ import annotations

import inspect
import time
from typing import TYPE_CHECKING, Any

from attrs import define

from jackfield._values import Value
from jackfield.errors import SetupError, TransportError
from jackfield.http import Chunk, Command, Emit, Flow, Read, Run, RunAll, Send, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from jackfield.transports import Body, Transport


@define(eq=False, repr=False)
class Io(Value):
    """What one driven flow uses: a transport, the body being read, and at the end the result."""

    transport: Transport
    body: Body | None = None
    result: Any = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def perform(self, command: Command) -> Any:
        """Perform one command and return its reply."""
        match command:
            case Read(limit, timeout):
                if self.body is None:
                    raise SetupError("a flow yielded Read before any Send")
                return Chunk(self.body.read(limit, timeout), self.clock())
            case Send(request, timeout):
                self.close()
                head, self.body = self.transport.send(request, timeout)
                head.at = self.clock()
                return head
            case Wait(seconds):
                self.sleep(seconds)
                return self.clock()
            case Run(function):
                return _there(function())
            case RunAll(functions):
                return [_outcome(each) for each in functions]
        raise SetupError(f"a flow yielded {command!r}, which is no command")

    def close(self) -> None:
        """Close the body of the last answer."""
        if self.body is not None:
            self.body.close()
            self.body = None


def _there(result: Any) -> Any:
    """Return a result that has to be there at once."""
    if inspect.isawaitable(result):
        getattr(result, "close", bool)()
        raise SetupError(
            "something asynchronous, a credential or a tool, needs AsyncClient; give Client a blocking one"
        )
    return result


def _outcome(function: Callable[[], Any]) -> Any:
    """Return what *function* returns, or the exception that it raises."""
    try:
        result = function()
    except Exception as error:  # noqa: BLE001 - the flow decides
        return error
    return _there(result)  # a mistake of the program's is no outcome


def iterate(flow: Flow[Any], io: Io, command: Command | None = None) -> Generator[Any, None, None]:
    """Drive *flow* and yield its events; `io.result` is its result afterwards.

    Args:
        flow: The flow.
        io: What it may use.
        command: Its first command, where the caller has taken that already.
    """
    try:
        command = next(flow) if command is None else command
        while True:
            if type(command) is Emit:
                yield from command.events
                command = flow.send(None)
                continue
            try:
                reply = io.perform(command)
            except Exception as error:  # noqa: BLE001 - whatever it is, the flow decides
                stamp(error, io.clock)
                command = flow.throw(error)
            else:
                command = flow.send(reply)
    except StopIteration as stop:
        io.result = stop.value
    finally:
        io.close()
        flow.close()


def run(flow: Flow[Any], io: Io) -> Any:
    """Drive *flow* to its end and return its result."""
    for _ in iterate(flow, io):
        pass
    return io.result


def stamp(error: Exception, clock: Callable[[], float]) -> None:
    """Write the time onto a transport's failure: the flow has no clock."""
    if isinstance(error, TransportError) and error.at is None:
        error.at = clock()
