"""A chat request, and how the engine's chunks become its answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

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
LONGEST_ANSWER = 512
"""Tokens of an answer whose request sets no limit. A small model may go round in circles until its context is full."""

TEMPERATURE = 0.2
"""Where a request names none. A small model's second-best words are mostly wrong ones."""

REPEAT_PENALTY = 1.1
"""The engine's own parameter, where `extra` does not set it: without it a small model may say one phrase for ever."""

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
    form = _Streamed(document, job) if document.get("stream") else _Whole(job)
    relay = _Relay(form, engine.fingerprint, job)
    try:
        engine.chat(_for_the_engine(document), relay.take)
    except (RuntimeError, TypeError, ValueError) as error:  # a template's complaint is a RuntimeError
        raise _refusal(str(error)) from error
    if relay.failure is not None:
        raise relay.failure
    if not job.unwanted:
        form.finish(relay.usage)


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
    if document.get("max_tokens") is None and document.get("max_completion_tokens") is None:
        asked["max_tokens"] = LONGEST_ANSWER
    if document.get("temperature") is None:
        asked["temperature"] = TEMPERATURE
    asked.setdefault("repeat_penalty", REPEAT_PENALTY)
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


class _Relay:
    """Takes the engine's chunks, sorts them, and hands them to the form of the answer.

    Attributes:
        failure: Why there is no answer, or None. Kept, because the engine drops what its callback raises.
        usage: The chunk that counts the tokens, or None while it has not come.
    """

    def __init__(self, form: _Form, fingerprint: str, job: Job) -> None:
        self.failure: Exception | None = None
        self.usage: dict[str, Any] | None = None
        self._form = form
        self._fingerprint = fingerprint
        self._job = job

    def take(self, chunk: dict[str, Any]) -> bool:
        """Take the engine's next chunk, and return whether the engine shall stop."""
        try:
            self._sort(chunk)
        except Exception as error:  # noqa: BLE001 - see `failure`
            self.failure = error
        return self.failure is not None or self._job.unwanted

    def _sort(self, chunk: dict[str, Any]) -> None:
        if "error" in chunk:
            error = chunk["error"]
            self.failure = _refusal(str(error["message"]), error["code"], error["type"])
            return
        chunk["system_fingerprint"] = self._fingerprint
        if "prompt_progress" in chunk:
            self._form.progress(chunk["prompt_progress"])
        elif "usage" in chunk:
            self._count(chunk)
        else:
            self._form.add(chunk)

    def _count(self, chunk: dict[str, Any]) -> None:
        """Keep the usage. The engine tells one a choice; the prompt counts once."""
        if self.usage is None:
            self.usage = chunk
            return
        total, more = self.usage["usage"], chunk["usage"]["completion_tokens"]
        total["completion_tokens"] += more
        total["total_tokens"] += more


class _Form(Protocol):
    """The form of an answer."""

    def progress(self, progress: Mapping[str, Any]) -> None:
        """Take note of how much of the prompt has been read."""

    def add(self, chunk: dict[str, Any]) -> None:
        """Take the next piece of a choice."""

    def finish(self, usage: dict[str, Any] | None) -> None:
        """Say that this was all."""


class _Streamed:
    """An answer that comes event by event.

    Args:
        document: The request.
        job: Where the answer goes.
    """

    def __init__(self, document: Mapping[str, Any], job: Job) -> None:
        self._counted = bool((document.get("stream_options") or {}).get("include_usage"))
        self._job = job
        self._begun = False

    def progress(self, progress: Mapping[str, Any]) -> None:
        """Give a sign of life, so that a long prompt is not taken for a dead stream."""
        self._put(comment(f"{progress['processed']} of {progress['total']} tokens read"))

    def add(self, chunk: dict[str, Any]) -> None:
        """Pass it on."""
        self._put(event(chunk))

    def finish(self, usage: dict[str, Any] | None) -> None:
        """Tell the usage to those who asked for it, and end the stream."""
        if self._counted and usage is not None:
            self._put(event(usage))
        self._put(LAST_EVENT)

    def _put(self, data: bytes) -> None:
        if not self._begun:
            self._begun = True
            self._job.put(stream_head())
        self._job.put(data)


class _Whole:
    """An answer in one document.

    Args:
        job: Where the answer goes.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._fold = ChunkFold()

    def progress(self, progress: Mapping[str, Any]) -> None:
        """Nobody is told before the end."""

    def add(self, chunk: dict[str, Any]) -> None:
        """Fold it in."""
        self._fold.add(chunk)

    def finish(self, usage: dict[str, Any] | None) -> None:
        """Put the document together."""
        document = self._fold.document()
        if usage is not None:
            document["usage"] = usage["usage"]
        self._job.put(document_head())
        self._job.put(dumps(document))
