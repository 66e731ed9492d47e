"""What is said about an answer, beside it: who gave it, what it took, and which keys were not used."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jackfield import JackfieldError
from jackfield_cli._choosing import PROVIDERS
from jackfield_cli._core import environment, installed
from jackfield_cli._defaults import key_hints
from jackfield_cli._documents import failed
from jackfield_cli._screen import is_terminal, note, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jackfield import CallMeta, ChatResponse
    from jackfield_cli._choosing import Choice
    from jackfield_cli._opening import Answering

_REMARKS = {
    "length": "the answer is cut off at its token limit",
    "content_filter": "the provider's filter cut the answer off",
}
"""What a finish reason means to somebody who reads the answer."""


def story(response: ChatResponse, name: str) -> str:
    """Return in one line who answered, what it took, and what is remarkable about it.

    Args:
        response: The answer.
        name: What to call who gave it.
    """
    meta = response.meta
    facts: list[str | None] = [name, response.model or (meta.model if meta else None)]
    if response.usage is not None:
        facts.append(f"{response.usage.prompt_tokens} tokens in, {response.usage.completion_tokens} out")
    facts += took(meta)
    for choice in response.choices[:1]:
        facts.append(f"refused: {choice.message.refusal}" if choice.message.refusal else None)
        facts.append(_REMARKS.get(choice.finish_reason or ""))
        facts.append("it wants tools called" if choice.message.tool_calls else None)
    return in_a_line(facts)


def took(meta: CallMeta | None) -> list[str]:
    """Return how long it took, in how many attempts."""
    if meta is None:
        return []
    attempts = [f"{meta.sends} attempts"] if meta.sends > 1 else []
    return [f"{meta.seconds:.1f} s", *attempts]


def in_a_line(facts: Iterable[str | None]) -> str:
    """Return those facts that there are, on one line."""
    return " · ".join(" ".join(fact.split()) for fact in facts if fact)


@contextmanager
def accounted(options: Answering, choice: Choice, command: str) -> Iterator[None]:
    """Write a failure's document where documents are wanted, and say in the end which keys were not used."""
    try:
        yield
    except JackfieldError as error:
        if options.as_json:
            say(document(failed(error)))
        tell_keys(options, choice, command)
        raise
    tell_keys(options, choice, command)


def tell_keys(options: Answering, choice: Choice, command: str) -> None:
    """Where nobody was chosen, say which keys are lying in the environment, and how *command* would use each."""
    if not choice.is_built_in or options.quiet:
        return
    for hint in key_hints(environment, installed(PROVIDERS), command):
        note(hint)


def document(facts: Any) -> str:
    """Return *facts* as JSON: for reading on a screen, on one line into a pipe."""
    return json.dumps(facts, indent=2 if is_terminal(sys.stdout) else None)
