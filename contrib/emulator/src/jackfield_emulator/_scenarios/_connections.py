"""Connections that break, stall, or carry too much; and vectors that are not as asked for."""

from __future__ import annotations

import gzip
import struct
from base64 import b64decode
from functools import cache

from attrs import evolve

from jackfield_emulator._json import compact
from jackfield_emulator._plan import End, Pause, Plan, Repeat, Write
from jackfield_emulator._scenarios._spoilt import Given, Scenario

_PLAIN = ("chat", "images", "embeddings")
_BEGINNING = b'{"id":"x","padding":"'
_LONG = 600
_MIB = 1024**2


def _raw(*actions: Write | Pause | End | Repeat) -> Plan:
    """Return a plan that writes its head by itself; whoever keeps a journal finds no status."""
    return Plan(0, (), actions)


def _length(given: Given) -> Plan:
    content = compact(given.document).encode()
    return Plan(
        200,
        (("content-type", "application/json"), ("content-length", str(len(content) + 100))),
        (Write(content), End()),
    )


def _cut(given: Given) -> Plan:
    content = compact(given.document).encode()
    return Plan(200, (("content-type", "application/json"),), (Write(content[: len(content) // 2]), End()))


def _trickling(_: Given) -> Plan:
    return Plan(
        200, (("content-type", "application/json"),), (Write(_BEGINNING), Repeat((Write(b"x"), Pause(0.05)), _LONG))
    )


def _huge(_: Given) -> Plan:
    return Plan(200, (("content-type", "application/json"),), (Write(_BEGINNING), Repeat((Write(b"x" * 65536),), 8192)))


@cache
def _bombed() -> bytes:
    return gzip.compress(_BEGINNING + b"x" * (16 * _MIB) + b'"}', compresslevel=1)


def _bomb(given: Given) -> Plan:
    return given.refused(200, _bombed(), content_encoding="gzip")


def _closing(given: Given) -> Plan:
    return evolve(given.plan, closes=True)


def _padded(given: Given) -> Plan:
    padding = tuple((f"x-padding-{number}", "y" * 8000) for number in range(60))
    return evolve(given.plan, headers=(*given.plan.headers, *padding))


def _redirect(given: Given) -> Plan:
    port = given.asked.url.rpartition(":")[2]
    return given.refused(307, b"", "text/plain", location=f"http://localhost:{port}{given.asked.target}")


def _shuffled(given: Given) -> Plan:
    document = given.document
    return given.answered(document | {"data": [*document["data"][1:], document["data"][0]]})


def _as_text(given: Given) -> Plan:
    document = given.document
    for each in document["data"]:
        if isinstance(each["embedding"], str):
            data = b64decode(each["embedding"])
            each["embedding"] = list(struct.unpack(f"<{len(data) // 4}f", data))
    return given.answered(document)


SCENARIOS = (
    Scenario("length-wrong", "content-length above what comes before the connection ends", _length, _PLAIN),
    Scenario("body-cut", "a chunked body that ends before its last chunk", _cut, _PLAIN),
    Scenario("body-trickle", "a plain body, byte by byte, for ever", _trickling, _PLAIN),
    Scenario("body-huge", "a body without end", _huge, _PLAIN),
    Scenario("bomb", "a small compressed body that becomes a large one", _bomb, _PLAIN),
    Scenario(
        "gzip-broken",
        "content-encoding: gzip over something else",
        lambda given: given.refused(200, b"this is no gzip at all", content_encoding="gzip"),
        _PLAIN,
    ),
    Scenario("reset", "the connection is reset before a byte of the answer", lambda _: _raw(End(reset=True))),
    Scenario("silent", "no answer at all", lambda _: _raw(Pause(30))),
    Scenario(
        "head-trickle",
        "the head, byte by byte, for ever",
        lambda _: _raw(Write(b"HTTP/1.1 200 OK\r\nx-slow: "), Repeat((Write(b"y"), Pause(0.05)), _LONG)),
    ),
    Scenario(
        "head-garbage",
        "something that is not HTTP",
        lambda _: _raw(Write(b"\x15\x03\x01\x00\x02\x02\x16 no such protocol here\r\n\r\n"), End()),
    ),
    Scenario("head-huge", "headers without end", _padded),
    Scenario("close-unannounced", "a good answer; then the connection is closed without saying so", _closing),
    Scenario("redirect", "307 to another origin", _redirect),
    Scenario("vectors-shuffled", "vectors out of order", _shuffled, ("embeddings",)),
    Scenario("vectors-as-text", "decimals where base64 was asked for", _as_text, ("embeddings",)),
)
