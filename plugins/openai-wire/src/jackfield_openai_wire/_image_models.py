"""What each image model takes, as data. `_image_rules` holds requests against it.

Only what their vendor documents is here; None is for what is not known. Models that share a name with another date
share a line.
Sources: the OpenAPI document and the image guides of OpenAI, Microsoft's page on image models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

GENERATIONS, EDITS, VARIATIONS = "images.generations", "images.edits", "images.variations"
_MIB = 1024 * 1024


@frozen
class FreeSizes:
    """Any size within bounds, in pixels.

    Attributes:
        step: What both sides are a multiple of.
        longest: The longest side.
        ratio: How many times as long as the other a side may be.
        fewest: The fewest pixels.
        most: The most.
    """

    step: int = 16
    longest: int = 3840
    ratio: int = 3
    fewest: int = 0
    most: int = 3840 * 2160

    def fit(self, width: int, height: int) -> bool:
        """Tell whether a size is within them."""
        long, short = max(width, height), min(width, height)
        return (
            not (width % self.step or height % self.step)
            and long <= self.longest
            and long <= self.ratio * short
            and self.fewest <= width * height <= self.most
        )

    def __str__(self) -> str:
        """Say them in words."""
        return (
            f"WIDTHxHEIGHT with sides that are multiples of {self.step} and up to {self.longest}, "
            f"at most {self.ratio}:1, with {self.fewest:,} to {self.most:,} pixels"
        )


@frozen
class ImageModel:
    """What one model takes.

    Attributes:
        does: The operations that it does.
        longest: The most characters of a prompt.
        most: How many pictures it draws in one call.
        sizes: The sizes that it has by name.
        free: The sizes that it has beside those.
        qualities: Its qualities.
        styles: Its styles; empty where it has no such thing.
        forms: What its answers may be asked for as; empty where they are always base64 text.
        streams: Whether it shows a picture event by event.
        fidelities: How closely it keeps what it is given; empty where it has no such choice.
        modern: Whether it has the parameters that came with the models after DALL-E.
        pictures: How many pictures an edit takes.
        formats: The formats of those.
        bytes: How large each may be.
    """

    does: frozenset[str]
    longest: int
    most: int = 10
    sizes: Sequence[str] | None = None
    free: FreeSizes | None = None
    qualities: Sequence[str] | None = None
    styles: Sequence[str] | None = ()
    forms: Sequence[str] | None = ()
    streams: bool = True
    fidelities: Sequence[str] | None = None
    modern: bool = True
    pictures: int = 16
    formats: Sequence[str] = ("image/png", "image/jpeg", "image/webp")
    bytes: int = 50 * _MIB


_FORMS = ("url", "b64_json")
_DALL_E_2 = ImageModel(
    frozenset({GENERATIONS, EDITS, VARIATIONS}),
    1000,
    sizes=("256x256", "512x512", "1024x1024"),
    qualities=("standard",),
    forms=_FORMS,
    streams=False,
    fidelities=(),
    modern=False,
    pictures=1,
    formats=("image/png",),
    bytes=4 * _MIB,
)
_DALL_E_3 = ImageModel(
    frozenset({GENERATIONS}),
    4000,
    most=1,
    sizes=("1024x1024", "1792x1024", "1024x1792"),
    qualities=("standard", "hd"),
    styles=("vivid", "natural"),
    forms=_FORMS,
    streams=False,
    fidelities=(),
    modern=False,
)
_LATEST = ImageModel(frozenset({GENERATIONS, EDITS}), 32000)
"""What all models after DALL-E have in common, and all that is known of the newest."""
_GPT_1 = evolve(
    _LATEST,
    sizes=("1024x1024", "1536x1024", "1024x1536", "auto"),
    qualities=("low", "medium", "high", "auto"),
    fidelities=("low", "high"),
)
_GPT_2 = evolve(_GPT_1, sizes=("auto",), free=FreeSizes(fewest=655_360), fidelities=())
_GPT_2_5 = evolve(
    _GPT_2, free=FreeSizes(), qualities=("low", "medium", "high", "xhigh", "max", "auto"), fidelities=None
)

MODELS: Mapping[str, ImageModel] = {
    "dall-e-2": _DALL_E_2,
    "dall-e-3": _DALL_E_3,
    "gpt-image-1": _GPT_1,
    "gpt-image-1-mini": evolve(_GPT_1, fidelities=("low",)),
    "gpt-image-1.5": _GPT_1,
    **dict.fromkeys(("gpt-image-2", "gpt-image-2-2026-04-21"), _GPT_2),
    **dict.fromkeys(
        (
            "gpt-image-2.5-sunburst",
            "gpt-image-2.5-sunburst-2026-09-08",
            "gpt-image-2.5-flare",
            "gpt-image-2.5-flare-2026-09-08",
        ),
        _GPT_2_5,
    ),
    **dict.fromkeys(("gpt-image-2.6-sunburst", "gpt-image-2.6-flare", "chatgpt-image-latest"), _LATEST),
}
