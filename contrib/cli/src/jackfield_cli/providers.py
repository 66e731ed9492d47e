"""`jackfield providers`: what is installed, by its metadata alone."""

from __future__ import annotations

import json
from typing import Any

import click

from jackfield_cli._choosing import CONFIGURATIONS
from jackfield_cli._core import installed
from jackfield_cli._defaults import DEFAULT_PROVIDER, PROVIDER_VARIABLE
from jackfield_cli._options import debug_option
from jackfield_cli._screen import say

GROUP = "jackfield.providers"

EPILOG = """\
\b
Example:
  jackfield providers
  jackfield providers --json
"""


@click.command(epilog=EPILOG)
@click.option("--json", "as_json", is_flag=True, help="Write a JSON document.")
@click.option("--provider", "named", envvar=PROVIDER_VARIABLE, hidden=True)  # as `ask` reads it
@debug_option
def providers(as_json: bool, named: str | None) -> None:  # noqa: FBT001 - click passes by name
    """List the providers that are installed.

    None of them is imported: one that is broken is listed as well.
    """
    found = installed(GROUP)
    named = (named or "").strip()
    default = named or DEFAULT_PROVIDER
    source = PROVIDER_VARIABLE if named else "built in"
    if as_json:
        say(json.dumps(_document(found, default, source), indent=2))
        return
    if found:
        rows = [("PROVIDER", "PACKAGE", ""), *_rows(found)]
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        for name, package, remark in rows:
            say(f"{name:{widths[0]}}  {package:{widths[1]}}  {remark}".rstrip())
    else:
        say("No provider is installed.")
    say("")
    for line in _advice(found, default, source):
        say(line)


def _rows(found: dict[str, list[str]]) -> list[tuple[str, str, str]]:
    return [
        (name, package, "conflict: uninstall all but one" if len(claimants) > 1 else "")
        for name, claimants in found.items()
        for package in claimants
    ]


def _advice(found: dict[str, list[str]], default: str, source: str) -> list[str]:
    """Return what is used where nothing is named, and how to get more."""
    why = "--provider or JACKFIELD_PROVIDER name another" if source == "built in" else f"by {source}"
    missing = "" if default in found else f"; it is not installed: pip install jackfield-{default}"
    first = ["A configuration comes first, where one is named or the default: jackfield config list"]
    return [
        f"Used where none is named: {default} ({why}){missing}",
        *(first if installed(CONFIGURATIONS) else []),
        "More: pip install jackfield-NAME, or any package with an entry point in the group jackfield.providers",
    ]


def _document(found: dict[str, list[str]], default: str, source: str) -> dict[str, Any]:
    """Return what `--json` writes."""
    return {
        "default": {"name": default, "source": source, "installed": default in found},
        "providers": [
            {"name": name, "packages": [_package(each) for each in claimants], "conflict": len(claimants) > 1}
            for name, claimants in found.items()
        ],
    }


def _package(claimant: str) -> dict[str, str | None]:
    """Return a package's name and version apart."""
    name, _, version = claimant.partition(" ")
    return {"name": name, "version": version or None}
