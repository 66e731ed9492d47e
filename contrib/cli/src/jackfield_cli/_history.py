"""What was typed in earlier conversations, in a file of the user's own.

Rule 1: nobody else can read it.
Rule 2: what looks like a key or a password is not written.
Rule 3: a history that cannot be read or written is none; it is no reason to end a conversation.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jackfield_cli._files import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

IS_WINDOWS = os.name == "nt"
KEPT = 1000
"""How many entries are kept; the file is cut when it has twice as many."""

_SECRETS = re.compile(
    r"""
    \b[a-z]{2,4}[-_][\w-]{16,}                    # sk-…, ghp_…
    | \beyJ[\w-]{10,}\.                           # a token with a header in it
    | \b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{28,}  # a run that no word is as long as
    | \b(api[-_ ]?key|password|secret|token)\b\W{0,3}[=:]
    """,
    re.VERBOSE,
)
_NAMES = re.compile(r"(^|_)(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)($|_)", re.IGNORECASE)
_SHORTEST = 8
"""How many characters a secret has at least, to be looked for."""


def state_file(environment: Mapping[str, str]) -> Path:
    """Return where the history is kept."""
    if IS_WINDOWS:
        folder = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        folder = Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return folder / "jackfield" / "chat-history.jsonl"


def looks_secret(text: str, environment: Mapping[str, str]) -> bool:
    """Tell whether *text* may hold a key, a token or a password; *environment* has some that are known."""
    known = (value for name, value in environment.items() if _NAMES.search(name) and len(value) >= _SHORTEST)
    return _SECRETS.search(text) is not None or any(value in text for value in known)


class History:
    """The entries of a file, the oldest first.

    Args:
        path: The file; it need not exist.
        environment: The environment, for the secrets in it.
    """

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._environment = environment

    def entries(self) -> list[str]:
        """Return what was typed; of a file that has too much, cut it."""
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return []
        found = [text for line in lines if isinstance(text := _read(line), str)]
        if len(found) > 2 * KEPT:
            found = found[-KEPT:]
            self._rewrite(found)
        return found

    def add(self, text: str) -> None:
        """Write *text* down, unless it may hold a secret."""
        if looks_secret(text, self._environment):
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "ab") as file:
                self._path.chmod(0o600)
                file.write(_line(text))
        except OSError:
            return

    def _rewrite(self, entries: Iterable[str]) -> None:
        try:
            with written(self._path, force=True, mode=0o600) as file:
                file.writelines(map(_line, entries))
        except click.ClickException:
            return


def _line(text: str) -> bytes:
    return json.dumps(text).encode() + b"\n"


def _read(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:  # half a line, where a machine stopped in the middle
        return None
