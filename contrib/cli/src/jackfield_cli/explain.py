"""`jackfield explain`: what an error means and what to do about it, by its stable name."""

from __future__ import annotations

import json
from difflib import get_close_matches
from importlib.resources import files
from typing import TYPE_CHECKING

import click

from jackfield_cli._options import debug_option
from jackfield_cli._screen import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EPILOG = """\
\b
Examples:
  jackfield explain
  jackfield explain rate-limit
  jackfield explain StreamInterruptedError
"""


@click.command(epilog=EPILOG)
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write a JSON document.")
@debug_option
def explain(code: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes by name
    """Say what an error means, when it comes, and what to do.

    CODE is an error's stable name or its class; without one all are listed.
    """
    found = pages()
    if code is None:
        _list(found, as_json)
        return
    slug = _slug(code, found)
    text = found[slug]
    if as_json:
        say(json.dumps({"code": slug, "class": _title(text), "text": text}, indent=2))
    else:
        say(text.rstrip())


def pages() -> Mapping[str, str]:
    """Return every page by the stable name of its error."""
    folder = files("jackfield_cli") / "errors"
    named = ((each.name.removesuffix(".md"), each) for each in folder.iterdir() if each.name.endswith(".md"))
    return {slug: page.read_text("utf-8") for slug, page in sorted(named, key=lambda pair: pair[0])}


def _list(found: Mapping[str, str], as_json: bool) -> None:  # noqa: FBT001 - as the command
    if as_json:
        say(json.dumps([{"code": slug, "class": _title(text)} for slug, text in found.items()], indent=2))
        return
    widest = max(map(len, found))
    for slug, text in found.items():
        say(f"{slug:{widest}}  {_title(text):24}  {_about(text)}")


def _slug(code: str, found: Mapping[str, str]) -> str:
    """Return the stable name that *code* stands for."""
    names = dict(_names(found))
    slug = names.get(code.strip().lower())
    if slug is None:
        near = get_close_matches(code.lower(), names, 2)
        hint = f"did you mean {' or '.join(near)}?" if near else "`jackfield explain` lists them"
        raise click.BadParameter(f"there is no error {code!r}; {hint}", param_hint="CODE")
    return slug


def _names(found: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for slug, text in found.items():
        yield slug, slug
        yield _title(text).lower(), slug


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ")


def _about(text: str) -> str:
    """Return a page's first sentence about its error."""
    return text.split("\n\n")[2].partition("\n")[0]
