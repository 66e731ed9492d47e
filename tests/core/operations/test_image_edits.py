"""Requests that change pictures, and that vary them."""

from __future__ import annotations

import typing

import attrs
import pytest

from jackfield.errors import InvalidRequestError
from jackfield.operations.image_edits import IMAGE_EDITS, ImageEditRequest
from jackfield.operations.image_variations import IMAGE_VARIATIONS, ImageVariationRequest
from jackfield.operations.images import IMAGES, ImageEvent, ImageFold, ImageResponse
from jackfield.operations.uploads import Upload

PNG = b"\x89PNG\r\n\x1a\n"
NEEDED = {ImageEditRequest: {"image": PNG, "prompt": "a kite"}, ImageVariationRequest: {"image": PNG}}

RIGHT = {
    ImageEditRequest: {
        "image": [PNG, [PNG, PNG]],
        "prompt": ["a kite", 32000 * "x"],
        "mask": [PNG],
        "markup": [("marks.png", PNG)],
        "model": ["any-model-2030"],
        "n": [1, 10],
        "size": ["auto", "1024x1024"],
        "quality": ["high", "one-of-tomorrow"],
        "input_fidelity": ["low", "high"],
        "background": ["transparent"],
        "response_format": ["url"],
        "output_format": ["png"],
        "output_compression": [0, 100],
        "partial_images": [0, 3],
        "frame_count": [2, 16],
        "frame_duration_ms": [0],
        "complexity": ["low"],
        "svg": [{"model": "drawer"}],
        "safety_identifier": ["u-1"],
        "user": ["u-1"],
    },
    ImageVariationRequest: {
        "image": [PNG],
        "model": ["any-model-2030"],
        "n": [1, 10],
        "size": ["256x256"],
        "response_format": ["url", "b64_json"],
        "user": ["u-1"],
    },
}
WRONG = {
    ImageEditRequest: {
        "image": [None, b"", 5],
        "prompt": ["", 32001 * "x", None],
        "mask": [5, [PNG]],
        "markup": [b""],
        "model": [""],
        "n": [0, 11, True],
        "size": [1024],
        "quality": [1],
        "input_fidelity": [1],
        "background": [True],
        "response_format": [1],
        "output_format": [1],
        "output_compression": [-1, 101],
        "partial_images": [4],
        "frame_count": [1],
        "frame_duration_ms": [-1],
        "complexity": [1],
        "svg": ["drawer"],
        "safety_identifier": [1],
        "user": [1],
    },
    ImageVariationRequest: {
        "image": [None, b"", [PNG]],
        "model": [5],
        "n": [0, 11],
        "size": [256],
        "response_format": [1],
        "user": [1],
    },
}


def cases(table):
    """Return a table's values one by one."""
    return [(cls, name, value) for cls, names in table.items() for name, values in names.items() for value in values]


def test_the_operations_are_forms():
    """Both carry files; edits stream as drawings do, and take the same default model."""
    assert ("images.edits", "multipart", "POST", "model", False, "images_model", IMAGES.timeout) == (
        IMAGE_EDITS.name,
        IMAGE_EDITS.encoding,
        IMAGE_EDITS.method,
        IMAGE_EDITS.addressed_to,
        IMAGE_EDITS.model_required,
        IMAGE_EDITS.model_setting,
        IMAGE_EDITS.timeout,
    )
    assert ("images.variations", "multipart", "images_model") == (
        IMAGE_VARIATIONS.name,
        IMAGE_VARIATIONS.encoding,
        IMAGE_VARIATIONS.model_setting,
    )
    assert (ImageEvent, ImageFold, None) == (IMAGE_EDITS.event, IMAGE_EDITS.fold, IMAGE_VARIATIONS.event)
    assert ImageResponse is IMAGE_EDITS.response is IMAGE_VARIATIONS.response
    assert "json" == IMAGES.encoding


@pytest.mark.parametrize(("cls", "name", "value"), cases(RIGHT))
def test_a_value_within_its_rule_is_kept(cls, name, value):
    """What the rules allow is what the request has; files are uploads there."""
    kept = getattr(cls(**NEEDED[cls] | {name: value}), name)

    assert value == kept or Upload("image.png", PNG) == (
        kept[0] if isinstance(kept, tuple) else attrs.evolve(kept, name="image.png")
    )


@pytest.mark.parametrize(("cls", "name", "value"), cases(WRONG))
def test_a_value_outside_its_rule_is_one_problem(cls, name, value):
    """What the rules do not allow is one problem, which opens with the field's name."""
    with pytest.raises(InvalidRequestError) as caught:
        cls(**NEEDED[cls] | {name: value})

    assert [name] == [problem.split()[0].partition("[")[0] for problem in caught.value.problems]


@pytest.mark.parametrize("cls", [ImageEditRequest, ImageVariationRequest])
def test_every_field_has_a_rule(cls):
    """The table tells all fields but extra, and so do the tables of this test."""
    fields = {field.name for field in attrs.fields(cls)} - {"extra"}

    assert fields == set(cls.rules) == set(RIGHT[cls]) == set(WRONG[cls])
    assert typing.get_type_hints(cls)


def test_streaming_is_not_asked_for_in_extra():
    """Whether a call streams follows from how it is called."""
    with pytest.raises(InvalidRequestError, match="stream follows from the way of calling"):
        ImageEditRequest(image=PNG, prompt="a kite", extra={"stream": True})
