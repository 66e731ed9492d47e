"""Coverage-guided fuzzing by atheris: never an exception that is not ours, never a hang.

    python tests/faults/fuzz.py splitter|decoder|refusal|endpoint [atheris's own arguments]

`splitter` the event-stream splitter and every cut of its bytes, `decoder` the stream decoder and whole answers,
`refusal` error documents and headers, `endpoint` the URL normalisers.
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
    from jackfield_azure_common import parse
    from jackfield_openai_wire import OpenAIWire, base_url

WIRE = OpenAIWire()
CHATTING = a_call(CHAT, streaming=True)
EMBEDDING = a_call(EMBEDDINGS)
GOOD = HttpHead(200, {"content-type": "text/event-stream"})


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


TARGETS: dict[str, Callable[[bytes], None]] = {each.__name__: each for each in (splitter, decoder, refusal, endpoint)}

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()
