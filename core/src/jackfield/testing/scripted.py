"""Answers written down beforehand, and the transports that give them.

Rule 1: what a script says is what a network could do: answers cut into pieces, late, broken off, or none at all.
Rule 2: nothing here waits: an answer that is later than the timeout is a timeout at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import field, frozen

from jackfield.convert import dumps
from jackfield.errors import ReadError
from jackfield.http import HttpHead, HttpRequest

SECRET = "canary-5b1f7c0e9d2a4863"  # noqa: S105 - made to be looked for
"""A credential for tests: wherever it turns up, a real one would."""


@frozen
class Late:
    """A piece of a body (or a failure in place of one) that comes *seconds* after the one before."""

    seconds: float
    piece: bytes | Exception


Piece: TypeAlias = bytes | Exception | Late


@frozen
class Answer:
    """One scripted answer; made by `answer`.

    Attributes:
        status: The HTTP status.
        headers: Lower-case names.
        pieces: The body as it comes, read by read; an exception breaks it off.
        after: Seconds until the head is there.
    """

    status: int
    headers: Mapping[str, str] = field(factory=dict)
    pieces: Sequence[Piece] = ()
    after: float = 0.0


Reply: TypeAlias = Answer | Exception
Replies: TypeAlias = Iterable[Reply] | Callable[[HttpRequest], Reply]
"""What is answered: one reply a request, in order, or a function that gives the reply to a request."""


def answer(
    status: int = 200, body: Any = b"", headers: Mapping[str, str] | None = None, *, after: float = 0.0
) -> Answer:
    """Return a scripted answer.

    Args:
        status: The HTTP status.
        body: Bytes; text; a list of bytes, `late(...)` and exceptions, each of them one read; or anything that has a
            JSON form, which then is the body, with its content type.
        headers: Headers.
        after: Seconds until the head is there, by the script's clock.
    """
    named = {name.lower(): value for name, value in (headers or {}).items()}
    if isinstance(body, str):
        body = body.encode()
    if isinstance(body, bytes):
        return Answer(status, named, (body,) if body else (), after)
    if isinstance(body, list | tuple) and body and all(isinstance(each, bytes | Exception | Late) for each in body):
        return Answer(status, named, tuple(body), after)
    return Answer(status, {"content-type": "application/json", **named}, (dumps(body),), after)


def late(seconds: float, piece: bytes | Exception) -> Late:
    """Return a piece of a body that comes *seconds* after the one before."""
    return Late(seconds, piece)


class Script:
    """Gives the replies in order, and keeps what was asked.

    Attributes:
        requests: The requests that came, credentials still secret.
    """

    def __init__(self, replies: Replies) -> None:
        self.requests: list[HttpRequest] = []
        self._reply = replies if callable(replies) else None
        self._replies: Iterator[Reply] = iter(()) if callable(replies) else iter(replies)

    def reply(self, request: HttpRequest) -> Answer:
        """Return the answer to *request*, or raise the failure that stands in its place.

        Raises:
            AssertionError: There are more requests than replies.
            SetupError: A credential is bound to another origin than the request's.
        """
        self.requests.append(request)
        request.revealed_headers()  # as a real transport does: a credential for elsewhere is refused here
        reply = self._reply(request) if self._reply is not None else next(self._replies, None)
        if reply is None:
            raise AssertionError(
                f"the script has no reply to request {len(self.requests)}, {request.method} {request.url}"
            )
        if isinstance(reply, Exception):
            raise reply
        return reply


def in_time(answer: Answer, timeout: float | None) -> Answer:
    """Return *answer*, or raise the ReadError of a transport that waited *timeout* seconds for its head."""
    if timeout is not None and answer.after > timeout:
        raise ReadError(f"the script did not answer within {timeout:g} seconds")
    return answer


class ScriptedBody:
    """The body of a scripted answer."""

    def __init__(self, answer: Answer, closed: Callable[[ScriptedBody], object] = id) -> None:
        self.seconds = 0.0
        self._pieces = list(answer.pieces)
        self._on_close = closed
        self._closed = False

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Return the next piece, at most *limit* bytes of it; empty at the end. `seconds` says how late it came."""
        self.seconds = 0.0
        if self._closed:
            raise ReadError("the body was read after it was closed")
        if not self._pieces:
            return b""
        piece = self._pieces[0]
        if isinstance(piece, Late):
            if timeout is not None and piece.seconds > timeout:
                self._pieces[0] = Late(piece.seconds - timeout, piece.piece)
                self.seconds = timeout
                raise ReadError(f"nothing came for {timeout:g} seconds")
            self.seconds, piece = piece.seconds, piece.piece
        if isinstance(piece, Exception):
            raise piece
        if len(piece) > limit:
            self._pieces[0] = piece[limit:]
        else:
            del self._pieces[0]
        return piece[:limit]

    def close(self) -> None:
        """End the body."""
        if not self._closed:
            self._closed = True
            self._on_close(self)


class ScriptedTransport:
    """A transport that answers from a script. Serves `Client`, and (in a thread) `AsyncClient`.

    Args:
        replies: What is answered, one reply a request; or a function that gives the reply to a request.
    """

    def __init__(self, replies: Replies = ()) -> None:
        self._script = Script(replies)
        self._open: set[ScriptedBody] = set()

    @property
    def requests(self) -> list[HttpRequest]:
        """The requests that came, credentials still secret."""
        return self._script.requests

    @property
    def open_bodies(self) -> int:
        """How many answers were begun and not closed; 0 when nothing leaks."""
        return len(self._open)

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, ScriptedBody]:
        """Give the next reply."""
        reply = in_time(self._script.reply(request), timeout)
        body = ScriptedBody(reply, self._open.discard)
        self._open.add(body)
        return HttpHead(reply.status, reply.headers), body

    def close(self) -> None:
        """Nothing is open."""


class AsyncScriptedTransport:
    """As `ScriptedTransport`, for asyncio, without a thread."""

    is_async = True

    def __init__(self, replies: Replies = ()) -> None:
        self._transport = ScriptedTransport(replies)

    @property
    def requests(self) -> list[HttpRequest]:
        """The requests that came, credentials still secret."""
        return self._transport.requests

    @property
    def open_bodies(self) -> int:
        """How many answers were begun and not closed; 0 when nothing leaks."""
        return self._transport.open_bodies

    async def send(
        self,
        request: HttpRequest,
        timeout: float | None,  # noqa: ASYNC109 - the contract
    ) -> tuple[HttpHead, AsyncScriptedBody]:
        """Give the next reply."""
        head, body = self._transport.send(request, timeout)
        return head, AsyncScriptedBody(body)

    async def close(self) -> None:
        """Nothing is open."""


class AsyncScriptedBody:
    """The body of a scripted answer, for asyncio."""

    def __init__(self, body: ScriptedBody) -> None:
        self._body = body

    async def read(self, limit: int, timeout: float | None) -> bytes:  # noqa: ASYNC109 - the contract
        """As `ScriptedBody.read`."""
        return self._body.read(limit, timeout)

    async def close(self) -> None:
        """As `ScriptedBody.close`."""
        self._body.close()
