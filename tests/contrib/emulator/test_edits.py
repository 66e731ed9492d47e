"""Edits and variations, asked for with the vendor's own SDK and by hand."""

from __future__ import annotations

from base64 import b64decode
from urllib.parse import urlsplit

import openai
import pytest

from jackfield_emulator._forms import File, gathered, parsed
from jackfield_emulator._png import draw

PROMPT = "The lighthouse in fog"
PNG = draw(64, 64, "a lighthouse")
KITE = ("kite.png", PNG)
SINCE = "2025-04-01-preview"


def size(picture: bytes) -> tuple[int, int]:
    """Return what a PNG's header says."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


@pytest.fixture
def client(connect, surface) -> openai.OpenAI:
    """Return a client for each surface in turn, of a version that has edits."""
    return connect(surface, api_version=SINCE) if "azure-dated" == surface else connect(surface)


def test_an_edit_is_a_picture(client, emulator, surface):
    """Of the size that was asked for, on every surface; the journal tells of files what they are."""
    response = client.images.edit(
        model="gpt-image-1", image=[KITE, KITE], mask=KITE, prompt=PROMPT, size="1536x1024", input_fidelity="high"
    )
    told = {"filename": "kite.png", "content_type": "image/png", "size": len(PNG)}

    assert (1536, 1024) == size(b64decode(response.data[0].b64_json))
    assert 388 == response.usage.input_tokens_details.image_tokens
    assert ("images.edits", [told, told], told, PROMPT) == (
        emulator.journal[-1].operation,
        emulator.journal[-1].body["image"],
        emulator.journal[-1].body["mask"],
        emulator.journal[-1].body["prompt"],
    )
    assert ("openai" == surface) == (response.quality == "high")


def test_the_picture_depends_on_what_it_starts_from(connect):
    """The same pictures and prompt give the same; others another."""
    client = connect("openai")
    drawn = [
        client.images.edit(model="gpt-image-1", image=("a.png", data), prompt=prompt, n=2).data
        for data, prompt in ((PNG, PROMPT), (PNG, PROMPT), (draw(64, 64, "a cat"), PROMPT), (PNG, "A cat"))
    ]

    assert drawn[0] == drawn[1]
    assert 4 == len({each.b64_json for each in (*drawn[0], drawn[2][0], drawn[3][0])})


def test_an_edit_streams(client):
    """With events of its own types."""
    stream = client.images.edit(
        model="gpt-image-1", image=KITE, prompt=PROMPT, stream=True, partial_images=1, n=1, svg={"model": "m"}
    )

    assert ["image_edit.partial_image", "image_edit.completed"] == [event.type for event in stream]


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # the SDK's word on variations
def test_a_variation_is_a_picture(connect, ask):
    """By default at a URL, as DALL-E 2 has it."""
    client = connect("openai")
    items = client.images.create_variation(image=KITE, n=2, size="256x256").data
    text = client.images.create_variation(image=KITE, response_format="b64_json").data[0].b64_json
    url = urlsplit(items[0].url)

    assert 2 == len({each.url for each in items})
    assert (256, 256) == size(ask(f"{url.path}?{url.query}").content)
    assert (1024, 1024) == size(b64decode(text))


def test_an_edit_by_dall_e_has_its_answer(connect):
    """A URL, or base64 text."""
    item = connect("openai").images.edit(image=KITE, prompt=PROMPT, response_format="b64_json").data[0]

    assert (1024, 1024) == size(b64decode(item.b64_json))


@pytest.mark.parametrize(
    ("path", "surface"), [("/openai/deployments/dall-e-2", "azure-dated"), ("/openai/v1", "azure-v1")]
)
def test_azure_has_no_variations(ask, emulator, path, surface):
    """On neither surface."""
    answer = ask(f"{path}/images/variations?api-version=preview", b"", "POST", api_key=emulator.api_key)

    assert 404 == answer.status


def test_edits_came_late_to_azure(connect):
    """An older version has no such path."""
    with pytest.raises(openai.NotFoundError, match="Resource not found"):
        connect("azure-dated").images.edit(model="gpt-image-1", image=KITE, prompt=PROMPT)


def test_azure_edits_with_the_newer_models_alone(connect):
    """A deployment of another is told so."""
    with pytest.raises(openai.BadRequestError, match="imageEdits operation"):
        connect("azure-v1").images.edit(model="dall-e-2", image=KITE, prompt=PROMPT)


LARGE = PNG + bytes(4 * 1024**2)


@pytest.mark.parametrize(
    ("options", "code", "param"),
    [
        ({"image": []}, "missing_required_parameter", "image"),
        ({"image": PNG}, "unsupported_file_mimetype", "image"),
        ({"image": ("a.gif", PNG)}, "unsupported_file_mimetype", "image"),
        ({"image": ("a.png", b"GIF89a")}, "invalid_image_file", "image"),
        ({"image": ("a.jpg", b"")}, "invalid_image_file", "image"),
        ({"image": [KITE] * 17}, "array_above_max_length", "image"),
        ({"mask": ("a.jpg", PNG)}, "unsupported_file_mimetype", "mask"),
        ({"mask": ("a.png", draw(32, 64, "x"))}, "invalid_image_mask", "mask"),
        ({"n": 11}, "integer_above_max_value", "n"),
        ({"extra_body": {"n": "many"}}, "invalid_type", "n"),
        ({"extra_body": {"n": -1}}, "integer_below_min_value", "n"),
        ({"size": "100x100"}, "invalid_value", "size"),
        ({"quality": "hd"}, "invalid_value", "quality"),
        ({"input_fidelity": "odd"}, "invalid_value", "input_fidelity"),
        ({"response_format": "url"}, "unknown_parameter", "response_format"),
        ({"partial_images": 1}, None, "partial_images"),
        ({"prompt": "x" * 32001}, "string_above_max_length", "prompt"),
        ({"model": "dall-e-2", "image": ("a.png", LARGE)}, "image_too_large", "image"),
        ({"model": "dall-e-2", "image": [KITE, KITE]}, "array_above_max_length", "image"),
        ({"model": "dall-e-3"}, "invalid_value", "model"),
        ({"model": "gpt-4o"}, "invalid_value", "model"),
    ],
)
def test_refusals(connect, options, code, param):
    """What cannot be edited is refused, with the parameter's name."""
    with pytest.raises(openai.BadRequestError) as caught:
        connect("openai").images.edit(**{"model": "gpt-image-1", "image": KITE, "prompt": PROMPT, **options})

    assert (code, param) == (caught.value.code, caught.value.param)


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_what_varies_is_the_oldest_model(connect):
    """And no other."""
    with pytest.raises(openai.BadRequestError, match="Value must be 'dall-e-2'"):
        connect("openai").images.create_variation(model="gpt-image-1", image=KITE)


