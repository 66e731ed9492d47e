"""One call, without I/O: from the spec to the entity, as a generator that yields commands.

Rule 1: nothing here opens, reads, sleeps or reads a clock; it yields a command or calls a pure hook.
Rule 2: every way out passes through Trace.
Rule 3: once a good answer has begun nothing is tried again: it may be billed already, and events may be out.
Rule 4: time is dealt with in one place, `_in_time`: no other step knows the deadline.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve, field, frozen

from jackfield._ledger import Ledger
from jackfield._scrub import scrub
from jackfield.call import CallMeta, Payload
from jackfield.errors import (
    AnswerError,
    IncompleteProviderError,
    JackfieldError,
    ReadError,
    SetupError,
    StreamInterruptedError,
    TransportError,
    error_class,
)
from jackfield.http import (
    Chunk,
    Command,
    Emit,
    Flow,
    Header,
    HttpHead,
    HttpRequest,
    Read,
    Send,
    Wait,
    fits_header,
)
from jackfield.operations import Response
from jackfield.retry import Retries, retrying
from jackfield.secret import Secret
from jackfield.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jackfield._binding import Binding
    from jackfield.call import AnswerFacts, Attempt, Call
    from jackfield.contract import Decoder, Proceed
    from jackfield.operations import Fold

T = TypeVar("T")

USER_AGENT = "jackfield"
LIMIT = 65536
ERROR_BODY_LIMIT = 65536
"""How much of a refusal's body is kept, in bytes."""
DRAIN_SECONDS = 0.5
"""How long to wait for the body's end after the end marker, so that the connection can be kept."""
LINGER_SECONDS = 15.0
"""How long to wait for more of an answer that is complete (usage, a late filter), but whose end is not marked."""


@frozen(kw_only=True)
class Options:
    """What a caller may set for a client or for one call.

    Attributes:
        timeout: Seconds of silence that are borne, for the head and between two events; None for no limit.
        deadline: Seconds for the whole call, retries and all; None for no limit.
        retries: How failures are tried again.
        headers: More headers; they win over the provider's.
        allow_plain_http: Whether credentials may go over plain http to hosts that are not this one.
    """

    timeout: float | None = 300.0
    deadline: float | None = 900.0
    retries: Retries = field(factory=Retries)
    headers: Mapping[str, Secret] = field(factory=dict)
    allow_plain_http: bool = False


def exchange(call: Call, binding: Binding, options: Options) -> Flow[Any]:
    """Return the flow of one call; its result is the response entity, for a stream the fold of its events.

    Everything before its first command is checking and encoding: an error there means that nothing was sent.
    """
    meta = CallMeta(call.id, call.provider, call.operation.name, call.model)
    ledger = Ledger(meta, started=call.started, now=call.started, deadline=options.deadline)
    with Trace(call, ledger, binding.call_ended) as trace:
        request = _request(call, binding, options)
        proceed: Proceed = partial(_attempt, call, binding, options, request, ledger)
        proceed = partial(retrying(options.retries, ledger), proceed)
        for around_call in reversed(binding.around_call):
            middleware = around_call(call)
            if middleware is not None:
                proceed = partial(middleware, proceed)
        response = yield from _in_time(proceed(), ledger)
        trace.response = response
    if isinstance(response, Response):
        response.meta = meta
    return response


# Before anything is sent ---------------------------------------------------------------------------------------------


def _request(call: Call, binding: Binding, options: Options) -> HttpRequest:
    """Build the request, but for its credentials."""
    url = _of_kind(str, binding.build_url(call), call, "build_url")
    if url[:5].lower() == "http:" and not options.allow_plain_http:
        _refuse_plain(url)
    payload = _of_kind(Payload, binding.encode_request(call), call, "encode_request")
    headers: dict[str, Header] = {
        "user-agent": USER_AGENT,
        "accept": "text/event-stream" if call.streaming else "application/json",
        # A compressed stream would be held back until a block is full.
        "accept-encoding": "identity" if call.streaming else "gzip",
    }
    if payload.content_type is not None:
        headers["content-type"] = payload.content_type
    if binding.request_headers:
        headers |= _contributed(call, binding)
    for name, value in options.headers.items():
        headers[name] = value.bound_to(url)
    return HttpRequest(call.operation.method, url, headers, payload.body, call.streaming)


