"""HTTP/1.1 as bytes, without I/O: a request's head out, an answer's head and body in.

Rule 1: any cut of the bytes gives the same answer.
Rule 2: what is not certain is an error, never a guess: two lengths, a chunk without a size, an end before the end.
Rule 3: nothing here waits; a transport feeds what it received and takes what there is.

Why not the standard library's: it reads a head as if it were mail, 60 µs of the 90 that an exchange costs there, and it
gives the chunks of a stream one by one, where several are usually there at once.
Source: RFC 9112.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jackfield.http import HttpHead

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD_LIMIT = 1024 * 1024
"""How many bytes a head may have. What the client's `limits` say is checked after it is read."""
_BEGINNING = b"HTTP/1."
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(r"HTTP/1\.([01]) ([1-9]\d\d)(?: .*)?")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,16})[ \t]*(?:;.*)?")
_LONGEST_LINE = 16_384
"""How long the line may be that says how large a chunk is, and a trailer."""
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_MEMBER = b"\x1f\x8b"
"""How a gzip file begins."""
_EITHER_HEADER = 32
"""Says to zlib: gzip or zlib, whichever the data begins with."""
_WITHOUT_BODY = (204, 304)
_LAST_INFORMATION = 199


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
        headers: What else is to stand in it.
        length: How many bytes of body follow, or None where there is no body.

    Raises:
        ValueError: There is a line break in what is to be sent, or a letter that no header can have.
    """
    lines = [f"{method} {target} HTTP/1.1", f"host: {host}"]
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

    __slots__ = ("_decoder", "_framing", "_pending", "ended", "head", "keeps")

    def __init__(self) -> None:
        self.head: HttpHead | None = None
        self.ended = False
        self.keeps = False
        self._pending = b""
        self._framing: _Length | _Chunks | _UntilClosed = _UntilClosed()
        self._decoder: Any = None

    def feed(self, data: bytes) -> None:
        """Take in what was received; nothing means that the connection has ended.

        Raises:
            CutOffError: It ended too early.
            NotHttpError: It is no answer.
            HeadTooLargeError: There is no end to its head.
        """
        if not data:
            self._cut_off()
            return
        pending = self._pending + data if self._pending else data
        if self.head is None:
            pending = self._read_head(pending, len(self._pending))
        self._pending = pending

    def take(self, limit: int) -> bytes:
        """Return what is there of the body, at most *limit* bytes; nothing where more must be fed first, or at the end.

        Raises:
            NotHttpError: The chunks are none.
            UnpackingError: It cannot be decompressed.
        """
        if self.ended:
            return b""
        if self._decoder is not None:
            return self._unpacked(limit)
        data, self._pending = self._framing.cut(self._pending, limit)
        self._end()
        return data

    def _end(self) -> None:
        if self._framing.left == 0 and not (self._pending and type(self._framing) is _UntilClosed):
            self.ended = True
            self.keeps = self.keeps and not self._pending  # what follows belongs to no answer

    def _cut_off(self) -> None:
        if self.head is None:
            raise CutOffError("it ended in the middle of the head" if self._pending else "the other side closed it")
        if not isinstance(self._framing, _UntilClosed):
            raise CutOffError("it ended in the middle of the answer")
        self._framing.left = 0

    def _unpacked(self, limit: int) -> bytes:
        """Return at most *limit* bytes of what the packed ones say."""
        while True:
            if self._decoder.waiting:
                data: bytes = self._decoder.unpacked(b"", limit)
            else:
                packed, self._pending = self._framing.cut(self._pending, limit)
                data = self._decoder.unpacked(packed, limit)
                if not packed and not data:
                    break
            if data:
                return data
        self._end()
        if self.ended:
            self._decoder.end()
        return b""

    def _read_head(self, pending: bytes, before: int) -> bytes:
        """Read the head where it is complete, and return what follows it. `1xx` answers announce another one."""
        while (end := _END_OF_HEAD.search(pending, max(0, before - 3))) is not None:
            head, pending, before = pending[: end.start()], pending[end.end() :], 0
            minor, status, headers = _parsed(head)
            if status > _LAST_INFORMATION:
                self.head = HttpHead(status, headers)
                self._framing, self.keeps = _framed(minor, status, headers)
                self._decoder = _decoder(headers.get("content-encoding"))
                self._end()
                return pending
        if len(pending) > HEAD_LIMIT:
            raise HeadTooLargeError(f"more than {HEAD_LIMIT:,} bytes")
        if not pending.startswith(_BEGINNING[: len(pending)]):
            raise NotHttpError(f"it begins with {pending[:20]!r}")
        return pending


def _parsed(head: bytes) -> tuple[str, int, dict[str, str]]:
    """Return the minor version, the status and the headers."""
    first, *lines = head.decode("latin-1").split("\n")
    match = _STATUS_LINE.fullmatch(first.rstrip("\r"))
    if match is None:
        raise NotHttpError(f"it begins with {first[:40]!r}")
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        if name and line[:1] in (" ", "\t"):  # an older way to go on with a value
            headers[name] = f"{headers[name]} {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not (colon and name):
            raise NotHttpError(f"a header without a name: {line[:40]!r}")
        value = value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return match[1], int(match[2]), headers


def _framed(minor: str, status: int, headers: Mapping[str, str]) -> tuple[_Length | _Chunks | _UntilClosed, bool]:
    """Return how the body's end is known, and whether the connection can be used after it."""
    tokens = [each.strip() for each in headers.get("connection", "").lower().split(",")]
    keeps = "close" not in tokens and (minor == "1" or "keep-alive" in tokens)
    if status in _WITHOUT_BODY:
        return _Length(0), keeps
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked":
            raise NotHttpError(f"an unknown transfer-encoding: {coding!r}")
        return _Chunks(), keeps and length is None
    if length is None:
        return _UntilClosed(), False
    lengths = {each.strip() for each in length.split(",")}
    said = lengths.pop()
    if lengths or not (said.isascii() and said.isdecimal()):
        raise NotHttpError(f"no length: {length!r}")
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


