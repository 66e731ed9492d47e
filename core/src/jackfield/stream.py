"""An answer that is still coming: iterable, closable, at its end the response that a plain call would have given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from jackfield._drive import Io, iterate
from jackfield.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
    from types import TracebackType
    from typing import Self

    from jackfield._drive_async import AsyncIo
    from jackfield.call import CallMeta
    from jackfield.http import Command, Flow

Ev = TypeVar("Ev")
Res = TypeVar("Res")


def _ended(result: Res) -> Flow[Res]:
    """Return a flow that has nothing left to do."""
    yield from ()
    return result


class _Streamed(Generic[Ev, Res]):
    """What both streams are made of."""

    def __init__(self, flow: Flow[Res], io: Io | AsyncIo) -> None:
        # Up to its first command a flow only checks and encodes: bad input raises here, not at the first event.
        try:
            self._first: Command | None = next(flow)
        except StopIteration as stop:  # a middleware answered by itself, from a cache for instance
            self._first, flow = None, _ended(stop.value)
        self._flow = flow
        self._io: Any = io

    @property
    def response(self) -> Res:
        """The whole answer, as a plain call would have given it.

        Raises:
            SetupError: The stream has not been read to its end. What came of a stream that broke off is in its
                error's `partial`.
        """
        if self._io.result is None:
            raise SetupError("the stream has not been read to its end, so there is no whole response; iterate it first")
        result: Res = self._io.result
        return result

    @property
    def meta(self) -> CallMeta:
        """The story of the call, once the stream has been read to its end."""
        meta: CallMeta = getattr(self.response, "meta")  # noqa: B009 - an operation's response need not have it
        return meta


class Stream(_Streamed[Ev, Res]):
    """An answer event by event. Closing is certain with `with` or `close()`; otherwise it happens on collection."""

    def __init__(self, flow: Flow[Res], io: Io) -> None:
        """Take the flow of one streaming call."""
        super().__init__(flow, io)
        self._events: Generator[Ev, None, None] = iterate(self._flow, io, self._first)

    def __iter__(self) -> Iterator[Ev]:
        """Return the events; there is one pass over them."""
        return self._events

    def __next__(self) -> Ev:
        """Return the next event."""
        return next(self._events)

    def close(self) -> None:
        """Stop the answer and close its connection. Harmless at the end and twice."""
        self._events.close()
        self._flow.close()  # a stream that was never iterated has no running driver to do it

    def __enter__(self) -> Self:
        """Use the stream with `with`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Close it."""
        self.close()


class AsyncStream(_Streamed[Ev, Res]):
    """As `Stream`, for `async for` and `async with`."""

    def __init__(self, flow: Flow[Res], io: AsyncIo) -> None:
        """Take the flow of one streaming call."""
        from jackfield._drive_async import aiterate  # noqa: PLC0415 - imports asyncio

        super().__init__(flow, io)
        self._events: AsyncGenerator[Ev, None] = aiterate(self._flow, io, self._first)

    def __aiter__(self) -> AsyncIterator[Ev]:
        """Return the events; there is one pass over them."""
        return self._events

    async def __anext__(self) -> Ev:
        """Return the next event."""
        return await self._events.__anext__()

    async def close(self) -> None:
        """As `Stream.close`."""
        await self._events.aclose()
        self._flow.close()

    async def aclose(self) -> None:
        """As `close`, under the name that `contextlib.aclosing` wants."""
        await self.close()

    async def __aenter__(self) -> Self:
        """Use the stream with `async with`."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()
