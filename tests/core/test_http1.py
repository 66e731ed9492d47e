from __future__ import annotations

import gzip
import http.client
import io
import re
import tracemalloc
import zlib
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from itertools import cycle, pairwise
from typing import Any

import pytest
from attrs import frozen
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield.transports import http1
from jackfield.transports.http1 import (
    HEAD_LIMIT,
    Answer,
    CutOffError,
    HeadTooLargeError,
    NotHttpError,
    UnpackingError,
    request_head,
)

zipped = partial(gzip.compress, mtime=0)
ERRORS = (CutOffError, HeadTooLargeError, NotHttpError, UnpackingError)
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
WHOLE = 2**20


@frozen
class Told:
    """What became of some bytes.

    Attributes:
        error: The class of the error that ended it, and its text.
        left: Which bytes were not fed, because the answer had ended before them.
    """

    status: int | None
    headers: dict[str, str]
    body: bytes
    ended: bool
    keeps: bool
    error: tuple[type[Exception], str] | None = None
    left: bytes = b""


def told(pieces: Iterable[bytes], limits: Iterable[int] = (WHOLE,), *, closed: bool = True) -> Told:
    """Feed an answer as a transport does: what is there is taken before more is fed."""
    answer, body, size = Answer(), b"", cycle(limits)
    error = None
    rest = [each for each in pieces if each] + ([b""] if closed else [])
    try:
        while rest and not answer.ended:
            answer.feed(rest.pop(0))
            while answer.head is not None and (data := answer.take(limit := next(size))):
                assert len(data) <= limit
                body += data
    except ERRORS as caught:
        error = type(caught), str(caught)
    if error is not None:  # and a second look does not make it good
        with suppress(CutOffError, error[0]):
            answer.take(WHOLE)
            answer.feed(b"")
            answer.take(WHOLE)
        assert not answer.ended
    head = answer.head
    status, headers = (None, {}) if head is None else (head.status, dict(head.headers))
    return Told(status, headers, body, answer.ended, answer.keeps, error, b"".join(rest))


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """Return *data* cut at *places*."""
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def by_one(data: bytes) -> list[bytes]:
    """Return *data* byte by byte."""
    return [data[place : place + 1] for place in range(len(data))]


# Good answers, as another reads them ---------------------------------------------------------------------------------


class FakeSocket:
    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def makefile(self, mode: str) -> io.BytesIO:
        return self._file


def oracle(data: bytes) -> Told:
    """Return what the standard library makes of these bytes."""
    response = http.client.HTTPResponse(FakeSocket(data), method="GET")  # type: ignore[arg-type]
    response.begin()
    headers: dict[str, str] = {}
    for name in {each.lower() for each in response.headers}:
        values = [re.sub(r"\r?\n[ \t]+", " ", each).strip(" \t") for each in response.headers.get_all(name, [])]
        headers[name] = ", ".join(values)
    keeps = not response.will_close
    return Told(response.status, headers, unpacked(response.read(), headers), ended=True, keeps=keeps)


def unpacked(body: bytes, headers: dict[str, str]) -> bytes:
    """Return the body without its coding."""
    if not body:
        return body
    codings = {"gzip": gzip.decompress, "x-gzip": gzip.decompress, "deflate": zlib.decompress}
    return codings.get(headers.get("content-encoding", ""), bytes)(body)


