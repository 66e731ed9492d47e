"""The doctor's findings on the screen, as they come."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from attrs import asdict

from jackfield.errors import ConfigurationError
from jackfield_configurations._commands._store import chosen, opened
from jackfield_configurations._doctor import Finding, examine, exit_code
from jackfield_configurations._doctor._finding import parted
from jackfield_configurations._screen import say, say_folded, say_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_STYLES: Mapping[str, Mapping[str, Any]] = {
    "ok": {"fg": "green"},
    "problem": {"fg": "red", "bold": True},
    "notice": {"fg": "yellow"},
    "skipped": {"dim": True},
}
_WIDTHS = (7, 13)
_INDENT = " " * (sum(_WIDTHS) + 4)


def doctor(path: Path | None, name: str | None, *, deadline: float, paid: bool, as_json: bool) -> int:
    """Examine a configuration, write what is found, and return the exit code that it means.

    Args:
        path: The file, or None for the usual one.
        name: The configuration's name, or None for the default.
        deadline: How many seconds it may take.
        paid: Whether a picture may be drawn.
        as_json: Whether to write a document.
    """
    called, findings = _findings(path, name, deadline, paid)
    seen = []
    for finding in findings:
        seen.append(finding)
        if not as_json:
            _show(finding)
    code = exit_code(seen)
    if as_json:
        say_json({"configuration": called, "ok": code == 0, "findings": [asdict(finding) for finding in seen]})
    else:
        say(_verdict(called or "the configuration", seen), bold=True)
    return code


def _findings(
    path: Path | None,
    name: str | None,
    deadline: float,
    paid: bool,  # noqa: FBT001 - as `doctor`
) -> tuple[str | None, Iterable[Finding]]:
    """Return the configuration's name and what is found; also where it is not to be had."""
    try:
        file = opened(path)
        configuration = chosen(file, name)
        name = configuration.name
        arguments = file.resolve(name)
    except ConfigurationError as error:
        return name, _unreadable(error)
    settings = {each: value for each, value in arguments.items() if each != "provider"}
    noticed = [Finding("settings", "notice", *parted(notice)) for notice in configuration.notices()]
    return name, chain(noticed, examine(configuration.provider, settings, deadline=deadline, paid=paid))


def _unreadable(error: ConfigurationError) -> Iterator[Finding]:
    for text in error.problems or [error.message]:
        yield Finding("configuration", "problem", *parted(text))


def _show(finding: Finding) -> None:
    state, check = (f"{text:{width}}" for text, width in zip((finding.state, finding.check), _WIDTHS, strict=True))
    say_folded(f"{state}  {check}  {finding.found}", _INDENT, **_STYLES[finding.state])
    if finding.change is not None:
        say_folded(f"{_INDENT}{finding.change}", _INDENT)


def _verdict(name: str, findings: Iterable[Finding]) -> str:
    checks = list(dict.fromkeys(finding.check for finding in findings if finding.state == "problem"))
    if not checks:
        return f"{name} works."
    return f"{name} does not work: {', '.join(checks)}"
