"""The one retry layer: which failures are tried again, and after how long.

Rule 1: only errors that call themselves transient; the provider's own word (`should_retry`) wins over that.
Rule 2: the provider's hint wins over our backoff; a hint above the cap is not waited for but handed to the caller.
Rule 3: a wait that would outlast the deadline is not begun.
Rule 4: a kept-alive connection that was already dead is replaced at once; that is no attempt of the provider's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen, validators

from jackfield._values import FrozenValue
from jackfield.errors import AnswerError, JackfieldError, TransportError
from jackfield.http import Flow, Wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from jackfield._ledger import Ledger
    from jackfield.contract import Middleware, Proceed


def _random() -> float:
    import random  # noqa: PLC0415 - 10 ms that a call without failures does not pay

    return random.random()  # noqa: S311 - spreads load; nothing secret


_DOUBLINGS = 64  # beyond that the longest backoff holds, and floats end


@frozen(kw_only=True, eq=False, repr=False)
class Retries(FrozenValue):
    """How failures are tried again.

    Attributes:
        limit: How many times at most, after the first attempt.
        first: The backoff before the first retry, in seconds; it doubles with each one.
        longest: The longest backoff, in seconds.
        cap: The longest hint of a provider that is waited for, in seconds; a longer one is left to the caller, who
            finds it in the error's `retry_after`.
        jitter: Gives a number from 0 up to 1; up to a quarter of a backoff is taken off by it.
    """

    limit: int = field(default=2, validator=validators.ge(0))
    first: float = field(default=0.5, validator=validators.ge(0))
    longest: float = field(default=8.0, validator=validators.ge(0))
    cap: float = field(default=60.0, validator=validators.ge(0))
    jitter: Callable[[], float] = _random

    def wait(self, failures: int, error: JackfieldError) -> float | None:
        """Return how long to wait after failure number *failures* (from 1), or None to give up."""
        if failures > self.limit or not error.transient:
            return None
        hint = error.retry_after if isinstance(error, AnswerError) else None
        if hint is not None:
            return hint if hint <= self.cap else None
        doubled: float = self.first * 2.0 ** min(failures - 1, _DOUBLINGS)
        return min(doubled, self.longest) * (1 - self.jitter() / 4)


_STALE_LIMIT = 8  # more kept-alive connections than that are not dead at once


def retrying(retries: Retries, ledger: Ledger) -> Middleware:
    """Return the middleware that tries again."""

    def middleware(proceed: Proceed) -> Flow[Any]:
        failures = stale = 0
        while True:
            try:
                return (yield from proceed())
            except JackfieldError as error:
                if isinstance(error, TransportError) and error.stale and stale < _STALE_LIMIT:
                    stale += 1
                    continue
                failures += 1
                wait = retries.wait(failures, error)
                left = ledger.left()
                if wait is None or (left is not None and wait >= left):
                    raise
            ledger.meta.attempts[-1].waited = round(wait, 3)
            yield Wait(wait)

    return middleware
