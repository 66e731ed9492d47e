"""Coverage-guided fuzzing by atheris: never an exception that is not ours, never a hang.

    python tests/faults/fuzz.py splitter|decoder|refusal|endpoint|answer [atheris's own arguments]

`splitter` the event-stream splitter and every cut of its bytes, `decoder` the stream decoder and whole answers,
`refusal` error documents and headers, `endpoint` the URL normalisers, `answer` what HTTP is received, in every cut.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["jackfield", "jackfield_openai_wire", "jackfield_azure_common"]):
    from jackfield.convert import loads
    from jackfield.errors import JackfieldError
    from jackfield.operations.chat import CHAT, ChatResponse
    from jackfield.operations.embeddings import EMBEDDINGS
    from jackfield.plugin import HttpHead
    from jackfield.sse import SseSplitter
    from jackfield.testing import a_call
    from jackfield.transports.http1 import (
        Answer,
        CutOffError,
        HeadTooLargeError,
        NotHttpError,
        UnpackingError,
    )
    from jackfield_azure_common import parse
    from jackfield_openai_wire import OpenAIWire, base_url

WIRE = OpenAIWire()
CHATTING = a_call(CHAT, streaming=True)
EMBEDDING = a_call(EMBEDDINGS)
GOOD = HttpHead(200, {"content-type": "text/event-stream"})
BEGINNINGS = (
    b"",
    b"HTTP/1.1 ",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: ",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-encoding: gzip\r\n\r\n",
)
"""What random bytes hardly ever begin with."""


def splitter(data: bytes) -> None:
    """Any cut gives the same events."""
    body, at = data[1:], data[0] if data else 0
    whole = SseSplitter()
    events = whole.feed(body) + whole.close()
    cut = SseSplitter()
    at = min(at, len(body))
    again = cut.feed(body[:at]) + cut.feed(body[at:]) + cut.close()
    if events != again:
        raise AssertionError(f"cut at {at}: {events} is not {again}")


def decoder(data: bytes) -> None:
    """A stream and a whole answer end in entities or in an error of ours."""
    decoding = WIRE.open_stream(CHATTING, GOOD)
    events = []
    with suppress(JackfieldError):
        events += decoding.feed(b"data: " + data)
        events += decoding.close()
    response = ChatResponse.from_events(events)
    repr(response)
    _ = (response.text, response.filter_report)
    for call in (CHATTING, EMBEDDING):
        with suppress(JackfieldError):
            WIRE.decode_response(call, GOOD, data)


def refusal(data: bytes) -> None:
    """Every document is an error with a class."""
    first, _, body = data.partition(b"\n")
    text = first.decode("latin-1")
    headers = dict.fromkeys(("retry-after", "retry-after-ms", "x-ratelimit-reset-tokens", "date"), text)
    for status in (400, 429, 503):
        head = HttpHead(status, headers)
        WIRE.read_head(head)
        error = WIRE.decode_error(CHATTING, head, body)
        if not isinstance(error, JackfieldError):
            raise AssertionError(f"{error!r} is no error")  # noqa: TRY004 - a finding, not an argument
    with suppress(ValueError, JackfieldError):
        loads(body)


def endpoint(data: bytes) -> None:
    """What is pasted is an address, or a ValueError that says so; what was normalised is normal."""
    # Random bytes hardly ever begin an address: half of them are given a beginning.
    beginning = "https://h.openai.azure.com/" if data[:1] < b"\x80" else ""
    text = beginning + data[1:].decode("utf-8", "replace")
    try:
        base = base_url(text)
    except ValueError:
        pass
    else:
        if base_url(base) != base:
            raise AssertionError(f"{base!r} is not normal")
    try:
        target = parse(text)
    except ValueError:
        return
    again = parse(f"{target.root}/v1" if "v1" == target.surface else target.root)
    if (again.root, again.surface) != (target.root, target.surface):
        raise AssertionError(f"{text!r} is {target}, and that is {again}")


def answer(data: bytes) -> None:
    """Any cut and any limits give the same answer, or the same one of four errors; no step goes on for ever."""
    beginning, size, limit = (*data[:3], *bytes(3))[:3]
    whole = BEGINNINGS[beginning % len(BEGINNINGS)] + data[3:]
    pieces = [whole[place : place + size + 1] for place in range(0, len(whole), size + 1)]
    at_once, cut = _told([whole], 2**20), _told(pieces, limit + 1)
    if cut[0] != at_once[0]:
        raise AssertionError(f"by {size + 1}: {cut[0]} is not {at_once[0]}")
    shorter, longer = sorted((at_once[1], cut[1]), key=len)
    unpacking = UnpackingError in at_once[0]  # zlib gives what is before a fault, or not
    if not (longer.startswith(shorter) if unpacking else longer == shorter):
        raise AssertionError(f"by {size + 1}: {cut[1]!r} is not {at_once[1]!r}")


def _told(pieces: list[bytes], limit: int) -> tuple[tuple[object, ...], bytes]:
    """Return what became of an answer, and its body."""
    told, body, kind = Answer(), b"", None
    most = 2000 * sum(map(len, pieces)) + 10  # deflate makes a thousand bytes of one
    try:
        for piece in filter(None, pieces):
            if not told.ended:
                told.feed(piece)
            while told.head is not None and (taken := told.take(limit)):
                if len(taken) > limit:
                    raise AssertionError(f"{len(taken)} bytes, and {limit} were asked for")
                body += taken
                if len(body) > most:
                    raise AssertionError("there is no end to its body")
        if not told.ended:
            told.feed(b"")
            told.take(limit)
    except (CutOffError, HeadTooLargeError, NotHttpError, UnpackingError) as error:
        kind = type(error)
    if told.ended == (kind is not None):
        raise AssertionError(f"ended: {told.ended}, {kind}")
    head = None if told.head is None else (told.head.status, dict(told.head.headers))
    return (head, told.ended, kind), body


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (splitter, decoder, refusal, endpoint, answer)
}

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()
