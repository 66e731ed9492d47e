"""Image generations: a description in, pictures out, whole or as they take shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, Required, TypeAlias, TypedDict

from attrs import define, field, frozen

from jackfield.errors import ContentFilteredError
from jackfield.operations import Document, Operation, Request, Response, Rule
from jackfield.operations._shown import origin_alone, shown
from jackfield.operations.filters import FilterReport, read_report
from jackfield.operations.generated import GeneratedImage, decoded

__all__ = [
    "IMAGES",
    "Image",
    "ImageBackground",
    "ImageEvent",
    "ImageFold",
    "ImageFormat",
    "ImageQuality",
    "ImageRequest",
    "ImageResponse",
    "ImageResponseFormat",
    "ImageSize",
    "ImageStyle",
    "ImageTokensDetails",
    "ImageUsage",
    "SvgOptions",
    "SvgUsage",
]

ImageSize: TypeAlias = (
    Literal["auto", "1024x1024", "1536x1024", "1024x1536", "256x256", "512x512", "1792x1024", "1024x1792"] | str
)
ImageQuality: TypeAlias = Literal["auto", "low", "medium", "high", "xhigh", "max", "standard", "hd"] | str
ImageStyle: TypeAlias = Literal["vivid", "natural"] | str
ImageFormat: TypeAlias = Literal["png", "webp", "jpeg", "gif", "svg"] | str
ImageBackground: TypeAlias = Literal["transparent", "opaque", "auto"] | str
ImageResponseFormat: TypeAlias = Literal["url", "b64_json"] | str


class SvgOptions(TypedDict, total=False):
    """Who writes a picture that is to be SVG."""

    model: Required[str]
    reasoning: Mapping[str, Any] | None
    """`{"effort": ...}`, with the efforts of a chat's reasoning."""


@frozen(kw_only=True, eq=False, repr=False)
class ImageRequest(Request):
    """A description of the pictures wanted. What fits together depends on the model; what is left out is its choice.

    Attributes:
        prompt: What is to be seen, in 1 to 32000 characters; many models take less.
        model: The model's name; the client's default or the provider's choice where left out.
        n: How many pictures, from 1 to 10.
        size: Width and height in pixels, such as `1024x1024`, or `auto`.
        quality: How finely they are drawn.
        style: How lifelike they are, with older models.
        background: Whether it may be seen through.
        response_format: `url` or `b64_json`, with older models; newer ones always give base64 text.
        output_format: The files' format.
        output_compression: How far they are compressed, from 0 to 100 per cent.
        partial_images: How many unfinished pictures a stream shows, from 0 to 3.
        frame_count: How many frames a GIF has, from 2 to 16.
        frame_duration_ms: How long each is shown, in milliseconds.
        complexity: How much thought goes into the composition.
        svg: Who writes the picture, with output format `svg`.
        moderation: `auto`, or `low` for a milder filter.
        safety_identifier: Stands for one user of yours; nothing personal.
        user: The older form of `safety_identifier`.
        extra: Parameters without a field here, sent as they are.

    Raises:
        InvalidRequestError: On construction: all problems at once, each opening with the field's name.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "prompt": Rule.text(1, 32000, needed=True),
        "model": Rule.text(1),
        "n": Rule.whole(1, 10),
        "size": Rule.text(),
        "quality": Rule.text(),
        "style": Rule.text(),
        "background": Rule.text(),
        "response_format": Rule.text(),
        "output_format": Rule.text(),
        "output_compression": Rule.whole(0, 100),
        "partial_images": Rule.whole(0, 3),
        "frame_count": Rule.whole(2, 16),
        "frame_duration_ms": Rule.whole(0),
        "complexity": Rule.text(),
        "svg": Rule.part(),
        "moderation": Rule.text(),
        "safety_identifier": Rule.text(),
        "user": Rule.text(),
    }
    set_by_call: ClassVar[frozenset[str]] = frozenset({"stream"})

    prompt: str
    model: str | None = None
    n: int | None = None
    size: ImageSize | None = None
    quality: ImageQuality | None = None
    style: ImageStyle | None = None
    background: ImageBackground | None = None
    response_format: ImageResponseFormat | None = None
    output_format: ImageFormat | None = None
    output_compression: int | None = None
    partial_images: int | None = None
    frame_count: int | None = None
    frame_duration_ms: int | None = None
    complexity: Literal["low", "medium", "high"] | str | None = None
    svg: SvgOptions | Mapping[str, Any] | None = None
    moderation: Literal["auto", "low"] | str | None = None
    safety_identifier: str | None = None
    user: str | None = None


@define(kw_only=True, eq=False, repr=False)
class ImageTokensDetails(Document):
    """Tokens by kind, as far as the provider counts them."""

    text_tokens: int | None = None
    image_tokens: int | None = None


@define(kw_only=True, eq=False, repr=False)
class ImageUsage(Document):
    """What the pictures used, in tokens.

    Attributes:
        input_tokens: What was sent.
        output_tokens: What was drawn.
        total_tokens: Both.
        input_tokens_details: What was sent, by kind, or None.
        output_tokens_details: What was drawn, by kind, or None.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    input_tokens_details: ImageTokensDetails | None = None
    output_tokens_details: ImageTokensDetails | None = None


@define(kw_only=True, eq=False, repr=False)
class SvgUsage(Document):
    """What writing SVG used, in tokens, beside the drawing.

    Attributes:
        model: The model that wrote it.
        input_tokens: What it was sent.
        output_tokens: What it wrote, reasoning included.
        reasoning_tokens: How much of that was reasoning.
        total_tokens: What it was sent and wrote.
    """

    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    total_tokens: int = 0


