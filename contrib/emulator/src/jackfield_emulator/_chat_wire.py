"""A completion as the vendors put it on the wire: one document, or a stream of chunks."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield_emulator._chance import chance, letters
from jackfield_emulator._json import compact
from jackfield_emulator._text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jackfield_emulator._chat import Choice, Completion, Said

SAFE = {name: {"filtered": False, "severity": "safe"} for name in ("hate", "self_harm", "sexual", "violence")}
PROMPT_SAFE = {**SAFE, "jailbreak": {"filtered": False, "detected": False}}
CHOICE_SAFE = {
    **SAFE,
    "protected_material_code": {"filtered": False, "detected": False},
    "protected_material_text": {"filtered": False, "detected": False},
}
PROMPT_FILTER = [{"prompt_index": 0, "content_filter_results": PROMPT_SAFE}]


@frozen
class Dress:
    """What a vendor adds.

    Attributes:
        filtered: Azure's content filter has its say, in annotations and in a chunk before all others.
        tiered: `service_tier` is told.
        obfuscated: Chunks are padded, so that their lengths tell nothing.
    """

    filtered: bool = False
    tiered: bool = False
    obfuscated: bool = False


def document(completion: Completion, dress: Dress) -> dict[str, Any]:
    """Return the plain answer."""
    answer: dict[str, Any] = {
        "id": completion.id,
        "object": "chat.completion",
        "created": completion.created,
        "model": completion.model.snapshot,
        "choices": [_choice(choice, completion, dress) for choice in completion.choices],
        "usage": completion.usage,
    }
    if dress.tiered:
        answer["service_tier"] = _tier(completion)
    if dress.filtered:
        answer["prompt_filter_results"] = PROMPT_FILTER
    return answer | {"system_fingerprint": completion.fingerprint}


def _choice(choice: Choice, completion: Completion, dress: Dress) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": choice.content, "refusal": None, "annotations": []}
    if choice.calls and "functions" in completion.given:
        message["function_call"] = {"name": choice.calls[0].name, "arguments": choice.calls[0].text}
    elif choice.calls:
        message["tool_calls"] = [_call(call, call.text) for call in choice.calls]
    told: dict[str, Any] = {"index": choice.index, "message": message}
    told |= {"logprobs": _logprobs(choice.pieces, completion), "finish_reason": choice.finish}
    if dress.filtered:
        told["content_filter_results"] = {} if choice.calls else CHOICE_SAFE
    return told


def _call(call: Said, text: str) -> dict[str, Any]:
    key = "arguments" if "function" == call.kind else "input"
    return {"id": call.id, "type": call.kind, call.kind: {"name": call.name, key: text}}


def _tier(completion: Completion) -> str:
    asked = completion.given.get("service_tier", "auto")
    return "default" if "auto" == asked else str(asked)


def _logprobs(pieces: Sequence[str] | None, completion: Completion) -> dict[str, Any] | None:
    if not completion.given.get("logprobs") or pieces is None:
        return None
    many = completion.given.get("top_logprobs", 0)
    return {"content": [_logprob(piece, many) for piece in pieces], "refusal": None}


def _logprob(piece: str, many: int) -> dict[str, Any]:
    source = chance("logprob", piece)
    value = -source.random()
    others = [(letters(4, piece, rank), value - 1 - rank - source.random()) for rank in range(many - 1)]
    ranked = [(piece, value), *others][:many]
    return {**_bytes(piece, value), "top_logprobs": [_bytes(*each) for each in ranked]}


def _bytes(token: str, value: float) -> dict[str, Any]:
    return {"token": token, "logprob": round(value, 8), "bytes": list(token.encode())}


def events(completion: Completion, dress: Dress) -> Iterator[bytes]:
    """Return the stream, event by event."""
    options = completion.given.get("stream_options") or {}
    usage = {"usage": None} if options.get("include_usage") else {}
    pads = dress.obfuscated and options.get("include_obfuscation") is not False
    frame: dict[str, Any] = {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": completion.model.snapshot,
        "system_fingerprint": completion.fingerprint,
    }
    if dress.tiered:
        frame["service_tier"] = _tier(completion)
    if dress.filtered:
        yield event(
            {**dict.fromkeys(("id", "object", "model"), ""), "created": 0, "choices": []}
            | {"prompt_filter_results": PROMPT_FILTER}
        )
    deltas = _in_turn([list(_deltas(choice, completion, dress)) for choice in completion.choices])
    for number, told in enumerate(deltas, 1):
        yield event(frame | {"choices": [told]} | usage | _padding(completion.id, number, told, pads=pads))
    if usage:
        yield event(frame | {"choices": [], "usage": completion.usage} | _padding(completion.id, 0, {}, pads=pads))
    yield b"data: [DONE]\n\n"


def event(document: Mapping[str, Any]) -> bytes:
    """Return an event of a stream."""
    return f"data: {compact(document)}\n\n".encode()


def _padding(seed: str, number: int, told: Mapping[str, Any], *, pads: bool) -> dict[str, str]:
    if not pads:
        return {}
    return {"obfuscation": letters(16 - len(str(told.get("delta", {}).get("content") or "")) % 16, seed, number)}


def _in_turn(choices: list[list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Return a chunk of the first choice, one of the second, and so on; choices interleave on the wire."""
    for row in zip_longest(*choices):
        yield from (told for told in row if told is not None)


def _deltas(choice: Choice, completion: Completion, dress: Dress) -> Iterator[dict[str, Any]]:
    def told(
        delta: Mapping[str, Any], pieces: Sequence[str] | None = None, finish: str | None = None
    ) -> dict[str, Any]:
        chunk = {"index": choice.index, "delta": delta, "logprobs": None, "finish_reason": finish}
        if pieces is not None:
            chunk["logprobs"] = _logprobs(pieces, completion)
        if dress.filtered:
            chunk["content_filter_results"] = {} if pieces is None else CHOICE_SAFE
        return chunk

    yield told({"role": "assistant", "content": None if choice.pieces is None else "", "refusal": None})
    for piece in choice.pieces or ():
        yield told({"content": piece}, [piece])
    for index, call in enumerate(choice.calls):
        for fragment in _fragments(index, call, legacy="functions" in completion.given):
            yield told(fragment)
    yield told({}, finish=choice.finish)


def _fragments(index: int, call: Said, *, legacy: bool) -> Iterator[dict[str, Any]]:
    if legacy:
        yield {"function_call": {"name": call.name, "arguments": ""}}
        yield from ({"function_call": {"arguments": piece}} for piece in tokens(call.text))
        return
    key = "arguments" if "function" == call.kind else "input"
    yield {"tool_calls": [{"index": index, **_call(call, "")}]}
    yield from ({"tool_calls": [{"index": index, call.kind: {key: piece}}]} for piece in tokens(call.text))
