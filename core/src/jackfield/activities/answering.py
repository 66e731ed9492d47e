"""An answer, and before it the calls of Python functions that the model wants made.

Rule 1: a function that the model cannot call rightly is told to it, not to the caller: it may try again.
Rule 2: calls of tools that are no functions of ours are the caller's: the answer that asks for them is the result.
Rule 3: a model that calls without end is stopped after a number of rounds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from jackfield.convert import dumps
from jackfield.errors import InvalidRequestError, RefusalError, ToolError
from jackfield.http import Flow, RunAll
from jackfield.operations.chat import CHAT, ChatRequest, ChatResponse
from jackfield.operations.messages import Message
from jackfield.operations.tools import ToolCall, is_function

if TYPE_CHECKING:
    from jackfield.activities.parameters import Start
    from jackfield.typed import FunctionFacts

ROUNDS = 10
"""How often a model may call tools before it must answer, where the caller does not say."""
_LONGEST = 300
"""How many characters of a tool's error are told to the model."""


@frozen
class Answered:
    """How it ended.

    Attributes:
        response: The last answer.
        said: What was said in between: the model's calls, and the results.
    """

    response: ChatResponse
    said: tuple[Message, ...] = ()

    def in_words(self) -> ChatResponse:
        """Return the last answer, which has to be one in words: whoever wants text would take nothing for an answer.

        Raises:
            ContentFilteredError: A filter cut it short.
            RefusalError: The model refuses.
            ToolError: It wants tools called that are the caller's to call.
        """
        response = self.response
        response.raise_if_filtered()
        message = response.choices[0].message if response.choices else None
        if message is None or message.content:
            return response
        if message.refusal:
            raise RefusalError(
                "the model refuses (its words are in the error's refusal); change the prompt",
                refusal=message.refusal,
                partial=response,
                meta=response.meta,
            )
        if message.tool_calls:
            raise ToolError(
                "the model wants tools called that are yours to call: its calls are in the error's partial; "
                "client.call(CHAT, …) returns them, and Python functions among the tools are called for you",
                tool=message.tool_calls[0].name,
                arguments=message.tool_calls[0].arguments,
                partial=response,
                meta=response.meta,
            )
        return response


def answering(
    start: Start,
    request: ChatRequest,
    parameters: Mapping[str, Any],
    streaming: bool,  # noqa: FBT001 - as every start
    changes: Mapping[str, Any],
) -> Flow[Answered]:
    """Return the flow that sends *request*, and makes the calls that the model wants made until it answers.

    Args:
        start: Starts a call.
        request: What is asked.
        parameters: What the caller gave: `tools`, `tool_rounds` and `tool_errors` among it.
        streaming: Whether the answers come event by event.
        changes: The options of each call.

    Raises:
        InvalidRequestError: *parameters* do not fit.
        ToolError: The model calls without end, or a function failed and `tool_errors` is `raise`.
    """
    rounds, told = _checked(parameters)
    functions = _functions(parameters.get("tools"))
    said: list[Message] = []
    while True:
        asked = _carried_on(request, said) if said else request
        response: ChatResponse = yield from start(CHAT, asked, streaming, changes)
        calls = _calls(response, functions, request)
        if not calls:
            return Answered(response, tuple(said))
        if not rounds:
            raise _endless(parameters.get("tool_rounds", ROUNDS), response)
        rounds -= 1
        outcomes = yield RunAll([partial(_made, call, functions) for call in calls])
        said.append(response.choices[0].message.as_message())
        for call, outcome in zip(calls, outcomes, strict=True):
            said.append(Message.tool(_result(call, outcome, told, response), tool_call_id=call.id))


def _endless(rounds: int, response: ChatResponse) -> ToolError:
    return ToolError(
        f"the model called tools {rounds} times over and still wants more; see what it calls in the error's partial, "
        f"or allow more with tool_rounds=",
        partial=response,
        meta=response.meta,
    )


def _carried_on(request: ChatRequest, said: Sequence[Message]) -> ChatRequest:
    """Return the request with what was said since; what it forces the model to call has been called."""
    free = request.tool_choice in (None, "auto", "none")
    messages = [*request.messages, *said]
    return evolve(request, messages=messages, tool_choice=request.tool_choice if free else None)


