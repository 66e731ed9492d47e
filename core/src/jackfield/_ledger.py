"""The running story of one call: its clock, its deadline, its attempts. Shared by exchange, retries and trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define

from jackfield.call import Attempt
from jackfield.errors import DeadlineError

if TYPE_CHECKING:
    from jackfield.call import AnswerFacts, CallMeta
    from jackfield.http import HttpHead


@define(eq=False, repr=False)
class Ledger:
    """What is known of a call while it runs.

    Attributes:
        meta: What the caller will see.
        started: The driver's clock when the call began.
        now: The driver's clock at the last reply.
        deadline: Seconds for the whole call, or None.
        events: How many events were handed on.
        last_event: The last of them, or None.
    """

    meta: CallMeta
    started: float
    now: float
    deadline: float | None = None
    events: int = 0
    last_event: Any = None

    def left(self) -> float | None:
        """Return how many seconds of the deadline are left, or None where there is none."""
        return None if self.deadline is None else self.started + self.deadline - self.now

    def begin(self, *, fetch: bool = False) -> Attempt:
        """Open another attempt; *fetch* says that it asks the provider nothing."""
        attempt = Attempt(at=round(self.now - self.started, 3), fetch=fetch)
        self.meta.attempts.append(attempt)
        return attempt

    def answered(self, head: HttpHead, facts: AnswerFacts | None) -> None:
        """Note what the head of an answer says."""
        meta, attempt = self.meta, self.meta.attempts[-1]
        attempt.status = head.status
        meta.headers = head.headers
        if facts is not None:
            attempt.request_ids = meta.request_ids = facts.request_ids
            meta.rate_limits = facts.rate_limits

    def too_late(self) -> DeadlineError:
        """Return the error that says that the time is up, and where it went."""
        sends = len(self.meta.attempts)
        waited = sum(attempt.waited for attempt in self.meta.attempts)
        return DeadlineError(
            f"the call did not end within its deadline of {self.deadline:g} seconds "
            f"({sends} {'attempt' if sends == 1 else 'attempts'}, {waited:.1f} seconds of waiting between them); "
            f"give a longer deadline=, or stream the answer"
        )
