"""How many threads compute where nobody says."""

from __future__ import annotations

import os


def threads_for(asked: int | None) -> int:
    """Return *asked*, or half of the cores that this process may use.

    Not all of them: both engines keep their threads in step by waiting busily, so one thread that another program
    holds up stops them all. On a busy machine with two cores, two threads were found ten times slower than one; on an
    idle one they are 1.7 times faster.
    """
    if asked is not None:
        return asked
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, allowed // 2)
