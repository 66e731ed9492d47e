"""The chunks of a streamed chat answer, put together into the document of a plain one."""

from __future__ import annotations

from typing import Any

# What grows from chunk to chunk; every other field of a delta replaces what was there.
_TEXTS = ("content", "reasoning_content", "refusal")
_SHARED = ("id", "created", "model", "system_fingerprint")


class ChunkFold:
    """Puts chunks together, choice by choice."""

    def __init__(self) -> None:
        self._document: dict[str, Any] = {"object": "chat.completion"}
        self._choices: dict[int, dict[str, Any]] = {}

    def add(self, chunk: dict[str, Any]) -> None:
        """Take the next chunk in."""
        self._document |= {key: chunk[key] for key in _SHARED if key in chunk}
        for piece in chunk["choices"]:
            choice = self._choices.setdefault(piece["index"], _empty_choice(piece["index"]))
            _add_delta(choice["message"], piece.get("delta") or {})
            if piece.get("finish_reason") is not None:
                choice["finish_reason"] = piece["finish_reason"]
            if piece.get("logprobs"):
                logprobs = choice["logprobs"] = choice["logprobs"] or {"content": []}
                logprobs["content"] += piece["logprobs"].get("content") or []

    def document(self) -> dict[str, Any]:
        """Return the whole answer."""
        return {**self._document, "choices": [self._choices[index] for index in sorted(self._choices)]}


def _empty_choice(index: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": None}
    return {"index": index, "message": message, "finish_reason": None, "logprobs": None}


def _add_delta(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for key, value in delta.items():
        if key == "tool_calls":
            for piece in value or ():
                _add_tool_call(message.setdefault("tool_calls", []), piece)
        elif key in _TEXTS:
            if value is not None:
                message[key] = (message.get(key) or "") + value
        else:
            message[key] = value


def _add_tool_call(calls: list[dict[str, Any]], piece: dict[str, Any]) -> None:
    index = piece.get("index", 0)
    while len(calls) <= index:
        calls.append({"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
    call, function = calls[index], piece.get("function") or {}
    call["id"] += piece.get("id") or ""
    call["function"]["name"] += function.get("name") or ""
    call["function"]["arguments"] += function.get("arguments") or ""
