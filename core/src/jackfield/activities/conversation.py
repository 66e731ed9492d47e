"""A conversation: sent as it is, or carried on by one turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield.activities.answering import answering
from jackfield.activities.ask import request_of
from jackfield.activities.session import ChatSession
from jackfield.errors import DecodeError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield.activities.parameters import Start
    from jackfield.http import Flow
    from jackfield.operations.chat import ChatResponse
    from jackfield.operations.messages import Message


def completing(
    start: Start, session: ChatSession, parameters: Mapping[str, Any], changes: Mapping[str, Any]
) -> Flow[str]:
    """Return the flow that sends a session and leaves it as it is; its result is the assistant's text.

    Raises:
        InvalidRequestError: There is nothing in it to send, or a parameter does not fit.
        ContentFilteredError: A filter cut the answer short.
        RefusalError: The model refuses.
        ToolError: As in `answering`, or the calls that the model wants made are the caller's.
    """
    request = request_of(_checked(session).to_send(), parameters)
    answer = yield from answering(start, request, parameters, False, changes)  # noqa: FBT003 - as every start
    return answer.in_words().text


def chatting(
    start: Start,
    session: ChatSession,
    prompt: str | Message,
    streaming: bool,  # noqa: FBT001 - as every start
    parameters: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> Flow[ChatResponse]:
    """Return the flow of one turn; the session grows at its end, by the turn, its tools' calls, and the answer.

    Raises:
        InvalidRequestError: The turn or a parameter does not fit.
        ContentFilteredError: A filter cut the answer short; the session is as it was.
        RefusalError: The model refuses; the session is as it was.
        DecodeError: The answer is empty; the session is as it was.
        ToolError: As in `answering`; the session is as it was.
    """
    turn = _checked(session).turn(prompt)
    request = request_of(session.to_send(turn), parameters)
    answer = yield from answering(start, request, parameters, streaming, changes)
    response = answer.in_words()
    if not response.choices:
        raise DecodeError("the answer has no choice", problems=["expected a choice @ $.choices"], status=200)
    session.grow(turn, answer.said, response)
    return response


def _checked(session: Any) -> ChatSession:
    """Return what is to be a session.

    Raises:
        InvalidRequestError: It is none.
    """
    if not isinstance(session, ChatSession):
        problem = f"session: must be a ChatSession, not {type(session).__name__}; ask() needs none"
        raise InvalidRequestError("that is no conversation", problems=[problem])
    return session
