"""What each image model takes, said before anything is sent."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import InvalidRequestError
from jackfield.operations.image_edits import IMAGE_EDITS, ImageEditRequest
from jackfield.operations.image_variations import IMAGE_VARIATIONS, ImageVariationRequest
from jackfield.operations.images import IMAGES, ImageRequest
from jackfield.operations.uploads import Upload
from jackfield.testing import a_call
from jackfield_openai_wire import OpenAIWire
from jackfield_openai_wire._image_models import MODELS, FreeSizes

PNG = b"\x89PNG\r\n\x1a\n"
GPT_1 = ("gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5")
GPT_2 = ("gpt-image-2", "gpt-image-2-2026-04-21")
GPT_2_5 = ("gpt-image-2.5-sunburst", "gpt-image-2.5-flare-2026-09-08")
NEWEST = ("gpt-image-2.6-flare", "chatgpt-image-latest")
GPT = (*GPT_1, *GPT_2, *GPT_2_5, *NEWEST)
DALL_E = ("dall-e-2", "dall-e-3")


def problems(model, operation=IMAGES, *, streaming=False, wire=None, **given):
    """Return what is said of a request."""
    needed = {
        IMAGES: {"prompt": "a cat"},
        IMAGE_EDITS: {"prompt": "a cat", "image": PNG},
        IMAGE_VARIATIONS: {"image": PNG},
    }
    request = operation.request(**needed[operation] | given)
    try:
        (wire or OpenAIWire()).encode_request(a_call(operation, request, model=model, streaming=streaming))
    except InvalidRequestError as error:
        return list(error.problems)
    return []


TAKEN = [
    *((model, {"size": size}) for model in (*GPT_1,) for size in ("1024x1024", "1536x1024", "1024x1536", "auto")),
    *(
        (model, {"size": size})
        for model in (*GPT_2, *GPT_2_5)
        for size in ("auto", "1280x720", "3840x2160", "1536x864")
    ),
    *((model, {"size": size}) for model in NEWEST for size in ("auto", "17x17")),
    *((model, {"quality": quality}) for model in GPT for quality in ("low", "medium", "high", "auto")),
    *((model, {"quality": "max"}) for model in (*GPT_2_5, *NEWEST)),
    *((model, {"prompt": 32000 * "x", "n": 10, "background": "transparent", "output_format": "webp"}) for model in GPT),
    *(("dall-e-2", {"size": size, "n": 10, "quality": "standard"}) for size in ("256x256", "512x512", "1024x1024")),
    *(("dall-e-3", {"size": size, "quality": "hd"}) for size in ("1024x1024", "1792x1024", "1024x1792")),
    *((model, {"response_format": form, "n": 1}) for model in DALL_E for form in ("url", "b64_json")),
    ("dall-e-3", {"style": "vivid", "prompt": 4000 * "x", "user": "u"}),
    ("dall-e-2", {"prompt": 1000 * "x"}),
]


@pytest.mark.parametrize(("model", "given"), TAKEN)
def test_what_a_model_takes_passes(model, given):
    """Whatever its vendor documents."""
    assert [] == problems(model, **given)


REFUSED = [
    ("dall-e-3", {"n": 2}, "n: dall-e-3 draws 1 at a time, not 2; make several calls"),
    ("dall-e-3", {"size": "256x256"}, "size: dall-e-3 has '1024x1024', '1792x1024', '1024x1792', not '256x256'"),
    ("dall-e-3", {"quality": "high"}, "quality: dall-e-3 has 'standard', 'hd', not 'high'"),
    ("dall-e-3", {"style": "wild"}, "style: dall-e-3 has 'vivid', 'natural', not 'wild'"),
    ("dall-e-3", {"response_format": "png"}, "response_format: dall-e-3 has 'url', 'b64_json', not 'png'"),
    ("dall-e-3", {"prompt": 4001 * "x"}, "prompt: dall-e-3 takes at most 4000 characters, not 4001"),
    ("dall-e-3", {"background": "opaque"}, "background: dall-e-3 has no such parameter"),
    ("dall-e-3", {"output_compression": 0}, "output_compression: dall-e-3 has no such parameter"),
    ("dall-e-2", {"prompt": 1001 * "x"}, "prompt: dall-e-2 takes at most 1000 characters, not 1001"),
    ("dall-e-2", {"size": "1024x1792"}, "size: dall-e-2 has '256x256', '512x512', '1024x1024', not '1024x1792'"),
    ("dall-e-2", {"quality": "hd"}, "quality: dall-e-2 has 'standard', not 'hd'"),
    ("dall-e-2", {"style": "vivid"}, "style: dall-e-2 has no styles; describe it in the prompt"),
    *((model, {"style": "vivid"}, f"style: {model} has no styles; describe it in the prompt") for model in GPT),
    *(
        (model, {"response_format": "url"}, f"response_format: {model} always answers with base64 text; leave it out")
        for model in GPT
    ),
    *(
        (model, {"quality": "hd"}, f"quality: {model} has 'low', 'medium', 'high', 'auto', not 'hd'")
        for model in (*GPT_1, *GPT_2)
    ),
    *(
        (model, {"background": "transparent", "output_format": "jpeg"},
         "background: a JPEG cannot be seen through; ask for png or webp")
        for model in GPT
    ),
    *(
        (model, {"partial_images": 2}, "partial_images: unfinished pictures come in a stream alone; use stream()")
        for model in GPT
    ),
    ("gpt-image-1", {"size": "256x256"},
     "size: gpt-image-1 has '1024x1024', '1536x1024', '1024x1536', 'auto', not '256x256'"),
    ("gpt-image-2", {"size": "4096x16"},
     ("size: gpt-image-2 has 'auto', and WIDTHxHEIGHT with sides that are multiples of 16 and up to 3840, at most 3:1, "
     "with 655,360 to 8,294,400 pixels, not '4096x16'")),
    *((model, {"size": "wide"}, "size: ") for model in (*GPT_2, *GPT_2_5)),
    *((model, {"size": "1000x1000"}, "size: ") for model in (*GPT_2, *GPT_2_5)),
]  # fmt: skip


@pytest.mark.parametrize(("model", "given", "problem"), REFUSED)
def test_what_a_model_does_not_take_is_one_problem(model, given, problem):
    """With the field, what there is, and what was given."""
    found = problems(model, **given)

    assert 1 == len(found)
    assert found[0].startswith(problem)


def test_a_parameter_that_a_model_has_not_is_one_problem():
    """What it would have to fit where it is one of the model's is not asked."""
    no = "dall-e-2 has no such parameter"

    assert [f"partial_images: {no}"] == problems("dall-e-2", partial_images=2)
    assert [f"background: {no}", f"output_format: {no}"] == problems(
        "dall-e-2", background="transparent", output_format="jpeg"
    )


