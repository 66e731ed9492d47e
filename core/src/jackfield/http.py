"""What goes over the wire, and the commands by which a flow asks for it.

A *flow* is a generator that yields commands and returns a result. It does no I/O itself: a driver performs each
command and sends the reply back in. The replies carry the driver's monotonic clock (`at`, in seconds), so a flow
needs no clock of its own, and a test sets the time by hand.

| command | reply | meaning |
|---|---|---|
| `Send(request, timeout)` | `HttpHead` | send the request and wait for status and headers |
| `Read(limit, timeout)` | `Chunk` | the next bytes of the body, as they come; empty data means the end |
| `Wait(seconds)` | `float`: the clock | let time pass |
| `Emit(events)` | `None` | hand events to whoever iterates the stream |
| `Run(function)` | its result | blocking code that is not ours; may return an awaitable where the driver is async |
| `RunAll(functions)` | their results | the same for several; where one fails, its exception stands in its place |

A failure of the transport is thrown into the flow as a `TransportError`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypeVar

from attrs import define, field, frozen

from jackfield._values import FrozenValue, Value
from jackfield.secret import Secret

Header: TypeAlias = str | Secret
Headers: TypeAlias = Mapping[str, Header]

_OF_HEADER_NAMES = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def fits_header(name: str, value: str = "") -> bool:
    """Tell whether *name* and *value* can stand in a header, and end where they should."""
    return bool(name) and _OF_HEADER_NAMES.issuperset(name) and value.isascii() and value.isprintable()


@frozen(eq=False, repr=False)
class HttpRequest(FrozenValue):
    """One request, complete but for what the transport adds (host, content-length).

    Attributes:
        method: `GET`, `POST` and so on.
        url: Absolute, with its query.
        headers: Lower-case names; a credential is a `Secret`, which only the transport reveals.
        body: The bytes to send, or None.
        streaming: The body of the answer will be read as it comes, event by event.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    headers: Headers = field(factory=dict)
    body: bytes | None = field(default=None, repr=False)
    streaming: bool = False

    def with_header(self, name: str, value: Header) -> HttpRequest:
        """Return the same request with one more (or another) header."""
        headers = {**self.headers, name.lower(): value}
        return HttpRequest(self.method, self.url, headers, self.body, self.streaming)

    def revealed_headers(self) -> dict[str, str]:
        """Return all headers as text, for the transport, at the moment of sending.

        Raises:
            SetupError: A credential is bound to another origin than this request's.
        """
        return {
            name: value if isinstance(value, str) else value.reveal(self.url) for name, value in self.headers.items()
        }

    def needles(self) -> tuple[bytes, ...]:
        """Return every spelling under which a credential of this request may stand in its answer."""
        secrets = [value for value in self.headers.values() if isinstance(value, Secret)]
        return tuple(spelling for secret in secrets for spelling in secret.needles())

    def scrub(self, text: str) -> str:
        """Return *text* without any credential of this request, for errors and logs."""
        for value in self.headers.values():
            if isinstance(value, Secret):
                text = value.scrub(text)
        return text


@define(eq=False, repr=False)
class HttpHead(Value):
    """Status and headers of an answer.

    Attributes:
        status: The HTTP status.
        headers: Lower-case names; repeated ones are joined with `, `.
        at: The driver's monotonic clock in seconds when they were complete.
    """

    status: int
    headers: Mapping[str, str] = field(factory=dict)
    at: float = 0.0


@define(eq=False, repr=False)
class Chunk(Value):
    """Some bytes of a body; empty at its end."""

    data: bytes
    at: float = 0.0


@define(eq=False, repr=False)
class Send(Value):
    """Send *request*; the reply is an `HttpHead`. *timeout* seconds are given until the head is complete."""

    request: HttpRequest
    timeout: float | None = None


@define(eq=False, repr=False)
class Read(Value):
    """Read the next bytes of the answer, at most *limit*; the reply is a `Chunk`. *timeout* is in seconds."""

    limit: int = 65536
    timeout: float | None = None


@define(eq=False, repr=False)
class Wait(Value):
    """Let *seconds* pass; the reply is the clock after that."""

    seconds: float


@define(eq=False, repr=False)
class Emit(Value):
    """Hand *events*, in order, to whoever iterates the stream; the reply is None."""

    events: Sequence[Any]


@define(eq=False, repr=False)
class Run(Value):
    """Call *function*, which may block; the reply is what it returns.

    The async driver calls it in a thread, and awaits what comes back where that is awaitable.
    """

    function: Callable[[], Any]


@define(eq=False, repr=False)
class RunAll(Value):
    """Call *functions*, which know nothing of each other; the reply is what they return, in their order.

    Where one raises, its exception stands in the place of a result. The blocking driver calls them one after the other,
    the async driver at the same time.
    """

    functions: Sequence[Callable[[], Any]]


T = TypeVar("T")
Command: TypeAlias = Send | Read | Wait | Emit | Run | RunAll
Flow: TypeAlias = Generator[Command, Any, T]
