"""Files in a request: given as whatever the caller has."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest

from jackfield.errors import InvalidRequestError
from jackfield.operations.generated import GeneratedImage
from jackfield.operations.image_edits import ImageEditRequest
from jackfield.operations.uploads import Upload, as_upload, as_uploads

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (PNG, Upload("image.png", PNG, "image/png")),
        (bytearray(JPEG), Upload("image.jpg", JPEG, "image/jpeg")),
        (memoryview(b"BM"), Upload("image.bin", b"BM", "application/octet-stream")),
        (("kite.jpg", PNG), Upload("kite.jpg", PNG, "image/png")),
        (GeneratedImage(data=PNG), Upload("image.png", PNG, "image/png")),
        (Upload("kite", PNG, "image/x-kite"), Upload("kite", PNG, "image/x-kite")),
        (None, None),
        (5, 5),
        (("kite.jpg", "text"), ("kite.jpg", "text")),
        (("kite.jpg", PNG, "image/png"), ("kite.jpg", PNG, "image/png")),
    ],
)
def test_a_file_is_given_in_many_ways(given, expected):
    """Its type is read from its bytes; what is no file is left for the rules."""
    assert expected == as_upload(given)


def test_a_path_is_read_at_once(tmp_path):
    """As text or as a path: the request has the bytes that were there when it was made."""
    place = tmp_path / "kite.png"
    place.write_bytes(PNG)
    uploads = as_uploads([place, str(place)])
    place.unlink()

    assert (Upload("kite.png", PNG), Upload("kite.png", PNG)) == uploads


@pytest.mark.parametrize(
    ("given", "many"),
    [
        (PNG, 1),
        (("kite.png", PNG), 1),
        (GeneratedImage(data=PNG), 1),
        (Upload("a", PNG), 1),
        ([PNG, ("kite.png", PNG)], 2),
        ((PNG, PNG), 2),
        (iter([PNG, PNG, PNG]), 3),
    ],
)
def test_one_or_several(given, many):
    """One is a tuple of one."""
    assert [PNG] * many == [each.data for each in as_uploads(given)]


def test_what_is_neither_is_left_alone():
    """For the rules."""
    assert 5 == as_uploads(5)


@pytest.mark.parametrize(
    ("image", "problem"),
    [
        ("no-such-file.png", "image[0] cannot be read from 'no-such-file.png': No such file or directory"),
        ([PNG, Path()], "image[1] cannot be read from '.': Is a directory"),
        ("a\0b", "image[0] cannot be read from 'a\\x00b': embedded null byte"),
        (b"", "image[0] is empty"),
        (GeneratedImage(), "image[0] is empty"),
        ([], "image must not be empty"),
        (None, ("image is missing; it must be a sequence of a picture: bytes, a path, a name with bytes, or a "
         "GeneratedImage, not empty")),
        (5, ("image must be a sequence of a picture: bytes, a path, a name with bytes, or a GeneratedImage, not empty, "
         "not 5")),
        ([5], "image[0] must be a picture: bytes, a path, a name with bytes, or a GeneratedImage, not 5"),
    ],
)  # fmt: skip
def test_what_is_no_file_is_a_problem_of_the_request(image, problem):
    """With its place, and why."""
    with pytest.raises(InvalidRequestError) as caught:
        ImageEditRequest(image=image, prompt="a kite")

    assert (problem,) == caught.value.problems


def test_the_repr_counts_the_bytes():
    """And has none of them."""
    assert "Upload(name='a.png', data=<10,000 bytes>, media_type='image/png')" == repr(
        Upload("a.png", PNG + array("B", bytes(9992)).tobytes())
    )
