"""Pictures, asked for with the vendor's own SDK."""

from __future__ import annotations

import struct
import zlib
from base64 import b64decode
from urllib.parse import urlsplit

import openai
import pytest

PROMPT = "A lighthouse in fog"


def size(picture: bytes) -> tuple[int, int]:
    """Return a PNG's size, once every part's checksum and the number of its pixels are right."""
    assert b"\x89PNG\r\n\x1a\n" == picture[:8]
    place, data, header = 8, b"", b""
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        content = picture[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack(">I", picture[place + 8 + length : place + 12 + length])
        assert zlib.crc32(kind + content) == checksum
        data += content if b"IDAT" == kind else b""
        header = content if b"IHDR" == kind else header
        place += 12 + length
    width, height = struct.unpack(">II", header[:8])
    assert (width + 1) * height == len(zlib.decompress(data))
    return width, height


@pytest.mark.parametrize(
    ("model", "asked", "expected"),
    [
        ("gpt-image-1", "1536x1024", (1536, 1024)),
        ("gpt-image-1", "auto", (1024, 1024)),
        ("gpt-image-2", "1280x720", (1280, 720)),
        ("dall-e-3", "1024x1792", (1024, 1792)),
        ("dall-e-2", "256x256", (256, 256)),
    ],
)
def test_size(client, model, asked, expected):
    """A picture is a real PNG of the size that was asked for."""
    options = {} if model.startswith("gpt") else {"response_format": "b64_json"}
    response = client.images.generate(model=model, prompt=PROMPT, size=asked, **options)

    assert expected == size(b64decode(response.data[0].b64_json))


def test_same_prompt_same_picture(connect):
    """The same prompt gets the same picture on every surface; another prompt, or another index, another."""
    one, two, three = (
        connect(name).images.generate(model="gpt-image-1", prompt=prompt, n=2).data
        for name, prompt in (("openai", PROMPT), ("azure-dated", PROMPT), ("openai", "A cat"))
    )

    assert one == two
    assert 3 == len({one[0].b64_json, one[1].b64_json, three[0].b64_json})


def test_transparent(connect):
    """A picture on a transparent background has a colour that is none."""
    response = connect("openai").images.generate(model="gpt-image-1", prompt=PROMPT, background="transparent")

    assert "transparent" == response.background
    assert b"tRNS" in b64decode(response.data[0].b64_json)


def test_gpt_image_answer(client, surface):
    """GPT image models give base64, no url and no revised prompt; what they tell beside the usage, Azure's do not."""
    response = client.images.generate(model="gpt-image-1", prompt=PROMPT, quality="low", output_format="webp")
    told = ("opaque", "png", "low", "1024x1024") if "openai" == surface else (None,) * 4

    assert (None, None) == (response.data[0].url, response.data[0].revised_prompt)
    assert told == (response.background, response.output_format, response.quality, response.size)
    assert response.usage.input_tokens + response.usage.output_tokens == response.usage.total_tokens


def test_dall_e_answer(client, surface, ask):
    """DALL-E 3 gives a URL that serves the picture without a key, and a revised prompt; Azure annotates each."""
    item = client.images.generate(model="dall-e-3", prompt=PROMPT, style="natural", quality="hd").data[0]
    url = urlsplit(item.url)
    answer = ask(f"{url.path}?{url.query}")

    assert PROMPT in item.revised_prompt
    assert (200, "image/png", (1024, 1024)) == (answer.status, answer.headers["content-type"], size(answer.content))
    assert ("openai" != surface) == ("content_filter_results" in item.model_extra)


def test_stream(connect):
    """A stream of pictures has typed events: partial ones, counted, then the whole."""
    stream = connect("openai").images.generate(model="gpt-image-1", prompt=PROMPT, stream=True, partial_images=2)
    events = list(stream)

    assert ["image_generation.partial_image"] * 2 + ["image_generation.completed"] == [event.type for event in events]
    assert [0, 1] == [event.partial_image_index for event in events[:2]]
    assert (1024, 1024) == size(b64decode(events[2].b64_json))


@pytest.mark.parametrize(
    ("model", "options", "code", "param"),
    [
        ("gpt-image-1", {"response_format": "b64_json"}, "unknown_parameter", "response_format"),
        ("gpt-image-1", {"style": "vivid"}, "unknown_parameter", "style"),
        ("gpt-image-1", {"quality": "hd"}, "invalid_value", "quality"),
        ("gpt-image-1", {"size": "100x100"}, "invalid_value", "size"),
        ("gpt-image-2", {"size": "4096x16"}, "invalid_value", "size"),
        ("gpt-image-1", {"partial_images": 1}, None, "partial_images"),
        ("dall-e-2", {"quality": "standard"}, "unknown_parameter", "quality"),
        ("dall-e-2", {"prompt": "x" * 1001}, "string_above_max_length", "prompt"),
        ("dall-e-2", {"n": 11}, "integer_above_max_value", "n"),
        ("dall-e-3", {"n": 2}, "integer_above_max_value", "n"),
        ("dall-e-3", {"size": "256x256"}, "invalid_value", "size"),
        ("gpt-4o", {}, "invalid_value", "model"),
    ],
)
def test_refusals(connect, model, options, code, param):
    """What a model does not draw is refused, with the parameter's name."""
    with pytest.raises(openai.BadRequestError) as caught:
        connect("openai").images.generate(**{"model": model, "prompt": PROMPT, **options})

    assert (code, param) == (caught.value.code, caught.value.param)


@pytest.mark.parametrize("path", ["/pictures/wide/a.png", "/pictures/10x10/a.gif"])
def test_no_such_picture(ask, path):
    """A URL that means no picture is not found."""
    assert 404 == ask(path).status
