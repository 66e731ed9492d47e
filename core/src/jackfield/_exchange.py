"""One call, without I/O: from the spec to the entity, as a generator that yields commands.

Rule 1: nothing here opens, reads, sleeps or reads a clock; it yields a command or calls a pure hook.
Rule 2: every way out passes through Trace.
Rule 3: once a good answer has begun nothing is tried again: it may be billed already, and events may be out.
Rule 4: time is dealt with in one place, `_timing`: no other step knows the deadline.

Its steps: `_request` before anything is sent, `_answer` and `_streaming` once a head is there.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from jackfield._answer import refusal, whole
from jackfield._ledger import Ledger
from jackfield._request import of_kind, prepared
from jackfield._timing import in_time
from jackfield.call import CallMeta
from jackfield.errors import JackfieldError, SetupError
from jackfield.http import Flow, HttpHead, HttpRequest, Send
from jackfield.limits import refuse_large_head
from jackfield.operations import Response
from jackfield.retry import retrying
from jackfield.trace import Trace

if TYPE_CHECKING:
    from jackfield._binding import Binding
    from jackfield._fetching import Then
    from jackfield._options import Options
    from jackfield.call import AnswerFacts, Attempt, Call
    from jackfield.contract import Proceed


def exchange(call: Call, binding: Binding, options: Options, then: Then | None = None) -> Flow[Any]:
    """Return the flow of one call; its result is the response entity, for a stream the fold of its events.

    Everything before its first command is checking and encoding: an error there means that nothing was sent.

    Args:
        call: What is asked.
        binding: The provider's hooks.
        options: What the caller set.
        then: What is still to be done before the call is over, within its deadline and its record. It is given the
            response and what fetches a file that the response names; what it returns is the result.
    """
    meta = CallMeta(call.id, call.provider, call.operation.name, call.model)
    ledger = Ledger(meta, started=call.started, now=call.started, deadline=options.deadline)
    with Trace(call, ledger, binding.call_ended) as trace:
        request = prepared(call, binding, options)
        proceed: Proceed = partial(_attempt, call, binding, options, request, ledger)
        proceed = partial(retrying(options.retries, ledger), proceed)
        for around_call in reversed(binding.around_call):
            middleware = around_call(call)
            if middleware is not None:
                proceed = partial(middleware, proceed)
        if then is not None:
            return (yield from in_time(_followed(call, options, request.url, proceed, then, trace, ledger), ledger))
        response = yield from in_time(proceed(), ledger)
        trace.response = response
    if isinstance(response, Response):
        response.meta = meta
    return response


def _followed(
    call: Call, options: Options, endpoint: str, proceed: Proceed, then: Then, trace: Trace, ledger: Ledger
) -> Flow[Any]:
    """Make the call, and do what comes after it. The story is on the response before it ends."""
    from jackfield._fetching import fetched  # noqa: PLC0415 - 2 ms for those whose answers name files

    trace.response = response = yield from proceed()
    response.meta = ledger.meta
    return (yield from then(response, partial(fetched, call, options, ledger, endpoint)))


def _attempt(
    call: Call,
    binding: Binding,
    options: Options,
    prepared: HttpRequest,
    ledger: Ledger,
) -> Flow[Any]:
    """Send the request once (twice, where new credentials are to be had after a 401) and read the answer."""
    attempt = ledger.begin()
    try:
        authorized = yield from _authorized(call, binding, prepared, None)
        request = _finished(call, binding, authorized)
        head, facts = yield from _sent(call, binding, options, request, ledger)
        if head.status == 401:  # noqa: PLR2004
            renewed = yield from _authorized(call, binding, prepared, head)
            if renewed.headers not in (authorized.headers, prepared.headers):  # there is something else to try
                _note(attempt, "AuthenticationError", "the credentials were refused; sent again with new ones")
                attempt, request = ledger.begin(), _finished(call, binding, renewed)
                head, facts = yield from _sent(call, binding, options, request, ledger)
        if not 200 <= head.status < 300:  # noqa: PLR2004
            raise (yield from refusal(call, binding, options, request, head, facts))
        if call.streaming and call.operation.fold is not None:
            from jackfield._streaming import streamed  # noqa: PLC0415 - most programs that start ask for whole answers

            return (yield from streamed(call, binding, options, request, head, ledger, call.operation.fold()))
        return (yield from whole(call, binding, options, request, head))
    except JackfieldError as error:
        _note(attempt, type(error).__name__, error.message)
        if error.request_id is None:
            error.request_id = ledger.meta.request_id
        raise


def _note(attempt: Attempt, error: str, why: str) -> None:
    attempt.error, attempt.why = error, why


def _authorized(call: Call, binding: Binding, request: HttpRequest, refused: HttpHead | None) -> Flow[HttpRequest]:
    """Return the request with credentials. Whatever a foreign credential raises is an error of ours, with its cause."""
    try:
        authorized = binding.authorize(call, request, refused)
        if isinstance(authorized, Generator):
            authorized = yield from authorized
    except JackfieldError:
        raise
    except Exception as error:
        raise SetupError(
            f"the credentials of provider {call.provider!r} are not to be had: {type(error).__name__} (its text is in "
            f"the error's __cause__)"
        ) from error
    return of_kind(HttpRequest, authorized, call, "authorize")


def _finished(call: Call, binding: Binding, request: HttpRequest) -> HttpRequest:
    for finish in binding.finish_request:
        request = finish(call, request)
    return request


def _sent(
    call: Call, binding: Binding, options: Options, request: HttpRequest, ledger: Ledger
) -> Flow[tuple[HttpHead, AnswerFacts | None]]:
    head = yield Send(request, options.timeout)
    refuse_large_head(head.headers, call.limits)
    told = "\n".join(head.headers.values())
    if request.scrub(told) != told:  # an echo server, or a gateway that shows what it was sent
        head.headers = {name: request.scrub(value) for name, value in head.headers.items()}
    facts = binding.read_head(call, head) if binding.read_head is not None else None
    ledger.answered(head, facts)
    return head, facts
