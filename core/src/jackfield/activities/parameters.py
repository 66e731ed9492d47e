"""What the everyday methods take beside their first arguments, spelt out for editors and type checkers.

`Start` is how their flows ask the client for a call.
A test holds the parameters against the fields of the request entities: one that is added there must be added here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jackfield._fetching import Then
    from jackfield.http import Flow
    from jackfield.operations import Operation
    from jackfield.operations.chat_options import (
        AudioOptions,
        Modality,
        Moderation,
        Prediction,
        PromptCacheOptions,
        ReasoningEffort,
        ResponseFormat,
        ServiceTier,
        StreamOptions,
        Verbosity,
        WebSearchOptions,
    )
    from jackfield.operations.images import (
        ImageBackground,
        ImageFormat,
        ImageQuality,
        ImageResponseFormat,
        ImageSize,
        ImageStyle,
        SvgOptions,
    )
    from jackfield.operations.tools import Function, Tool, ToolChoice
    from jackfield.retry import Retries


class CallOptions(TypedDict, total=False):
    """What may differ from call to call."""

    timeout: float | None
    """Seconds of silence borne."""
    deadline: float | None
    """Seconds for one whole call, retries and all."""
    retries: int | Retries
    """How often it is tried again."""
    headers: Mapping[str, str]
    """More headers; they win over the client's."""


class ChatParameters(CallOptions, total=False):
    """The fields of `ChatRequest` beside its messages, and what is done with tools."""

    model: str | None
    temperature: float | None
    top_p: float | None
    frequency_penalty: float | None
    presence_penalty: float | None
    n: int | None
    seed: int | None
    stop: str | Sequence[str] | None
    logit_bias: Mapping[str, float] | None
    logprobs: bool | None
    top_logprobs: int | None
    max_completion_tokens: int | None
    max_tokens: int | None
    reasoning_effort: ReasoningEffort | None
    verbosity: Verbosity | None
    response_format: ResponseFormat | Mapping[str, Any] | str | type[Any] | None
    modalities: Sequence[Modality] | None
    audio: AudioOptions | Mapping[str, Any] | None
    prediction: Prediction | Mapping[str, Any] | None
    tools: Sequence[Tool | Mapping[str, Any] | Callable[..., Any]] | None
    """Among them may be Python functions: those are called, and what they return is sent back."""
    tool_choice: Literal["none", "auto", "required"] | str | ToolChoice | Mapping[str, Any] | None
    parallel_tool_calls: bool | None
    web_search_options: WebSearchOptions | Mapping[str, Any] | None
    functions: Sequence[Function | Mapping[str, Any]] | None
    function_call: Literal["none", "auto"] | str | Mapping[str, Any] | None
    stream_options: StreamOptions | Mapping[str, Any] | None
    service_tier: ServiceTier | None
    store: bool | None
    metadata: Mapping[str, str] | None
    moderation: Moderation | Mapping[str, Any] | None
    prompt_cache_key: str | None
    prompt_cache_retention: Literal["in_memory", "24h"] | str | None
    prompt_cache_options: PromptCacheOptions | Mapping[str, Any] | None
    safety_identifier: str | None
    user: str | None
    extra: Mapping[str, Any]
    tool_rounds: int
    """How often the model may call tools before it must answer; 10 where it is left out."""
    tool_errors: Literal["tell", "raise"]
    """Whether a tool's error is told to the model, which is the default, or raised as a `ToolError`."""


class ImageParameters(CallOptions, total=False):
    """The fields of `ImageRequest` beside its prompt and number."""

    model: str | None
    size: ImageSize | None
    quality: ImageQuality | None
    style: ImageStyle | None
    background: ImageBackground | None
    response_format: ImageResponseFormat | None
    output_format: ImageFormat | None
    output_compression: int | None
    frame_count: int | None
    frame_duration_ms: int | None
    complexity: Literal["low", "medium", "high"] | str | None
    svg: SvgOptions | Mapping[str, Any] | None
    moderation: Literal["auto", "low"] | str | None
    safety_identifier: str | None
    user: str | None
    extra: Mapping[str, Any]


class EmbeddingParameters(CallOptions, total=False):
    """The fields of `EmbeddingRequest` beside its input."""

    model: str | None
    dimensions: int | None
    encoding_format: Literal["float", "base64"] | str | None
    user: str | None
    extra: Mapping[str, Any]


class Start(Protocol):
    """Starts a call, and may go on with its answer before the call is over."""

    def __call__(
        self,
        operation: Operation[Any, Any, Any],
        request: Any,
        streaming: bool,  # noqa: FBT001 - a place of its own in every start
        changes: Mapping[str, Any],
        then: Then | None = None,
        /,
    ) -> Flow[Any]:
        """Return the flow of the call; its result is the response, or what *then* returns.

        Args:
            operation: What is asked for.
            request: Its request entity.
            streaming: Whether the answer is wanted event by event.
            changes: The options of this call.
            then: What goes on with the response, within the call's deadline and record.
        """