def test_a_model_that_does_not_do_it_is_the_only_problem():
    """What else it would say of the request is for what it does."""
    (problem,) = problems("dall-e-3", IMAGE_EDITS, n=2, size="1x1")

    assert problem.startswith("model: dall-e-3 does not do")


def test_all_problems_come_at_once():
    """The request is mended in one go."""
    found = problems("dall-e-3", n=3, style="wild", size="1x1", quality="low", svg={"model": "m"}, prompt=5000 * "x")

    assert ["prompt", "n", "size", "quality", "style", "svg"] == [each.partition(":")[0] for each in found]


WILD = {"n": 7, "size": "3x3", "quality": "odd", "style": "odd", "response_format": "odd", "partial_images": 3}


@pytest.mark.parametrize("model", [None, "dall-e-4", "gpt-image-3", "gpt-image-1-2030-01-01", "DALL-E-3", "ours"])
def test_a_model_that_is_not_known_takes_anything(model):
    """The rules are never in the way of tomorrow's models, nor of a choice that is the provider's."""
    assert [] == problems(model, **WILD)


def test_a_deployment_is_no_model():
    """Where the body names something else, its name says nothing, whatever it is."""
    for body_model in (lambda _: None, lambda call: call.model):
        assert [] == problems("dall-e-3", wire=OpenAIWire(body_model), **WILD)


def test_extra_is_not_checked():
    """The way past a rule that is out of date."""
    assert [] == problems("dall-e-3", extra={"n": 2, "style": "wild"})


@pytest.mark.parametrize("model", DALL_E)
def test_what_does_not_stream_says_so(model):
    """Before anything is sent."""
    assert [f"model: {model} does not stream; use call()"] == problems(model, streaming=True)


@pytest.mark.parametrize("model", GPT)
def test_what_streams_shows_unfinished_pictures(model):
    """Drawn and edited."""
    for operation in (IMAGES, IMAGE_EDITS):
        assert [] == problems(model, operation, streaming=True, partial_images=3)


