"""Forms: what is sent where files are among the fields."""

from __future__ import annotations

import re
from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import InvalidRequestError
from jackfield.operations.image_edits import IMAGE_EDITS, ImageEditRequest
from jackfield.operations.image_variations import IMAGE_VARIATIONS, ImageVariationRequest
from jackfield.operations.uploads import Upload
from jackfield.testing import a_call
from jackfield_openai_wire import Codec, OpenAIWire
from jackfield_openai_wire._multipart import multipart

PNG = b"\x89PNG\r\n\x1a\n"
KITE, FIELD = ("kite.png", PNG), ("field.jpg", b"\xff\xd8\xff\xe0")


def parts(payload):
    """Return a form's parts as somebody else's parser reads them: name, filename, type and content."""
    head = f"Content-Type: {payload.content_type}\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + payload.body)
    return [
        (
            each.get_param("name", header="content-disposition"),
            each.get_filename(),
            each.get_content_type() if each["content-type"] else None,
            each.get_payload(decode=True),
        )
        for each in message.iter_parts()
    ]


def sent(request, operation=IMAGE_EDITS, wire=None, **facts):
    """Return the form of a call."""
    return (wire or OpenAIWire()).encode_request(a_call(operation, request, **facts))


def test_a_form_has_every_field_and_file():
    """Texts first, then files with name and type; what is None is not sent."""
    request = ImageEditRequest(
        image=[KITE, FIELD], mask=PNG, prompt="Łukasz's kite", model="m", n=2, extra={"a": True, "b": None}
    )

    assert [
        ("prompt", None, None, "Łukasz's kite".encode()),
        ("model", None, None, b"m"),
        ("n", None, None, b"2"),
        ("a", None, None, b"true"),
        ("stream", None, None, b"true"),
        ("image[]", "kite.png", "image/png", PNG),
        ("image[]", "field.jpg", "image/jpeg", FIELD[1]),
        ("mask", "image.png", "image/png", PNG),
    ] == parts(sent(request, streaming=True))


def test_a_single_file_has_its_plain_name():
    """Brackets are for several."""
    request = ImageEditRequest(image=KITE, prompt="a kite")
    varied = sent(ImageVariationRequest(image=KITE), IMAGE_VARIATIONS)

    assert ["prompt", "image"] == [name for name, *_ in parts(sent(request))]
    assert [("image", "kite.png", "image/png", PNG)] == parts(varied)


def test_nested_values_are_spelt_with_brackets():
    """As the vendors' clients spell them."""
    document = {"svg": {"model": "m", "reasoning": {"effort": "low", "x": None}}, "list": [1, 2.5, False], "none": None}

    assert [
        ("svg[model]", b"m"),
        ("svg[reasoning][effort]", b"low"),
        ("list[]", b"1"),
        ("list[]", b"2.5"),
        ("list[]", b"false"),
    ] == [(name, content) for name, _, _, content in parts(multipart(document))]


def test_what_has_no_form_is_said():
    """With its name."""
    with pytest.raises(InvalidRequestError) as caught:
        multipart({"a": {"b": object()}})

    assert ("a[b]: a object cannot stand in a form",) == caught.value.problems


def test_names_cannot_break_out():
    """Quotes and line ends are spelt as browsers spell them."""
    payload = multipart({'n"\r\nx': "1", "file": Upload('a"b\r\nc: d.png', PNG, "image/png\r\nx: y")})

    assert b'name="n%22%0D%0Ax"\r\n' in payload.body
    assert b'filename="a%22b%0D%0Ac: d.png"\r\nContent-Type: image/png%0D%0Ax: y\r\n\r\n' in payload.body


@pytest.mark.parametrize("text", ["a\ud800", "\udc80"])
def test_half_a_character_is_a_problem_of_the_request(text):
    """As where a request is JSON: in a text, and in what a caller calls a parameter or a file."""
    with pytest.raises(InvalidRequestError) as caught:
        sent(ImageEditRequest(image=KITE, prompt=text))
    assert caught.value.problems[0].startswith("prompt: 'utf-8' codec can't encode character ")
    for document in ({"a\ud800": "1"}, {"a\ud800": Upload("a.png", PNG)}, {"a\\ud800": Upload("\ud800.png", PNG)}):
        with pytest.raises(InvalidRequestError) as caught:
            multipart(document)
        assert caught.value.problems[0].startswith("a\\ud800: ")
        assert str(caught.value).isascii()


def test_a_file_may_be_called_as_the_system_calls_it():
    """A name that is no Unicode goes out as the bytes that it is."""
    assert b'filename="kite-\xff.png"' in multipart({"file": Upload("kite-\udcff.png", PNG)}).body


def boundary(payload):
    """Return what stands between the parts."""
    return payload.content_type.removeprefix("multipart/form-data; boundary=")


def test_the_boundary_follows_from_the_parts():
    """The same parts have the same one; nobody who writes a file can have it in there."""
    plain, other = multipart({"a": "b"}), multipart({"a": "c"})
    hostile = multipart(
        {"a": "b", "file": Upload("a", "\r\n".join(f"--jackfield-{at}" for at in range(5000)).encode())}
    )

    assert boundary(plain) == boundary(multipart({"a": "b"})) != boundary(other)
    for each in (plain, other, hostile):
        assert re.fullmatch("jackfield-[0-9a-f]{32}", boundary(each))


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.binary() | st.just(b"\r\n--jackfield-0--\r\n")))
def test_any_bytes_come_through(files):
    """Whatever is in a file, its bytes are the part's."""
    if files:
        payload = multipart({name: Upload(f"{name}.bin", data) for name, data in files.items()})
        mark = b"--" + boundary(payload).encode()
        found = [each.partition(b"\r\n\r\n")[2] for each in (b"\r\n" + payload.body).split(b"\r\n" + mark)[1:-1]]
        assert list(files.values()) == found


def test_a_file_may_be_of_a_class_of_ones_own():
    """It is sent as any file."""

    class Own(Upload):
        pass

    form = sent(ImageEditRequest(image=Own(name="kite.png", data=PNG, media_type="image/png"), prompt="x"), model="m")

    assert ("image", "kite.png", "image/png", PNG) in parts(form)


def test_a_codec_changes_a_form_too():
    """It sees the document, files as they are, before it is written."""
    wire = OpenAIWire(codecs={"images.edits": Codec(encode=lambda _, document: {"picture": document["image"][0]})})

    assert [("picture", "kite.png", "image/png", PNG)] == parts(
        sent(ImageEditRequest(image=KITE, prompt="a kite"), wire=wire)
    )
