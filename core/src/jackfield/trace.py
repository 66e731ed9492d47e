"""One record per call, and one log line.

Rule 1: whichever way a call ends, exactly one of `call.finished`, `call.failed`, `call.abandoned` is written.
Rule 2: no prompts, no answers, no headers, no URLs, no secrets: flat facts with numbers rounded. What was asked and
answered is added to the line, and to nothing else, where `JACKFIELD_LOG_CONTENT` is set to `1`.
Rule 3: silent unless the application has configured structlog or `JACKFIELD_LOG` is set; structlog is not imported
before that, and its configuration is never touched.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from jackfield._settings import environment
from jackfield._values import FrozenValue
from jackfield.errors import JackfieldError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from jackfield._ledger import Ledger
    from jackfield.call import Call

CONTENT = "JACKFIELD_LOG_CONTENT"
_YES = frozenset({"1", "true", "yes", "on"})
_LONGEST = 2000
"""How many characters of a prompt or an answer are written."""
_ASKED = ("messages", "prompt", "input")
"""Where a request has what it asks, by operation."""
LEVELS = ("debug", "info", "warning", "error")


@frozen(kw_only=True, eq=False, repr=False)
class CallRecord(FrozenValue):
    """How one call went.

    Attributes:
        outcome: `finished`, `failed`, or `abandoned` (the caller left before the end).
        call_id: Unique per call.
        provider: Who was asked.
        operation: The operation's name.
        model: The model asked for, or None.
        streaming: Whether the answer came event by event.
        sends: How many requests were sent; above one means retries.
        events: How many events were handed on.
        status: The last answer's HTTP status, or None.
        request_id: The provider's id of the last answer, or None.
        seconds: From the call to its end.
        input_tokens: As the answer says, or None.
        output_tokens: As the answer says, or None.
        error: The class name of the error, or None.
    """

    outcome: str
    call_id: str
    provider: str
    operation: str
    model: str | None
    streaming: bool
    sends: int
    events: int
    status: int | None
    request_id: str | None
    seconds: float
    input_tokens: int | None = None
    output_tokens: int | None = None
    error: str | None = None


class Trace:
    """Watches one call from its first step to its last; the outermost thing in the exchange."""

    __slots__ = ("_call", "_ledger", "_listeners", "response")

    def __init__(self, call: Call, ledger: Ledger, listeners: Sequence[Callable[[CallRecord], object]]) -> None:
        self._call = call
        self._ledger = ledger
        self._listeners = listeners
        self.response: Any = None

    def __enter__(self) -> Self:
        """Nothing is written at the start."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Close the story of the call, hand its record on, and write it where a log is wanted."""
        ledger = self._ledger
        ledger.meta.seconds = max(0.0, ledger.now - self._call.started)
        if isinstance(error, JackfieldError) and error.meta is None:
            error.meta = ledger.meta
        if not self._listeners and not is_wanted():
            return
        record = self._record(kind)
        if is_wanted():  # first: a listener that raises does not cost the log its line
            _write(record, _content(self._call.request, self.response))
        for listener in self._listeners:
            listener(record)

    def _record(self, kind: type[BaseException] | None) -> CallRecord:
        call, ledger = self._call, self._ledger
        outcome = "finished" if kind is None else "failed" if issubclass(kind, Exception) else "abandoned"
        usage = getattr(self.response, "usage", None)
        return CallRecord(
            outcome=outcome,
            call_id=call.id,
            provider=call.provider,
            operation=call.operation.name,
            model=call.model,
            streaming=call.streaming,
            sends=ledger.meta.sends,
            events=ledger.events,
            status=ledger.meta.attempts[-1].status if ledger.meta.attempts else None,
            request_id=ledger.meta.request_id,
            seconds=round(ledger.meta.seconds, 3),
            input_tokens=getattr(usage, "prompt_tokens", getattr(usage, "input_tokens", None)),
            output_tokens=getattr(usage, "completion_tokens", getattr(usage, "output_tokens", None)),
            error=kind.__name__ if kind is not None and outcome == "failed" else None,
        )


def is_wanted() -> bool:
    """Tell whether anybody reads the log: an application that configured structlog, or `JACKFIELD_LOG`."""
    structlog = sys.modules.get("structlog")
    return (structlog is not None and structlog.is_configured()) or environment("JACKFIELD_LOG") is not None


def _content(request: Any, response: Any) -> dict[str, str]:
    """Return what was asked and answered, where somebody wants to read it; of a conversation the last message."""
    if (environment(CONTENT) or "").lower() not in _YES:
        return {}
    asked = next((value for name in _ASKED if (value := getattr(request, name, None)) is not None), request)
    if asked and not isinstance(asked, str) and hasattr(request, "messages"):
        asked = asked[-1].content
    told = {"prompt": asked, "answer": getattr(response, "text", None)}
    return {name: str(value)[:_LONGEST] for name, value in told.items() if value is not None}


def _write(record: CallRecord, content: dict[str, str]) -> None:
    facts = {name: value for name, value in asdict(record).items() if value is not None}
    facts.update(content)
    outcome = facts.pop("outcome")
    level = "warning" if outcome == "failed" else "info"
    getattr(_logger(), level)(f"call.{outcome}", **facts)


def _logger() -> Any:
    """Return the application's logger, or one of our own to standard error."""
    import structlog  # here: one of the largest imports in the tree, and most programs never log

    if structlog.is_configured():
        return structlog.get_logger("jackfield")
    wanted = (environment("JACKFIELD_LOG") or "info").lower()
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(wanted if wanted in LEVELS else "info"),
        context_class=dict,
        cache_logger_on_first_use=False,
    )
