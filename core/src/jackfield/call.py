"""One call: what is asked, and its story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from jackfield._values import FrozenValue, Shown, Value
from jackfield.limits import DEFAULT, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield.operations import Operation


@frozen(eq=False, repr=False)
class Call(Shown):
    """One call of one operation; what every hook is given.

    Attributes:
        id: Unique per call; in the trace and in `meta`.
        provider: The name of the provider that answers it.
        operation: What is asked for.
        request: The operation's request entity, as the caller made it.
        model: The model asked for: the request's, else the client's default for the operation, else None.
        streaming: Whether the answer is wanted event by event.
        started: The driver's monotonic clock, in seconds, when the call began.
        limits: How large the answer may be; decoders keep `event` and `depth`, the exchange the rest.
    """

    id: str
    provider: str
    operation: Operation[Any, Any, Any]
    request: Any = field(repr=False)
    model: str | None = None
    streaming: bool = False
    started: float = 0.0
    limits: Limits = DEFAULT


@frozen(eq=False, repr=False)
class Payload(FrozenValue):
    """A request's body. `None` for no body, as with GET."""

    body: bytes | None = field(default=None, repr=False)
    content_type: str | None = "application/json"


@frozen(eq=False, repr=False)
class RateLimit(FrozenValue):
    """One of the provider's limits, as its headers tell it.

    Attributes:
        limit: How much the window allows, or None.
        remaining: How much of it is left, or None.
        reset_after: Seconds until the window is full again, or None.
    """

    limit: int | None = None
    remaining: int | None = None
    reset_after: float | None = None


@frozen(eq=False, repr=False)
class AnswerFacts(FrozenValue):
    """What a provider's response headers say beside the answer.

    Attributes:
        request_ids: The provider's ids of the request, by header name, the one its support asks for first.
        rate_limits: Its limits by what they count (`requests`, `tokens`).
        retry_after: How long it asks to wait before another attempt, in seconds, or None.
        should_retry: Its own word on whether another attempt makes sense, or None.
    """

    request_ids: Mapping[str, str] = field(factory=dict)
    rate_limits: Mapping[str, RateLimit] = field(factory=dict)
    retry_after: float | None = None
    should_retry: bool | None = None

    @property
    def request_id(self) -> str | None:
        """The id that the provider's support asks for first."""
        return next(iter(self.request_ids.values()), None)


@define(eq=False, repr=False)
class Attempt(Value):
    """One request that was sent, or could not be.

    Attributes:
        at: Seconds since the call began.
        status: The HTTP status, or None where no answer came.
        error: The class name of what went wrong, or None.
        why: What went wrong in words, or None.
        waited: Seconds waited after it, before the next one.
        request_ids: The provider's ids of this attempt.
        fetch: It fetched a file that the answer names, and asked the provider nothing.
    """

    at: float
    status: int | None = None
    error: str | None = None
    why: str | None = None
    waited: float = 0.0
    request_ids: Mapping[str, str] = field(factory=dict)
    fetch: bool = False


@define(eq=False, repr=False)
class CallMeta(Value):
    """The story of one call; on every response, stream and error.

    Attributes:
        call_id: The call's id, as in the trace.
        provider: Who answered.
        operation: The operation's name.
        model: The model asked for, or None.
        attempts: Every request sent, in order.
        request_ids: The provider's ids of the last answer, by header name.
        rate_limits: The provider's limits as the last answer told them.
        headers: The last answer's headers, lower-case names.
        seconds: How long the call took, to the last byte.
    """

    call_id: str
    provider: str
    operation: str
    model: str | None = None
    attempts: list[Attempt] = field(factory=list)
    request_ids: Mapping[str, str] = field(factory=dict)
    rate_limits: Mapping[str, RateLimit] = field(factory=dict)
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    seconds: float = 0.0

    @property
    def sends(self) -> int:
        """How often the provider was asked; above one means that the call was tried again."""
        return sum(not attempt.fetch for attempt in self.attempts)

    @property
    def request_id(self) -> str | None:
        """The id that the provider's support asks for first."""
        return next(iter(self.request_ids.values()), None)
