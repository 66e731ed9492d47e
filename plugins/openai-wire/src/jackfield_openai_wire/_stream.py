"""Event streams: `data:` lines with one JSON object each, `[DONE]` at the end.

An answer is complete when `[DONE]` came or every choice has its finish reason (pictures: when the completed one came);
servers omit either, so one is enough, and neither is an answer cut short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield.convert import Misfit, loads
from jackfield.plugin import AnswerError, Call, DecodeError, HttpHead, LimitExceededError, SseEvent, SseSplitter
from jackfield_openai_wire._refusal import error_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jackfield.convert import Converter

_DONE = b"[DONE]"
_EXCERPT = 500


class EventDecoder:
    """Decodes the stream of one answer."""

    def __init__(self, call: Call, head: HttpHead, converter: Converter) -> None:
        """Open the stream of the answer that *head* begins."""
        self.complete = False
        self.finished = False
        self._call = call
        self._head = head
        self._splitter = SseSplitter(call.limits.event)
        self._event_type = call.operation.event
        self._structure = converter.get_structure_hook(call.operation.event)
        self._open: set[int] = set()
        self._ended: set[int] = set()
        self._failure: AnswerError | DecodeError | None = None
        self._begun = False
        self._beginning = b""

    def feed(self, data: bytes) -> Sequence[Any]:
        """Take the next bytes in and return the events complete with them."""
        if not self._begun and len(self._beginning) < _EXCERPT:
            self._beginning += data[:_EXCERPT]
        return self._decoded(self._splitter.feed(data))

    def close(self) -> Sequence[Any]:
        """Return what the end left open; raise what the provider sent instead of an answer."""
        events = [] if self.finished else self._decoded(self._splitter.close())
        if self._failure is not None:
            raise self._failure
        if not self._begun and not self.complete:
            raise self._no_stream()
        return events

    def _decoded(self, events: Sequence[SseEvent]) -> list[Any]:
        decoded = []
        structure, kind, depth = self._structure, self._event_type, self._call.limits.depth
        for event in events:
            data = event.data
            if data == _DONE:
                self.complete = self.finished = True
                break
            try:
                document = loads(data, depth)
                if "error" in document and (failure := error_in(self._call, self._head, document)) is not None:
                    self._failure, self.finished = failure, True
                    break
                entity = structure(document, kind)
            except (Misfit, ValueError, TypeError) as error:
                self._failure, self.finished = self._unreadable(data, error), True
                break
            self._begun = True
            self._note(entity)
            decoded.append(entity)
        return decoded

    def _note(self, event: Any) -> None:
        """Keep count of the choices that have ended."""
        choices = getattr(event, "choices", None)
        if choices is None:
            self.complete = str(getattr(event, "type", "")).endswith(".completed")
            return
        for choice in choices:
            if choice.finish_reason is not None:
                self._ended.add(choice.index)
                self.complete = self._open <= self._ended
            elif choice.index not in self._open and choice.index not in self._ended:
                self._open.add(choice.index)
                self.complete = False

    def _unreadable(self, data: bytes, error: Exception) -> DecodeError:
        text = data[:_EXCERPT].decode("utf-8", "replace")
        return DecodeError(
            f"an event of {self._call.provider}'s stream cannot be read: {error}; it begins: {text[:80]!r}",
            problems=[str(error)],
            body=text,
        )

    def _no_stream(self) -> AnswerError | DecodeError:
        """Return the error for an answer in which no event was found."""
        text = self._beginning.decode("utf-8", "replace")
        try:
            failure = error_in(self._call, self._head, loads(self._beginning))
        except (ValueError, LimitExceededError):
            failure = None
        kind = self._head.headers.get("content-type", "no content type")
        return failure or DecodeError(
            f"{self._call.provider} answered {self._head.status} with {kind} instead of an event stream; "
            f"it begins: {text[:80]!r}",
            problems=["expected an event stream @ $"],
            body=text,
        )
