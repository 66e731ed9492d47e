"""One answer in the making: a thread that works, a queue between it and the reader.

Rule 1: the thread ends by itself when the answer is complete, and soon after nobody wants it any more.
Rule 2: the threads are daemons, so that an answer nobody reads does not hold the interpreter at its exit; the engines
are released only after they have ended (`_engine`).
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias
from weakref import WeakSet

from jackfield.convert import dumps
from jackfield.plugin import HttpHead, ReadError
from jackfield_local._answers import RefusedError, event

if TYPE_CHECKING:
    from collections.abc import Callable

running: WeakSet[Job] = WeakSet()


class Job:
    """One answer in the making. To the work it is where the pieces go; to the transport's caller, the answer's body.

    Args:
        work: Makes the answer: puts its head, then its bytes. What it raises becomes an error document, or an event
            where the stream has begun.

    Attributes:
        unwanted: Nobody waits for the answer any more.
    """

    def __init__(self, work: Work) -> None:
        self.unwanted = False
        self._work = work
        self._pieces: SimpleQueue[Piece | None] = SimpleQueue()
        self._left = b""
        self._begun = False
        self._ended = False
        self._thread = Thread(target=self._run, name="jackfield-local", daemon=True)
        running.add(self)
        self._thread.start()

    # For the work

    def put(self, piece: Piece) -> bool:
        """Take the next piece of the answer, its head first, and return whether nobody wants more."""
        self._begun = True
        self._pieces.put(piece)
        return self.unwanted

    # For the transport's caller

    def head(self, timeout: float | None) -> HttpHead:
        """Return status and headers as soon as they are known. Called once, before `read`.

        Raises:
            ReadError: They were not known within *timeout* seconds, or the answer was closed; the work is stopped.
        """
        try:
            piece = self._next(timeout)
        except BaseException:  # Ctrl-C as well: nobody will read the answer
            self.close()
            raise
        if not isinstance(piece, HttpHead):
            raise ReadError("the local model's answer was closed while it was waited for", transient=False)
        return piece

    def read(self, limit: int, timeout: float | None) -> bytes:
        """Return the next bytes, at most *limit*; empty at the end.

        Raises:
            ReadError: Nothing came for *timeout* seconds, or the body was closed.
        """
        if not self._left and not self._ended:
            piece = self._next(timeout)
            if self.unwanted:
                raise ReadError("the local model's answer was closed while it was read", transient=False)
            if isinstance(piece, bytes):
                self._left = piece
            else:
                self._ended = True
                self._thread.join()  # it has nothing left to do
        data, self._left = self._left[:limit], self._left[limit:]
        return data

    def close(self) -> None:
        """Stop the work, and wake whoever waits for it. Does not block; harmless when called twice."""
        self.unwanted = True
        self._pieces.put(None)

    def wait(self, timeout: float) -> bool:
        """Wait for the thread's end, at most *timeout* seconds, and return whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _next(self, timeout: float | None) -> Piece | None:
        try:
            return self._pieces.get(timeout=None if timeout is None else max(timeout, 0))
        except Empty:
            # Not transient: a model that is too slow now is too slow in a second.
            raise ReadError(f"nothing came from the local model within {timeout:g} s", transient=False) from None

    def _run(self) -> None:
        try:
            self._work(self)
        except RefusedError as refused:
            self._refuse(refused)
        except Exception as error:  # noqa: BLE001 - foreign engines; it must not be lost with the thread
            self._refuse(RefusedError(500, f"the local model failed: {type(error).__name__}: {error}"))
        finally:
            if not self.unwanted:  # else whoever waited has been woken
                self._pieces.put(None)

    def _refuse(self, refused: RefusedError) -> None:
        if self._begun:
            self.put(event(refused.document()))
        else:
            self.put(refused.head())
            self.put(dumps(refused.document()))


Piece: TypeAlias = HttpHead | bytes
if TYPE_CHECKING:
    Work: TypeAlias = Callable[[Job], None]
