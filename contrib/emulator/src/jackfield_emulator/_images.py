"""Pictures: what may be asked of each model, and how each answers."""

from __future__ import annotations

import re
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from jackfield_emulator._chance import hexadecimal
from jackfield_emulator._chat_wire import PROMPT_SAFE, SAFE
from jackfield_emulator._json import compact
from jackfield_emulator._models import Model
from jackfield_emulator._png import draw
from jackfield_emulator._refusal import invalid
from jackfield_emulator._reply import Reply
from jackfield_emulator._rules import Rule, checked, one_of, rule, wrong_value
from jackfield_emulator._text import tokens

COMMON = {"model": rule("string"), "n": rule("integer", 1, 10), "size": rule("string"), "user": rule("string")}
FORM = {"response_format": one_of("url", "b64_json")}
GPT: dict[str, Rule] = {
    "background": one_of("transparent", "opaque", "auto"),
    "complexity": one_of("low", "medium", "high"),
    "frame_count": rule("integer", 2, 16),
    "frame_duration_ms": rule("integer", 1),
    "moderation": one_of("low", "auto"),
    "output_compression": rule("integer", 0, 100),
    "output_format": one_of("png", "webp", "jpeg", "gif", "svg"),
    "partial_images": rule("integer", 0, 3),
    "quality": one_of("low", "medium", "high", "xhigh", "max", "auto"),
    "safety_identifier": rule("string"),
    "stream": rule("boolean"),
    "svg": rule("object"),
}
_STYLED = {"quality": one_of("standard", "hd"), "style": one_of("vivid", "natural")}


@frozen
class Family:
    """What image models of one name have in common.

    Attributes:
        longest: The most characters of a prompt.
        sizes: Those that are offered; the first is the default.
    """

    longest: int
    rules: Mapping[str, Rule]
    sizes: tuple[str, ...]


FAMILIES = {
    "dall-e-2": Family(1000, COMMON | FORM, ("1024x1024", "256x256", "512x512")),
    "dall-e-3": Family(4000, COMMON | FORM | _STYLED, ("1024x1024", "1792x1024", "1024x1792")),
    "gpt-image": Family(32000, COMMON | GPT, ("1024x1024", "1536x1024", "1024x1536", "auto")),
}
_SIZE = re.compile(r"(\d{1,4})x(\d{1,4})")
_COSTS = {"low": 272, "medium": 1056}
_PIXELS = (655_360, 8_294_400)


@frozen
class Pictures:
    """A request for pictures that keeps the rules."""

    given: Mapping[str, Any]
    model: Model
    url: str
    azure: bool
    source: str = ""
    """What the pictures are that it starts from."""
    pictures: int = 0
    """How many those are."""

    @property
    def many(self) -> int:
        """How many."""
        return int(self.given.get("n", 1))

    @property
    def size(self) -> str:
        """Of which size."""
        asked = self.given.get("size", "auto")
        return _family(self.model).sizes[0] if "auto" == asked else str(asked)

    @property
    def quality(self) -> str:
        """How well."""
        asked = self.given.get("quality", "auto")
        return "high" if "auto" == asked else str(asked)

    @property
    def background(self) -> str:
        """On what."""
        asked = self.given.get("background", "auto")
        return "opaque" if "auto" == asked else str(asked)

    @property
    def usage(self) -> dict[str, Any]:
        """What it cost."""
        asked, drawn = len(tokens(self.given["prompt"])), _COSTS.get(self.quality, 4160) * self.many
        seen = 194 * self.pictures
        return {
            "input_tokens": asked + seen,
            "input_tokens_details": {"image_tokens": seen, "text_tokens": asked},
            "output_tokens": drawn,
            "total_tokens": asked + seen + drawn,
        }

    def seed(self, index: int) -> str:
        """Return what the picture is drawn from."""
        return hexadecimal(24, self.given["prompt"], self.source or self.given.get("style"), index)

    def encoded(self, index: int) -> str:
        """Return a picture in base64."""
        width, height = map(int, self.size.split("x"))
        picture = draw(width, height, self.seed(index), transparent="transparent" == self.background)
        return b64encode(picture).decode()


def answer(document: Mapping[str, Any], model: Model, url: str, *, azure: bool) -> Reply:
    """Check a request and answer it."""
    return replied(Pictures(_checked(document, model), model, url, azure))


