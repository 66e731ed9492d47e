"""How much time is left for all of it."""

from __future__ import annotations

import time


class TimeUsedUpError(Exception):
    """There is no time left for anything. No TimeoutError, which says that a single step took too long."""


class Deadline:
    """The end of an examination.

    Args:
        seconds: How long it may take.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self, most: float = float("inf")) -> float:
        """Return how many seconds are left, at most *most*.

        Raises:
            TimeUsedUpError: None.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeUsedUpError
        return min(left, most)
