"""A home of nobody: empty folders, no keyring, or one that is a dictionary."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from jackfield_configurations import ConfigurationFile, EncryptionKey


class Memory(KeyringBackend):
    """A keyring that is forgotten with the test. The class is the last that `keyring` would choose by itself."""

    priority = -1.0  # type: ignore[assignment]

    def __init__(self, priority: float = 5.0) -> None:
        super().__init__()
        self.priority = priority
        self.entries: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        assert "jackfield" == service
        return self.entries.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        assert "jackfield" == service
        self.entries[username] = password

    def delete_password(self, service: str, username: str) -> None:
        assert "jackfield" == service
        del self.entries[username]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return the user's configuration folder; the working directory is another one, and there is no keyring."""
    for folder in ("home", "settings", "work"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.chdir(tmp_path / "work")
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    mask = os.umask(0o022)
    yield tmp_path / "settings" / "jackfield"
    os.umask(mask)
    keyring.set_keyring(before)


@pytest.fixture
def memory(home: Path) -> Memory:
    """Put a keyring there, and return it."""
    keyring.set_keyring(kept := Memory())
    return kept


@pytest.fixture
def key(home: Path, monkeypatch: pytest.MonkeyPatch) -> EncryptionKey:
    """Put a key into the environment, and return it."""
    made = EncryptionKey.generate()
    monkeypatch.setenv("JACKFIELD_CONFIG_KEY", made.text)
    return made


@pytest.fixture
def file(home: Path, tmp_path: Path) -> ConfigurationFile:
    """Return a file that does not exist yet."""
    return ConfigurationFile(tmp_path / "jackfield.toml")


@pytest.fixture
def written() -> Callable[..., ConfigurationFile]:
    """Return what writes a file as a person would."""

    def write(file: ConfigurationFile, text: str, mode: int = 0o600) -> ConfigurationFile:
        file.path.write_text(text, "utf-8")
        file.path.chmod(mode)
        return file

    return write
