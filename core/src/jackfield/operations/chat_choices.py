"""One choice of a chat answer: whole, and as a stream brings it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field

from jackfield.operations import Document
from jackfield.operations.messages import Annotation, AssistantMessage, Audio
from jackfield.operations.tools import FunctionCall, ToolCallDelta


@define(kw_only=True, eq=False, repr=False)
class TokenLogprob(Document):
    """How likely a token was.

    Attributes:
        token: The token.
        logprob: The natural logarithm of its probability.
        bytes: Its UTF-8 bytes as numbers, or None where it has none.
        top_logprobs: The likeliest tokens at this place, themselves without such a list.
    """

    token: str = ""
    logprob: float = 0.0
    bytes: tuple[int, ...] | None = None
    top_logprobs: tuple[TokenLogprob, ...] = ()


@define(kw_only=True, eq=False, repr=False)
class Logprobs(Document):
    """How likely the tokens of an answer were; in a stream, those of one event.

    Attributes:
        content: The content's tokens, or None where there is no content.
        refusal: The refusal's tokens, or None where there is no refusal.
    """

    content: tuple[TokenLogprob, ...] | None = None
    refusal: tuple[TokenLogprob, ...] | None = None


@define(kw_only=True, eq=False, repr=False)
class Choice(Document):
    """One answer of the `n` that were asked for.

    Attributes:
        index: Which one, from 0.
        message: The answer.
        finish_reason: Why it ends: `stop`, `length`, `tool_calls`, `content_filter`, `function_call`, one not known
            yet, or None. Look at `message.tool_calls` for calls: providers end with `stop` after a forced one.
        logprobs: How likely its tokens were, where asked for.
        content_filter_results: What the provider's filter found, by category, or None.
    """

    index: int = 0
    message: AssistantMessage = field(factory=AssistantMessage)
    finish_reason: str | None = None
    logprobs: Logprobs | None = None
    content_filter_results: Mapping[str, Any] | None = None


@define(kw_only=True, eq=False, repr=False)
class Delta(Document):
    """What one event adds to a choice's message. Each field continues the message's field of that name."""

    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    tool_calls: tuple[ToolCallDelta, ...] = ()
    function_call: FunctionCall | None = None
    annotations: tuple[Annotation, ...] = ()
    audio: Audio | None = None


@define(kw_only=True, eq=False, repr=False)
class ChoiceDelta(Document):
    """What one event adds to a choice.

    Attributes:
        index: Which choice, from 0. The choices of a stream interleave.
        delta: What it adds to the message, or None where it only reports, as a filter does.
        finish_reason: Why the choice ends, where it does. A filter may still change it.
        logprobs: How likely the event's tokens were, where asked for.
        content_filter_results: What the provider's filter found so far, by category, or None.
    """

    index: int = 0
    delta: Delta | None = None
    finish_reason: str | None = None
    logprobs: Logprobs | None = None
    content_filter_results: Mapping[str, Any] | None = None
