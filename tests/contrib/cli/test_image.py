"""`jackfield image`: pictures into files, over real HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jackfield import GeneratedImage
from jackfield_cli._placing import kept, named_after

PNG = b"\x89PNG\r\n\x1a\n"
MODEL = ["--model", "gpt-image-1"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="POSIX names")


def names(folder: Path) -> list[str]:
    """Return what is in a folder, but for what the user's own files are."""
    return sorted(each.name for each in folder.iterdir() if each.name != "site")


def test_where_it_went(emulated, tmp_path):
    """Standard output gets the file's name; standard error who drew, and how large it is."""
    done = emulated("image", *MODEL, "A cat", "-o", "cat.png")

    assert (0, "cat.png\n") == (done.returncode, done.stdout)
    assert done.stderr.startswith("openai · gpt-image-1 · 1024x1024 · ")
    assert (tmp_path / "cat.png").read_bytes().startswith(PNG)
    assert ["cat.png"] == names(tmp_path)


def test_revised_prompt_is_told(emulated):
    """What was made of the prompt is said on standard error."""
    done = emulated("image", "--model", "dall-e-3", "A cat", "-o", "cat.png")

    assert "\ndrawn as: " in done.stderr
    assert "cat.png\n" == done.stdout


def test_options_reach_the_request(emulated, jackfield_emulator):
    """The options become the fields of the request; what is not given is not sent."""
    given = ["--size", "1536x1024", "--quality", "high", "--background", "opaque", "--format", "webp"]
    emulated("image", *MODEL, *given, "--compression", "50", "-n", "2", "A", "cat")

    expected = {
        "prompt": "A cat",
        "model": "gpt-image-1",
        "n": 2,
        "size": "1536x1024",
        "quality": "high",
        "background": "opaque",
        "output_format": "webp",
        "output_compression": 50,
    }
    assert expected == jackfield_emulator.journal[-1].body


def test_piped_description(emulated, jackfield_emulator):
    """The description may come through a pipe."""
    emulated("image", *MODEL, stdin="A lighthouse in fog\n")

    assert "A lighthouse in fog" == jackfield_emulator.journal[-1].body["prompt"]


NAMES = [
    ("A cat on a red sofa, in the evening", "a-cat-on-a-red-sofa"),
    ("  ../../etc/passwd \0", "etc-passwd"),
    ("Ünïcode, straße!", "ünïcode-straße"),
    ("???", "picture"),
    ("x" * 200, "x" * 60),
]


@pytest.mark.parametrize(("described", "expected"), NAMES)
def test_names(described, expected):
    """A file is named after the first words, and never leaves the folder."""
    assert expected == named_after(described)


def test_without_a_name_nothing_is_written_over(emulated, tmp_path):
    """A name made of the prompt that is taken gets a number; --force writes over it."""
    (tmp_path / "a-cat.png").write_bytes(b"mine")

    assert "a-cat-2.png\n" == emulated("image", *MODEL, "A cat").stdout
    assert b"mine" == (tmp_path / "a-cat.png").read_bytes()
    assert "a-cat.png\n" == emulated("image", *MODEL, "A cat", "--force").stdout
    assert (tmp_path / "a-cat.png").read_bytes().startswith(PNG)


def test_several_pictures_get_numbers(emulated, tmp_path):
    """Several pictures are several files, each with its number."""
    done = emulated("image", *MODEL, "A cat", "-n", "3", "-o", "cat.png")

    assert ["cat-1.png", "cat-2.png", "cat-3.png"] == done.stdout.split() == names(tmp_path)
    assert "3 pictures" in done.stderr


PLACES = [
    ("cat", "cat.png"),
    ("folder", "folder/a-cat.png"),
    ("folder/cat.png", "folder/cat.png"),
]


@pytest.mark.parametrize(("output", "expected"), PLACES)
def test_places(emulated, tmp_path, output, expected):
    """A name without an ending gets the format's; a folder gets a file named after the prompt."""
    (tmp_path / "folder").mkdir()
    done = emulated("image", *MODEL, "A cat", "-o", output)

    assert [*Path(expected).parts] == [*Path(done.stdout.strip()).parts]
    assert (tmp_path / expected).exists()


def test_a_name_that_says_something_else(emulated):
    """A file whose ending is another format's is written, and it is said."""
    done = emulated("image", *MODEL, "A cat", "-o", "cat.jpg")

    assert "cat.jpg holds image/png, whatever its name says" in done.stderr


REFUSED = [
    (["A cat", "-o", "there.png"], "'there.png' exists; name another file, or write over it with --force"),
    (["A cat", "-o", "twice.png", "-n", "2"], "'twice-2.png' exists"),
    (["A cat", "-o", "bare"], "'bare.png' exists"),
    pytest.param(
        ["A cat", "-o", "/dev/null", "--force"], "'/dev/null' is a device or a pipe; name a file", marks=POSIX
    ),
    (["A cat", "-o", "nowhere/cat.png"], "there is no folder 'nowhere'; make it first"),
    (["A cat", "-o", "-", "-n", "2"], "standard output takes one picture"),
    (["A cat", "-o", "-", "--json"], "standard output takes one picture"),
    ([], "nothing to draw"),
    (["A cat", "--mask", "there.png"], "--mask goes with --edit"),
    (["A cat", "--edit", "there.png", "--style", "vivid"], "--style does not go with --edit"),
    (["A cat", "--edit", "nowhere.png"], "nowhere.png"),
    (["A cat", "-n", "11"], "n must be a whole number from 1 to 10"),
]