def replied(pictures: Pictures, kind: str = "image_generation") -> Reply:
    """Answer a request that keeps the rules; *kind* is what its events' types begin with."""
    if "gpt-image" != family_name(pictures.model):
        return Reply({"created": int(time.time()), "data": [_item(pictures, index) for index in range(pictures.many)]})
    cost = pictures.usage["total_tokens"]
    if pictures.given.get("stream"):
        return Reply(events=_events(pictures, kind), tokens=cost)
    told = {} if pictures.azure else _told(pictures)
    data = [{"b64_json": pictures.encoded(index)} for index in range(pictures.many)]
    return Reply({"created": int(time.time()), **told, "data": data, "usage": pictures.usage}, tokens=cost)


def _told(pictures: Pictures) -> dict[str, str]:
    """Return what OpenAI says of its pictures, and Azure does not. They are PNG whatever was asked, and it says so."""
    return {
        "background": pictures.background,
        "output_format": "png",
        "quality": pictures.quality,
        "size": pictures.size,
    }


def _item(pictures: Pictures, index: int) -> dict[str, Any]:
    """Return one of DALL-E's pictures."""
    item: dict[str, Any] = {}
    if "dall-e-3" == pictures.model.name:
        item["revised_prompt"] = f"A detailed picture: {pictures.given['prompt']}"
    if pictures.azure:
        item["content_filter_results"] = SAFE
        item["prompt_filter_results"] = {**PROMPT_SAFE, "profanity": {"filtered": False, "detected": False}}
    if "b64_json" == pictures.given.get("response_format"):
        return item | {"b64_json": pictures.encoded(index)}
    expires = int(time.time()) + 3600
    return item | {"url": f"{pictures.url}/pictures/{pictures.size}/{pictures.seed(index)}.png?se={expires}"}


def _events(pictures: Pictures, kind: str) -> Iterator[bytes]:
    """Return a stream of typed events: partial pictures, then the whole one."""
    told = {"created_at": int(time.time()), **_told(pictures), "b64_json": pictures.encoded(0)}
    for number in range(pictures.given.get("partial_images", 0)):
        yield _event(f"{kind}.partial_image", told | {"partial_image_index": number})
    yield _event(f"{kind}.completed", told | {"usage": pictures.usage})


def _event(kind: str, document: Mapping[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {compact({'type': kind, **document})}\n\n".encode()


def _checked(document: Mapping[str, Any], model: Model) -> dict[str, Any]:
    family = _family(model)
    given = checked(document, {"prompt": rule("string", None, family.longest, needed=True), **family.rules})
    if "dall-e-3" == model.name and given.get("n", 1) > 1:
        raise invalid(
            "Invalid 'n': integer above maximum value. Expected a value <= 1.", "n", "integer_above_max_value"
        )
    check_size(family, model, given)
    if "partial_images" in given and not given.get("stream"):
        raise invalid("The 'partial_images' parameter is only allowed when 'stream' is enabled.", "partial_images")
    return given


def check_size(family: Family, model: Model, given: Mapping[str, Any]) -> None:
    """Check that the model draws the size."""
    if given.get("size", "auto") not in (*family.sizes, "auto") and not _is_free(model, given["size"]):
        raise wrong_value("size", given["size"], family.sizes)


def _is_free(model: Model, size: str) -> bool:
    """Tell whether a model that draws any size draws this one."""
    if not model.name.startswith("gpt-image-2") or not (match := _SIZE.fullmatch(size)):
        return False
    width, height = int(match[1]), int(match[2])
    fits = not width % 16 and not height % 16 and max(width, height) <= min(3840, 3 * min(width, height))
    return fits and _PIXELS[0] <= width * height <= _PIXELS[1]


def family_name(model: Model) -> str:
    """Return the name of the family that a model is of."""
    return model.name if model.name in FAMILIES else "gpt-image" if model.name.startswith("gpt-image") else "dall-e-3"


def _family(model: Model) -> Family:
    return FAMILIES[family_name(model)]


def picture(size: str, name: str) -> bytes | None:
    """Return the picture that a URL means, or None."""
    match = _SIZE.fullmatch(size)
    if match is None or not name.endswith(".png"):
        return None
    return draw(int(match[1]), int(match[2]), name.removesuffix(".png"))
