"""The configuration test: one prompt to one model, and its answer or the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield import CHAT, EMBEDDINGS, ChatRequest, Client, EmbeddingRequest, JackfieldError, Message
from jackfield_configurations._commands._store import chosen, opened
from jackfield_configurations._screen import note, say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from jackfield import CallMeta

PROMPTS = {
    "chat": "Say hello in one short sentence.",
    "embeddings": "Why do otters hold hands?",
    "images": "A small red dot on white",
}
"""What is asked where no prompt is given."""


@frozen
class Outcome:
    """What came of a test.

    Attributes:
        said: What is shown: the answer's text, or what there is to say of a vector or a picture.
        model: The model that answered, or None where nobody says.
        meta: The call's story.
        facts: What machines are told.
    """

    said: str
    model: str | None
    meta: CallMeta | None
    facts: Mapping[str, Any]


def operation_of(settings: Mapping[str, Any]) -> str:
    """Return what a configuration is for, by the one default model that it has; chat where that says nothing."""
    named = [name for name in PROMPTS if settings.get(f"{name}_model")]
    return named[0] if 1 == len(named) else "chat"


def _chat(client: Client, prompt: str, model: str | None) -> Outcome:
    response = client.call(CHAT, ChatRequest(messages=[Message.user(prompt)], model=model))
    response.raise_if_filtered()
    usage = response.usage
    tokens = usage and {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens}
    return Outcome(response.text, response.model, response.meta, {"text": response.text, "usage": tokens})


def _embeddings(client: Client, prompt: str, model: str | None) -> Outcome:
    response = client.call(EMBEDDINGS, EmbeddingRequest(input=prompt, model=model))
    length = len(response.data[0].embedding) if response.data else 0
    return Outcome(f"a vector of {length} numbers", response.model, response.meta, {"length": length})


def _images(client: Client, prompt: str, model: str | None) -> Outcome:
    picture = client.draw(prompt, model=model)
    size = None if picture.size is None else f"{picture.size[0]}x{picture.size[1]}"
    said = f"a picture, {picture.media_type}, {size or 'of unknown size'}, {len(picture.data):,} bytes"
    facts = {
        "media_type": picture.media_type,
        "size": size,
        "bytes": len(picture.data),
        "revised_prompt": picture.revised_prompt,
    }
    return Outcome(said, model, picture.meta, facts)


_TESTS: Mapping[str, Callable[[Client, str, str | None], Outcome]] = {
    "chat": _chat,
    "embeddings": _embeddings,
    "images": _images,
}
OPERATIONS = tuple(_TESTS)


def try_out(
    path: Path | None,
    name: str | None,
    *,
    operation: str | None = None,
    prompt: str | None = None,
    model: str | None = None,
    as_json: bool = False,
) -> None:
    """Ask, and show the answer.

    Args:
        path: The file, or None for the usual one.
        name: The configuration's name, or None for the default.
        operation: `chat`, `embeddings` or `images`; None for what the configuration is for.
        prompt: What is asked; None for something short.
        model: The model; None for the configuration's.
        as_json: Whether to write a document.

    Raises:
        JackfieldError: There is no such configuration, or no answer; the reason.
    """
    file = opened(path)
    configuration = chosen(file, name)
    kind = operation or operation_of(configuration.settings)
    told = {"configuration": configuration.name, "operation": kind, "provider": configuration.provider}
    try:
        with Client(**file.resolve(configuration.name)) as client:
            outcome = _TESTS[kind](client, prompt or PROMPTS[kind], model)
    except JackfieldError as error:
        if as_json:
            say_json({**told, "ok": False, "error": failed(error)})
        raise
    seconds = None if outcome.meta is None else round(outcome.meta.seconds, 3)
    if as_json:
        say_json({**told, "ok": True, **outcome.facts, "model": outcome.model, "seconds": seconds})
        return
    say(outcome.said)
    facts = [configuration.name, configuration.provider, outcome.model, None if seconds is None else f"{seconds:.1f} s"]
    note(" · ".join(fact for fact in facts if fact))


def failed(error: JackfieldError) -> dict[str, Any]:
    """Return what machines are told of an error."""
    return {
        "class": type(error).__name__,
        "slug": error.slug,
        "message": str(error),
        "status": error.status,
        "code": error.code,
        "request_id": error.request_id,
        "transient": error.transient,
    }
