"""What will be done on the connection, as data.

An answer is a `Plan` before a byte of it is written. Whoever wants to spoil it (cut, stall, reset, garble, add headers)
takes the plan, returns another, and needs no server for that: see `Emulator(alter=...)`. The one who carries a plan
out is `_server`, with one branch for each action.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen

from jackfield_emulator._asked import Asked


@frozen
class Write:
    """Send *data*, at once and as one piece."""

    data: bytes


@frozen
class Pause:
    """Send nothing for *seconds*."""

    seconds: float


@frozen
class End:
    """End the connection here: as a program that has ended does, or with *reset* as one that was killed."""

    reset: bool = False


@frozen
class Repeat:
    """Do *actions* so many *times*, or until the client has left."""

    actions: tuple[Action, ...]
    times: int


Action = Write | Pause | End | Repeat


def _lowered(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in headers)


@frozen
class Plan:
    """One answer.

    Attributes:
        status: The HTTP status; 0 where the actions write everything on the connection, its head included.
        headers: Names in lower case, in the order in which they are sent; a name may come twice. Without a
            `content-length` the body goes out in chunks, one for each write.
        actions: What follows the headers.
        closes: The connection is closed after the answer, without its saying so.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = field(converter=_lowered)
    actions: tuple[Action, ...] = ()
    closes: bool = False


Alter = Callable[[Asked, Plan], Plan]
"""Takes what was asked and what would be answered, and returns what is answered instead."""


def whole(status: int, headers: dict[str, str], body: bytes) -> Plan:
    """Return an answer of known length."""
    return Plan(status, (*headers.items(), ("content-length", str(len(body)))), (Write(body),) if body else ())


def pieces(status: int, headers: dict[str, str], events: list[bytes], pace: float) -> Plan:
    """Return an answer that comes piece by piece, *pace* seconds apart."""
    actions: list[Action] = []
    for event in events:
        if pace and actions:
            actions.append(Pause(pace))
        actions.append(Write(event))
    return Plan(status, tuple(headers.items()), tuple(actions))