@pytest.mark.parametrize(("args", "expected"), REFUSED)
def test_refused_before_anything_is_sent(emulated, jackfield_emulator, tmp_path, args, expected):
    """What cannot work is an error before a picture is paid for, and no file is touched."""
    for name in ("there.png", "twice-2.png", "bare.png"):
        (tmp_path / name).write_bytes(b"mine")
    done = emulated("image", *MODEL, *args)

    assert (2, 0) == (done.returncode, len(jackfield_emulator.journal))
    assert expected in done.stderr
    assert {b"mine"} == {(tmp_path / name).read_bytes() for name in ("there.png", "twice-2.png", "bare.png")}


def test_picture_to_standard_output(environment, jackfield_emulator, tmp_path):
    """-o - writes the picture itself, and no file."""
    done = subprocess.run(
        [sys.executable, "-m", "jackfield_cli", "image", "-p", "openai", *MODEL, "A cat", "-o", "-"],
        env={**environment, **jackfield_emulator.environment},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.startswith(PNG)
    assert b"IEND" in done.stdout[-12:]
    assert (True, []) == (done.stderr.startswith(b"openai"), names(tmp_path))


def test_json(emulated):
    """--json writes one document about all pictures, with the call's story."""
    document = json.loads(emulated("image", *MODEL, "A cat", "-n", "2", "--json").stdout)

    assert ["provider", "model", "pictures", "meta"] == list(document)
    assert ["a-cat-1.png", "a-cat-2.png"] == [each["path"] for each in document["pictures"]]
    first = document["pictures"][0]
    assert ["path", "media_type", "width", "height", "bytes", "revised_prompt"] == list(first)
    assert ("image/png", 1024, 1024) == (first["media_type"], first["width"], first["height"])


def test_edit(emulated, jackfield_emulator, tmp_path):
    """--edit sends the pictures, and the mask, with what is to become of them."""
    emulated("image", *MODEL, "A cat", "-o", "cat.png")
    args = ["--edit", "cat.png", "--edit", "cat.png", "--mask", "cat.png", "--quality", "low", "-n", "2"]
    done = emulated("image", *MODEL, *args, "The same cat, asleep", "-o", "asleep.png")

    assert (0, "asleep-1.png\nasleep-2.png\n") == (done.returncode, done.stdout)
    assert (tmp_path / "asleep-1.png").read_bytes().startswith(PNG)
    assert done.stderr.startswith("openai · gpt-image-1 · 2 pictures · ")
    assert "images.edits" == jackfield_emulator.journal[-1].operation


def test_quiet(emulated):
    """With --quiet standard error stays empty."""
    assert "" == emulated("image", *MODEL, "A cat", "-q").stderr


def test_model_from_the_environment(emulated, jackfield_emulator):
    """JACKFIELD_IMAGES_MODEL names the model; JACKFIELD_MODEL is for chats."""
    emulated("image", "A cat", env={"JACKFIELD_IMAGES_MODEL": "gpt-image-1", "JACKFIELD_MODEL": "gpt-4o"})

    assert "gpt-image-1" == jackfield_emulator.journal[-1].body["model"]


def test_a_provider_without_pictures(jackfield, tmp_path):
    """A provider that draws nothing is an error, with a document where one is wanted, and without a file."""
    done = jackfield("image", "-p", "local", "A cat", "--json")

    assert (2, []) == (done.returncode, names(tmp_path))
    assert "UnsupportedOperationError" == json.loads(done.stdout)["error"]["class"]


@pytest.mark.jackfield_emulator(scenario="filter-prompt")
def test_a_picture_that_a_filter_stops(emulated, tmp_path):
    """A picture that does not come leaves no file."""
    done = emulated("image", *MODEL, "A cat", "-o", "cat.png")

    assert (1, []) == (done.returncode, names(tmp_path))


def test_a_file_that_cannot_be_made(emulated, jackfield_emulator):
    """What is no name for a file is an error before anything is sent."""
    done = emulated("image", *MODEL, "A cat", "-o", f"{'n' * 300}.png")

    assert (2, 0) == (done.returncode, len(jackfield_emulator.journal))
    assert "File name too long" in done.stderr


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder that takes no files, root's neither")
@pytest.mark.parametrize("output", ["/proc/cat.png", "/proc/cat", "/proc"])
def test_a_folder_that_takes_no_files(emulated, jackfield_emulator, output):
    """Where no file can be made no picture is paid for."""
    done = emulated("image", *MODEL, "A cat", "-o", output)

    assert (2, 0) == (done.returncode, len(jackfield_emulator.journal))
    assert "no file can be made in '/proc' (No such file or directory); name another folder" in done.stderr


def test_an_edit_that_comes_as_an_address(emulated, tmp_path):
    """Where an edit has an address in place of a picture, the address is told: the picture is paid for."""
    emulated("image", *MODEL, "A cat", "-o", "cat.png")
    done = emulated("image", "--model", "dall-e-2", "--edit", "cat.png", "Asleep", "-o", "asleep.png")

    assert (2, ["cat.png"]) == (done.returncode, names(tmp_path))
    assert "the provider gave an address in place of the picture, for an hour: http" in done.stderr


def test_a_name_that_was_taken_meanwhile(tmp_path):
    """A picture whose name is taken by the time it comes gets the next one: it is paid for."""
    (tmp_path / "cat.png").write_bytes(b"theirs")
    (tmp_path / "cat-2.png").write_bytes(b"theirs")

    assert tmp_path / "cat-3.png" == kept(GeneratedImage(data=PNG), tmp_path / "cat", force=False)
