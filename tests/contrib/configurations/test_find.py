"""Which file it is, and which of those that are only found are used."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from jackfield.errors import ConfigurationError
from jackfield_configurations import Configuration, find

ONE = "[configurations.one]\nprovider = 'local'\n"


def test_order(home, tmp_path, monkeypatch):
    """The argument, then JACKFIELD_CONFIG, then the working directory, then the user's folder."""
    found = [find()]
    Path("jackfield.toml").write_text(ONE)
    found.append(find())
    monkeypatch.setenv("JACKFIELD_CONFIG", str(tmp_path / "named.toml"))
    found += [find(), find(tmp_path / "given.toml"), find("given.toml")]

    assert [
        (home / "jackfield.toml", "user"),
        (Path.cwd() / "jackfield.toml", "working directory"),
        (tmp_path / "named.toml", "JACKFIELD_CONFIG"),
        (tmp_path / "given.toml", "argument"),
        (Path("given.toml"), "argument"),
    ] == [(file.path, file.found_by) for file in found]
    assert [False, True, False, False, False] == [file.exists() for file in found]


def test_tilde(home, tmp_path, monkeypatch):
    """Stands for the home, in the variable as well."""
    monkeypatch.setenv("JACKFIELD_CONFIG", "~/a.toml")

    assert tmp_path / "home" / "a.toml" == find().path
    assert tmp_path / "home" / "b.toml" == find("~/b.toml").path


def test_user_folder_is_made(home):
    """With the first configuration, for its owner alone."""
    find().add(Configuration(name="one", provider="local"))

    assert ["one"] == find().names()
    assert 0o700 == home.stat().st_mode & 0o777


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_file_that_is_only_found(home, tmp_path):
    """A file in the working directory that others may read may be a stranger's; private, or named, it is used."""
    path = Path("jackfield.toml")
    path.write_text(ONE)
    path.chmod(0o644)
    for question in (find().names, lambda: find().resolve("one"), lambda: find().set_default("one")):
        with pytest.raises(ConfigurationError, match=r"only found in the working directory .* type: chmod 600 /"):
            question()
    assert ["one"] == find("jackfield.toml").names()
    path.chmod(0o600)
    assert ["one"] == find().names()


@pytest.mark.skipif(sys.platform == "win32" or 0 != os.geteuid(), reason="only an administrator gives files away")
def test_file_of_another_user(home):
    """A private file of another user is no better where it was only found; an edit of a named one leaves it to them."""
    path = Path("jackfield.toml")
    path.write_text(ONE)
    path.chmod(0o600)
    os.chown(path, 12345, 12345)
    with pytest.raises(ConfigurationError, match="may be somebody else's"):
        find().names()
    find(path).set_default("one")

    assert (12345, 12345, 0o600) == (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o777)
