"""The structured parameters of a chat request, beside messages and tools.

Those that are only sent on are typed mappings: write `{"include_usage": True}` and the type checker knows the keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, NewType, Required, TypeAlias, TypedDict, get_origin

from attrs import frozen

from jackfield.operations import RequestPart, Rule
from jackfield.operations._rules import as_tuple

ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | str
ServiceTier: TypeAlias = Literal["auto", "default", "flex", "scale", "priority", "fast"] | str
Verbosity: TypeAlias = Literal["low", "medium", "high"] | str
Modality: TypeAlias = Literal["text", "audio"] | str
Voice: TypeAlias = (
    Literal["alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"] | str
)


class AudioOptions(TypedDict):
    """How the answer is to sound."""

    voice: Voice | Mapping[str, Any]
    """A voice by name, or `{"id": ...}` of one's own."""
    format: Literal["wav", "aac", "mp3", "flac", "opus", "pcm16"] | str


class Prediction(TypedDict):
    """Text of which much is expected in the answer, such as a file that is being changed."""

    type: Literal["content"]
    content: str | Sequence[Mapping[str, Any]]


class StreamOptions(TypedDict, total=False):
    """What a stream carries beside the answer."""

    include_usage: bool
    """A last event with the usage."""
    include_obfuscation: bool
    """Padding, so that the events' sizes tell nothing."""


class WebSearchOptions(TypedDict, total=False):
    """How the model searches the web."""

    search_context_size: Literal["low", "medium", "high"] | str
    user_location: Mapping[str, Any] | None
    """`{"type": "approximate", "approximate": {"city", "country", "region", "timezone"}}`."""


class Moderation(TypedDict, total=False):
    """Moderation of what is asked and answered."""

    model: Required[str]
    policy: Mapping[str, Any] | None
    """`{"input": {"mode": "score" or "block"}, "output": ...}`."""


class PromptCacheOptions(TypedDict, total=False):
    """How prefixes of the prompt are cached."""

    mode: Literal["implicit", "explicit"] | str
    ttl: Literal["30m"] | str


class JsonSchema(TypedDict, total=False):
    """The schema that an answer follows."""

    name: Required[str]
    description: str
    schema: Mapping[str, Any]
    strict: bool | None


@frozen(kw_only=True, eq=False, repr=False)
class ResponseFormat(RequestPart):
    """The format of the answer.

    Attributes:
        type: `text`, `json_object` (the messages must then ask for JSON), `json_schema`, or another.
        json_schema: The schema, with type `json_schema`.
    """

    rules: ClassVar[Mapping[str, Rule]] = {"type": Rule.text(needed=True), "json_schema": Rule.part()}
    told_by: ClassVar[str] = "type"
    needs: ClassVar[Mapping[str, Sequence[str]]] = {"json_schema": ("json_schema",)}

    type: Literal["text", "json_object", "json_schema"] | str
    json_schema: JsonSchema | Mapping[str, Any] | None = None

    @classmethod
    def schema(
        cls, name: str, schema: Mapping[str, Any], *, description: str | None = None, strict: bool | None = None
    ) -> ResponseFormat:
        """Return the format in which the answer is JSON that follows *schema*.

        Args:
            name: What the schema is called: 1 to 64 letters, digits, underscores or dashes.
            schema: A JSON schema.
            description: What the answer is for, for the model to know.
            strict: Whether the answer must follow the schema exactly. The default is the provider's.
        """
        given = {"name": name, "description": description, "schema": schema, "strict": strict}
        return cls(type="json_schema", json_schema={key: value for key, value in given.items() if value is not None})

    @classmethod
    def of(cls, kind: Any) -> ResponseFormat:
        """Return the format in which the answer is JSON that makes up a *kind*; `ChatResponse.parse` makes it.

        Args:
            kind: An attrs class, a dataclass, a TypedDict, or an annotation such as `list[str]`.

        Raises:
            InvalidRequestError: There is no schema for it; all problems at once.
        """
        from jackfield.typed import name_of, schema_of  # noqa: PLC0415 - only where objects are wanted

        return cls.schema(name_of(kind), schema_of(kind), strict=True)


def as_stop(value: str | Sequence[str] | None) -> str | Sequence[str] | None:
    """Return texts as a tuple, and a single text as it is."""
    return as_tuple(value)


def as_modalities(value: Sequence[Modality] | None) -> Sequence[Modality] | None:
    """Return modalities as a tuple."""
    return as_tuple(value)


def as_response_format(
    value: ResponseFormat | Mapping[str, Any] | str | Any | None,
) -> ResponseFormat | Mapping[str, Any] | None:
    """Return a format given by its name alone, such as `json_object`, or by a class, as a `ResponseFormat`."""
    if value is None:
        return None
    if isinstance(value, str):
        return ResponseFormat(type=value)
    if isinstance(value, type | NewType) or get_origin(value) is not None:
        return ResponseFormat.of(value)
    given: ResponseFormat | Mapping[str, Any] | None = value
    return given
