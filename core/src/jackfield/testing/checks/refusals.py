"""What an answer that is not 2xx becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jackfield.errors import AnswerError, error_class
from jackfield.testing.checks._raised import raised
from jackfield.testing.flows import play
from jackfield.testing.scripted import Answer, answer
from jackfield.testing.subject import JSON, AnyOperation, Subject

if TYPE_CHECKING:
    from jackfield._binding import Binding

STATUSES = (400, 403, 404, 408, 409, 429, 500, 503)
"""401 has a check of its own, with the credentials."""
BODIES = {
    "JSON": b'{"error": {"message": "no"}}',
    "another JSON": b'{"message": ["no"]}',
    "HTML": b"<!doctype html><h1>Bad gateway</h1>",
    "text": b"no \xff\xfe",
    "nothing": b"",
}
_SECONDS = 7


class RefusalChecks(Subject):
    """`decode_error` and `read_head`."""

    def test_refusals_have_their_class(self, operation: AnyOperation) -> None:
        """Each status becomes its error class, whatever the body."""
        binding = self.bound()
        for status in STATUSES:
            for kind, body in BODIES.items():
                reply = answer(status, body, JSON if "JSON" in kind else {"content-type": "text/html"})
                error = self._error(binding, operation, reply, f"{status} with {kind}")
                assert isinstance(error, error_class(status)), f"{status} with {kind} became {type(error).__name__}"
                assert status == error.status
                assert str(error), "the error says nothing"

    def test_retry_after_is_heard(self, operation: AnyOperation) -> None:
        """A `Retry-After` in seconds is the error's `retry_after`, and without one nothing is made up."""
        if not self.http:
            pytest.skip("Retry-After belongs to HTTP")
        binding, body = self.bound(), BODIES["JSON"]
        asked = self._error(binding, operation, answer(429, body, {"retry-after": str(_SECONDS)}), "429")
        assert _SECONDS == asked.retry_after
        assert asked.transient, "an answer that asks to wait may be asked for again"
        assert self._error(binding, operation, answer(429, body), "429 without Retry-After").retry_after is None

    def _error(self, binding: Binding, operation: AnyOperation, reply: Answer, where: str) -> AnswerError:
        played = play(self.held(binding, operation), self.replying(binding, operation, reply))
        return raised(AnswerError, played.value, where)
