"""One question, and its answer on standard output.

Rule 1: the answer is written as it comes, and nothing else is written to standard output.
Rule 2: what is said about it comes afterwards: who answered, and which key would have reached somebody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from attrs import evolve, frozen

from jackfield import CHAT, ChatRequest, Message, UnsupportedOperationError
from jackfield_cli._defaults import MODEL_VARIABLE
from jackfield_cli._documents import answered
from jackfield_cli._given import prompt
from jackfield_cli._opening import Answering, opened
from jackfield_cli._screen import Waiting, note, say
from jackfield_cli._telling import accounted, document, story

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jackfield import ChatEvent, ChatResponse, Client, Stream
    from jackfield_cli._choosing import Choice


@frozen(kw_only=True)
class Options(Answering):
    """What was typed, or stands in the environment."""

    prompt: Sequence[str]
    system: str | None
    model: str | None
    temperature: float | None
    max_tokens: int | None
    no_stream: bool


def answer(options: Options) -> int:
    """Ask, write the answer, and return the exit code.

    Raises:
        UsageError: What was typed does not fit.
        JackfieldError: There is no answer, or not the whole of it.
    """
    choice = options.choice()
    with accounted(options, choice, "ask"):
        response = _asked(options, choice)
    return _verdict(response)


def _asked(options: Options, choice: Choice) -> ChatResponse:
    """Ask whoever was chosen, write what they answer and who it was."""
    client, name, model = opened(choice, model=options.model, variable=MODEL_VARIABLE, setting="chat_model")
    with client:
        request = _request(options, model)
        with Waiting(f"waiting for {name}") as waiting:
            stream = None if options.as_json or options.no_stream else _opened(client, request)
            if stream is not None:
                response = _written(stream, waiting)
            else:
                response = client.call(CHAT, request)
                waiting.over()
                text = document(answered(response)) if options.as_json else response.text
                say(text, nl=not text.endswith("\n"))
    if not options.quiet:
        note(story(response, name))
    return response


def _request(options: Options, model: str | None) -> ChatRequest:
    asked = prompt(options.prompt)
    if not asked and not options.system:
        raise click.UsageError('nothing to ask; try: jackfield ask "Why is the sky blue?"')
    messages = [Message.system(options.system)] if options.system else []
    if asked:
        messages.append(Message.user(asked))
    return ChatRequest(
        messages=messages,
        model=model,
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