@define(kw_only=True, eq=False, repr=False)
class Image(Document):
    """One picture: as base64 text or as a URL, whichever was asked for.

    Attributes:
        b64_json: The file as base64 text, or None.
        url: Where it can be fetched, for a while (about an hour), or None.
        revised_prompt: What was drawn in place of the prompt, or None where it was not revised.
        content_filter_results: What the provider's filter found in the picture, or None.
        prompt_filter_results: What it found in the prompt, or None.
    """

    b64_json: str | None = field(default=None, repr=shown)
    url: str | None = field(default=None, repr=origin_alone)
    revised_prompt: str | None = None
    content_filter_results: Mapping[str, Any] | None = None
    prompt_filter_results: Mapping[str, Any] | None = None

    @property
    def picture(self) -> GeneratedImage | None:
        """The file, where it came as base64 text; None where it has to be fetched from its URL, as `draw` does."""
        return (
            None
            if not self.b64_json
            else GeneratedImage(data=decoded(self.b64_json, "$.b64_json"), revised_prompt=self.revised_prompt)
        )


@define(kw_only=True, eq=False, repr=False)
class ImageResponse(Response):
    """The pictures.

    Attributes:
        created: When they were made, in Unix seconds; 0 where the provider does not say.
        data: The pictures.
        background: What the background became, or None.
        output_format: The files' format, or None.
        quality: How finely they were drawn, or None.
        size: Their width and height in pixels, such as `1024x1024`, or None.
        safety_identifier: What the request said stands for the user, or None.
        usage: The tokens used, or None where the provider does not say.
        svg_usage: The tokens used in writing SVG, or None.
    """

    required: ClassVar[frozenset[str]] = frozenset({"data"})

    created: int = 0
    data: tuple[Image, ...] = ()
    background: str | None = None
    output_format: str | None = None
    quality: str | None = None
    size: str | None = None
    safety_identifier: str | None = None
    usage: ImageUsage | None = None
    svg_usage: SvgUsage | None = None

    @property
    def filter_report(self) -> FilterReport | None:
        """What the provider's filter found in prompts and pictures; None where it reports nothing."""
        prompts = ((each.prompt_filter_results, "prompt", at) for at, each in enumerate(self.data))
        pictures = ((each.content_filter_results, "image", at) for at, each in enumerate(self.data))
        return read_report([*prompts, *pictures])

    def raise_if_filtered(self) -> None:
        """Raise where a filter kept a picture back.

        Raises:
            ContentFilteredError: With what the filter found, and this response as `partial`.
        """
        report = self.filter_report
        if report is None or not report.blocked or all(each.b64_json or each.url for each in self.data):
            return
        raise ContentFilteredError(
            f"a content filter kept a picture back ({report}); change the prompt, or the filter's settings at the "
            f"provider; what came is in the error's partial",
            report=report,
            partial=self,
            status=200,
            code="content_filter",
            meta=self.meta,
        )

    @classmethod
    def from_events(cls, events: Iterable[ImageEvent]) -> ImageResponse:
        """Return the response that a stream's events make up; of some of them, the response so far."""
        fold = ImageFold()
        for event in events:
            fold.add(event)
        return fold.result()


@define(kw_only=True, eq=False, repr=False)
class ImageEvent(Document):
    """A picture as far as it is drawn.

    Attributes:
        type: Ends in `.partial_image`, or in `.completed` for a picture that is done.
        b64_json: The file as base64 text.
        partial_image_index: Which of the unfinished ones it is, from 0, or None.
        created_at: When it was made, in Unix seconds; 0 where the provider does not say.
        background: As in `ImageResponse`.
        output_format: As in `ImageResponse`.
        quality: As in `ImageResponse`.
        size: As in `ImageResponse`.
        safety_identifier: As in `ImageResponse`.
        usage: The tokens used, with a picture that is done, or None.
    """

    type: str = ""
    b64_json: str | None = field(default=None, repr=shown)
    partial_image_index: int | None = None
    created_at: int = 0
    background: str | None = None
    output_format: str | None = None
    quality: str | None = None
    size: str | None = None
    safety_identifier: str | None = None
    usage: ImageUsage | None = None

    @property
    def is_completed(self) -> bool:
        """Whether the picture is done."""
        return self.type.endswith(".completed")

    @property
    def picture(self) -> GeneratedImage | None:
        """The file as far as it is drawn, or None where the event has none."""
        return None if not self.b64_json else GeneratedImage(data=decoded(self.b64_json, "$.b64_json"))


class ImageFold:
    """How a stream's pictures become the response: those that are done count, and the last of them tells the rest."""

    __slots__ = ("_images", "_last", "_usage")

    def __init__(self) -> None:
        self._images: list[Image] = []
        self._last = ImageEvent()
        self._usage: ImageUsage | None = None

    def add(self, event: ImageEvent, /) -> None:
        """Take the next event in."""
        if event.is_completed:
            self._images.append(Image(b64_json=event.b64_json))
            self._last = event
            self._usage = event.usage or self._usage

    def result(self) -> ImageResponse:
        """Return the response so far; whole once all events are in. May be asked for at any time, and again."""
        last = self._last
        return ImageResponse(
            created=last.created_at,
            data=tuple(self._images),
            background=last.background,
            output_format=last.output_format,
            quality=last.quality,
            size=last.size,
            safety_identifier=last.safety_identifier,
            usage=self._usage,
        )


IMAGES = Operation(
    "images.generations",
    ImageRequest,
    ImageResponse,
    event=ImageEvent,
    fold=ImageFold,
    model_required=False,
    model_setting="images_model",
    timeout=600.0,  # one picture takes a minute, and some take several
)
