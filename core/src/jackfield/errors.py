"""Everything that can go wrong, split by who must act.

JackfieldError                    the root; catches every error of ours
├── SetupError                    raised before any I/O: your arguments, configuration or installation
│   ├── ProviderNotFoundError     nothing installed has that name
│   ├── ProviderConflictError     two packages, or two parts, claim one name or one hook
│   ├── IncompleteProviderError   a provider lacks a hook, misspells one, or was built for other hooks
│   ├── SettingsError             settings missing, unknown or wrong: all problems at once
│   │   └── ConfigurationError    a named configuration, or the file it is in, cannot be used
│   ├── InvalidRequestError       request fields missing or out of range: all problems at once
│   └── UnsupportedOperationError this provider cannot do that operation
├── TransportError                the network; transient unless it says otherwise
│   ├── ConnectError              nothing was sent: always safe to try again
│   ├── ReadError                 something may have been processed
│   └── DeadlineError             the time given to the whole call is used up
├── AnswerError                   the provider answered, and the answer is no
│   ├── AuthenticationError       401, 403
│   ├── RateLimitError            429
│   ├── RejectedError             every other 4xx, and a redirect
│   │   └── ContentFilteredError  a content filter stopped the prompt or the answer
│   └── UnavailableError          408, 409 and 5xx
├── DecodeError                   the provider's answer does not fit what was asked
│   ├── LimitExceededError        it is larger than the client's `limits` allow
│   └── AnswerMismatchError       the model's words do not make up the object that was asked for
├── StreamInterruptedError        a stream ended before it was complete; carries what came
├── RefusalError                  the model refuses
└── ToolError                     a tool of yours failed, is yours to call, or is called without end

Messages are in lower case, without a full stop, and never contain a secret. Every class survives pickling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jackfield.call import CallMeta
    from jackfield.operations.filters import FilterReport

Raised = TypeVar("Raised", bound=BaseException)


class JackfieldError(Exception):
    """The root of all errors of this project.

    Attributes:
        slug: The class's stable name, for logs and for `jackfield explain`.
        message: What went wrong and what to do next.
        transient: Whether the same call may succeed when tried again.
        meta: The story of the call (attempts, ids, timing), where there was one.
        status: The HTTP status of the answer, or None where there was no answer.
        code: The provider's own word for the failure, as it came, or None.
        request_id: The id under which the provider's support finds the request, or None.
        partial: What came of the answer, as the response entity, or None.
    """

    slug: ClassVar[str] = "jackfield"

    transient: bool = False
    partial: Any = None

    def __init__(
        self,
        message: str = "",
        *,
        transient: bool | None = None,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        meta: CallMeta | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        if transient is not None:
            self.transient = transient
        self.status = status
        self.code = code
        self.request_id = request_id
        self.meta = meta


class SetupError(JackfieldError):
    """Your arguments, configuration or installation; raised before any I/O."""

    slug: ClassVar[str] = "setup"


class ProblemsError(SetupError):
    """Several problems in one error.

    Attributes:
        problems: One sentence a problem, each opening with the field's name.
    """

    def __init__(self, message: str = "", *, problems: Sequence[str] = (), **facts: Any) -> None:
        super().__init__(message, **facts)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """The message, and each problem on a line of its own."""
        if 1 == len(self.problems):
            return f"{self.message}: {self.problems[0]}"
        return "\n  - ".join([f"{self.message}:" if self.problems else self.message, *self.problems])


class ProviderNotFoundError(SetupError):
    """Nothing installed has that name.

    Attributes:
        name: The name that was asked for.
        installed: The names that are installed.
    """

    slug: ClassVar[str] = "provider-not-found"

    def __init__(self, message: str = "", *, name: str = "", installed: Sequence[str] = (), **facts: Any) -> None:
        super().__init__(message, **facts)
        self.name = name
        self.installed = tuple(installed)


class ProviderConflictError(SetupError):
    """Two packages claim one name, or two parts claim one hook.

    Attributes:
        claimants: Who claims it.
    """

    slug: ClassVar[str] = "provider-conflict"

    def __init__(self, message: str = "", *, claimants: Sequence[str] = (), **facts: Any) -> None:
        super().__init__(message, **facts)
        self.claimants = tuple(claimants)


class IncompleteProviderError(SetupError):
    """A provider or plugin does not fit the hooks: one missing, misspelt, or of another version."""

    slug: ClassVar[str] = "incomplete-provider"


class SettingsError(ProblemsError):
    """Settings are missing, unknown or wrong; all problems at once."""

    slug: ClassVar[str] = "settings"


class ConfigurationError(SettingsError):
    """A named configuration, or the file it is in, cannot be used."""

    slug: ClassVar[str] = "configuration"


class InvalidRequestError(ProblemsError):
    """A request's fields are missing or out of range; all problems at once."""

    slug: ClassVar[str] = "invalid-request"


class UnsupportedOperationError(SetupError):
    """This provider cannot do that operation."""

    slug: ClassVar[str] = "unsupported-operation"


