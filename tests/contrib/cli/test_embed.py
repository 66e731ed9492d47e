"""`jackfield embed`: files to vectors, over real HTTP."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from array import array
from contextlib import contextmanager
from pathlib import Path

import pytest

from jackfield_cli._kept import digest, part_of

NO_FILES = pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder that takes no files, root's neither")
MODEL = ["--model", "text-embedding-3-small", "--dimensions", "4"]
LINES = "one two\r\n\n  \nthree\nfour"


@pytest.fixture
def lines(tmp_path):
    """Return a file of three inputs, with empty lines between them."""
    (tmp_path / "lines.txt").write_bytes(LINES.encode())
    return "lines.txt"


def rows(text):
    """Return lines of JSON as what they say."""
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_is_an_input(emulated, jackfield_emulator, lines):
    """Each line that is not empty becomes a vector, a line of JSON each on standard output."""
    done = emulated("embed", *MODEL, lines)

    assert ["one two", "three", "four"] == jackfield_emulator.journal[-1].body["input"]
    assert [0, 1, 2] == [row["index"] for row in rows(done.stdout)]
    assert [["index", "vector"]] * 3 == [list(row) for row in rows(done.stdout)]
    assert {4} == {len(row["vector"]) for row in rows(done.stdout)}
    assert "openai · text-embedding-3-small · 3 vectors · 4 numbers each\n" == done.stderr


def test_whole_files(emulated, jackfield_emulator, lines, tmp_path):
    """With --whole each file is one input; one without text is none."""
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "b.txt").write_bytes("\ufeffb\n".encode())
    done = emulated("embed", *MODEL, "--whole", lines, "empty.txt", "b.txt", "--with-input")

    assert [LINES, "b\n"] == jackfield_emulator.journal[-1].body["input"]
    assert [("lines.txt", None), ("b.txt", None)] == [(row["file"], row["line"]) for row in rows(done.stdout)]


def test_with_input(emulated, lines):
    """--with-input says where each vector is from."""
    found = rows(emulated("embed", *MODEL, lines, "-", "--with-input", stdin="five\n").stdout)

    assert ["index", "file", "line", "input", "vector"] == list(found[0])
    expected = [(lines, 1, "one two"), (lines, 4, "three"), (lines, 5, "four"), ("-", 1, "five")]
    assert expected == [(row["file"], row["line"], row["input"]) for row in found]


def test_piped_in(emulated, jackfield_emulator):
    """Without a file what is piped in is read."""
    emulated("embed", *MODEL, stdin="a\nb\n")

    assert ["a", "b"] == jackfield_emulator.journal[-1].body["input"]


def test_array_for_numpy(emulated, lines, tmp_path):
    """A .npy file is an array that numpy reads, with the numbers that JSON has, to the last bit."""
    numpy = pytest.importorskip("numpy")
    emulated("embed", *MODEL, lines, "-o", "v.npy")
    told = rows(emulated("embed", *MODEL, lines).stdout)

    read = numpy.load(tmp_path / "v.npy")
    assert ((3, 4), numpy.float32, True) == (read.shape, read.dtype, read.flags.c_contiguous)
    assert read.tolist() == [array("f", row["vector"]).tolist() for row in told]


def test_a_server_that_answers_lists(jackfield, target, vendor, lines, tmp_path):
    """Where a server ignores the encoding that was asked for, the array has the numbers all the same."""
    numpy = pytest.importorskip("numpy")
    done = jackfield("embed", *target, "fine", lines, "-o", "v.npy")

    assert (0, "base64") == (done.returncode, vendor.requests[0]["body"]["encoding_format"])
    read = numpy.load(tmp_path / "v.npy")
    assert numpy.array([[0, 0.1], [1, 0.1], [2, 0.1]], "f").tolist() == read.tolist()


def test_lines_of_json_in_a_file(emulated, lines, tmp_path):
    """A .jsonl file has what standard output would get; nothing else is left in the folder."""
    done = emulated("embed", *MODEL, lines, "-o", "v.jsonl")

    assert "" == done.stdout
    assert done.stderr.endswith("4 numbers each · in v.jsonl\n")
    assert emulated("embed", *MODEL, lines).stdout == (tmp_path / "v.jsonl").read_text()
    assert ["lines.txt", "v.jsonl"] == sorted(each.name for each in tmp_path.iterdir())


def test_json(emulated, lines):
    """--json tells what was done."""
    document = json.loads(emulated("embed", *MODEL, lines, "-o", "v.npy", "--json").stdout)

    expected = {"provider": "openai", "model": MODEL[1], "count": 3, "dimensions": 4, "resumed": 0, "path": "v.npy"}
    assert expected == document


def test_quiet(emulated, lines):
    """With --quiet standard error stays empty."""
    assert "" == emulated("embed", *MODEL, lines, "-q").stderr


def test_model_from_the_environment(emulated, jackfield_emulator, lines):
    """JACKFIELD_EMBEDDINGS_MODEL names the model; JACKFIELD_MODEL is for chats."""
    env = {"JACKFIELD_EMBEDDINGS_MODEL": MODEL[1], "JACKFIELD_MODEL": "gpt-4o"}
    emulated("embed", lines, env=env)

    assert MODEL[1] == jackfield_emulator.journal[-1].body["model"]


def test_no_model(emulated, lines):
    """Where no model is named the error says how to name one, here."""
    done = emulated("embed", lines)

    assert 2 == done.returncode
    assert (
        "on the command line: --model NAME, or JACKFIELD_EMBEDDINGS_MODEL; jackfield models lists them\n" in done.stderr
    )


REFUSED = [
    (["lines.txt", "-o", "there.npy"], "'there.npy' exists"),
    (["lines.txt", "-o", "v.csv"], "a file of vectors ends in .npy or .jsonl"),
    (["lines.txt", "-o", "v.npy", "--with-input"], "an array has no room for texts"),
    (["lines.txt", "--json"], "--json needs -o FILE"),
    (["lines.txt", "--resume"], "--resume needs -o FILE"),
    (["lines.txt", "-o", "nowhere/v.npy"], "there is no folder 'nowhere'; make it first"),
    (["lines.txt", "-o", f"{'n' * 248}.npy"], ".npy.part': File name too long"),
    (["nowhere.txt"], "'nowhere.txt' cannot be read: No such file"),
    (["."], "'.' cannot be read: Is a directory"),
    (["binary"], "'binary' is no text in UTF-8 (byte 0)"),
    (["empty"], "nothing to embed: there is no text in 'empty'"),
    ([], "nothing to embed: there is no text in '-'"),
    (["lines.txt", "--dimensions", "0"], "dimensions must be"),
]


@pytest.mark.parametrize(("args", "expected"), REFUSED)
def test_refused_before_anything_is_sent(emulated, jackfield_emulator, lines, tmp_path, args, expected):
    """What is wrong with files and names is an error before anything is sent."""
    (tmp_path / "there.npy").write_bytes(b"mine")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "empty").write_text("\n \n")
    done = emulated("embed", *MODEL, *args)

    assert (2, 0) == (done.returncode, len(jackfield_emulator.journal))
    assert expected in done.stderr
    assert b"mine" == (tmp_path / "there.npy").read_bytes()


@NO_FILES
def test_a_folder_that_takes_no_files(emulated, jackfield_emulator, lines):
    """Where no file can be made nothing is sent."""
    done = emulated("embed", *MODEL, lines, "-o", "/proc/v.npy")

    assert (2, 0) == (done.returncode, len(jackfield_emulator.journal))
    assert "no file can be made in '/proc' (No such file or directory); name another folder" in done.stderr


@pytest.fixture
def many(tmp_path):
    """Return a file that takes two calls, the second of which fails: its last line is too long for any model."""
    (tmp_path / "many.txt").write_text("word\n" * 2048 + "word " * 9000)
    return "many.txt"


def test_what_came_before_it_broke_off_is_kept(emulated, jackfield_emulator, many, tmp_path):
    """After a failure in the middle --resume asks for what is missing, and for nothing else."""
    broken = emulated("embed", *MODEL, many, "-o", "v.npy")

    assert (1, False) == (broken.returncode, (tmp_path / "v.npy").exists())
    assert "2048 of 2049 vectors are kept in v.npy.part; the same with --resume goes on from there\n" in broken.stderr
    assert "the first that has none: many.txt:2049\n" in broken.stderr

    jackfield_emulator.journal.clear()
    again = emulated("embed", *MODEL, many, "-o", "v.npy", "--resume")
    assert (1, [1]) == (again.returncode, [len(record.body["input"]) for record in jackfield_emulator.journal])
    assert part_of(tmp_path / "v.npy").exists()


def test_standard_output_gets_what_comes(emulated, many, tmp_path):
    """Without a file what came before a failure is on standard output, as far as it came; later calls' too."""
    broken = emulated("embed", *MODEL, many, "--with-input")
    (tmp_path / "first.txt").write_text("word " * 9000 + "\nword" * 2048)
    (tmp_path / "second.txt").write_text("word\nother\n")
    later = emulated("embed", *MODEL, "first.txt", "second.txt")

    assert (1, 1) == (broken.returncode, later.returncode)
    assert [*range(1, 2049)] == [row["line"] for row in rows(broken.stdout)]
    assert [2048, 2049, 2050] == [row["index"] for row in rows(later.stdout)]
    assert rows(emulated("embed", *MODEL, "second.txt").stdout)[1]["vector"] == rows(later.stdout)[-1]["vector"]


