"""What the model says: for each choice a text or tool calls, its end, and what it cost.

The text depends on the conversation, on `seed` and on the choice's index, and not on the vendor, the model, the
deployment or streaming: whoever asks the same gets the same.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from jackfield_emulator._chance import chance, digest, hexadecimal, letters
from jackfield_emulator._chat_rules import chosen, declared, texts
from jackfield_emulator._json import compact
from jackfield_emulator._models import Model
from jackfield_emulator._schema import Example
from jackfield_emulator._text import prose, tokens, topic

_IN_A_MESSAGE = 3
"""Tokens that a message costs beside its text."""


@frozen
class Said:
    """One tool call.

    Attributes:
        text: Its arguments as JSON, or a custom tool's input.
    """

    id: str
    kind: str
    name: str
    text: str


@frozen
class Choice:
    """One choice.

    Attributes:
        pieces: The text's tokens; None where tools are called.
        calls: The tools that are called.
        finish: Why it ends.
        thought: Tokens spent before the first one.
    """

    index: int
    pieces: Sequence[str] | None
    calls: Sequence[Said] = ()
    finish: str = "stop"
    thought: int = 0

    @property
    def content(self) -> str | None:
        """The text."""
        return None if self.pieces is None else "".join(self.pieces)

    @property
    def cost(self) -> int:
        """Completion tokens."""
        return self.thought + len(self.pieces or ()) + sum(len(tokens(call.text)) + 4 for call in self.calls)


@frozen
class Completion:
    """A whole answer, before any vendor has dressed it."""

    id: str
    created: int
    model: Model
    fingerprint: str
    given: Mapping[str, Any]
    choices: Sequence[Choice]

    @property
    def usage(self) -> dict[str, Any]:
        """What it cost."""
        asked = cost(self.given["messages"])
        answered = sum(choice.cost for choice in self.choices)
        thought = sum(choice.thought for choice in self.choices)
        return {
            "prompt_tokens": asked,
            "completion_tokens": answered,
            "total_tokens": asked + answered,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": thought,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }


def cost(messages: Sequence[Mapping[str, Any]]) -> int:
    """Return the tokens of a conversation."""
    return _IN_A_MESSAGE + sum(_IN_A_MESSAGE + 1 + len(tokens(texts(message))) for message in messages)


def complete(given: Mapping[str, Any], model: Model, number: int) -> Completion:
    """Answer a request that keeps the rules."""
    facts = (_conversation(given["messages"]), given.get("seed"))
    many = given.get("n", 1)
    return Completion(
        id=f"chatcmpl-{letters(29, number, *facts)}",
        created=int(time.time()),
        model=model,
        fingerprint=f"fp_{hexadecimal(10, model.snapshot)}",
        given=given,
        choices=[_limited(_choice(given, model, index, (*facts, index)), given) for index in range(many)],
    )


def _conversation(messages: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return who said what, however it was spelt."""
    return [[message["role"], texts(message)] for message in messages]


def _choice(given: Mapping[str, Any], model: Model, index: int, facts: tuple[Any, ...]) -> Choice:
    thought = 0
    if model.reasoning and given.get("reasoning_effort") not in ("none", "minimal"):
        thought = 64 * (1 + digest(*facts)[0] % 3)
    calls = _calls(given, facts)
    if calls:
        forced = chosen(given.get("tool_choice")) is not None
        finish = "function_call" if "functions" in given else "stop" if forced else "tool_calls"
        return Choice(index, None, calls, finish, thought)
    return Choice(index, tokens(_stopped(_text(given, facts), given)), thought=thought)


def _text(given: Mapping[str, Any], facts: tuple[Any, ...]) -> str:
    source = chance("text", *facts)
    messages = given["messages"]
    asked = next((texts(message) for message in reversed(messages) if "user" == message["role"]), "")
    form = given.get("response_format", {})
    if "json_schema" == form.get("type"):
        return compact(Example(form["json_schema"].get("schema") or {}, source).value())
    if "json_object" == form.get("type"):
        return compact({"topic": topic(asked), "answer": prose(asked, source), "confidence": source.randint(60, 99)})
    if messages[-1]["role"] in ("tool", "function"):
        return f"That gave {texts(messages[-1])}. {prose(asked, source)}"
    return prose(asked, source)


def _stopped(text: str, given: Mapping[str, Any]) -> str:
    stops = given.get("stop", ())
    ends = [text.find(stop) for stop in ([stops] if isinstance(stops, str) else stops) if stop]
    return text[: min([end for end in ends if end >= 0], default=len(text))]


def _calls(given: Mapping[str, Any], facts: tuple[Any, ...]) -> list[Said]:
    """Return the tools to call: those that must be, or those that the last user's text names."""
    tools = {tool["name"]: (kind, tool) for _, kind, tool in declared(given)}
    choice = given.get("tool_choice", given.get("function_call", "auto"))
    if isinstance(choice, dict) and "allowed_tools" == choice.get("type"):
        allowed = choice.get("allowed_tools") or {}
        names = [(each.get(each.get("type")) or {}).get("name") for each in allowed.get("tools", ())]
        tools = {name: tool for name, tool in tools.items() if name in names}
        choice = allowed.get("mode", "auto")
    named = chosen(choice) or (choice.get("name") if isinstance(choice, dict) else None)
    wanted = [named] if named else [name for name in tools if _is_named(name, given["messages"][-1])]
    if "required" == choice:
        wanted = wanted or list(tools)[:1]
    if "none" == choice:
        return []
    if given.get("parallel_tool_calls") is False or "functions" in given:
        wanted = wanted[:1]
    return [_said(name, *tools[name], (*facts, position)) for position, name in enumerate(wanted) if name in tools]


def _is_named(name: str, message: Mapping[str, Any]) -> bool:
    if "user" != message["role"]:
        return False
    spelt = {name.lower(), re.sub("[_-]", " ", name.lower())}
    said = texts(message).lower()
    return any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", said) for each in spelt)


def _said(name: str, kind: str, tool: Mapping[str, Any], facts: tuple[Any, ...]) -> Said:
    source = chance("tool", name, *facts)
    if "custom" == kind:
        text = prose(name, source)
    else:
        text = compact(Example({"type": "object", **(tool.get("parameters") or {})}, source).value())
    return Said(f"call_{letters(24, name, *facts)}", kind, name, text)


def _limited(choice: Choice, given: Mapping[str, Any]) -> Choice:
    """Return *choice* as far as the tokens reach."""
    limit = given.get("max_completion_tokens", given.get("max_tokens"))
    if limit is None or choice.cost <= limit:
        return choice
    thought = min(choice.thought, limit)
    left = limit - thought
    if choice.pieces is not None:
        return evolve(choice, pieces=choice.pieces[:left], finish="length", thought=thought)
    calls = []
    for call in choice.calls:
        left -= 4
        pieces = tokens(call.text)[: max(left, 0)]
        left -= len(pieces)
        if pieces:
            calls.append(evolve(call, text="".join(pieces)))
    return evolve(choice, pieces=None if calls else (), calls=calls, finish="length", thought=thought)
