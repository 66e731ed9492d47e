"""Files that are never half written, and never written over unasked."""

from __future__ import annotations

import os

import click
import pytest

from jackfield_cli._files import TakenError, readable_errors, written


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


@pytest.mark.parametrize("force", [False, True])
def test_a_file_system_without_links(tmp_path, monkeypatch, force):
    """Where a file cannot have two names it is claimed first."""

    def link(*_):
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", link)
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
