"""What a probe found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

State: TypeAlias = Literal["ok", "problem", "notice", "skipped"]

_LONGEST = 400
"""How many characters of a line are kept: servers may say a lot."""

_SETTINGS = frozenset({"configuration", "settings", "plain http", "credential"})
_NETWORK = frozenset({"name", "connection", "tls", "proxy"})


@frozen
class Finding:
    """What one probe found.

    Attributes:
        check: What was looked at, such as `name`, `tls` or `deployment`.
        state: `ok`; `problem`, which keeps the configuration from working; `notice`, which does not; or `skipped`.
        found: What was found, in one line.
        change: What to change, in one line, or None.
    """

    check: str
    state: State
    found: str
    change: str | None = None


def in_one_line(text: str) -> str:
    """Return *text* on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def parted(text: str) -> tuple[str, str | None]:
    """Return what a message says, and what it advises: our messages part them by the last semicolon."""
    found, semicolon, change = text.rpartition("; ")
    return (found, change) if semicolon else (text, None)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return what the shell is told: 0 where nothing is wrong, else by the first problem.

    2 is for settings, 3 for the network, 1 for whatever the provider answers.
    """
    first = next((finding.check for finding in findings if finding.state == "problem"), None)
    if first is None:
        return 0
    return 2 if first in _SETTINGS else 3 if first in _NETWORK else 1
