"""A picture that was drawn: what its bytes tell, and where they go."""

from __future__ import annotations

import struct
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import SetupError
from jackfield.operations.generated import UNKNOWN, GeneratedImage, media_type_of, size_of

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"\x08\x06\0\0\0"
GIF = b"GIF89a" + struct.pack("<HH", 320, 200) + b"\0\0\0"
SEGMENT = b"\xff\xe0" + struct.pack(">H", 6) + b"JFIF"
FRAME = b"\xff\xc2" + struct.pack(">HBHH", 11, 8, 480, 640) + b"\x01\x01\x11\0"
JPEG = b"\xff\xd8" + SEGMENT + b"\xff\xff\xc4" + struct.pack(">H", 4) + b"\0\0" + FRAME
LOSSY = b"RIFF\x1c\0\0\0WEBPVP8 \x10\0\0\0\x30\x01\0\x9d\x01\x2a" + struct.pack("<HH", 640 | 0x4000, 480) + b"\0\0"
LOSSLESS = b"RIFF\x1c\0\0\0WEBPVP8L\x10\0\0\0\x2f" + struct.pack("<I", 639 | 479 << 14) + b"\0\0"
EXTENDED = b"RIFF\x1c\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0" + b"\x7f\x02\0" + b"\xdf\x01\0"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"/>'

PICTURES = [
    (PNG, "image/png", (640, 480)),
    (GIF, "image/gif", (320, 200)),
    (GIF.replace(b"9a", b"7a"), "image/gif", (320, 200)),
    (JPEG, "image/jpeg", (640, 480)),
    (b"\xff\xd8\xff\xe0\0\x02\0\0\0", "image/jpeg", None),
    (LOSSY, "image/webp", (640, 480)),
    (LOSSLESS, "image/webp", (640, 480)),
    (EXTENDED, "image/webp", (640, 480)),
    (b"RIFF\x1c\0\0\0WEBPVP9 ", "image/webp", None),
    (SVG, "image/svg+xml", None),
    (
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a > b -->\n<!DOCTYPE svg PUBLIC "-//W3C">\n' + SVG,
        "image/svg+xml",
        None,
    ),
    (b"<!doctype html><title>Sign in</title><svg></svg>", UNKNOWN, None),
    (b"<svgs>", UNKNOWN, None),
    (b"<!---->" * 600, UNKNOWN, None),
    (b"RIFF\x1c\0\0\0WAVE", UNKNOWN, None),
    (b"", UNKNOWN, None),
]


@pytest.mark.parametrize(("data", "media_type", "size"), PICTURES)
def test_the_bytes_say_what_they_are(data, media_type, size):
    """Format and size are read from the file's own header; a page with a drawing in it is no drawing."""
    picture = GeneratedImage(data=data)

    assert (media_type, size) == (picture.media_type, picture.size)


@given(st.sampled_from([each[0] for each in PICTURES]), st.integers(0, 40), st.binary(max_size=40))
def test_any_bytes_will_do(data, kept, more):
    """A file that is cut short or spoilt has a size or none, and raises nothing."""
    spoilt = data[:kept] + more

    assert isinstance(media_type_of(spoilt), str)
    assert size_of(spoilt) is None or 2 == len(size_of(spoilt))


def test_the_repr_has_no_bytes():
    """It says what they are, and how many."""
    assert "GeneratedImage(data=<image/png, 640x480, 29 bytes>, revised_prompt=None)" == repr(GeneratedImage(data=PNG))
    assert "<application/octet-stream, 0 bytes>" in repr(GeneratedImage())


def test_pictures_are_equal_by_what_is_seen():
    """Two calls that drew the same made the same."""
    assert GeneratedImage(data=PNG) == GeneratedImage(data=PNG, meta=object())
    assert GeneratedImage(data=PNG) != GeneratedImage(data=PNG, revised_prompt="A cat")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("cat", PNG, "cat.png"),
        ("cat", JPEG, "cat.jpg"),
        ("cat", LOSSY, "cat.webp"),
        ("cat", GIF, "cat.gif"),
        ("cat", SVG, "cat.svg"),
        ("cat", b"BM", "cat.bin"),
        ("cat.jpeg", PNG, "cat.jpeg"),
        ("cat.WebP", PNG, "cat.WebP"),
        ("pic v1.2", PNG, "pic v1.2.png"),
        ("2026.05.01", JPEG, "2026.05.01.jpg"),
        ("cat.bin", PNG, "cat.bin.png"),
        ("cat.avif", b"tomorrow", "cat.avif"),
        (".png", PNG, ".png.png"),
    ],
)
def test_it_is_saved_under_its_name(tmp_path, name, data, expected):
    """A name that does not end as pictures do gets the format's ending; what is returned is where it is."""
    saved = GeneratedImage(data=data).save(str(tmp_path / name))

    assert (tmp_path / expected, data) == (saved, saved.read_bytes())


def test_a_file_is_replaced_unless_that_is_not_wanted(tmp_path):
    """With overwrite=False what is there stays."""
    place = tmp_path / "cat.png"
    GeneratedImage(data=GIF).save(place)
    GeneratedImage(data=PNG).save(place)
    with pytest.raises(SetupError, match=r"cat.png' is there already"):
        GeneratedImage(data=GIF).save(place, overwrite=False)

    assert PNG == place.read_bytes()


def test_what_cannot_be_saved_is_said(tmp_path):
    """Without a picture, without the folder, or where the system refuses."""
    with pytest.raises(SetupError, match="no picture to save"):
        GeneratedImage().save(tmp_path / "cat")
    with pytest.raises(SetupError, match=r"there is no folder .*albums'; make it first"):
        GeneratedImage(data=PNG).save(tmp_path / "albums" / "cat")
    (tmp_path / "dogs.png").mkdir()
    with pytest.raises(SetupError, match=r"cannot save to '.*dogs.png': \w+"):
        GeneratedImage(data=PNG).save(tmp_path / "dogs")

    for nameless in ("", ".", ".."):
        with pytest.raises(SetupError, match=r"cannot save to '\.+': it names no file"):
            GeneratedImage(data=PNG).save(nameless)
    with pytest.raises(SetupError, match=r"cannot save to '.*a\\x00b.png': embedded null"):
        GeneratedImage(data=PNG).save(tmp_path / "a\0b")

    assert ["dogs.png"] == [each.name for each in Path(tmp_path).iterdir()]


@attrs.define(kw_only=True)
class Poster(GeneratedImage):
    """Has more to it."""

    title: str = "untitled"


def test_a_subclass_has_fields_of_its_own():
    """Beside the picture's."""
    poster = Poster(title="Kites", data=PNG)

    assert ("Kites", (640, 480)) == (poster.title, poster.size)
    assert "title='Kites'" in repr(poster)
