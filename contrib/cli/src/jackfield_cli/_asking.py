"""One question, and its answer on standard output.

Rule 1: the answer is written as it comes, and nothing else is written to standard output.
Rule 2: what is said about it comes afterwards: who answered, and which key would have reached somebody else.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve, frozen

from jackfield import CHAT, ChatRequest, Client, JackfieldError, Message, UnsupportedOperationError
from jackfield_cli._core import environment, find, installed
from jackfield_cli._defaults import DEFAULT_PROVIDER, key_hints
from jackfield_cli._documents import answered, failed
from jackfield_cli._given import prompt, settings
from jackfield_cli._screen import Waiting, is_terminal, note, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jackfield import ChatEvent, ChatResponse, Stream

PROVIDERS = "jackfield.providers"

_REMARKS = {
    "length": "the answer is cut off at its token limit",
    "content_filter": "the provider's filter cut the answer off",
}
"""What a finish reason means to somebody who reads the answer."""


@frozen(kw_only=True)
class Options:
    """What was typed, or stands in the environment."""

    prompt: Sequence[str]
    system: str | None
    provider: str | None
    model: str | None
    endpoint: str | None
    given: Sequence[str]
    temperature: float | None
    max_tokens: int | None
    as_json: bool
    no_stream: bool
    quiet: bool


def answer(options: Options) -> int:
    """Ask, write the answer, and return the exit code.

    Raises:
        UsageError: What was typed does not fit.
        JackfieldError: There is no answer, or not the whole of it.
    """
    chosen = (options.provider or "").strip()
    if options.endpoint is not None and not chosen:
        raise click.UsageError("--endpoint: name the provider it belongs to with --provider")
    hinting = not chosen and not options.quiet
    try:
        response = _asked(options, chosen or DEFAULT_PROVIDER)
    except JackfieldError as error:
        if options.as_json:
            say(_json(failed(error)))
        if hinting:
            _say_which_keys_there_are()
        raise
    if hinting:
        _say_which_keys_there_are()
    return _verdict(response)


def _asked(options: Options, provider: str) -> ChatResponse:
    """Ask *provider*, write what it answers and who it was."""
    given = settings(options.given, provider, find(PROVIDERS, provider))
    if options.endpoint is not None:
        given["endpoint"] = options.endpoint
    request = _request(options)
    with Client(provider, **given) as client, Waiting(f"waiting for {provider}") as waiting:
        stream = None if options.as_json or options.no_stream else _opened(client, request)
        if stream is not None:
            response = _written(stream, waiting)
        else:
            response = client.call(CHAT, request)
            waiting.over()
            text = _json(answered(response)) if options.as_json else response.text
            say(text, nl=not text.endswith("\n"))
    if not options.quiet:
        note(_story(response))
    return response


def _request(options: Options) -> ChatRequest:
    asked = prompt(options.prompt)
    if not asked and not options.system:
        raise click.UsageError('nothing to ask; try: jackfield ask "Why is the sky blue?"')
    messages = [Message.system(options.system)] if options.system else []
    if asked:
        messages.append(Message.user(asked))
    return ChatRequest(
        messages=messages,
        model=(options.model or "").strip() or None,
        temperature=options.temperature,
        max_completion_tokens=options.max_tokens,
    )


def _opened(client: Client, request: ChatRequest) -> Stream[ChatEvent, ChatResponse] | None:
    """Return the answer's stream, which is to tell its tokens too; None where the provider has no streams."""
    try:
        return client.stream(CHAT, evolve(request, stream_options={"include_usage": True}))
    except UnsupportedOperationError:
        return None


def _written(stream: Stream[ChatEvent, ChatResponse], waiting: Waiting) -> ChatResponse:
    """Write the answer as it comes. Also one that breaks off, or is stopped, ends with the end of a line."""
    last = "\n"
    try:
        with stream:
            for event in stream:
                if event.text:
                    waiting.over()
                    last = event.text
                    say(last, nl=False)
    finally:
        if not last.endswith("\n"):
            say("")
    return stream.response


def _verdict(response: ChatResponse) -> int:
    """Return the exit code of an answer: one without a text that says no is none."""
    if response.text or not response.choices:
        return 0
    choice = response.choices[0]
    return 1 if choice.message.refusal or choice.finish_reason == "content_filter" else 0


def _story(response: ChatResponse) -> str:
    """Return in one line who answered, what it took, and what is remarkable about it."""
    meta = response.meta
    facts = [meta.provider if meta else None, response.model or (meta.model if meta else None)]
    if response.usage is not None:
        facts.append(f"{response.usage.prompt_tokens} tokens in, {response.usage.completion_tokens} out")
    if meta is not None:
        facts.append(f"{meta.seconds:.1f} s")
        facts.append(f"{len(meta.attempts)} attempts" if len(meta.attempts) > 1 else None)
    for choice in response.choices[:1]:
        facts.append(f"refused: {choice.message.refusal}" if choice.message.refusal else None)
        facts.append(_REMARKS.get(choice.finish_reason or ""))
        facts.append("it wants tools called" if choice.message.tool_calls else None)
    return " · ".join(" ".join(fact.split()) for fact in facts if fact)


def _say_which_keys_there_are() -> None:
    for hint in key_hints(environment, installed(PROVIDERS)):
        note(hint)


def _json(document: dict[str, Any]) -> str:
    """Return *document* as text: for reading on a screen, on one line into a pipe."""
    return json.dumps(document, indent=2 if is_terminal(sys.stdout) else None)