# Edits and variations


@pytest.mark.parametrize("model", GPT)
def test_edits_take_several_pictures(model):
    """Of three formats."""
    assert [] == problems(model, IMAGE_EDITS, image=[PNG, b"\xff\xd8\xff", b"RIFF....WEBP", b"unknown"] * 4)


EDITS = [
    ("gpt-image-1", {"image": [PNG] * 17}, "image: gpt-image-1 takes at most 16, not 17"),
    ("gpt-image-1", {"image": [PNG, b"GIF89a"]},
     "image[1]: gpt-image-1 takes 'image/png', 'image/jpeg', 'image/webp', not 'image/gif'"),
    ("gpt-image-1", {"image": bytes(50 * 1024 * 1024)},
     "image[0]: gpt-image-1 takes less than 52,428,800 bytes, not 52,428,800"),
    ("gpt-image-1-mini", {"input_fidelity": "high"}, "input_fidelity: gpt-image-1-mini has 'low', not 'high'"),
    ("gpt-image-2", {"input_fidelity": "low"}, "input_fidelity: gpt-image-2 has no such choice; leave it out"),
    ("dall-e-2", {"image": [PNG, PNG]}, "image: dall-e-2 takes at most 1, not 2"),
    ("dall-e-2", {"image": b"\xff\xd8\xff"}, "image[0]: dall-e-2 takes 'image/png', not 'image/jpeg'"),
    ("dall-e-2", {"markup": PNG}, "markup: dall-e-2 has no such parameter"),
    ("dall-e-3", {}, "model: dall-e-3 does not do 'images.edits'; those that do are dall-e-2, gpt-image-1, "),
]  # fmt: skip


@pytest.mark.parametrize(("model", "given", "problem"), EDITS)
def test_what_cannot_be_edited_is_one_problem(model, given, problem):
    """Files have rules as well."""
    found = problems(model, IMAGE_EDITS, **given)

    assert 1 == len(found)
    assert found[0].startswith(problem)


def test_variations_are_for_the_oldest_model():
    """And for models that are not known."""
    large = Upload("a.png", PNG + bytes(4 * 1024 * 1024))
    for model in ("dall-e-2", "ours", None):
        assert [] == problems(model, IMAGE_VARIATIONS, n=2, size="256x256")
    assert ["image: dall-e-2 takes less than 4,194,304 bytes, not 4,194,312"] == problems(
        "dall-e-2", IMAGE_VARIATIONS, image=large
    )
    for model in ("dall-e-3", *GPT):
        assert [f"model: {model} does not do 'images.variations'; those that do are dall-e-2"] == problems(
            model, IMAGE_VARIATIONS
        )


@pytest.mark.parametrize(
    ("width", "height", "fits"),
    [
        (3072, 1024, True),  # 3:1
        (3088, 1024, False),
        (1024, 640, True),  # the fewest pixels
        (1008, 640, False),
        (3840, 2160, True),  # the longest side, and the most pixels
        (3840, 2176, False),
        (3856, 1296, False),
        (1032, 1024, False),  # no multiple of 16
    ],
)
def test_a_bound_of_free_sizes_is_within_it(width, height, fits):
    """What is just beyond is not."""
    assert fits == FreeSizes(fewest=655_360).fit(width, height)


@given(st.integers(1, 5000), st.integers(1, 5000), st.sampled_from([FreeSizes(), FreeSizes(fewest=655_360)]))
def test_free_sizes_keep_their_bounds(width, height, sizes):
    """Either way round, and what fits is within each bound."""
    assert sizes.fit(width, height) == sizes.fit(height, width)
    if sizes.fit(width, height):
        assert 0 == width % 16 == height % 16
        assert 1 / 3 <= width / height <= 3
        assert sizes.fewest <= width * height <= 8_294_400


def test_every_request_of_the_table_is_one_of_ours():
    """The fields that are looked at are fields of the requests."""
    for operation, request in (
        (IMAGES, ImageRequest(prompt="a")),
        (IMAGE_EDITS, ImageEditRequest(prompt="a", image=PNG)),
        (IMAGE_VARIATIONS, ImageVariationRequest(image=PNG)),
    ):
        for name, model in MODELS.items():
            if operation.name in model.does:
                assert evolve(request, model=name).model == name
                assert [] == problems(name, operation)
