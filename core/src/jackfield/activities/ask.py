"""One question, without history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import fields

from jackfield.errors import InvalidRequestError
from jackfield.http import Flow
from jackfield.operations.chat import CHAT, ChatRequest, ChatResponse
from jackfield.operations.messages import Message

if TYPE_CHECKING:
    from jackfield.operations import Operation

Start = Callable[["Operation[Any, Any, Any]", Any, bool, Mapping[str, Any]], Flow[Any]]


def asking(
    start: Start,
    prompt: str | None,
    system: str | None,
    model: str | None,
    parameters: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> Flow[str]:
    """Return the flow of one question; its result is the answer's text.

    Raises:
        ContentFilteredError: A filter cut the answer short: half of one is not returned as a whole.
    """
    request = question(prompt, system, model, parameters)
    response: ChatResponse = yield from start(CHAT, request, False, changes)  # noqa: FBT003 - as every start
    response.raise_if_filtered()
    return response.text


def question(prompt: str | None, system: str | None, model: str | None, parameters: Mapping[str, Any]) -> ChatRequest:
    """Return the request for one question.

    Raises:
        InvalidRequestError: Neither a prompt nor a system prompt is given, or a parameter is none of a chat's.
    """
    known = [attribute.name for attribute in fields(ChatRequest)]
    if unknown := [name for name in parameters if name not in known or name == "messages"]:
        problems = [f"{name}: unknown; {_hint(name, known)}" for name in unknown]
        raise InvalidRequestError("ask() does not take that", problems=problems)
    if not prompt and not system:
        missing = "prompt: missing; give a prompt, a system prompt, or both"
        raise InvalidRequestError("nothing to ask", problems=[missing])
    messages = [Message.system(system)] if system else []
    if prompt:
        messages.append(Message.user(prompt))
    return ChatRequest(messages=messages, model=model, **parameters)


def _hint(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is already wrong

    nearest = get_close_matches(name, known, 1, 0.6)
    return f"did you mean {nearest[0]!r}?" if nearest else f"what has no field goes into extra={{{name!r}: …}}"
