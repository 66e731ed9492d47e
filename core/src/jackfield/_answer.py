"""An answer that is read as a whole: the entity, or the error that it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield._scrub import Scrubber, scrub
from jackfield.errors import AnswerError, JackfieldError, TransportError, error_class
from jackfield.http import Flow, HttpHead, HttpRequest, Read
from jackfield.limits import body_limit, exceeded

if TYPE_CHECKING:
    from jackfield._binding import Binding
    from jackfield._options import Options
    from jackfield.call import AnswerFacts, Call
    from jackfield.limits import Limits

LIMIT = 256 * 1024
"""How many bytes are read at once, at most."""
ERROR_BODY_LIMIT = 65536
"""How much of a refusal's body is kept, in bytes."""


def body_of(head: HttpHead, options: Options, limits: Limits) -> Flow[bytes]:
    """Read the body to its end, or to its limit.

    Raises:
        LimitExceededError: It is larger.
    """
    limit, allowed = body_limit(head.headers, limits)
    # A body that comes as it is has as many bytes as its head says: its end need not be asked for, 8 µs a call.
    as_it_is = limit == "body" and "transfer-encoding" not in head.headers  # beside that a length says nothing
    announced = head.headers.get("content-length") if as_it_is else None
    chunks = []
    size = 0
    read = Read(LIMIT, options.timeout)
    while data := (yield read).data:
        chunks.append(data)
        size += len(data)
        if size > allowed:
            raise exceeded(limit, allowed, f"the answer has more than {allowed:,} bytes")
        if str(size) == announced:
            break
    return chunks[0] if 1 == len(chunks) else b"".join(chunks)


def _beginning(options: Options) -> Flow[bytes]:
    """Read as much of a refusal as an error keeps."""
    body = b""
    read = Read(ERROR_BODY_LIMIT, options.timeout)
    while len(body) < ERROR_BODY_LIMIT and (data := (yield read).data):
        body += data
    return body[:ERROR_BODY_LIMIT]


def whole(call: Call, binding: Binding, options: Options, request: HttpRequest, head: HttpHead) -> Flow[Any]:
    """Read a plain answer."""
    try:
        body = yield from body_of(head, options, call.limits)
        body = Scrubber(request).whole(body)
        return binding.decode_response(call, head, body)
    except TransportError as error:
        error.transient = False  # rule 3 of `_exchange`
        error.status = head.status
        raise
    except JackfieldError as error:
        complete(error, request, head)
        raise


def refusal(
    call: Call,
    binding: Binding,
    options: Options,
    request: HttpRequest,
    head: HttpHead,
    facts: AnswerFacts | None,
) -> Flow[JackfieldError]:
    """Read the body of an answer that is not 2xx and return the error it means."""
    try:
        body = yield from _beginning(options)
    except TransportError:
        body = b""  # the status alone says enough
    text = request.scrub(body.decode("utf-8", "replace"))
    error = binding.decode_error(call, head, text.encode()) if binding.decode_error is not None else None
    if error is None:
        error = error_class(head.status)(f"{call.provider} answered {head.status}: {text[:500].strip() or 'no text'}")
    if 300 <= head.status < 400:  # noqa: PLR2004
        error.message = f"{call.provider} answered with a redirect ({head.status}), not followed; correct endpoint="
    if isinstance(error, AnswerError):
        error.body = error.body or text
    if facts is not None and isinstance(error, AnswerError):
        error.retry_after = error.retry_after if facts.retry_after is None else facts.retry_after
        if facts.should_retry is not None and not error.final:
            error.transient = facts.should_retry
    complete(error, request, head)
    return error


def complete(error: JackfieldError, request: HttpRequest, head: HttpHead) -> None:
    """Write onto *error* what the head says, and take out any credential that the answer echoed."""
    error.status = head.status if error.status is None else error.status
    scrub(error, request.scrub)
