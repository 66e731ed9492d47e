"""Streams that end, stall, or are written in every way that the format allows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jackfield_emulator._json import compact
from jackfield_emulator._plan import End, Pause, Plan, Repeat, Write
from jackfield_emulator._scenarios._spoilt import Given, Scenario, Spoil, error, event

if TYPE_CHECKING:
    from collections.abc import Sequence

_STREAM = ("stream",)
_DONE = b"data: [DONE]\n\n"
_FAILED = event(error("The server had an error while processing your request", "server_error"))
_HALF = b'data: {"id":"chatcmpl-x","choices":[{"index":0,"delta":{"con'
_LONG = 600
"""How often something is repeated that never ends by itself."""


def _after_some(*more: Any) -> Spoil:
    return lambda given: given.streamed([*given.some, *more])


def _rewritten(old: bytes, new: bytes) -> Spoil:
    return lambda given: given.streamed([each.replace(old, new) for each in given.events])


def _crlf(given: Given) -> Plan:
    lines = [each.replace(b"\n", b"\r\n") for each in given.events]
    return given.streamed([b"event: message\r\nid: %d\r\n" % at + each for at, each in enumerate(lines)])


def _comments(given: Given) -> Plan:
    return given.streamed([b": keepalive\n\n" + each.replace(b"data: ", b"data:") for each in given.events])


def _multiline(given: Given) -> Plan:
    return given.streamed([each.replace(b'"choices":', b'\ndata: "choices":\ndata:') for each in given.events])


def _in_bits(events: Sequence[bytes]) -> list[bytes]:
    """Return the events' bytes three by three, which cuts every character of four."""
    content = b"".join(events)
    return [content[at : at + 3] for at in range(0, len(content), 3)]


def _trickle(given: Given) -> Plan:
    return given.streamed(_in_bits([*given.some, *given.events[-2:]]))


def _utf8(given: Given) -> Plan:
    document = json.loads(given.chunk(delta={"content": "na\u00efve \U0001f9a6"}).removeprefix(b"data: "))
    raw = b"data: " + compact(document).encode() + b"\n\n"
    return given.streamed([*given.some, *_in_bits([raw]), *given.events[-2:]])


def _tools(indices: Sequence[int | None]) -> Spoil:
    def spoil(given: Given) -> Plan:
        pieces = []
        for index, (identifier, name, arguments) in zip(
            indices, (("call_1", "f", '{"a":1}'), ("call_2", "g", '{"b":2}')), strict=True
        ):
            where = {} if index is None else {"index": index}
            first = {**where, "id": identifier, "type": "function", "function": {"name": name, "arguments": ""}}
            pieces.append(given.chunk(delta={"tool_calls": [first]}, finish_reason=None))
            for piece in (arguments[:4], arguments[4:]):
                more = {**where, "function": {"arguments": piece}}
                pieces.append(given.chunk(delta={"tool_calls": [more]}, finish_reason=None))
        return given.streamed([*pieces, given.chunk(delta={}, finish_reason="tool_calls"), _DONE])

    return spoil


def _stream(name: str, does: str, spoil: Spoil) -> Scenario:
    return Scenario(name, does, spoil, _STREAM)


SCENARIOS = (
    _stream("stream-clean-end", "the body ends well after some text, without finish_reason and [DONE]", _after_some()),
    _stream("stream-cut", "the connection ends in the middle of an event", _after_some(_HALF, End())),
    _stream("stream-reset", "the connection is reset in the middle of an event", _after_some(_HALF, End(reset=True))),
    _stream("stream-stall", "silence after some text", _after_some(Pause(30))),
    _stream(
        "stream-stall-comments",
        "comments for ever after some text",
        _after_some(Repeat((Write(b": keepalive\n\n"), Pause(0.05)), _LONG)),
    ),
    _stream(
        "stream-stall-bytes",
        "one event, byte by byte, for ever",
        _after_some(_HALF, Repeat((Write(b"x"), Pause(0.05)), _LONG)),
    ),
    _stream("stream-trickle", "a good stream, three bytes at a time", _trickle),
    _stream("stream-malformed", "an event that is no JSON, after some text", _after_some(b"data: {oops\n\n", _DONE)),
    _stream("stream-error", "an error object as an event, after some text", _after_some(_FAILED)),
    _stream("stream-error-first", "an error object as the first event", lambda given: given.streamed([_FAILED])),
    _stream("stream-empty", "an event stream without an event", lambda given: given.streamed([b": nothing\n\n"])),
    _stream(
        "stream-no-done", "finish_reason, then the end, without [DONE]", lambda given: given.streamed(given.events[:-1])
    ),
    _stream("stream-no-finish", "[DONE] without finish_reason", _after_some(_DONE)),
    _stream("stream-crlf", "lines that end in CRLF, event: and id: lines", _crlf),
    _stream("stream-cr", "lines that end in CR", _rewritten(b"\n", b"\r")),
    _stream("stream-comments", "comments between the events, data: without a blank", _comments),
    _stream("stream-multiline", "each event on several data: lines", _multiline),
    _stream("stream-utf8", "characters of several bytes, cut in two", _utf8),
    _stream("stream-open", "[DONE], and the body stays open", lambda given: given.streamed([*given.events, Pause(30)])),
    _stream(
        "stream-event-huge",
        "one event without end, after some text",
        _after_some(_HALF, Repeat((Write(b"x" * 65536),), 4096)),
    ),
    _stream("tools-same-index", "two tool calls, both at index 0", _tools((0, 0))),
    _stream("tools-no-index", "two tool calls without index", _tools((None, None))),
)