def _of_kind(kind: type[T], given: Any, call: Call, hook: str) -> T:
    """Return what a hook gave, where it is what the hook is to give."""
    if not isinstance(given, kind):
        raise IncompleteProviderError(
            f"{hook} of provider {call.provider!r} must return {kind.__name__}, but returned {type(given).__name__}"
        )
    return given


def _refuse_plain(url: str) -> None:
    from ipaddress import ip_address  # noqa: PLC0415 - plain http is the exception
    from urllib.parse import urlsplit  # noqa: PLC0415

    host = urlsplit(url).hostname or ""
    try:
        here = host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name; one that begins with 127. is still a name
        here = False
    if not here:
        raise SetupError(
            f"the endpoint {host!r} is reached by plain http: prompts and credentials would be readable on the way; "
            f"use https, or pass allow_plain_http=True"
        )


def _contributed(call: Call, binding: Binding) -> dict[str, Header]:
    """Gather the headers of parts and plugins; two values for one name are an error."""
    headers: dict[str, Header] = {}
    for contribute in binding.request_headers:
        for name, value in (contribute(call) or {}).items():
            if not fits_header(name, value):
                raise SetupError(f"the header {name!r} has characters that cannot stand in a header; correct its value")
            before = headers.setdefault(name.lower(), value)
            if before != value:
                raise SetupError(f"two parts give different values for the header {name!r}: {before!r} and {value!r}")
    return headers


# One attempt ---------------------------------------------------------------------------------------------------------


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
            raise (yield from _refusal(call, binding, options, request, head, facts))
        if call.streaming and call.operation.fold is not None:
            return (yield from _streamed(call, binding, options, request, head, ledger, call.operation.fold()))
        return (yield from _whole(call, binding, options, request, head))
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
    return _of_kind(HttpRequest, authorized, call, "authorize")


def _finished(call: Call, binding: Binding, request: HttpRequest) -> HttpRequest:
    for finish in binding.finish_request:
        request = finish(call, request)
    return request


def _sent(
    call: Call, binding: Binding, options: Options, request: HttpRequest, ledger: Ledger
) -> Flow[tuple[HttpHead, AnswerFacts | None]]:
    head = yield Send(request, options.timeout)
    told = "\n".join(head.headers.values())
    if request.scrub(told) != told:  # an echo server, or a gateway that shows what it was sent
        head.headers = {name: request.scrub(value) for name, value in head.headers.items()}
    facts = binding.read_head(call, head) if binding.read_head is not None else None
    ledger.answered(head, facts)
    return head, facts


# The answer ----------------------------------------------------------------------------------------------------------


def _body(options: Options) -> Flow[bytes]:
    """Read the body to its end."""
    chunks = []
    read = Read(LIMIT, options.timeout)
    while data := (yield read).data:
        chunks.append(data)
    return chunks[0] if 1 == len(chunks) else b"".join(chunks)


def _whole(call: Call, binding: Binding, options: Options, request: HttpRequest, head: HttpHead) -> Flow[Any]:
    """Read a plain answer."""
    try:
        body = yield from _body(options)
    except TransportError as error:
        error.transient = False  # rule 3
        error.status = head.status
        raise
    try:
        return binding.decode_response(call, head, body)
    except JackfieldError as error:
        _complete(error, request, head)
        raise


def _refusal(
    call: Call,
    binding: Binding,
    options: Options,
    request: HttpRequest,
    head: HttpHead,
    facts: AnswerFacts | None,
) -> Flow[JackfieldError]:
    """Read the body of an answer that is not 2xx and return the error it means."""
    try:
        body = yield from _body(options)
    except TransportError:
        body = b""  # the status alone says enough
    text = request.scrub(body[:ERROR_BODY_LIMIT].decode("utf-8", "replace"))
    error = binding.decode_error(call, head, text.encode()) if binding.decode_error is not None else None
    if error is None:
        error = error_class(head.status)(f"{call.provider} answered {head.status}: {text[:500].strip() or 'no text'}")
    if 300 <= head.status < 400:  # noqa: PLR2004
        error.message = f"{call.provider} answered with a redirect ({head.status}), not followed; correct endpoint="
    if isinstance(error, AnswerError):
        error.body = error.body or text
    if facts is not None and isinstance(error, AnswerError):
        error.retry_after = error.retry_after if facts.retry_after is None else facts.retry_after
        error.transient = error.transient if facts.should_retry is None else facts.should_retry
    _complete(error, request, head)
    return error


