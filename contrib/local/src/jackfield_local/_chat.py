"""A chat request, and how the engine's chunks become its answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jackfield.convert import dumps
from jackfield_local._answers import LAST_EVENT, RefusedError, comment, document_head, event, stream_head
from jackfield_local._fold import ChunkFold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield_local._engine import Engine
    from jackfield_local._job import Job

# The engine's messages open with the field they are about.
_FIELD = re.compile(r"(?:Field |Expected )?'(\w+)'|(response_format)\b")
# What it says before the reason why a schema is no good.
_SCHEMA = re.compile(r".*?(?=JSON schema error)", re.DOTALL)
# Its kinds of failure that callers know under another name; the others have no name.
_CODES = {"exceed_context_size_error": "context_length_exceeded"}
_PARAMS = {"exceed_context_size_error": "messages"}
_BAD_REQUEST = 400


def answer_chat(document: Mapping[str, Any], engine: Engine, job: Job) -> None:
    """Make the answer to *document* and put it into *job*.

    The engine is always asked for a stream, since that is the only form that can be stopped.

    Raises:
        RefusedError: The request cannot be answered.
    """
    _check_messages(document.get("messages"))
    answer = _Streamed(document, engine, job) if document.get("stream") else _Whole(engine, job)
    try:
        engine.chat(_for_the_engine(document), answer.take)
    except (TypeError, ValueError) as error:
        raise _refusal(str(error)) from error
    if answer.failure is not None:
        raise answer.failure
    if not job.unwanted:
        answer.finish()


def _check_messages(messages: object) -> None:
    if not isinstance(messages, list) or not messages:  # the engine would make something up
        raise RefusedError(_BAD_REQUEST, "'messages' must be a list with at least one message", param="messages")
    for message in messages:
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else ():
            kind = part.get("type") if isinstance(part, dict) else part
            if kind not in ("text", "refusal"):
                raise RefusedError(
                    _BAD_REQUEST, f"the local model reads text alone, not a part of type {kind!r}", param="messages"
                )


def _for_the_engine(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return *document* as the engine is asked."""
    asked = {**document, "stream": True, "stream_options": {"include_usage": True}, "return_progress": True}
    if document.get("seed") is not None:
        asked["cache_prompt"] = False  # with a prompt half remembered, sums are rounded in another order
    return asked


def _refusal(message: str, status: int = _BAD_REQUEST, kind: str | None = None) -> RefusedError:
    """Return what the engine complains about, with the field it means."""
    if "JSON schema error" in message:
        return RefusedError(status, _SCHEMA.sub("", message, count=1), param="response_format")
    field = _FIELD.match(message)
    param = (field[1] or field[2]) if field else _PARAMS.get(kind or "")
    return RefusedError(status, message, param=param, code=_CODES.get(kind or ""))


class _Answer:
    """What both forms of an answer have in common: sorting the engine's chunks.

    Attributes:
        failure: Why there is no answer, or None. Kept, because the engine drops what its callback raises.
    """

    def __init__(self, engine: Engine, job: Job) -> None:
        self.failure: Exception | None = None
        self._fingerprint = engine.fingerprint
        self._job = job
        self._usage: dict[str, Any] | None = None

    def take(self, chunk: dict[str, Any]) -> bool:
        """Take the engine's next chunk, and return whether the engine shall stop."""
        try:
            if "error" in chunk:
                error = chunk["error"]
                raise _refusal(str(error.get("message")), int(error.get("code") or 500), error.get("type"))
            if "prompt_progress" in chunk:
                self.progress(chunk["prompt_progress"])
            elif "usage" in chunk:
                self._count(chunk)
            else:
                chunk["system_fingerprint"] = self._fingerprint
                self.add(chunk)
        except Exception as error:  # noqa: BLE001 - see `failure`
            self.failure = error
        return self.failure is not None or self._job.unwanted

    def _count(self, chunk: dict[str, Any]) -> None:
        """Keep the usage; the engine sends one a choice, and the prompt counts once."""
        chunk["system_fingerprint"] = self._fingerprint
        if self._usage is None:
            self._usage = chunk
            return
        total, usage = self._usage["usage"], chunk["usage"]
        total["completion_tokens"] += usage["completion_tokens"]
        total["total_tokens"] += usage["completion_tokens"]

    def progress(self, progress: Mapping[str, Any]) -> None:
        """Take note that more of the prompt has been read."""

    def add(self, chunk: dict[str, Any]) -> None:
        """Take the next piece of a choice."""
        raise NotImplementedError

    def finish(self) -> None:
        """Say that this was all."""
        raise NotImplementedError


class _Streamed(_Answer):
    """An answer that comes event by event."""

    def __init__(self, document: Mapping[str, Any], engine: Engine, job: Job) -> None:
        super().__init__(engine, job)
        self._counted = bool((document.get("stream_options") or {}).get("include_usage"))
        self._begun = False

    def progress(self, progress: Mapping[str, Any]) -> None:
        """Give a sign of life, so that a long prompt is not taken for a dead stream."""
        self._put(comment(f"{progress['processed']} of {progress['total']} tokens read"))

    def add(self, chunk: dict[str, Any]) -> None:
        self._put(event(chunk))

    def finish(self) -> None:
        if self._counted and self._usage is not None:
            self._put(event(self._usage))
        self._put(LAST_EVENT)

    def _put(self, data: bytes) -> None:
        if not self._begun:
            self._begun = True
            self._job.put(stream_head())
        self._job.put(data)


class _Whole(_Answer):
    """An answer in one document."""

    def __init__(self, engine: Engine, job: Job) -> None:
        super().__init__(engine, job)
        self._fold = ChunkFold()

    def add(self, chunk: dict[str, Any]) -> None:
        self._fold.add(chunk)

    def finish(self) -> None:
        document = self._fold.document()
        if self._usage is not None:
            document["usage"] = self._usage["usage"]
        self._job.put(document_head())
        self._job.put(dumps(document))