FORM = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("content_type", "content", "said"),
    [
        ("application/json", b"{}", "only accepts 'multipart/form-data' requests"),
        ("multipart/form-data", b"", "Could not parse multipart form"),
        (FORM, b"", "Could not parse multipart form"),
        (FORM, b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\nx\r\n', "Could not parse multipart form"),
        (FORM, b'--b\r\nContent-Disposition: form-data; name="image"\r\n--b--', "Could not parse multipart form"),
        (FORM, b"--b\r\n\r\nx\r\n--b--", "Could not parse multipart form"),
        (FORM, b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\nx\r\n--b--', "expected a file"),
        (
            FORM,
            b'--b\r\nContent-Disposition: form-data; name="size"; filename="a"\r\n\r\nx\r\n--b--',
            "Invalid type for 'size'",
        ),
    ],
)
def test_what_is_no_form_is_refused(ask, emulator, content_type, content, said):
    """Broken, or another."""
    headers = {"authorization": f"Bearer {emulator.api_key}", "content-type": content_type}
    answer = ask("/v1/images/variations", content, "POST", **headers)

    assert 400 == answer.status
    assert said in answer.document["error"]["message"]


def test_a_form_becomes_a_document():
    """Brackets nest and list; what contradicts itself is passed over."""
    fields = [("a[b][c]", "1"), ("a[b][d]", "2"), ("l[]", "x"), ("l[]", "y"), ("a", "no"), ("l[k]", "z"), ("[", "w")]

    assert {"a": "no", "l": ["x", "y"], "[": "w"} == gathered(fields)
    assert {"a": {"b": {"c": "1", "d": "2"}}} == gathered(fields[:2])
    assert {"a": "no"} == gathered([("a", "no"), ("a[]", "x")])


def test_a_file_without_a_type_is_bytes():
    """And its bytes are as they were sent."""
    content = b'--b\r\nContent-Disposition: form-data; name="f"; filename="n"\r\n\r\n\r\n\r\n\x00\r\n--b--\r\n'

    assert [("f", File("n", "application/octet-stream", b"\r\n\r\n\x00"))] == parsed(FORM, content)
