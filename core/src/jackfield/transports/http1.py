"""HTTP/1.1 as bytes, without I/O: a request's head out, an answer's head and body in.

Rule 1: any cut of the bytes gives the same answer.
Rule 2: what is not certain is an error, never a guess: two lengths, a chunk without a size, an end before the end.
Rule 3: nothing here waits; a transport feeds what it received and takes what there is.

Why not the standard library's: it reads a head as if it were mail, two fifths of what receiving an answer takes in a
profile, and it gives the chunks of a stream one by one, where several are usually there at once.
Source: RFC 9112.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jackfield.http import HttpHead

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD_LIMIT = 1024 * 1024
"""How many bytes a head may have, with those of the `1xx` ones before it. The client's `limits` are checked later."""
_MOST_LINES = 1000
"""How many lines a head may have."""
_BEGINNING = b"HTTP/1."
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(r"HTTP/1\.([0-9]) ([1-9][0-9][0-9])(?: .*)?")
_FOLD = re.compile(r"\n[ \t]+")
_LONGEST_LENGTH = 18
"""How many digits a content-length may have."""
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n\0]*)?\r\n")
_TRAILER = re.compile(rb"[^\r\n\0]+\r\n")
_BEFORE_DATA = re.compile(rb"([0-9a-fA-F]{1,16})\r\n")
_AFTER_DATA = re.compile(rb"\r\n(?:([0-9a-fA-F]{1,16})\r\n)?")
"""What usually stands between the data of chunks: both lines at once halve the time that a chunk takes."""
_USUAL = (_BEFORE_DATA, _AFTER_DATA)
_LONGEST_LINE = 16_384
"""How long the line may be that says how large a chunk is, and a trailer."""
_SHORT_LINE = 64
"""Up to which length such a line is nothing unusual."""
_MOST_BESIDE = 65_536
"""How many bytes longer lines, and trailers, may have altogether."""
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_EITHER_HEADER = 32
"""Says to zlib: gzip or zlib, whichever the data begins with."""
_WITHOUT_BODY = (204, 304)
_OTHER_PROTOCOL = 101
_LAST_INFORMATION = 199
_OURS = frozenset({"content-length", "transfer-encoding"})


class NotHttpError(Exception):
    """What came is not HTTP/1.1, or not certain in it."""


class HeadTooLargeError(Exception):
    """The head has more bytes than are read."""


class CutOffError(Exception):
    """The connection ended before the answer did."""


class UnpackingError(Exception):
    """A compressed body cannot be decompressed."""


