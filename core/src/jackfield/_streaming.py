"""An answer that is read event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield._answer import complete
from jackfield._scrub import Scrubber
from jackfield.errors import AnswerError, JackfieldError, ReadError, StreamInterruptedError, TransportError
from jackfield.http import Chunk, Emit, Flow, HttpHead, HttpRequest, Read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jackfield._binding import Binding
    from jackfield._ledger import Ledger
    from jackfield._options import Options
    from jackfield.call import Call
    from jackfield.contract import Decoder
    from jackfield.operations import Fold

LIMIT = 16 * 1024
"""How many bytes are read at once. The events of one read live together, and Python's collector looks through all that
live: with 256 KiB a stream takes a tenth more."""
DRAIN_SECONDS = 0.5
"""How long to wait for the body's end after the end marker, so that the connection can be kept."""
LINGER_SECONDS = 15.0
"""How long to wait for more of an answer that is complete (usage, a late filter), but whose end is not marked."""


def streamed(
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
        yield from _heard(decoder, Scrubber(request), options, ledger, fold)
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


def _heard(decoder: Decoder, scrubber: Scrubber, options: Options, ledger: Ledger, fold: Fold[Any, Any]) -> Flow[None]:
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
        events = decoder.feed(scrubber.feed(chunk.data))
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
    if (held := scrubber.close()) and (events := decoder.feed(held)):
        yield from _emitted(events, ledger, fold)
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
        error.transient = error.transient and isinstance(error, AnswerError)  # rule 3 of `_exchange`
    else:
        interrupted = StreamInterruptedError(
            f"the stream broke off after {ledger.events} events: {error.message}",
            events=ledger.events,
            partial=fold.result() if ledger.events else None,
            last_event=ledger.last_event,
            code=error.code,
        )
        interrupted.__cause__ = error
    complete(interrupted, request, head)
    return interrupted