def _complete(error: JackfieldError, request: HttpRequest, head: HttpHead) -> None:
    """Write onto *error* what the head says, and take out any credential that the answer echoed."""
    error.status = head.status if error.status is None else error.status
    scrub(error, request.scrub)


def _streamed(
    call: Call,
    binding: Binding,
    options: Options,
    request: HttpRequest,
    head: HttpHead,
    ledger: Ledger,
    fold: Fold[Any, Any],
) -> Flow[Any]:
    """Read an answer event by event, handing the events on as they come."""
    decoder = binding.decoder(call, head)
    failure: JackfieldError | None = None
    try:
        yield from _heard(decoder, options, ledger, fold)
    except JackfieldError as error:
        if not (decoder.complete and isinstance(error, TransportError)):
            failure = error
    else:
        if not decoder.complete:
            failure = StreamInterruptedError("the stream ended without saying that the answer is complete")
        elif decoder.finished:
            yield from _drained(ledger)
    if failure is not None:
        raise _interrupted(failure, request, head, ledger, fold)
    return fold.result()


def _heard(decoder: Decoder, options: Options, ledger: Ledger, fold: Fold[Any, Any]) -> Flow[None]:
    """Read until the decoder has heard enough. What brings no event does not lengthen the wait for one."""
    timeout = options.timeout
    waiting = Read(LIMIT, timeout)
    lingering = Read(LIMIT, LINGER_SECONDS if timeout is None else min(timeout, LINGER_SECONDS))
    whole = read = waiting
    until: float | None = None  # set while no event comes, only comments or parts of one
    while not decoder.finished:
        try:
            chunk: Chunk = yield read
        except ReadError as error:
            if until is None or (error.at or 0.0) < until:
                raise
            raise _silence(whole) from error
        if not chunk.data:
            break
        events = decoder.feed(chunk.data)
        whole = read = lingering if decoder.complete else waiting
        if events:
            until = None
            yield from _emitted(events, ledger, fold)
        elif whole.timeout is not None:
            # Counted from the first such chunk: what went before may be the caller's own time between two events.
            until = chunk.at + whole.timeout if until is None else until
            if chunk.at >= until:
                raise _silence(whole)
            read = Read(LIMIT, until - chunk.at)
    if events := decoder.close():
        yield from _emitted(events, ledger, fold)


def _silence(read: Read) -> ReadError:
    return ReadError(f"for {read.timeout:g} seconds nothing came but comments, or parts of one event")


def _emitted(events: Sequence[Any], ledger: Ledger, fold: Fold[Any, Any]) -> Flow[None]:
    for event in events:
        fold.add(event)
    ledger.events += len(events)
    ledger.last_event = events[-1]
    yield Emit(events)


def _drained(ledger: Ledger) -> Flow[None]:
    """Read the end of the body, for a moment: a connection read to its end can be used again."""
    until = ledger.now + DRAIN_SECONDS
    try:
        while ledger.now < until and (yield Read(LIMIT, until - ledger.now)).data:
            pass
    except TransportError:
        pass  # the answer is whole; the connection is closed instead of kept


def _interrupted(
    error: JackfieldError, request: HttpRequest, head: HttpHead, ledger: Ledger, fold: Fold[Any, Any]
) -> JackfieldError:
    """Return the error for a stream that broke: *error* itself while nothing was handed on, else one with what came."""
    interrupted = error
    if not ledger.events and not isinstance(error, StreamInterruptedError):
        error.transient = error.transient and isinstance(error, AnswerError)  # rule 3
    else:
        interrupted = StreamInterruptedError(
            f"the stream broke off after {ledger.events} events: {error.message}",
            events=ledger.events,
            partial=fold.result() if ledger.events else None,
            last_event=ledger.last_event,
            code=error.code,
        )
        interrupted.__cause__ = error
    _complete(interrupted, request, head)
    return interrupted


# Time ----------------------------------------------------------------------------------------------------------------


def _in_time(flow: Flow[Any], ledger: Ledger) -> Flow[Any]:
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