def request_head(method: str, target: str, host: str, headers: Mapping[str, str], length: int | None) -> bytes:
    """Return the head of a request.

    Args:
        method: `GET`, `POST` and so on.
        target: Path and query; the whole URL on the way to a proxy.
        host: Host and port.
        headers: What else is to stand in it, names in lower case. A `host` among them is taken in place of *host*.
        length: How many bytes of body follow, or None where there is no body.

    Raises:
        ValueError: There is a line break in what is to be sent, a letter that no header can have, or a header that says
            how long the body is.
    """
    if not _OURS.isdisjoint(headers):
        raise ValueError("content-length and transfer-encoding are the transport's to say")
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in headers:
        lines.append(f"host: {host}")
    if length is not None:
        lines.append(f"content-length: {length}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    text = "\r\n".join(lines)
    if text.count("\n") >= len(lines) or text.count("\r") >= len(lines):
        raise ValueError("a line break stands in a header or in the URL")
    return f"{text}\r\n\r\n".encode("latin-1")


class Answer:
    """One answer as it is fed.

    Attributes:
        head: Status and headers, once they are complete.
        ended: All of the body was taken.
        keeps: The connection can be used again, once the answer has ended.
    """

    __slots__ = ("_beginning", "_decoder", "_framing", "_pending", "_room", "ended", "head", "keeps")

    def __init__(self) -> None:
        self.head: HttpHead | None = None
        self.ended = False
        self.keeps = False
        self._beginning: bytearray | None = None
        self._room = HEAD_LIMIT
        self._pending = b""
        self._framing: _Length | _Chunks | _UntilClosed = _NOT_KNOWN
        self._decoder: _Inflater | None = None

    def feed(self, data: bytes) -> None:
        """Take in what was received; nothing means that the connection has ended, and that all before it was taken.

        Raises:
            CutOffError: It ended too early.
            NotHttpError: It is no answer.
            HeadTooLargeError: There is no end to its head.
        """
        if not data:
            self._cut_off()
        elif self.head is None:
            self._read_head(data)
        elif self.ended:
            self.keeps = False  # what follows belongs to no answer
        else:
            self._pending = self._pending + data if self._pending else data

    def take(self, limit: int) -> bytes:
        """Return what is there of the body, at most *limit* bytes; nothing where more must be fed first, or at the end.

        Raises:
            NotHttpError: The chunks are none.
            UnpackingError: It cannot be decompressed.
        """
        if self.ended:
            return b""
        if self._decoder is not None:
            return self._unpacked(self._decoder, limit)
        data, self._pending = self._framing.cut(self._pending, limit)
        self._end()
        return data

    def _end(self) -> None:
        if self._framing.left == 0 and not (self._pending and type(self._framing) is _UntilClosed):
            self.ended = True
            self.keeps = self.keeps and not self._pending  # what follows belongs to no answer

    def _cut_off(self) -> None:
        if self.head is None:
            raise CutOffError(
                "the other side closed it" if self._beginning is None else "it ended in the middle of the head"
            )
        if not isinstance(self._framing, _UntilClosed):
            raise CutOffError("it ended in the middle of the answer")
        self._framing.left = 0

    def _unpacked(self, decoder: _Inflater, limit: int) -> bytes:
        """Return at most *limit* bytes of what the packed ones say."""
        packed, data = b"", b""
        while not data:
            if decoder.waiting:
                data = decoder.unpacked(b"", limit)
                continue
            packed, self._pending = self._framing.cut(self._pending, limit)
            data = decoder.unpacked(packed, limit)
            if not packed and not data:
                if self._framing.left == 0:
                    decoder.end()
                self._end()
                break
        return data

    def _read_head(self, data: bytes) -> None:
        """Read the head where it is complete; the body begins after it. `1xx` answers announce another one."""
        told: bytes | bytearray = data
        at = start = 0
        if self._beginning is not None:
            told = self._beginning
            start = max(0, len(told) - 3)
            told += data
        while True:
            if not (told.startswith(_BEGINNING, at) or _BEGINNING.startswith(bytes(told[at:]))):
                raise NotHttpError(f"it begins with {bytes(told[at : at + 20])!r}")
            end = _END_OF_HEAD.search(told, start, self._room)
            if end is None:
                break
            minor, status, headers = _parsed(told[at : end.start()].decode("latin-1"))
            at = start = end.end()
            if status > _LAST_INFORMATION:
                self._framing, self.keeps = _framed(minor, status, headers)
                self._decoder = _decoder(headers.get("content-encoding"))
                self._pending, self._beginning = bytes(told[at:]), None
                self.head = HttpHead(status, headers)
                self._end()
                return
            if status == _OTHER_PROTOCOL:
                raise NotHttpError("it goes on in another protocol")
        if len(told) >= self._room:
            raise HeadTooLargeError(f"more than {HEAD_LIMIT:,} bytes")
        self._room -= at
        if at or self._beginning is None:
            self._beginning = bytearray(told[at:])


def _parsed(text: str) -> tuple[str, int, dict[str, str]]:
    """Return the minor version, the status and the headers."""
    lines = text.split("\r\n")
    ends = len(lines) - 1
    if text.count("\r") != ends or text.count("\n") != ends or "\0" in text:
        lines = _lines(text)
    match = _STATUS_LINE.fullmatch(lines[0])
    if match is None:
        raise NotHttpError(f"it begins with {lines[0][:40]!r}")
    try:
        headers = _headers(lines)
    except NotHttpError:
        unfolded = _FOLD.sub(" ", "\n".join(lines[1:]))  # an older way to go on with a value
        headers = _headers([lines[0], *unfolded.split("\n")])
    return match[1], int(match[2]), headers


def _lines(text: str) -> list[str]:
    """Return the lines of a head that do not all end in CRLF."""
    text = text.replace("\r\n", "\n")
    if "\r" in text or "\0" in text:
        raise NotHttpError("half a line end, or a zero byte, stands in its head")
    return text.split("\n")


def _headers(lines: list[str]) -> dict[str, str]:
    """Return the headers; the first line is the status."""
    if len(lines) > _MOST_LINES:
        raise HeadTooLargeError(f"more than {_MOST_LINES:,} lines")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise NotHttpError(f"a header without a name: {line[:40]!r}")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    names = "".join(headers)  # a look at each would take 2 µs
    if "" in headers or " " in names or not (names.isascii() and names.isprintable()):
        raise NotHttpError(f"a header without a name: {next(filter(_is_none, headers))[:40]!r}")
    return headers


def _is_none(name: str) -> bool:
    return not name or " " in name or not (name.isascii() and name.isprintable())


def _framed(minor: str, status: int, headers: Mapping[str, str]) -> tuple[_Length | _Chunks | _UntilClosed, bool]:
    """Return how the body's end is known, and whether the connection can be used after it."""
    tokens = [each.strip(" \t") for each in headers.get("connection", "").lower().split(",")]
    keeps = "close" not in tokens and (minor != "0" or "keep-alive" in tokens)
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if status in _WITHOUT_BODY:  # a body may follow all the same, from who does not know that
        return _Length(0), keeps and coding is None and length in (None, "0")
    if coding is not None:
        if coding.lower() != "chunked":
            raise NotHttpError(f"an unknown transfer-encoding: {coding[:40]!r}")
        return _Chunks(), keeps and length is None and minor != "0"
    if length is None:
        return _UntilClosed(), False
    lengths = {each.strip(" \t") for each in length.split(",")}
    said = lengths.pop()
    if lengths or not (said.isascii() and said.isdecimal() and len(said) <= _LONGEST_LENGTH):
        raise NotHttpError(f"no length: {length[:40]!r}")
    return _Length(int(said)), keeps


class _Length:
    """A body whose length was announced. *left* is what is still to come."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def cut(self, pending: bytes, limit: int) -> tuple[bytes, bytes]:
        """Return what belongs to the body, and the rest."""
        size = min(self.left, limit)
        if len(pending) > size:
            data, pending = pending[:size], pending[size:]
        else:
            data, pending = pending, b""
        self.left -= len(data)
        return data, pending


class _UntilClosed:
    """A body that ends with its connection. *left* is 0 after that."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = -1

    def cut(self, pending: bytes, limit: int) -> tuple[bytes, bytes]:
        """Return at most *limit* bytes, and the rest."""
        return pending[:limit], pending[limit:]


_NOT_KNOWN = _UntilClosed()
"""How the body is framed before the head is there; it has no state then."""
_SIZE, _DATA_END, _TRAILERS = range(3)


class _Chunks:
    """A body in chunks, each with its size before it. *left* is 0 after the last one and its trailers.

    The lines between them end in CRLF and in nothing else: who reads them otherwise sees other chunks.
    """

    __slots__ = ("_beside", "_line", "_rest", "_wrong", "left")

    def __init__(self) -> None:
        self.left = -1
        self._line = _SIZE  # which line comes next, after the rest of the chunk
        self._rest = 0
        self._beside = 0
        self._wrong = ""

    def cut(self, pending: bytes, limit: int) -> tuple[bytes, bytes]:
        """Return the data of all chunks that are there, at most *limit* bytes, and what is not read yet.

        Raises:
            NotHttpError: What comes next is no chunk.
        """
        self._refuse()
        pieces: list[bytes] = []
        at, size = 0, len(pending)
        while self.left and at < size:
            if self._rest:
                piece = pending[at : at + min(self._rest, limit)]
                pieces.append(piece)
                taken = len(piece)
                at += taken
                limit -= taken
                self._rest -= taken
                if self._rest:  # more must come first, or be taken
                    break
            if self._line != _TRAILERS and (match := _USUAL[self._line].match(pending, at)) is not None:
                at = match.end()
                if match[1] is None:
                    self._line = _SIZE
                else:
                    self._begin(int(match[1], 16))
                continue
            after = self._read_line(pending, at)
            if after == at:
                break
            at = after
        if not pieces:  # what came before something wrong is given first, however it was cut
            self._refuse()
        return (pieces[0] if len(pieces) == 1 else b"".join(pieces)), (pending[at:] if at else pending)

    def _refuse(self) -> None:
        if self._wrong:
            raise NotHttpError(self._wrong)

    def _begin(self, size: int) -> None:
        self._rest = size
        self._line = _DATA_END if size else _TRAILERS

    def _read_line(self, pending: bytes, at: int) -> int:
        """Read the line that begins at *at*, and return where it ends: there, where more must come or it is wrong."""
        if self._line == _DATA_END:  # it is not there: what stands in its place is told before a line ends
            if not b"\r\n".startswith(pending[at : at + 2]):
                self._wrong = "a chunk that is longer than its size"
            return at
        end = pending.find(b"\n", at, at + _LONGEST_LINE) + 1
        if end:
            self._wrong = self._understand(pending[at:end])
        elif len(pending) - at >= _LONGEST_LINE:
            self._wrong = "a line without an end between the chunks"
        return at if self._wrong else end or at

    def _understand(self, line: bytes) -> str:
        """Take in what a line says, and return what is wrong with it."""
        if self._line == _SIZE:
            match = _CHUNK_SIZE.fullmatch(line)
            if match is None:
                return f"a chunk without a size: {line[:40]!r}"
            self._beside += max(0, len(line) - _SHORT_LINE)
            self._begin(int(match[1], 16))
        elif line == b"\r\n":
            self.left = 0
        elif _TRAILER.fullmatch(line) is None:
            return f"no trailer: {line[:40]!r}"
        else:
            self._beside += len(line)
        return "there is no end to what stands beside the chunks" if self._beside > _MOST_BESIDE else ""


def _decoder(coding: str | None) -> _Inflater | None:
    """Return what decompresses a body of that content coding; None where nothing does: it is left as it is."""
    return _Inflater() if coding is not None and coding.strip().lower() in _PACKED else None


class _Inflater:
    """Decompresses gzip and zlib's format, never more at once than is asked for.

    Attributes:
        waiting: What is not decompressed yet.
    """

    __slots__ = ("_begun", "_inflate", "waiting")

    def __init__(self) -> None:
        self._inflate = _inflating()
        self._begun = False
        self.waiting = b""

    def unpacked(self, packed: bytes, limit: int) -> bytes:
        """Return at most *limit* bytes of what *packed*, and what waited before it, says.

        Raises:
            UnpackingError: They say nothing.
        """
        packed = self.waiting + packed
        if packed and self._inflate.eof:  # gzip files may follow each other, and nothing else may follow one
            self._inflate = _inflating()
        self._begun = self._begun or bool(packed)
        try:
            data: bytes = self._inflate.decompress(packed, limit)
        except _zlib_error() as error:
            raise UnpackingError(str(error)) from error
        self.waiting = self._inflate.unconsumed_tail or self._inflate.unused_data
        return data

    def end(self) -> None:
        """Refuse a body that is not whole.

        Raises:
            UnpackingError: It is not.
        """
        if self._begun and not self._inflate.eof:
            raise UnpackingError("it ended too early")


def _inflating() -> Any:
    import zlib  # noqa: PLC0415 - most answers are not compressed

    return zlib.decompressobj(zlib.MAX_WBITS | _EITHER_HEADER)


def _zlib_error() -> type[Exception]:
    import zlib  # noqa: PLC0415

    return zlib.error
