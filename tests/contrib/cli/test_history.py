"""What was typed in earlier conversations."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from jackfield_cli import _history
from jackfield_cli._history import KEPT, History, looks_secret, state_file

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX modes")


@pytest.fixture
def file(tmp_path):
    """Return where a history goes; nothing of the way there exists."""
    return tmp_path / "state" / "jackfield" / "chat-history.jsonl"


def test_what_is_added_is_there_next_time(file):
    """Entries come back as they were, several lines and all, the oldest first."""
    for text in ("one", "two\nlines", "é \x1b"):
        History(file, {}).add(text)

    assert ["one", "two\nlines", "é \x1b"] == History(file, {}).entries()


@posix
def test_nobody_else_can_read_it(file):
    """The file is its owner's, also where it was not."""
    file.parent.mkdir(parents=True)
    file.touch(mode=0o644)
    History(file, {}).add("one")

    assert 0o600 == file.stat().st_mode & 0o777


@posix
def test_nor_the_folder(file):
    """The folder that is made for it is its owner's."""
    History(file, {}).add("one")

    assert (0o600, 0o700) == (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777)


SECRETS = [
    "my key is sk-proj-abcdefghijklmnop0123",
    "ghp_abcdefghijklmnopqrst",
    "Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc",
    "0123456789abcdef0123456789abcdef",
    "api_key=hunter2",
    "The password: hunter2",
    "it is hunter2hunter2, from the environment",
]
NO_SECRETS = [
    "Why is the sky blue?",
    "/image https://example.com/some/long/path/to/a/picture-of-a-cat.png",
    "what does the token mean in this sentence",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "step-by-step explanation of well-known things",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_key_is_not_written_down(file, text):
    """What looks like a key or a password, or is one of the environment's, is left out."""
    History(file, {"MY_API_KEY": "hunter2hunter2", "SHORT_KEY": "a"}).add(text)

    assert [] == History(file, {}).entries()


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_is_no_key_is_written_down(text):
    """Ordinary words are no secrets, however long."""
    assert not looks_secret(text, {"MY_API_KEY": "hunter2hunter2", "SHORT_KEY": "a", "HOME": "picture"})


def test_lines_that_are_no_entries_are_left_out(file):
    """Half a line, where a machine stopped in the middle, costs nothing but itself."""
    file.parent.mkdir(parents=True)
    file.write_bytes(b'"one"\n{"a": 1}\n\xff\n"tw')

    assert ["one"] == History(file, {}).entries()


def test_a_history_does_not_grow_without_end(file):
    """A file that has twice as many entries as are kept is cut to the newest."""
    file.parent.mkdir(parents=True)
    file.write_text("".join(f"{json.dumps(str(number))}\n" for number in range(2 * KEPT + 1)))

    assert [str(number) for number in range(KEPT + 1, 2 * KEPT + 1)] == History(file, {}).entries()
    assert KEPT == len(file.read_text().splitlines())
    assert [file.name] == os.listdir(file.parent)  # noqa: PTH208 - names


def test_a_history_that_cannot_be_kept_is_none(tmp_path, monkeypatch):
    """A place where nothing can be written is no reason to end a conversation."""
    (tmp_path / "file").touch()
    history = History(tmp_path / "file" / "history", {})
    history.add("one")

    assert [] == history.entries()


def test_a_history_that_cannot_be_cut_is_read_all_the_same(file, monkeypatch):
    """Where the file cannot be rewritten its newest entries are there."""
    monkeypatch.setattr(_history, "KEPT", 1)
    file.parent.mkdir(parents=True)
    file.write_text('"a"\n"b"\n"c"\n')
    monkeypatch.setattr(os, "open", _refuse)

    assert ["c"] == History(file, {}).entries()


def _refuse(*_):
    raise PermissionError(13, "no")


PLACES = [
    ({}, ".local/state/jackfield"),
    ({"XDG_STATE_HOME": "/s"}, "/s/jackfield"),
]


@posix
@pytest.mark.parametrize(("environment", "expected"), PLACES)
def test_where_it_is(environment, expected):
    """In the user's folder for such things."""
    assert Path.home() / expected / "chat-history.jsonl" == state_file(environment)


def test_where_it_is_on_windows(monkeypatch):
    """In the user's folder for such things there."""
    monkeypatch.setattr(_history, "IS_WINDOWS", True)

    assert Path("L") / "jackfield" / "chat-history.jsonl" == state_file({"LOCALAPPDATA": "L"})
    expected = Path.home() / "AppData" / "Local" / "jackfield" / "chat-history.jsonl"
    assert expected == state_file({})
