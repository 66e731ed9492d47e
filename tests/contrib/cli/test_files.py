"""Files that are never half written, and never written over unasked."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from jackfield_cli._files import TakenError, free, put, readable_errors, writable, written


def names(folder):
    """Return what is in a folder, what begins with a dot included."""
    return [each.name for each in folder.iterdir()]


def test_a_block_that_fails_leaves_nothing(tmp_path):
    """What is half written is gone, and what was there is still there."""
    (tmp_path / "a").write_text("before")
    with pytest.raises(TypeError), written(tmp_path / "a", force=True) as file:
        file.writelines([b"half", None])

    assert ["a"] == names(tmp_path)
    assert "before" == (tmp_path / "a").read_text()


def test_a_name_that_was_taken_meanwhile(tmp_path):
    """What appeared while writing is not written over."""
    with pytest.raises(TakenError, match="exists"), written(tmp_path / "a"):
        (tmp_path / "a").write_text("theirs")

    assert ["a"] == names(tmp_path)
    assert "theirs" == (tmp_path / "a").read_text()


def test_what_must_not_be_lost_gets_the_next_name(tmp_path):
    """A name that is taken is left alone; with force it is written over."""
    for name in ("a.b", "a-2.b"):
        (tmp_path / name).write_text("theirs")

    assert tmp_path / "a-3.b" == put(tmp_path / "a.b", lambda file: file.write(b"ours"))
    assert tmp_path / "a.b" == put(tmp_path / "a.b", lambda file: file.write(b"forced"), force=True)
    assert ["forced", "theirs", "ours"] == [(tmp_path / name).read_text() for name in ("a.b", "a-2.b", "a-3.b")]


def test_trying_leaves_nothing(tmp_path):
    """Whether a file can be made is tried, and what was made for that is gone."""
    assert tmp_path == writable(tmp_path)
    assert [] == names(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="POSIX names")
def test_a_link_that_leads_nowhere_is_something(tmp_path):
    """A name is taken also by a link whose file is gone."""
    (tmp_path / "a").symlink_to("gone")
    with pytest.raises(click.UsageError, match="exists"):
        free(tmp_path / "a", force=False)

    assert tmp_path / "a" == free(tmp_path / "a", force=True)


@pytest.mark.skipif(os.name != "posix", reason="POSIX names")
def test_what_is_no_file_is_not_written_over():
    """A device is not replaced with a file, whatever is forced."""
    with pytest.raises(click.UsageError, match="is a device or a pipe; name a file"):
        free(Path(os.devnull), force=True)


@pytest.fixture
def without_links(monkeypatch):
    """Have a file system where a file cannot have two names."""

    def link(*_):
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", link)


@pytest.mark.usefixtures("without_links")
def test_a_taken_name_without_links(tmp_path):
    """Where a file cannot have two names, one that is taken is told all the same."""
    (tmp_path / "a").write_text("theirs")

    assert tmp_path / "a-2" == put(tmp_path / "a", lambda file: file.write(b"ours"))
    assert ["a", "a-2"] == sorted(names(tmp_path))


@pytest.mark.usefixtures("without_links")
@pytest.mark.parametrize("force", [False, True])
def test_a_file_system_without_links(tmp_path, force):
    """Where a file cannot have two names it is claimed first."""
    with written(tmp_path / "a", force=force) as file:
        file.write(b"ours")

    assert ["a"] == names(tmp_path)
    assert b"ours" == (tmp_path / "a").read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
def test_the_users_mask_holds(tmp_path):
    """A file is as private as the user's mask and the caller want it."""
    before = os.umask(0o027)
    try:
        for name, mode in (("a", 0o666), ("b", 0o600)):
            with written(tmp_path / name, mode=mode):
                pass
    finally:
        os.umask(before)

    assert [0o640, 0o600] == [(tmp_path / name).stat().st_mode & 0o777 for name in "ab"]


def test_errors_of_the_system_name_the_file(tmp_path):
    """What the operating system says is one line, with the file in it."""
    with pytest.raises(click.ClickException, match="'x': No such file or directory"), readable_errors("x"):
        (tmp_path / "nowhere").read_bytes()
