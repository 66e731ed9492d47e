"""One question, without history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from jackfield.errors import InvalidRequestError
from jackfield.http import Flow
from jackfield.operations.chat import CHAT, ChatRequest, ChatResponse
from jackfield.operations.messages import Message

if TYPE_CHECKING:
    from jackfield.operations import Operation

Start = Callable[["Operation[Any, Any, Any]", Any, bool, Mapping[str, Any]], Flow[Any]]


def asking(
    start: Start, prompt: str | None, system: str | None, model: str | None, parameters: Mapping[str, Any]
) -> Flow[str]:
    """Return the flow of one question; its result is the answer's text."""
    response: ChatResponse = yield from start(CHAT, question(prompt, system, model, parameters), False, {})  # noqa: FBT003
    return response.text


def question(prompt: str | None, system: str | None, model: str | None, parameters: Mapping[str, Any]) -> ChatRequest:
    """Return the request for one question.

    Raises:
        InvalidRequestError: Neither a prompt nor a system prompt is given.
    """
    if not prompt and not system:
        raise InvalidRequestError("nothing to ask", problems=["prompt: missing; give a prompt, a system prompt, or both"])
    messages = [Message.system(system)] if system else []
    if prompt:
        messages.append(Message.user(prompt))
    return ChatRequest(messages=messages, model=model, **parameters)
