"""The deadline of a call, kept in one place: no step of the exchange knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from jackfield.errors import TransportError
from jackfield.http import Command, Flow, Read, Send, Wait

if TYPE_CHECKING:
    from jackfield._ledger import Ledger


def in_time(flow: Flow[Any], ledger: Ledger) -> Flow[Any]:
    """Pass commands out and replies in, keep the clock, and give no command more time than the deadline leaves."""
    try:
        command = next(flow)
        while True:
            bounded = _bounded(command, ledger.left())
            if bounded is None:
                command = flow.throw(ledger.too_late())
                continue
            try:
                reply = yield bounded
            except TransportError as error:
                command = flow.throw(_timed(error, ledger))
            except Exception as error:  # noqa: BLE001 - a credential's own error, for instance: the flow decides
                command = flow.throw(error)
            else:
                kind = type(command)
                if kind is Read or kind is Send:
                    ledger.now = reply.at
                elif kind is Wait:
                    ledger.now = reply
                command = flow.send(reply)
    except StopIteration as stop:
        return stop.value
    finally:
        flow.close()


def _bounded(command: Command, left: float | None) -> Command | None:
    """Return *command* with no more time than is *left*, or None where that is too little for it."""
    if left is None:
        return command
    if isinstance(command, (Read, Send)):
        if left <= 0:
            return None
        return command if command.timeout is not None and command.timeout <= left else evolve(command, timeout=left)
    return None if isinstance(command, Wait) and command.seconds >= left else command


def _timed(error: TransportError, ledger: Ledger) -> TransportError:
    """Return *error*, or a DeadlineError where the time was up when it happened."""
    if error.at is not None:
        ledger.now = error.at
    left = ledger.left()
    if left is None or left > 0:
        return error
    late = ledger.too_late()
    late.__cause__ = error
    return late
