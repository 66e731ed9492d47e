import typing

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import InvalidRequestError
from jackfield.operations.images import (
    IMAGES,
    Image,
    ImageEvent,
    ImageFold,
    ImageRequest,
    ImageResponse,
    ImageTokensDetails,
    ImageUsage,
    SvgUsage,
)

RIGHT = {
    "prompt": ["a red door", 32000 * "x"],
    "model": ["any-model-2030"],
    "n": [1, 10],
    "size": ["auto", "1024x1024", "1536x864"],
    "quality": ["standard", "hd", "high", "one-of-tomorrow"],
    "style": ["vivid", "natural"],
    "background": ["transparent"],
    "response_format": ["url", "b64_json"],
    "output_format": ["png", "svg"],
    "output_compression": [0, 100],
    "partial_images": [0, 3],
    "frame_count": [2, 16],
    "frame_duration_ms": [0, 200],
    "complexity": ["low"],
    "svg": [{"model": "drawer", "reasoning": {"effort": "low"}}],
    "moderation": ["low"],
    "safety_identifier": ["", "u-1"],
    "user": ["u-1"],
}

WRONG = {
    "prompt": ["", 32001 * "x", None, 5],
    "model": ["", 5],
    "n": [0, 11, 1.0, True],
    "size": [1024],
    "quality": [1],
    "style": [1],
    "background": [True],
    "response_format": [{"type": "url"}],
    "output_format": [1],
    "output_compression": [-1, 101, 50.0],
    "partial_images": [-1, 4],
    "frame_count": [1, 17],
    "frame_duration_ms": [-1, 0.5],
    "complexity": [1],
    "svg": ["drawer"],
    "moderation": [False],
    "safety_identifier": [1],
    "user": [1],
}


def partial(index=0):
    """Return an event with an unfinished picture."""
    return ImageEvent(type="image_generation.partial_image", b64_json="cGFydA==", partial_image_index=index)


def completed(**fields):
    """Return an event with a picture that is done."""
    return ImageEvent(type="image_generation.completed", **fields)


def test_the_operation_needs_no_model():
    """The provider chooses the model where none is named; it streams."""
    assert ("images.generations", "POST", "model", False, "images_model") == (
        IMAGES.name,
        IMAGES.method,
        IMAGES.addressed_to,
        IMAGES.model_required,
        IMAGES.model_setting,
    )
    assert (ImageRequest, ImageResponse, ImageEvent, ImageFold) == (
        IMAGES.request,
        IMAGES.response,
        IMAGES.event,
        IMAGES.fold,
    )


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_a_value_within_its_rule_is_kept(name, value):
    """What the rules allow is what the request has."""
    assert value == getattr(ImageRequest(**{"prompt": "a door", name: value}), name)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_value_outside_its_rule_is_one_problem(name, value):
    """What the rules do not allow is one problem, which opens with the field's name."""
    with pytest.raises(InvalidRequestError) as caught:
        ImageRequest(**{"prompt": "a door", name: value})
    assert [name] == [problem.split()[0] for problem in caught.value.problems]


def test_every_field_has_a_rule():
    """The table tells all fields but extra, and so do the tables of this test."""
    fields = {field.name for field in attrs.fields(ImageRequest)} - {"extra"}
    assert fields == set(ImageRequest.rules) == set(RIGHT) == set(WRONG)


def test_streaming_is_not_asked_for_in_extra():
    """Whether a call streams follows from how it is called."""
    with pytest.raises(InvalidRequestError, match="stream follows from the way of calling"):
        ImageRequest(prompt="a door", extra={"stream": True})


def test_the_answer_needs_its_data_alone():
    """Everything else may be missing."""
    assert {"data"} == ImageResponse.required
    assert (0, (), None, None, None, None, None, None, None) == attrs.astuple(ImageResponse())[2:]
    assert (None, None, None, None, None) == attrs.astuple(Image())[1:]
    assert ("", 0, 0, 0, 0) == attrs.astuple(SvgUsage())[1:]


def test_a_picture_is_cut_in_the_repr():
    """A terminal is not flooded with base64 text."""
    assert 120 > len(repr(Image(b64_json=100_000 * "A")))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://store.example/cat.png?sig=s1gn4ture", "'https://store.example:443/…'"),
        ("http://user:s1gn4ture@127.0.0.1:8/", "'http://127.0.0.1:8/…'"),
        ("https://[s1gn4ture", "'…'"),
        ("https://store.example:s1gn4ture/", "'…'"),
        ("data:,<svg/>", "'data:,<svg/>'"),
        (f"data:image/png;base64,{100 * 'A'}", f"'data:image/png;base64,{54 * 'A'}..."),
        (5, "5"),
    ],
)
def test_the_repr_of_a_url_has_its_origin_alone(url, shown):
    """The rest is signed: whoever has it has the picture."""
    assert f"ImageResponse(data=(Image(url={shown}),))" == repr(ImageResponse(data=(Image(url=url),)))


def test_a_finished_picture_makes_the_response():
    """What the completed event says is what a plain call would have said."""
    usage = ImageUsage(
        input_tokens=1, output_tokens=2, total_tokens=3, input_tokens_details=ImageTokensDetails(text_tokens=1)
    )
    last = completed(
        b64_json="ZG9uZQ==",
        created_at=17,
        background="opaque",
        output_format="png",
        quality="high",
        size="1024x1024",
        safety_identifier="u-1",
        usage=usage,
    )
    assert ImageResponse(
        created=17,
        data=(Image(b64_json="ZG9uZQ=="),),
        background="opaque",
        output_format="png",
        quality="high",
        size="1024x1024",
        safety_identifier="u-1",
        usage=usage,
    ) == ImageResponse.from_events([partial(0), partial(1), last])


@given(st.lists(st.sampled_from([partial(0), partial(1), ImageEvent(type="of.tomorrow"), ImageEvent()])))
def test_unfinished_pictures_do_not_count(events):
    """Until a picture is done there is none, however many previews came, and unknown events do no harm."""
    assert ImageResponse() == ImageResponse.from_events(events)


def test_several_pictures_are_all_kept():
    """Each completed event is a picture; a usage once given is not lost."""
    usage = ImageUsage(total_tokens=3)
    answer = ImageResponse.from_events([completed(b64_json="YQ==", usage=usage), completed(b64_json="Yg==")])
    assert (("YQ==", "Yg=="), usage) == (tuple(image.b64_json for image in answer.data), answer.usage)


def test_an_edited_picture_is_done_in_the_same_way():
    """The end of the type tells, whatever made the picture."""
    assert ImageEvent(type="image_edit.completed").is_completed
    assert not ImageEvent(type="image_edit.partial_image").is_completed


def test_the_result_may_be_asked_for_midway():
    """Asking changes nothing."""
    fold = ImageFold()
    assert ImageResponse() == fold.result()
    fold.add(completed(b64_json="YQ=="))
    assert fold.result() == fold.result() == ImageResponse(data=(Image(b64_json="YQ=="),))


@pytest.mark.parametrize(
    "cls", [ImageRequest, ImageTokensDetails, ImageUsage, SvgUsage, Image, ImageResponse, ImageEvent]
)
def test_the_annotations_are_there_at_run_time(cls):
    """A wire compiles the class from its annotations."""
    assert typing.get_type_hints(cls)