_SIZE, _DATA, _DATA_END, _TRAILERS = range(4)


class _Chunks:
    """A body in chunks, each with its size before it. *left* is 0 after the last one and its trailers."""

    __slots__ = ("_rest", "_state", "left")

    def __init__(self) -> None:
        self.left = -1
        self._state = _SIZE
        self._rest = 0

    def cut(self, pending: bytes, limit: int) -> tuple[bytes, bytes]:
        """Return the data of all chunks that are there, at most *limit* bytes, and what is not read yet."""
        pieces: list[bytes] = []
        at, size = 0, len(pending)
        while self.left:
            if self._state == _DATA:
                piece = pending[at : at + min(self._rest, limit)]
                if not piece:  # more must come first, or be taken
                    break
                pieces.append(piece)
                at += len(piece)
                limit -= len(piece)
                self._rest -= len(piece)
                if self._rest == 0:
                    self._state = _DATA_END
                continue
            end = pending.find(b"\n", at)
            if end < 0:
                if size - at > _LONGEST_LINE:
                    raise NotHttpError("a chunk without a size")
                break
            line = pending[at : end - 1 if pending[end - 1 : end] == b"\r" and end > at else end]
            at = end + 1
            self._line(line)
        return (pieces[0] if len(pieces) == 1 else b"".join(pieces)), (pending[at:] if at else pending)

    def _line(self, line: bytes) -> None:
        """Read one of the lines around the chunks."""
        if self._state == _SIZE:
            match = _CHUNK_SIZE.fullmatch(line)
            if match is None:
                raise NotHttpError(f"a chunk without a size: {line[:40]!r}")
            self._rest = int(match[1], 16)
            self._state = _DATA if self._rest else _TRAILERS
        elif self._state == _DATA_END:
            if line:
                raise NotHttpError("a chunk that is longer than its size")
            self._state = _SIZE
        elif not line:
            self.left = 0


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
        """Return at most *limit* bytes of what *packed*, and what waited before it, says."""
        packed = self.waiting + packed
        self._begun = self._begun or bool(packed)
        try:
            data: bytes = self._inflate.decompress(packed, limit)
        except _zlib_error() as error:
            raise UnpackingError(str(error)) from error
        self.waiting = self._inflate.unconsumed_tail
        if self._inflate.unused_data.startswith(_MEMBER):  # gzip files may follow each other
            self.waiting, self._inflate = self._inflate.unused_data, _inflating()
        return data

    def end(self) -> None:
        """Refuse a body that is not whole."""
        if self._begun and not self._inflate.eof:
            raise UnpackingError("it ended too early")


def _inflating() -> Any:
    import zlib  # noqa: PLC0415 - most answers are not compressed

    return zlib.decompressobj(zlib.MAX_WBITS | _EITHER_HEADER)


def _zlib_error() -> type[Exception]:
    import zlib  # noqa: PLC0415

    return zlib.error