VALUES = st.text(st.characters(codec="latin-1", exclude_categories=("Cc",)), max_size=12)
NAMES = st.sampled_from(["x-one", "X-Two", "x-one", "Set-Cookie", "x_3", "X!"])
WITHOUT_BODY = (204, 304)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Return the bytes of a good answer, its body to the end of the connection or to its own."""
    end = draw(st.sampled_from([b"\r\n", b"\r\n", b"\n"]))
    version = draw(st.sampled_from(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"]))
    status = draw(st.sampled_from([200, 200, 200, 201, 204, 304, 404, 503]))
    reason = draw(st.sampled_from(["", " ", " OK", " Not  at all", " \xe9"]))
    fields = [
        (name, draw(st.sampled_from([":", ": ", ":  \t"])) + value + draw(st.sampled_from(["", " ", "\t"])))
        for name, value in draw(st.lists(st.tuples(NAMES, VALUES), max_size=5))
    ]
    if fields and draw(st.booleans()):
        fields[0] = (fields[0][0], f": a{end.decode()} \tb")
    connection = draw(st.sampled_from([None, None, "close", "keep-alive", "Keep-Alive", "x, Close"]))
    if connection is not None:
        fields.append(("Connection", f": {connection}"))
    body = draw(st.binary(max_size=60)) * draw(st.sampled_from([1, 1, 50]))
    framing = "none" if status in WITHOUT_BODY else draw(st.sampled_from(["length", "chunked", "closed"]))
    coding = draw(st.sampled_from([None, None, "gzip", "x-gzip", "deflate", "two", "br", "identity"]))
    if coding is not None:
        fields.append(("Content-Encoding", f": {'gzip' if coding == 'two' else coding}"))
    if framing != "none":
        body = packed(body, coding, draw)
    if framing == "length":
        fields.insert(0, ("Content-Length", f": {len(body)}"))
    elif framing == "chunked":
        fields.append(("Transfer-Encoding", ": Chunked"))
        body = chunked(body, draw)
    interim = b"HTTP/1.1 100 Go on" + end + b"x-early: 1" + end + end
    lines = [f"{version} {status}{reason}", *(f"{name}{value}" for name, value in fields)]
    head = end.join(line.encode("latin-1") for line in lines) + end + end
    return interim * draw(st.integers(0, 2)) + head + (b"" if framing == "none" else body)


def packed(body: bytes, coding: str | None, draw: st.DrawFn) -> bytes:
    """Return the body as that coding says it; nothing may stay nothing."""
    if not body and draw(st.booleans()):
        return b""
    if coding == "two":
        half = len(body) // 2
        return zipped(body[:half]) + zipped(b"") + zipped(body[half:])
    codings = {"gzip": zipped, "x-gzip": zipped, "deflate": zlib.compress}
    return codings.get(coding or "", bytes)(body)


def chunked(body: bytes, draw: st.DrawFn) -> bytes:
    """Return the body in chunks, with what may stand beside them."""
    framed = b""
    while body:
        size = draw(st.sampled_from([1, 2, 7, 300]))
        piece, body = body[:size], body[size:]
        digits = draw(st.sampled_from(["%x", "%X", "%04x"])) % len(piece)
        framed += (
            digits.encode() + draw(st.sampled_from([b"", b"", b"  ", b";a=b", b" ;x"])) + b"\r\n" + piece + b"\r\n"
        )
    return framed + draw(st.sampled_from([b"0", b"00", b"0;last"])) + b"\r\n" + draw(TRAILERS) + b"\r\n"


TRAILERS = st.sampled_from([b"", b"", b"x-sum: 1\r\n", b"x-sum: 1\r\nx-more: 2\r\n"])
PLACES = st.lists(st.integers(0, 4000), max_size=12)
LIMITS = st.lists(st.integers(1, 400), min_size=1, max_size=4)


@given(data=answers(), places=PLACES, limits=LIMITS)
def test_any_cut_and_any_limits_give_what_the_standard_library_reads(
    data: bytes, places: list[int], limits: list[int]
) -> None:
    """Status, headers, body, and whether the connection is kept."""
    expected = oracle(data)
    whole = told([data])

    assert (expected.status, expected.headers, expected.body) == (whole.status, whole.headers, whole.body)
    assert (True, None) == (whole.ended, whole.error)
    http_1_0 = data.rpartition(b"HTTP/1.")[2].startswith(b"0") and "transfer-encoding" in whole.headers
    assert (expected.keeps and not http_1_0) == whole.keeps
    assert whole == told(cut(data, places), limits)
    assert whole == told(by_one(data), limits)


@given(data=answers(), rest=st.binary(min_size=1, max_size=20), places=PLACES, limits=LIMITS)
def test_what_follows_an_answer_is_no_part_of_it(
    data: bytes, rest: bytes, places: list[int], limits: list[int]
) -> None:
    """Where the answer has an end of its own; the connection is not used again."""
    whole = told([data], closed=False)
    if not whole.ended:
        return

    answer = Answer()
    body = b""
    for piece in cut(data + rest, places):
        if piece:
            answer.feed(piece)
            while answer.head is not None and (taken := answer.take(next(iter(limits)))):
                body += taken

    assert (whole.body, True, False) == (body, answer.ended, answer.keeps)


# Where a byte is changed, dropped or doubled, an answer may be another one, or none; never two.
EDITS = st.lists(
    st.tuples(st.integers(0, 4000), st.sampled_from([b"", b"\r", b"\n", b"\0", b" ", b"0", b"\x1f"])), max_size=3
)


@given(data=answers(), edits=EDITS, places=PLACES, limits=LIMITS)
def test_any_cut_of_bad_bytes_gives_the_same_answer_or_error(
    data: bytes, edits: list[tuple[int, bytes]], places: list[int], limits: list[int]
) -> None:
    """Nothing but the four errors, and the same one however the bytes come."""
    for place, byte in edits:
        at = place % len(data)
        data = data[:at] + byte + data[at + 1 :]
    if not data:
        return

    whole, pieces = told([data]), told(cut(data, places), limits)

    assert (whole.status, whole.headers, whole.ended) == (pieces.status, pieces.headers, pieces.ended)
    assert (whole.error or (None,))[0] is (pieces.error or (None,))[0]
    shorter, longer = sorted((whole.body, pieces.body), key=len)
    assert longer.startswith(shorter)  # zlib gives what is before an error, or not
    if whole.error is None or whole.error[0] is not UnpackingError:
        assert longer == shorter


@given(data=st.binary(max_size=300), places=PLACES, limits=LIMITS)
@example(data=b"HTTP/1.1 200\n\n", places=[], limits=[1])
def test_arbitrary_bytes_are_an_answer_or_one_of_four_errors(data: bytes, places: list[int], limits: list[int]) -> None:
    """Also where they stand in the place of a body."""
    for beginning in (b"", b"HTTP/1.1 ", CHUNKED, b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n"):
        ended = told(cut(beginning + data, places), limits)
        assert ended.ended != (ended.error is not None)


# What is not certain -------------------------------------------------------------------------------------------------


def ok(*lines: bytes, body: bytes = b"") -> bytes:
    """Return an answer with these headers."""
    return b"".join(line + b"\r\n" for line in (b"HTTP/1.1 200 OK", *lines, b"")) + body


WRONG: list[tuple[str, bytes, type[Exception], str]] = [
    # Beginnings
    ("nothing", b"", CutOffError, "the other side closed it"),
    ("half a beginning", b"HTT", CutOffError, "it ended in the middle of the head"),
    ("half a head", b"HTTP/1.1 200 OK\r\nx: 1\r\n", CutOffError, "it ended in the middle of the head"),
    ("half a line end", b"HTTP/1.1 200 OK\r\nx: 1\r\n\r", CutOffError, "it ended in the middle of the head"),
    ("an interim answer alone", b"HTTP/1.1 100 Continue\r\n\r\n", CutOffError, "it ended in the middle of the head"),
    ("another protocol", b"SSH-2.0-x\r\n", NotHttpError, r"it begins with b'SSH-2.0-x\\r\\n'"),
    ("a page without a head", b"<html>\r\n\r\n", NotHttpError, r"it begins with b'<html>\\r\\n\\r\\n'"),
    ("a TLS alert", b"\x15\x03\x01\x00\x02\x02\x46", NotHttpError, "it begins with b'.x15.x03"),
    ("a blank line before it", b"\r\nHTTP/1.1 200 OK\r\n\r\n", NotHttpError, "it begins with"),
    ("lower case", b"http/1.1 200 OK\r\n\r\n", NotHttpError, "it begins with"),
    ("HTTP/2", b"HTTP/2 200\r\n\r\n", NotHttpError, "it begins with"),
    ("HTTP/1", b"HTTP/1 200 OK\r\n\r\n", NotHttpError, "it begins with"),
    ("HTTP/1.10", b"HTTP/1.10 200 OK\r\n\r\n", NotHttpError, "it begins with 'HTTP/1.10 200 OK'"),
    ("no status", b"HTTP/1.1 OK\r\n\r\n", NotHttpError, "it begins with 'HTTP/1.1 OK'"),
    ("a status of two digits", b"HTTP/1.1 99\r\n\r\n", NotHttpError, "it begins with"),
    ("a status of four digits", b"HTTP/1.1 2000 OK\r\n\r\n", NotHttpError, "it begins with"),
    ("a status below 100", b"HTTP/1.1 099 OK\r\n\r\n", NotHttpError, "it begins with"),
    ("a signed status", b"HTTP/1.1 +20 OK\r\n\r\n", NotHttpError, "it begins with"),
    ("two blanks before the status", b"HTTP/1.1  200 OK\r\n\r\n", NotHttpError, "it begins with"),
    ("junk after an interim answer", b"HTTP/1.1 100 X\r\n\r\nHTTQ", NotHttpError, "it begins with b'HTTQ'"),
    ("a change of protocol", b"HTTP/1.1 101 X\r\nupgrade: x\r\n\r\n\x00", NotHttpError, "goes on in another protocol"),
    # Headers
    ("no colon", ok(b"hello"), NotHttpError, "a header without a name: 'hello'"),
    ("no name", ok(b": hello"), NotHttpError, "a header without a name: ''"),
    ("a blank before the colon", ok(b"Content-Length : 5"), NotHttpError, "a header without a name: 'content-length '"),
    ("a tab before the colon", ok(b"a: 1", b"b\t: 5"), NotHttpError, r"a header without a name: 'b\\t'"),
    ("a blank in the name", ok(b"a b: 5"), NotHttpError, "a header without a name: 'a b'"),
    ("a name that is no ASCII", ok(b"\xe9: 5"), NotHttpError, "a header without a name: 'é'"),
    ("a blank before the first", ok(b" a: 5"), NotHttpError, "a header without a name: ' a'"),
    ("a fold before the first", ok(b" a"), NotHttpError, "a header without a name: ' a'"),
    ("half a line end in a value", ok(b"a: b\rc: d"), NotHttpError, "half a line end"),
    ("half a line end more", ok(b"a: b\r"), NotHttpError, "half a line end"),
    ("half a line end and a feed", ok(b"a: b\rc: d\ne: f"), NotHttpError, "half a line end"),
    ("half a line end in the status", b"HTTP/1.1 200 O\rK\r\n\r\n", NotHttpError, "half a line end"),
    ("a zero byte", ok(b"a: b\0c"), NotHttpError, "a zero byte"),
    ("a zero byte in a name", ok(b"a\0: c"), NotHttpError, "a zero byte"),
    # How long the body is
    ("no digits", ok(b"content-length: five"), NotHttpError, "no length: 'five'"),
    ("no length at all", ok(b"content-length:"), NotHttpError, "no length: ''"),
    ("a signed length", ok(b"content-length: +5"), NotHttpError, r"no length: '\+5'"),
    ("a negative length", ok(b"content-length: -5"), NotHttpError, "no length: '-5'"),
    ("a length in hexadecimal", ok(b"content-length: 0x5"), NotHttpError, "no length: '0x5'"),
    ("a length with an underscore", ok(b"content-length: 1_0"), NotHttpError, "no length: '1_0'"),
    ("a length with a fraction", ok(b"content-length: 5.0"), NotHttpError, "no length: '5.0'"),
    ("digits that are none", ok(b"content-length: \xb2"), NotHttpError, "no length: '²'"),
    ("a blank that is none", ok(b"content-length: \xa05"), NotHttpError, "no length: "),
    ("a length with a page feed", ok(b"content-length: \x0c5"), NotHttpError, "no length: "),
    ("a folded length", ok(b"content-length: 1", b" 0"), NotHttpError, "no length: '1 0'"),
    ("a length without end", ok(b"content-length: " + b"9" * 5000), NotHttpError, "no length: '9{40}'"),
    ("a length of 19 digits", ok(b"content-length: 1" + b"0" * 18), NotHttpError, "no length: '10{18}'"),
    ("two lengths", ok(b"content-length: 5", b"content-length: 6"), NotHttpError, "no length: '5, 6'"),
    ("two lengths in one", ok(b"content-length: 5, 6"), NotHttpError, "no length: '5, 6'"),
    ("a length and nothing", ok(b"content-length: 5,"), NotHttpError, "no length: '5,'"),
    ("two spellings of a length", ok(b"content-length: 5, 05"), NotHttpError, "no length: '5, 05'"),
    (
        "a coding of transfer",
        ok(b"transfer-encoding: gzip, chunked"),
        NotHttpError,
        "unknown transfer-encoding: 'gzip, c",
    ),
    (
        "chunked twice",
        ok(b"transfer-encoding: chunked", b"transfer-encoding: chunked"),
        NotHttpError,
        "chunked, chunked",
    ),
    ("chunked, not quite", ok(b"transfer-encoding: \x0bchunked"), NotHttpError, "unknown transfer-encoding"),
    ("no coding", ok(b"transfer-encoding:", b"content-length: 5"), NotHttpError, "unknown transfer-encoding: ''"),
    ("identity", ok(b"transfer-encoding: identity"), NotHttpError, "unknown transfer-encoding: 'identity'"),
    # Ends that come too early
    ("short of its length", ok(b"content-length: 5", body=b"abcd"), CutOffError, "in the middle of the answer"),
    ("no last chunk", CHUNKED + b"1\r\na\r\n", CutOffError, "in the middle of the answer"),
    ("half a chunk", CHUNKED + b"5\r\na", CutOffError, "in the middle of the answer"),
    ("half a size", CHUNKED + b"5", CutOffError, "in the middle of the answer"),
    ("half a last chunk", CHUNKED + b"0\r\n", CutOffError, "in the middle of the answer"),
    ("half a trailer", CHUNKED + b"0\r\nx: 1\r\n", CutOffError, "in the middle of the answer"),
    # Chunks
    ("no size", CHUNKED + b"\r\na\r\n", NotHttpError, r"a chunk without a size: b'\\r\\n'"),
    ("a word for a size", CHUNKED + b"hello\r\n", NotHttpError, r"a chunk without a size: b'hello\\r\\n'"),
    ("a signed size", CHUNKED + b"+5\r\nhello\r\n", NotHttpError, "a chunk without a size"),
    ("a negative size", CHUNKED + b"-5\r\nhello\r\n", NotHttpError, "a chunk without a size"),
    ("a size with 0x", CHUNKED + b"0x5\r\nhello\r\n", NotHttpError, "a chunk without a size"),
    ("a size with an underscore", CHUNKED + b"1_0\r\nhello\r\n", NotHttpError, "a chunk without a size"),
    ("a blank before a size", CHUNKED + b" 5\r\nhello\r\n", NotHttpError, "a chunk without a size"),
    ("a size of 17 digits", CHUNKED + b"0" * 16 + b"5\r\nhello\r\n", NotHttpError, "a chunk without a size"),
    ("a feed alone after a size", CHUNKED + b"5\nhello\r\n0\r\n\r\n", NotHttpError, r"a chunk without a size: b'5\\n'"),
    ("a return in an extension", CHUNKED + b"5;a\rb\r\nhello", NotHttpError, "a chunk without a size"),
    ("a feed alone after an extension", CHUNKED + b"5;a\nhello", NotHttpError, "a chunk without a size"),
    ("a zero byte in an extension", CHUNKED + b"5;\0\r\nhello", NotHttpError, "a chunk without a size"),
    ("more than its size", CHUNKED + b"3\r\nhello", NotHttpError, "a chunk that is longer than its size"),
    ("a return alone after a chunk", CHUNKED + b"3\r\nhel\rx", NotHttpError, "a chunk that is longer than its size"),
    ("a feed alone after a chunk", CHUNKED + b"3\r\nhel\n0\r\n\r\n", NotHttpError, "longer than its size"),
    ("a feed alone at the end", CHUNKED + b"0\r\n\n", NotHttpError, r"no trailer: b'\\n'"),
    ("a return in a trailer", CHUNKED + b"0\r\nx: a\rb\r\n\r\n", NotHttpError, "no trailer"),
    ("an endless size", CHUNKED + b"0" * 16_384, NotHttpError, "a line without an end between the chunks"),
    ("an endless extension", CHUNKED + b"5;" + b"x" * 16_400 + b"\r\nhello", NotHttpError, "a line without an end"),
    ("an endless trailer", CHUNKED + b"0\r\nx: " + b"x" * 16_400 + b"\r\n\r\n", NotHttpError, "a line without an end"),
    (
        "endless trailers",
        CHUNKED + b"0\r\n" + b"x: y\r\n" * 11_000,
        NotHttpError,
        "there is no end to what stands beside",
    ),
    ("endless extensions", CHUNKED + (b"1;" + b"x" * 200 + b"\r\na\r\n") * 500, NotHttpError, "there is no end"),
    # What is packed
    ("not packed", ok(b"content-encoding: gzip", body=b"hello"), UnpackingError, "incorrect header check"),
    ("packed in half", ok(b"content-encoding: gzip", body=zipped(b"hello")[:-1]), UnpackingError, "too early"),
    (
        "packed and changed",
        ok(b"content-encoding: gzip", body=zipped(b"a")[:-8] + bytes(8)),
        UnpackingError,
        "check",
    ),
    ("one byte", ok(b"content-encoding: gzip", body=b"\x1f"), UnpackingError, "it ended too early"),
    (
        "packed and more",
        ok(b"content-encoding: gzip", body=zipped(b"") + b"hello"),
        UnpackingError,
        "header check",
    ),
    (
        "packed and a byte",
        ok(b"content-encoding: gzip", body=zipped(b"") + b"\x1f"),
        UnpackingError,
        "too early",
    ),
    (
        "packed and zeros",
        ok(b"content-encoding: gzip", body=zipped(b"") + bytes(9)),
        UnpackingError,
        "compression method",
    ),
    ("packed otherwise", ok(b"content-encoding: deflate", body=b"\xcbH\xcd\xc9\xc9\x07\x00"), UnpackingError, "header"),
    (
        "packed in half, of a length",
        ok(b"content-encoding: gzip", b"content-length: 12", body=zipped(b"hello")[:12]),
        UnpackingError,
        "it ended too early",
    ),
    # Heads without end
    ("an endless line", b"HTTP/1.1 200 OK\r\nx: " + b"x" * HEAD_LIMIT, HeadTooLargeError, "more than 1,048,576 bytes"),
    ("a head too long", ok(b"x: " + b"x" * HEAD_LIMIT), HeadTooLargeError, "more than 1,048,576 bytes"),
    ("endless headers", ok(*[b"x: y"] * 1000), HeadTooLargeError, "more than 1,000 lines"),
    ("endless folds", ok(b"x: y", *[b" y"] * 1000), HeadTooLargeError, "more than 1,000 lines"),
    ("endless interim answers", b"HTTP/1.1 100 X\r\n\r\n" * 60_000, HeadTooLargeError, "more than 1,048,576 bytes"),
]


@pytest.mark.parametrize(("what", "data", "error", "text"), WRONG, ids=[what for what, *_ in WRONG])
def test_what_is_not_certain_is_an_error(what: str, data: bytes, error: type[Exception], text: str) -> None:
    """One of four, with a text that says what came; however it came."""
    whole = told([data])
    assert whole.error is not None
    kind, said = whole.error

    assert error is kind
    assert re.search(text, said)
    assert not whole.ended
    for pieces in (told(by_one(data) if len(data) < 2**15 else cut(data, range(0, len(data), 4096)), [3]),):
        assert (error, whole.status) == ((pieces.error or (None,))[0], pieces.status)


def test_what_came_before_a_wrong_chunk_is_given_first() -> None:
    """Events that were told are told, however the bytes were cut."""
    data = CHUNKED + b"3\r\nabc\r\n3\r\ndef\r\nwrong\r\n"

    assert b"abcdef" == told([data]).body == told(by_one(data)).body


def test_what_was_wrong_once_is_wrong_for_ever() -> None:
    """Though the same bytes might be an end, read from another place."""
    answer = Answer()
    answer.feed(CHUNKED + b"1\r\na")
    assert b"a" == answer.take(10)
    answer.feed(b"\r\n0\r\nx\n")

    for _ in range(3):
        with pytest.raises(NotHttpError, match="no trailer"):
            answer.take(10)
    assert not answer.ended


# What is lenient -----------------------------------------------------------------------------------------------------


LENIENT: list[tuple[str, bytes, bytes, bool]] = [
    ("the same length twice", ok(b"content-length: 3", b"content-length: 3", body=b"abc"), b"abc", True),
    ("a length with zeros", ok(b"content-length: 0003", body=b"abc"), b"abc", True),
    ("a length folded away", ok(b"content-length: 3", b" ", b"a: b", body=b"abc"), b"abc", True),
    ("a newer minor version", b"HTTP/1.2 200 OK\r\ncontent-length: 1\r\n\r\na", b"a", True),
    ("line feeds alone", b"HTTP/1.1 200\ncontent-length: 1\n\na", b"a", True),
    ("line ends of both kinds", b"HTTP/1.1 200\r\na: b\ncontent-length: 1\n\r\na", b"a", True),
    ("no headers", b"HTTP/1.1 200 OK\r\n\r\nabc", b"abc", False),
    ("nothing at all", ok(b"content-length: 0"), b"", True),
    (
        "another interim answer",
        b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" + ok(b"content-length: 1", body=b"a"),
        b"a",
        True,
    ),
    ("letters that are no ASCII", ok(b"a: \xe9\x80", b"content-length: 1", body=b"a"), b"a", True),
    ("both lengths", ok(b"content-length: 9", b"transfer-encoding: chunked", body=b"1\r\na\r\n0\r\n\r\n"), b"a", False),
    ("chunks of HTTP/1.0", CHUNKED.replace(b"1.1", b"1.0") + b"1\r\na\r\n0\r\n\r\n", b"a", False),
    ("a blank after a size", CHUNKED + b"1 \t\r\na\r\n0 \r\n\r\n", b"a", True),
    ("short extensions for ever", CHUNKED + b"1;a=b\r\na\r\n" * 3000 + b"0\r\n\r\n", b"a" * 3000, True),
    ("no chunk but the last", CHUNKED + b"0\r\n\r\n", b"", True),
    ("a body that cannot be", b"HTTP/1.1 204 X\r\ncontent-length: 3\r\n\r\n", b"", False),
    ("chunks that cannot be", b"HTTP/1.1 304 X\r\ntransfer-encoding: chunked\r\n\r\n", b"", False),
    ("a length of nothing", b"HTTP/1.1 204 X\r\ncontent-length: 0\r\n\r\n", b"", True),
    ("nothing packed", ok(b"content-encoding: gzip", b"content-length: 0"), b"", True),
    ("nothing packed in chunks", CHUNKED[:-2] + b"content-encoding: gzip\r\n\r\n0\r\n\r\n", b"", True),
    ("nothing packed till the end", ok(b"content-encoding: gzip"), b"", False),
    ("packings that are not ours", ok(b"content-encoding: br", b"content-length: 1", body=b"a"), b"a", True),
    ("packed twice", ok(b"content-encoding: gzip, gzip", b"content-length: 1", body=b"a"), b"a", True),
    ("packed in capitals", ok(b"content-encoding: GZip ", body=zipped(b"a")), b"a", False),
    ("after the end", ok(b"content-length: 1", body=b"ab"), b"a", False),
    ("after no body", ok(b"content-length: 0", body=b"HTTP/1.1 200 OK\r\n"), b"", False),
    ("after a 204", b"HTTP/1.1 204 X\r\n\r\na", b"", False),
    ("after the last chunk", CHUNKED + b"0\r\n\r\na", b"", False),
]


@pytest.mark.parametrize(("what", "data", "body", "keeps"), LENIENT, ids=[what for what, *_ in LENIENT])
def test_what_is_certain_is_taken(what: str, data: bytes, body: bytes, keeps: bool) -> None:
    """Though it is not as it should be; the connection is used again where there is no doubt."""
    whole = told([data])

    assert (body, True, keeps, None) == (whole.body, whole.ended, whole.keeps, whole.error)
    pieces = told(by_one(data), [2])
    assert (body, True, None) == (pieces.body, pieces.ended, pieces.error)


@pytest.mark.parametrize("data", [b"HTTP/1.1 204 X\r\n\r\n", ok(b"content-length: 0")])
@pytest.mark.parametrize("at", [5, -1])
def test_an_answer_without_a_body_is_kept_however_its_head_came(data: bytes, at: int) -> None:
    """What came of the head before is nothing that follows it."""
    assert told([data[:at], data[at:]], closed=False).keeps


@pytest.mark.parametrize("headers", [{"a": "1, 2"}, {"x": "folded on and on"}])
def test_headers_are_joined_and_unfolded(headers: dict[str, str]) -> None:
    """Repeated ones with a comma, folded ones with a blank."""
    data = ok(b"A: 1", b"a:2") if "a" in headers else ok(b"X:folded", b" on", b"\tand", b"  on")

    assert headers == told([data]).headers


def test_before_the_head_there_is_nothing_to_take() -> None:
    """And it is not the end."""
    answer = Answer()
    answer.feed(b"HTTP/1.1 200")

    assert (b"", False) == (answer.take(10), answer.ended)


def test_after_the_end_there_is_nothing_to_take() -> None:
    """However often it is asked for, and whatever is fed."""
    answer = Answer()
    answer.feed(ok(b"content-length: 1", body=b"a"))

    assert [b"a", b"", b""] == [answer.take(10) for _ in range(3)]
    assert answer.keeps
    answer.feed(b"b")
    assert (b"", True, False) == (answer.take(10), answer.ended, answer.keeps)


def test_an_end_of_the_connection_is_the_end_where_nothing_else_is() -> None:
    """What is not taken yet is not lost."""
    answer = Answer()
    answer.feed(b"HTTP/1.1 200 OK\r\n\r\nabc")
    answer.feed(b"")

    assert [b"ab", b"c", b""] == [answer.take(2) for _ in range(3)]
    assert answer.ended
    assert not answer.keeps


# What it costs -------------------------------------------------------------------------------------------------------


def test_a_head_that_trickles_in_is_not_copied_for_every_byte() -> None:
    """It grows in its place: a mebibyte by single bytes would be half a tebibyte of copies otherwise."""
    answer = Answer()
    answer.feed(b"HTTP/1.1 200 OK\r\nx: ")
    place = answer._beginning
    for _ in range(1000):
        answer.feed(b"x")

    assert place is answer._beginning
    answer.feed(b"\r\n\r\n")
    assert {"x": "x" * 1000} == dict(answer.head.headers)  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [HEAD_LIMIT, HEAD_LIMIT + 1])
def test_a_head_may_have_its_limit_and_not_a_byte_more(size: int) -> None:
    """With the interim answers before it."""
    interim = b"HTTP/1.1 100 X\r\n\r\n"
    data = interim + ok(b"x: " + b"y" * (size - len(interim) - len(ok(b"x: "))))

    for pieces in ([data], [data[:-1], data[-1:]], [data[:5], data[5:]], [interim, data[len(interim) :]]):
        assert (size == HEAD_LIMIT) == (told(pieces).status == 200)
    with pytest.raises(HeadTooLargeError):  # at once, not with the byte after it
        Answer().feed(data[: HEAD_LIMIT - 1] + b"y")


def test_what_is_packed_is_unpacked_by_and_by() -> None:
    """A body of 50 MB that came in 50 kB takes no more memory than is asked for at once."""
    bomb = zipped(bytes(50_000_000))
    answer = Answer()
    answer.feed(ok(b"content-encoding: gzip", b"content-length: %d" % len(bomb), body=bomb))
    size = 0
    tracemalloc.start()
    try:
        while data := answer.take(65_536):
            size += len(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (50_000_000, True) == (size, answer.ended)
    assert peak < 1_000_000


@pytest.mark.parametrize(
    "endless", [zipped(b""), b"\0", b"1\r\na\r\n", b"1;" + b"x" * 62 + b"\r\na\r\n", b"x: y\r\n", b"0"]
)
@pytest.mark.parametrize("beginning", [CHUNKED, CHUNKED + b"0\r\n", ok(b"content-encoding: gzip"), b"HTTP/1.1 "])
def test_memory_is_bounded_whatever_comes_for_ever(endless: bytes, beginning: bytes) -> None:
    """It is an error soon, or is taken as it comes."""
    answer, piece = Answer(), endless * (20_000 // len(endless))
    tracemalloc.start()
    try:
        answer.feed(beginning)
        for _ in range(100):
            answer.feed(piece)
            while answer.head is not None and answer.take(65_536):
                pass
    except ERRORS:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 6 * HEAD_LIMIT


# What goes out -------------------------------------------------------------------------------------------------------


def test_a_request_is_written_in_one_way() -> None:
    """Host first, then how long the body is, then what was given."""
    expected = b"POST /a?b HTTP/1.1\r\nhost: h:1\r\ncontent-length: 2\r\nx: \xe9\r\ny: z\r\n\r\n"

    assert expected == request_head("POST", "/a?b", "h:1", {"x": "é", "y": "z"}, 2)
    assert b"GET / HTTP/1.1\r\nhost: h\r\n\r\n" == request_head("GET", "/", "h", {}, None)


def test_a_host_that_is_given_is_the_only_one() -> None:
    """A gateway may be reached under another name than its own."""
    assert b"GET / HTTP/1.1\r\nhost: other\r\n\r\n" == request_head("GET", "/", "h", {"host": "other"}, None)


UNSENDABLE: list[tuple[str, dict[str, Any], str]] = [
    ("a line break in a value", {"headers": {"x": "a\r\nb: c"}}, "a line break"),
    ("a feed in a value", {"headers": {"x": "a\nb: c"}}, "a line break"),
    ("a return in a value", {"headers": {"x": "a\rb: c"}}, "a line break"),
    ("a line break in a name", {"headers": {"x: a\r\nb": "c"}}, "a line break"),
    ("a line break in the target", {"target": "/ HTTP/1.1\r\nx: y\r\n\r\n"}, "a line break"),
    ("a line break in the host", {"host": "h\r\nx: y"}, "a line break"),
    ("a letter that is none", {"headers": {"x": "€"}}, "latin-1"),
    ("a length of its own", {"headers": {"content-length": "3"}}, "the transport's to say"),
    ("a coding of its own", {"headers": {"transfer-encoding": "chunked"}}, "the transport's to say"),
]


@pytest.mark.parametrize(("what", "changed", "text"), UNSENDABLE, ids=[what for what, *_ in UNSENDABLE])
def test_what_would_be_two_requests_is_none(what: str, changed: dict[str, Any], text: str) -> None:
    """Nothing that is given ends a line, or says how long the body is."""
    given = {"method": "POST", "target": "/", "host": "h", "headers": {}, "length": 2, **changed}

    with pytest.raises(ValueError, match=text):
        request_head(**given)


def test_zlib_is_not_imported_before_something_is_packed() -> None:
    """Most answers are not."""
    assert "zlib" not in vars(http1)