def _checked(parameters: Mapping[str, Any]) -> tuple[int, bool]:
    """Return how many rounds there may be, and whether errors are told to the model."""
    rounds, errors = parameters.get("tool_rounds", ROUNDS), parameters.get("tool_errors", "tell")
    problems = []
    if type(rounds) is not int or rounds < 0:
        problems.append(f"tool_rounds must be a whole number of at least 0, not {rounds!r}")
    if errors not in ("tell", "raise"):
        problems.append(f"tool_errors must be 'tell' or 'raise', not {errors!r}")
    if problems:
        raise InvalidRequestError("the tools cannot be used so", problems=problems)
    return rounds, "tell" == errors


@frozen
class _Function:
    call: Callable[..., Any]
    facts: FunctionFacts


def _functions(tools: Sequence[Any] | None) -> dict[str, _Function]:
    """Return the functions among *tools* by name.

    Raises:
        InvalidRequestError: Two have one name.
    """
    listed = tools if isinstance(tools, list | tuple) else ()
    if not any(map(is_function, listed)):
        return {}
    from jackfield.typed import facts_of  # noqa: PLC0415 - only where functions are tools

    found: dict[str, _Function] = {}
    names = []
    for each in listed:
        if is_function(each):
            facts = facts_of(each)
            found[facts.name] = _Function(each, facts)
            names.append(facts.name)
        else:
            names.append(_name(each) or "")
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        problems = [f"tools: two are named {name!r}" for name in twice]
        raise InvalidRequestError("the tools cannot be used so", problems=problems)
    return found


def _calls(response: ChatResponse, functions: Mapping[str, _Function], request: ChatRequest) -> Sequence[ToolCall]:
    """Return the calls to make: all that the model wants, or none where one of them is the caller's to make."""
    if not functions or not response.choices:
        return ()
    calls = response.choices[0].message.tool_calls
    others = {_name(each) for each in request.tools or ()} - set(functions)
    return () if any(each.name in others or each.function is None for each in calls) else calls


def _name(tool: Any) -> str | None:
    """Return the name of a tool, however it is described."""
    described = tool if isinstance(tool, Mapping) else {"function": tool.function, "custom": tool.custom}
    inner = described.get("function") or described.get("custom") or {}
    return inner.get("name") if isinstance(inner, Mapping) else inner.name


class _Unfit(Exception):  # noqa: N818 - told to the model, never raised to a caller
    """The model called in a way in which nothing can be called."""


def _made(call: ToolCall, functions: Mapping[str, _Function]) -> Any:
    """Make one call and return what it returns, which an async driver may have to await."""
    from jackfield.typed import Misfit, build_arguments  # noqa: PLC0415 - only where functions are tools

    function = functions.get(call.name)
    if function is None:
        raise _Unfit(f"there is no tool {call.name!r}; there are {', '.join(functions)}")
    try:
        arguments = build_arguments(json.loads(call.arguments or "{}"), function.facts)
    except Misfit as misfit:
        raise _Unfit(f"the arguments do not fit: {misfit}") from None
    except (RecursionError, ValueError) as error:
        raise _Unfit(f"the arguments are no JSON: {error}") from None
    return function.call(**arguments)


def _result(call: ToolCall, outcome: Any, told: bool, response: ChatResponse) -> str:  # noqa: FBT001
    """Return an outcome as what the model is told."""
    if isinstance(outcome, Exception):
        if not told and not isinstance(outcome, _Unfit):
            raise ToolError(
                f"the tool {call.name!r} failed: {type(outcome).__name__} (its text is in the error's __cause__)",
                tool=call.name,
                arguments=call.arguments,
                partial=response,
                meta=response.meta,
            ) from outcome
        kind = "" if isinstance(outcome, _Unfit) else f"{type(outcome).__name__}: "
        return f"error: {kind}{outcome}"[:_LONGEST]
    return outcome if isinstance(outcome, str) else _as_json(outcome)


def _as_json(outcome: Any) -> str:
    """Return what a function returned as JSON; as its `str()` where it has no JSON form."""
    from jackfield.typed import plain  # noqa: PLC0415 - only where a tool returns more than text

    try:
        return dumps(plain(outcome)).decode()
    except (InvalidRequestError, RecursionError):
        return str(outcome)
