"""One question, without history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import fields

from jackfield.activities.answering import answering
from jackfield.errors import InvalidRequestError
from jackfield.operations.chat import ChatRequest, ResponseFormat
from jackfield.operations.messages import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jackfield.activities.parameters import Start
    from jackfield.http import Flow

T = TypeVar("T")

_NO_FIELDS = ("tool_rounds", "tool_errors")
"""What a chat takes beside the fields of its request."""
_ELSEWHERE = {
    "messages": "a ChatSession holds them: client.chat(session, …), or client.call(CHAT, ChatRequest(messages=[…]))",
    "stream": "client.stream_chat(session, …), or client.stream(CHAT, ChatRequest(…))",
}
"""What other libraries take in one place, and where it is here."""


def asking(
    start: Start, prompt: str | None, system: str | None, parameters: Mapping[str, Any], changes: Mapping[str, Any]
) -> Flow[str]:
    """Return the flow of one question; its result is the answer's text.

    Raises:
        ContentFilteredError: A filter cut the answer short: half of one is not returned as a whole.
        RefusalError: The model refuses.
        ToolError: As in `answering`, or the calls that the model wants made are the caller's.
    """
    answer = yield from answering(start, _question(prompt, system, parameters), parameters, False, changes)  # noqa: FBT003
    return answer.in_words().text


def asking_for(
    start: Start,
    kind: type[T],
    prompt: str | None,
    system: str | None,
    parameters: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> Flow[T]:
    """Return the flow of one question; its result is the answer as a *kind*.

    Raises:
        InvalidRequestError: There is no schema for *kind*.
        AnswerMismatchError: What the model said is no *kind*.
        RefusalError: The model refuses.
        ToolError: As in `asking`.
    """
    parameters = {**parameters, "response_format": ResponseFormat.of(kind)}
    answer = yield from answering(start, _question(prompt, system, parameters), parameters, False, changes)  # noqa: FBT003
    return answer.in_words().parse(kind)


def _question(prompt: str | None, system: str | None, parameters: Mapping[str, Any]) -> ChatRequest:
    """Return the request for one question.

    Raises:
        InvalidRequestError: Neither a prompt nor a system prompt is given, or a parameter is none of a chat's.
    """
    if not prompt and not system:
        missing = "prompt: missing; give a prompt, a system prompt, or both"
        raise InvalidRequestError("nothing to ask", problems=[missing])
    messages = [Message.system(system)] if system else []
    if prompt:
        messages.append(Message.user(prompt))
    return request_of(messages, parameters)


def request_of(messages: Sequence[Any], parameters: Mapping[str, Any]) -> ChatRequest:
    """Return the request that sends *messages*.

    Raises:
        InvalidRequestError: A parameter is none of a chat's, or does not fit.
    """
    known = [attribute.name for attribute in fields(ChatRequest)]
    allowed = {name: value for name, value in parameters.items() if name not in _NO_FIELDS}
    if unknown := [name for name in allowed if name not in known or name == "messages"]:
        problems = [f"{name}: {_ELSEWHERE.get(name) or _hint(name, [*known, *_NO_FIELDS])}" for name in unknown]
        raise InvalidRequestError("a chat does not take that", problems=problems)
    return ChatRequest(messages=messages, **allowed)


def _hint(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is already wrong

    nearest = get_close_matches(name, known, 1, 0.6)
    said = f"did you mean {nearest[0]!r}?" if nearest else f"what has no field goes into extra={{{name!r}: …}}"
    return f"unknown; {said}"