class TransportError(JackfieldError):
    """The network failed.

    Attributes:
        at: The driver's monotonic clock, in seconds, when the failure was seen.
        stale: A kept-alive connection died before the first byte of the answer: safe to send again at once.
    """

    slug: ClassVar[str] = "transport"

    transient = True

    def __init__(self, message: str = "", *, at: float | None = None, stale: bool = False, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.at = at
        self.stale = stale


class ConnectError(TransportError):
    """No connection: nothing was sent, so it is always safe to try again."""

    slug: ClassVar[str] = "connect"


class ReadError(TransportError):
    """The connection failed after something was sent: the provider may have processed the request."""

    slug: ClassVar[str] = "read"


class DeadlineError(TransportError):
    """The time given to the whole call is used up."""

    slug: ClassVar[str] = "deadline"

    transient = False


class AnswerError(JackfieldError):
    """The provider answered, and the answer is no.

    Attributes:
        body: The answer's body as text, credentials scrubbed, at most 64 KiB of it.
        type: The provider's class of the failure, as it came, or None.
        param: The request's field that the provider complains about, or None.
        retry_after: How long the provider asks to wait, in seconds, or None.
        details: Whatever the provider says beyond that, decoded, or None.
        final: No hint of the provider's makes it worth trying again: a quota that is used up, for instance.
    """

    slug: ClassVar[str] = "answer"

    final: bool = False

    def __init__(
        self,
        message: str = "",
        *,
        body: str = "",
        type: str | None = None,  # noqa: A002 - the field's name on every wire
        param: str | None = None,
        retry_after: float | None = None,
        details: Any = None,
        **facts: Any,
    ) -> None:
        super().__init__(message, **facts)
        self.body = body
        self.type = type
        self.param = param
        self.retry_after = retry_after
        self.details = details


class AuthenticationError(AnswerError):
    """401 or 403: the credentials are missing, wrong, expired or not enough."""

    slug: ClassVar[str] = "authentication"


class RateLimitError(AnswerError):
    """429: too much, too fast, or no quota left (`transient` tells which).

    Attributes:
        reason: What there was too much of, where the answer tells: `requests` or `tokens` for the time being, `quota`
            that is used up, `size` of this one request, or `capacity` that the provider itself lacks; else None.
    """

    slug: ClassVar[str] = "rate-limit"

    transient = True

    def __init__(self, message: str = "", *, reason: str | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.reason = reason


class RejectedError(AnswerError):
    """The request itself is refused: every 4xx that is not of another class, and redirects, which are not followed."""

    slug: ClassVar[str] = "rejected"


class ContentFilteredError(RejectedError):
    """A content filter stopped the prompt or the answer.

    Attributes:
        report: What it found, and where (`FilterReport`), or None where it does not say.
        partial: What came of the answer, as the response entity; None where the prompt was stopped.
    """

    slug: ClassVar[str] = "content-filtered"

    final = True

    def __init__(
        self, message: str = "", *, report: FilterReport | None = None, partial: Any = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.report = report
        self.partial = partial


class UnavailableError(AnswerError):
    """408, 409 or 5xx: the provider cannot answer now."""

    slug: ClassVar[str] = "unavailable"

    transient = True


class DecodeError(JackfieldError):
    """The provider's answer does not fit what was asked.

    Attributes:
        problems: What does not fit, each with its path, such as `required field missing @ $.choices`.
        body: The beginning of the answer as text, credentials scrubbed.
    """

    slug: ClassVar[str] = "decode"

    def __init__(self, message: str = "", *, problems: Sequence[str] = (), body: str = "", **facts: Any) -> None:
        super().__init__(message, **facts)
        self.problems = tuple(problems)
        self.body = body


class LimitExceededError(DecodeError):
    """An answer is larger than allowed; nothing more of it was read.

    Attributes:
        limit: Which of the client's `limits`: `body`, `decompressed`, `event`, `headers` or `depth`.
        allowed: How much it allows: bytes, for `depth` levels.
    """

    slug: ClassVar[str] = "limit-exceeded"

    def __init__(self, message: str = "", *, limit: str = "", allowed: int = 0, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.limit = limit
        self.allowed = allowed


class AnswerMismatchError(DecodeError):
    """The model's words do not make up the object that was asked for.

    Attributes:
        text: What the model said, whole.
        partial: The answer, as the response entity.
    """

    slug: ClassVar[str] = "answer-mismatch"

    def __init__(self, message: str = "", *, text: str = "", partial: Any = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.text = text
        self.partial = partial


class StreamInterruptedError(JackfieldError):
    """A stream ended before it was complete. Never transient: a half-delivered answer is not asked for again.

    Attributes:
        events: How many events came.
        partial: What came, folded into the operation's response entity, or None where nothing came.
        last_event: The last event that came, or None.
    """

    slug: ClassVar[str] = "stream-interrupted"

    def __init__(
        self, message: str = "", *, events: int = 0, partial: Any = None, last_event: Any = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.events = events
        self.partial = partial
        self.last_event = last_event


class RefusalError(JackfieldError):
    """The model refuses.

    Attributes:
        refusal: Its words.
        partial: The answer, as the response entity.
    """

    slug: ClassVar[str] = "refusal"

    def __init__(self, message: str = "", *, refusal: str = "", partial: Any = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.refusal = refusal
        self.partial = partial


class ToolError(JackfieldError):
    """A tool of yours failed and its error was to be raised, or calls have no end, or they are yours to make.

    Attributes:
        tool: The tool's name; empty where there were too many rounds.
        arguments: What the model called it with, as it wrote it.
        partial: The answer that asked for the call, as the response entity.
    """

    slug: ClassVar[str] = "tool"

    def __init__(
        self, message: str = "", *, tool: str = "", arguments: str = "", partial: Any = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.tool = tool
        self.arguments = arguments
        self.partial = partial


_BY_STATUS: dict[int, type[AnswerError]] = {
    401: AuthenticationError,
    403: AuthenticationError,
    408: UnavailableError,
    409: UnavailableError,
    429: RateLimitError,
}


def error_class(status: int) -> type[AnswerError]:
    """Return the class for an answer of *status* (not 2xx), where nothing else is known of it."""
    return _BY_STATUS.get(status) or (UnavailableError if status >= 500 else RejectedError)  # noqa: PLR2004


def without_frames(error: Raised) -> Raised:
    """Return *error* and what led to it without their frames: those hold what the caller passed, and what was sent."""
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error
