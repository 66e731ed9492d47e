"""Chat completions: a conversation in, the next message out, whole or as it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from attrs import define, field, frozen

from jackfield.errors import ContentFilteredError
from jackfield.operations import Document, Operation, Request, Response, Rule
from jackfield.operations.chat_choices import Choice, ChoiceDelta, Delta, Logprobs, TokenLogprob
from jackfield.operations.chat_options import (
    AudioOptions,
    JsonSchema,
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
    as_modalities,
    as_response_format,
    as_stop,
)
from jackfield.operations.content import AudioPart, ContentPart, FilePart, ImagePart, RefusalPart, TextPart
from jackfield.operations.filters import FilterReport, items, read_report
from jackfield.operations.messages import (
    Annotation,
    AssistantMessage,
    Audio,
    Message,
    Role,
    UrlCitation,
    as_messages,
)
from jackfield.operations.tools import (
    CustomCall,
    Function,
    FunctionCall,
    Tool,
    ToolCall,
    ToolCallDelta,
    ToolChoice,
    as_functions,
    as_tools,
)

if TYPE_CHECKING:
    from jackfield.operations.chat_fold import ChoiceFold

__all__ = [
    "CHAT",
    "Annotation",
    "AssistantMessage",
    "Audio",
    "AudioOptions",
    "AudioPart",
    "ChatEvent",
    "ChatFold",
    "ChatRequest",
    "ChatResponse",
    "Choice",
    "ChoiceDelta",
    "CompletionTokensDetails",
    "ContentPart",
    "CustomCall",
    "Delta",
    "FilePart",
    "Function",
    "FunctionCall",
    "ImagePart",
    "JsonSchema",
    "Logprobs",
    "Message",
    "Moderation",
    "Prediction",
    "PromptCacheOptions",
    "PromptTokensDetails",
    "RefusalPart",
    "ResponseFormat",
    "Role",
    "StreamOptions",
    "TextPart",
    "TokenLogprob",
    "Tool",
    "ToolCall",
    "ToolCallDelta",
    "ToolChoice",
    "UrlCitation",
    "Usage",
    "WebSearchOptions",
]

T = TypeVar("T")

_MESSAGE = Rule.part(
    Message, or_mapping=False, must_be="Message, as made by Message.system(...), Message.user(...) and so on"
)


@frozen(kw_only=True, eq=False, repr=False)
class ChatRequest(Request):
    """What is asked of a model. Everything but the messages is optional; what is left out is the provider's choice.

    Attributes:
        messages: The conversation so far, not empty. An answer's message may stand among them as it is.
        model: The model's name; the client's default where left out.
        temperature: From 0 (the likeliest words) to 2 (the most surprising).
        top_p: From 0 to 1: how much of the likeliest words, by probability, to draw from.
        frequency_penalty: From -2 to 2: how far words used often are avoided.
        presence_penalty: From -2 to 2: how far words used at all are avoided.
        n: How many choices, from 1 to 128.
        seed: Asks for the same answer to the same request, as far as the provider can.
        stop: Up to 4 texts before which the answer ends.
        logit_bias: From token id, as text, to a bias from -100 (never) to 100 (always).
        logprobs: Whether the tokens' probabilities are wanted.
        top_logprobs: For how many of the likeliest tokens at each place, from 0 to 20; with `logprobs`.
        max_completion_tokens: How long the answer may be in tokens, its reasoning included; at least 1.
        max_tokens: The older limit, without reasoning, which reasoning models refuse; at least 1.
        reasoning_effort: How much to reason.
        verbosity: How wordy to be.
        response_format: `text`, `json_object`, a `ResponseFormat` with a schema, or a class that the answer is to make
            up (`ChatResponse.parse`).
        modalities: What to answer with: `text`, `audio`.
        audio: Voice and format, where sound is wanted.
        prediction: Text of which much is expected in the answer.
        tools: What the model may call: `Tool`, a mapping that is sent as it is, or a Python function.
        tool_choice: `none`, `auto`, `required`, or the `ToolChoice` that it must make.
        parallel_tool_calls: Whether it may make several calls at once.
        web_search_options: How it searches the web, where it can.
        functions: The older form of `tools`.
        function_call: The older form of `tool_choice`: `none`, `auto` or `{"name": ...}`.
        stream_options: What a stream carries beside the answer.
        service_tier: How the provider is to serve it.
        store: Whether the provider keeps the answer.
        metadata: Up to 16 notes to keep with it: keys of up to 64 characters, values of up to 512.
        moderation: Whether and how the conversation is moderated.
        prompt_cache_key: Tells the provider's cache which requests are alike.
        prompt_cache_retention: How long the provider's cache keeps the prompt.
        prompt_cache_options: How the provider caches the prompt.
        safety_identifier: Stands for one user of yours; up to 128 characters, nothing personal.
        user: The older form of `safety_identifier`.
        extra: Parameters without a field here, sent as they are.

    Raises:
        InvalidRequestError: On construction: all problems at once, each opening with the field's name.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "messages": Rule.each(_MESSAGE, not_empty=True, needed=True),
        "model": Rule.text(1),
        "temperature": Rule.number(0, 2),
        "top_p": Rule.number(0, 1),
        "frequency_penalty": Rule.number(-2, 2),
        "presence_penalty": Rule.number(-2, 2),
        "n": Rule.whole(1, 128),
        "seed": Rule.whole(),
        "stop": Rule.each(Rule.text(), most=4, or_text=True),
        "logit_bias": Rule.pairs(Rule.text(), Rule.number(-100, 100)),
        "logprobs": Rule.flag(),
        "top_logprobs": Rule.whole(0, 20),
        "max_completion_tokens": Rule.whole(1),
        "max_tokens": Rule.whole(1),
        "reasoning_effort": Rule.text(),
        "verbosity": Rule.text(),
        "response_format": Rule.part(ResponseFormat),
        "modalities": Rule.each(Rule.text()),
        "audio": Rule.part(),
        "prediction": Rule.part(),
        "tools": Rule.each(Rule.part(Tool)),
        "tool_choice": Rule.part(ToolChoice, or_text=True),
        "parallel_tool_calls": Rule.flag(),
        "web_search_options": Rule.part(),
        "functions": Rule.each(Rule.part(Function)),
        "function_call": Rule.part(or_text=True),
        "stream_options": Rule.part(),
        "service_tier": Rule.text(),
        "store": Rule.flag(),
        "metadata": Rule.pairs(Rule.text(0, 64), Rule.text(0, 512), most=16),
        "moderation": Rule.part(),
        "prompt_cache_key": Rule.text(),
        "prompt_cache_retention": Rule.text(),
        "prompt_cache_options": Rule.part(),
        "safety_identifier": Rule.text(0, 128),
        "user": Rule.text(),
    }
    set_by_call: ClassVar[frozenset[str]] = frozenset({"stream"})

    messages: Sequence[Message] = field(converter=as_messages)
    model: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    n: int | None = None
    seed: int | None = None
    stop: str | Sequence[str] | None = field(default=None, converter=as_stop)
    logit_bias: Mapping[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    reasoning_effort: ReasoningEffort | None = None
    verbosity: Verbosity | None = None
    response_format: ResponseFormat | Mapping[str, Any] | str | type[Any] | None = field(
        default=None, converter=as_response_format
    )
    modalities: Sequence[Modality] | None = field(default=None, converter=as_modalities)
    audio: AudioOptions | Mapping[str, Any] | None = None
    prediction: Prediction | Mapping[str, Any] | None = None
    tools: Sequence[Tool | Mapping[str, Any]] | None = field(default=None, converter=as_tools)
    tool_choice: Literal["none", "auto", "required"] | str | ToolChoice | Mapping[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    web_search_options: WebSearchOptions | Mapping[str, Any] | None = None
    functions: Sequence[Function | Mapping[str, Any]] | None = field(default=None, converter=as_functions)
    function_call: Literal["none", "auto"] | str | Mapping[str, Any] | None = None
    stream_options: StreamOptions | Mapping[str, Any] | None = None
    service_tier: ServiceTier | None = None
    store: bool | None = None
    metadata: Mapping[str, str] | None = None
    moderation: Moderation | Mapping[str, Any] | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: Literal["in_memory", "24h"] | str | None = None
    prompt_cache_options: PromptCacheOptions | Mapping[str, Any] | None = None
    safety_identifier: str | None = None
    user: str | None = None


@define(kw_only=True, eq=False, repr=False)
class PromptTokensDetails(Document):
    """What a prompt's tokens were, as far as the provider counts them."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None
    audio_tokens: int | None = None


@define(kw_only=True, eq=False, repr=False)
class CompletionTokensDetails(Document):
    """What an answer's tokens were, as far as the provider counts them."""

    reasoning_tokens: int | None = None
    text_tokens: int | None = None
    audio_tokens: int | None = None
    accepted_prediction_tokens: int | None = None
    rejected_prediction_tokens: int | None = None


@define(kw_only=True, eq=False, repr=False)
class Usage(Document):
    """What a chat used, in tokens.

    Attributes:
        prompt_tokens: What was sent.
        completion_tokens: What was answered, reasoning included.
        total_tokens: Both.
        prompt_tokens_details: What was sent, by kind, or None.
        completion_tokens_details: What was answered, by kind, or None.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    prompt_tokens_details: PromptTokensDetails | None = None
    completion_tokens_details: CompletionTokensDetails | None = None


@define(kw_only=True, eq=False, repr=False)
class ChatResponse(Response):
    """What a model answers.

    Attributes:
        id: The provider's id of the answer.
        object: `chat.completion`.
        created: When it was made, in Unix seconds; 0 where the provider does not say.
        model: The model that answered, which is seldom the name that was asked for.
        choices: The answers, one unless more were asked for.
        usage: The tokens used, or None where the provider does not say.
        service_tier: How it was served, or None.
        system_fingerprint: Which version of the provider's system answered, or None.
        metadata: The request's notes, where the provider returns them.
        moderation: What moderation found, where asked for.
        prompt_filter_results: What the provider's filter found in the prompt.
    """

    required: ClassVar[frozenset[str]] = frozenset({"choices"})

    id: str = ""
    object: str = "chat.completion"
    created: int = 0
    model: str = ""
    choices: tuple[Choice, ...] = ()
    usage: Usage | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    metadata: Mapping[str, Any] | None = None
    moderation: Mapping[str, Any] | None = None
    prompt_filter_results: tuple[Mapping[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """The first choice's text; empty where there is none."""
        return self.choices[0].message.content or "" if self.choices else ""

    @property
    def filter_report(self) -> FilterReport | None:
        """What the provider's filter found in prompts and answers; None where it reports nothing."""
        prompts = items(self.prompt_filter_results, "prompt")
        answers = ((each.content_filter_results, "completion", each.index) for each in self.choices)
        return read_report([*prompts, *answers])

    def raise_if_filtered(self) -> None:
        """Raise where a choice was cut short by a filter: what is there of it is no whole answer.

        Raises:
            ContentFilteredError: With what the filter found, and this response as `partial`.
        """
        if any("content_filter" == each.finish_reason for each in self.choices):
            report = self.filter_report
            raise ContentFilteredError(
                f"a content filter stopped the answer ({report or 'it does not say why'}); change the prompt, or the "
                f"filter's settings at the provider; what came before is in the error's partial",
                report=report,
                partial=self,
                status=200,
                code="content_filter",
                meta=self.meta,
            )

    def parse(self, kind: type[T]) -> T:
        """Return the first choice's text as a *kind*, where the request asked for one: `response_format=Invoice`.

        Args:
            kind: The class, or annotation, that the request had.

        Raises:
            RefusalError: The model refuses.
            AnswerMismatchError: The text is no *kind*: it is cut off, no JSON, or does not fit; the error has it.
            ContentFilteredError: A filter cut it short.
        """
        from jackfield.operations.chat_parsing import parsed  # noqa: PLC0415 - only where objects are wanted

        self.raise_if_filtered()
        made: T = parsed(self, kind)
        return made

    @classmethod
    def from_events(cls, events: Iterable[ChatEvent]) -> ChatResponse:
        """Return the response that a stream's events make up; of some of them, the response so far."""
        fold = ChatFold()
        for event in events:
            fold.add(event)
        return fold.result()


@define(kw_only=True, eq=False, repr=False)
class ChatEvent(Document):
    """What a stream brings at once. The fields are those of `ChatResponse`; most events carry few of them.

    Attributes:
        id: The provider's id of the answer; empty in some events.
        object: `chat.completion.chunk`; empty in some events.
        created: When the answer was begun, in Unix seconds; 0 in some events.
        model: The model that answers; empty in some events.
        choices: What is added to which choice; empty where the event only reports.
        usage: The tokens used, in one event, where asked for.
        service_tier: How it is served, or None.
        system_fingerprint: Which version of the provider's system answers, or None.
        moderation: What moderation found, in one event, where asked for.
        prompt_filter_results: What the provider's filter found in the prompt.
    """

    id: str = ""
    object: str = "chat.completion.chunk"
    created: int = 0
    model: str = ""
    choices: tuple[ChoiceDelta, ...] = ()
    usage: Usage | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    moderation: Mapping[str, Any] | None = None
    prompt_filter_results: tuple[Mapping[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """What it adds to the text of the choice with index 0; empty where that is nothing."""
        for choice in self.choices:
            if choice.index == 0 and choice.delta is not None:
                return choice.delta.content or ""
        return ""


class ChatFold:
    """How a chat's events become its response."""

    __slots__ = (
        "_choices",
        "_created",
        "_fingerprint",
        "_id",
        "_model",
        "_moderation",
        "_prompt_filter_results",
        "_service_tier",
        "_usage",
    )

    def __init__(self) -> None:
        self._id = ""
        self._model = ""
        self._created = 0
        self._service_tier: str | None = None
        self._fingerprint: str | None = None
        self._usage: Usage | None = None
        self._moderation: Mapping[str, Any] | None = None
        self._prompt_filter_results: list[Mapping[str, Any]] = []
        self._choices: dict[int, ChoiceFold] = {}

    def add(self, event: ChatEvent, /) -> None:
        """Take the next event in."""
        if not self._id:
            self._id = event.id
        if not self._model:
            self._model = event.model
        if not self._created:
            self._created = event.created
        if self._service_tier is None:
            self._service_tier = event.service_tier
        if self._fingerprint is None:
            self._fingerprint = event.system_fingerprint
        if event.usage is not None:
            self._usage = event.usage
        if event.moderation is not None:
            self._moderation = event.moderation
        if event.prompt_filter_results:
            self._prompt_filter_results.extend(event.prompt_filter_results)
        for choice in event.choices:
            fold = self._choices.get(choice.index)
            if fold is None:
                from jackfield.operations.chat_fold import ChoiceFold  # noqa: PLC0415 - of streams alone

                fold = self._choices[choice.index] = ChoiceFold(choice.index)
            fold.add(choice)

    def result(self) -> ChatResponse:
        """Return the response so far; whole once all events are in. May be asked for at any time, and again."""
        return ChatResponse(
            id=self._id,
            created=self._created,
            model=self._model,
            choices=tuple(self._choices[index].result() for index in sorted(self._choices)),
            usage=self._usage,
            service_tier=self._service_tier,
            system_fingerprint=self._fingerprint,
            moderation=self._moderation,
            prompt_filter_results=tuple(self._prompt_filter_results),
        )


CHAT = Operation(
    "chat.completions",
    ChatRequest,
    ChatResponse,
    event=ChatEvent,
    fold=ChatFold,
    model_setting="chat_model",
)