def test_each_call_writes_its_own(emulated, tmp_path):
    """What an earlier call wrote is not written again."""
    (tmp_path / "many.txt").write_text("word\n" * 2050)

    assert [*range(2050)] == [row["index"] for row in rows(emulated("embed", *MODEL, "many.txt").stdout)]


def test_a_reader_that_leaves(environment, jackfield_emulator, tmp_path):
    """Nothing more is asked for where nobody reads the answer any longer."""
    (tmp_path / "many.txt").write_text("word\n" * 5000)
    with subprocess.Popen(
        [sys.executable, "-m", "jackfield_cli", "embed", "-p", "openai", *MODEL, "many.txt"],
        env={**environment, **jackfield_emulator.environment},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        said = process.stderr.read()

    assert (141, b"", 1) == (process.returncode, said, len(jackfield_emulator.journal))


def test_resumed_with_other_texts(emulated, jackfield_emulator, tmp_path):
    """A line that was wrong may be mended: the others' vectors are found again, and those of no line are not lost."""
    (tmp_path / "lines.txt").write_text("new\nb\na\nb\n")
    kept = kept_of(("a", [1, 0, 0, 0]), ("b", [0, 1, 0, 0]), ("old", [0, 0, 1, 0]))
    part_of(tmp_path / "v.jsonl").write_text(kept)
    done = emulated("embed", *MODEL, "lines.txt", "-o", "v.jsonl", "--resume")

    assert [["new"]] == [record.body["input"] for record in jackfield_emulator.journal]
    written = [row["vector"] for row in rows((tmp_path / "v.jsonl").read_text())]
    assert [[0, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]] == written[1:]
    assert "v.jsonl.part stays: 1 of its vectors are of texts that were not asked for now" in done.stderr
    assert "4 vectors · 3 of them from the earlier run" in done.stderr
    assert kept == part_of(tmp_path / "v.jsonl").read_text()


def test_broken_off_again_with_other_texts(emulated, many, tmp_path):
    """What is kept a second time has what was kept the first, also of texts that are gone."""
    part_of(tmp_path / "v.npy").write_text(kept_of(("old", [0, 0, 1, 0])))
    done = emulated("embed", *MODEL, many, "-o", "v.npy", "--resume", "-q")

    assert (1, 1) == (done.returncode, done.stderr.count("\nerror: ") + done.stderr.startswith("error: "))
    found = rows(part_of(tmp_path / "v.npy").read_text())[1:]
    assert [digest("old"), digest("word")] == [row["text"] for row in found]


def test_resumed_to_the_end(emulated, jackfield_emulator, tmp_path):
    """A run that is taken up again ends as one that never broke off, and takes away what was kept."""
    (tmp_path / "lines.txt").write_text("a\nb\nc\n")
    emulated("embed", *MODEL, "lines.txt", "-o", "whole.jsonl", "--with-input")
    vector = rows((tmp_path / "whole.jsonl").read_text())[1]["vector"]
    for name in ("v.npy", "v.jsonl"):
        part_of(tmp_path / name).write_text(kept_of(("b", vector)))
    jackfield_emulator.journal.clear()
    noted = emulated("embed", *MODEL, "lines.txt", "-o", "v.npy", "--json", "--resume")
    done = emulated("embed", *MODEL, "lines.txt", "-o", "v.jsonl", "--resume", "--with-input")

    assert (0, 1) == (noted.returncode, json.loads(noted.stdout)["resumed"])
    assert "3 vectors · 1 of them from the earlier run · 4 numbers each" in done.stderr
    assert [["a", "c"]] * 2 == [record.body["input"] for record in jackfield_emulator.journal]
    assert (tmp_path / "whole.jsonl").read_text() == (tmp_path / "v.jsonl").read_text()
    assert not part_of(tmp_path / "v.jsonl").exists()


def kept_of(*vectors, dimensions=4):
    """Return what a run keeps: its first line, and one for each text and its vector."""
    head = {"provider": "openai", "model": MODEL[1], "dimensions": dimensions}
    lines = [json.dumps({"text": digest(text), "vector": vector}) for text, vector in vectors]
    return "\n".join([json.dumps(head), *lines, ""])


OTHERS = [
    (["--resume", "--dimensions", "5"], "kept for other dimensions; ask as you did then, with --resume, or remove it"),
    (["--resume", "--model", "text-embedding-3-large"], "kept for other model;"),
    (["--dimensions", "5"], "has 2 vectors that were kept for other dimensions;"),
    (["more.txt"], "has 2 vectors that were kept when a run broke off; go on from there with --resume"),
    (
        [],
        "has 2 vectors that were kept when a run broke off; go on from there with --resume, or remove it",
    ),
    (["--force"], "has 2 vectors that were kept when a run broke off; go on from there with --resume"),
]


@pytest.mark.parametrize(("args", "expected"), OTHERS)
def test_what_was_kept_is_not_lost(emulated, jackfield_emulator, tmp_path, args, expected):
    """What was kept is neither mixed with what is asked otherwise nor written over nor removed, whatever is forced."""
    for name in ("lines.txt", "more.txt"):
        (tmp_path / name).write_text("a\nb\n")
    text = kept_of(("a", [1, 0, 0, 0]), ("b", [0, 1, 0, 0]))
    part_of(tmp_path / "v.npy").write_text(text)
    jackfield_emulator.journal.clear()
    done = emulated("embed", *MODEL, "lines.txt", "-o", "v.npy", *args)

    assert (2, 0) == (done.returncode, len(jackfield_emulator.journal))
    assert expected in done.stderr
    assert text == part_of(tmp_path / "v.npy").read_text()
    assert 0 == emulated("embed", *MODEL, "lines.txt", "-o", "other.npy").returncode


@pytest.mark.parametrize("resume", [[], ["--resume"]])
@pytest.mark.parametrize("content", ["", "no JSON", "[]", "{}", '{"provider": "openai"}', "1\n2"])
def test_what_no_run_kept(emulated, jackfield_emulator, lines, tmp_path, content, resume):
    """A file that is none of ours is said to be none, and stays."""
    part_of(tmp_path / "v.npy").write_text(content)
    done = emulated("embed", *MODEL, lines, "-o", "v.npy", *resume)

    assert (2, 0) == (done.returncode, len(jackfield_emulator.journal))
    assert "'v.npy.part' is not what a run kept; remove it, or name another file with -o" in done.stderr
    assert content == part_of(tmp_path / "v.npy").read_text()


@pytest.mark.jackfield_emulator(scenario="unauthorized")
def test_resumed_in_vain(emulated, tmp_path):
    """A run that is taken up again and gets nothing leaves what was kept, and says that it is there."""
    (tmp_path / "lines.txt").write_text("a\nb\nc\n")
    text = kept_of(("a", [1, 0, 0, 0]))
    part_of(tmp_path / "v.npy").write_text(text)
    done = emulated("embed", *MODEL, "lines.txt", "-o", "v.npy", "--resume")

    assert (1, text) == (done.returncode, part_of(tmp_path / "v.npy").read_text())
    assert "1 of 3 vectors are kept in v.npy.part; the same with --resume goes on from there\n" in done.stderr


def test_what_another_run_kept_meanwhile(vendor, environment, at_rest, tmp_path):
    """Of two runs at once neither loses what it paid for."""
    (tmp_path / "many.txt").write_text("\n".join(map(str, range(3000))))
    with running(vendor, environment, tmp_path) as process:
        part_of(tmp_path / "v.npy").write_text("theirs")
        at_rest(process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)

    assert b"2048 of 3000 vectors are kept in v.npy-2.part; move that to v.npy.part to go on from there" in said
    assert "theirs" == part_of(tmp_path / "v.npy").read_text()
    assert 2049 == len((tmp_path / "v.npy-2.part").read_text().splitlines())


def test_nothing_of_another_run_is_removed(jackfield, target, vendor, lines, tmp_path):
    """What another run kept while this one came to its end is not removed."""
    vendor.meanwhile = lambda: part_of(tmp_path / "v.npy").write_text("theirs")
    done = jackfield("embed", *target, "fine", lines, "-o", "v.npy")

    assert (0, "theirs") == (done.returncode, part_of(tmp_path / "v.npy").read_text())


@pytest.mark.jackfield_emulator(scenario="unauthorized")
def test_nothing_came(emulated, lines, tmp_path):
    """Where nothing came nothing is kept, and the failure is told."""
    done = emulated("embed", *MODEL, lines, "-o", "v.npy", "--json")

    assert (1, ["lines.txt"]) == (done.returncode, [each.name for each in tmp_path.iterdir()])
    assert "AuthenticationError" == json.loads(done.stdout)["error"]["class"]


@contextmanager
def running(vendor, environment, tmp_path):
    """Embed `many.txt` into `v.npy`, up to the second call, which never ends."""
    place = ["-p", "openai", "--endpoint", vendor.endpoint, "-m", "fine"]
    with subprocess.Popen(
        [sys.executable, "-m", "jackfield_cli", "embed", *place, "many.txt", "-o", "v.npy"],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            while len(vendor.requests) < 2 and process.poll() is None:
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


def test_interrupted(environment, vendor, at_rest, tmp_path):
    """Ctrl-C keeps what came: it is paid for."""
    (tmp_path / "many.txt").write_text("\n".join(map(str, range(3000))))
    with running(vendor, environment, tmp_path) as process:
        at_rest(process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)

    assert 130 == process.returncode
    assert b"2048 of 3000 vectors are kept in v.npy.part; the same with --resume" in said
    assert 2049 == len((tmp_path / "v.npy.part").read_text().splitlines())
