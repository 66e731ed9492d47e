"""A talk as it goes on: frames that say how long they are; and what all documents of Parley's have in common."""

from typing import Any

from jackfield.convert import loads
from jackfield.operations.chat import ChatEvent, ChoiceDelta, Delta, Usage
from jackfield.plugin import AnswerError, Call, DecodeError, JackfieldError, error_class

REASONS = {"done": "stop", "cut": "length"}
LONGEST = 9
"""How many digits a frame's length has, at most."""


class Talk:
    """Decodes an answer in frames: a line with the length of a JSON object, the object, the end of the line."""

    def __init__(self, call: Call) -> None:
        self.complete = False
        self.finished = False
        self._call = call
        self._pending = b""
        self._failure: JackfieldError | None = None

    def feed(self, data: bytes) -> list[ChatEvent]:
        """Return the events of the frames that are whole."""
        self._pending += data
        events = []
        try:
            while not self.finished and (frame := self._frame()) is not None:
                events.append(self._event(read(frame)))
        except JackfieldError as error:
            self._failure, self.finished = error, True
        return events

    def close(self) -> list[ChatEvent]:
        """Raise what came in place of an event."""
        if self._failure is not None:
            raise self._failure
        return []

    def _frame(self) -> bytes | None:
        """Take the next frame, where it is whole."""
        length, newline, rest = self._pending.partition(b"\n")
        if len(length) > LONGEST or (newline and not length.isdigit()):
            raise DecodeError(f"no frame of parley's: {length[:80]!r}", problems=["expected a length @ $"])
        if not newline or len(rest) <= int(length):
            return None
        self._pending = rest[int(length) + 1 :]
        return rest[: int(length)]

    def _event(self, document: dict[str, Any]) -> ChatEvent:
        if "fault" in document:
            raise refusal(self._call, 500, document)
        ended = reason(document)
        self.complete = self.finished = ended is not None
        delta = ChoiceDelta(delta=Delta(content=document.get("utterance")), finish_reason=ended, raw=document)
        return ChatEvent(model=document.get("voice", ""), choices=(delta,), usage=usage(document), raw=document)


def read(text: bytes) -> dict[str, Any]:
    """Return a document of Parley's."""
    try:
        document = loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        shown = text[:80].decode("utf-8", "replace")
        raise DecodeError(f"parley sent no JSON object; it begins: {shown!r}", problems=["expected an object @ $"])
    return document


def required(document: dict[str, Any], key: str, where: str = "") -> Any:
    """Return what an answer makes no sense without."""
    if document.get(key) is None:
        raise DecodeError("parley's answer does not fit", problems=[f"required field missing @ ${where}.{key}"])
    return document[key]


def reason(document: dict[str, Any]) -> str | None:
    """Return why a talk ended, in our words where there is one."""
    ended = document.get("ended")
    return None if ended is None else REASONS.get(ended, ended)


def usage(document: dict[str, Any]) -> Usage | None:
    """Return what was used, where the document says."""
    tokens = document.get("tokens")
    if tokens is None:
        return None
    heard, spoken = tokens.get("heard", 0), tokens.get("spoken", 0)
    return Usage(prompt_tokens=heard, completion_tokens=spoken, total_tokens=heard + spoken, raw=tokens)


def refusal(call: Call, status: int, document: dict[str, Any]) -> AnswerError:
    """Return the error that a fault means."""
    fault = document.get("fault")
    text = f"{call.provider} answered {status} ({fault}): {document.get('text', 'no reason given')}"
    return error_class(status)(text, status=status, code=fault, details=document)
