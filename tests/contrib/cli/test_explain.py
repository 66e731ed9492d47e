"""`jackfield explain`: every error has a page."""

from __future__ import annotations

import inspect
import json
import re

import pytest
from click.testing import CliRunner

from jackfield import errors
from jackfield_cli.explain import explain, pages

CLASSES = {
    each.slug: each
    for each in vars(errors).values()
    if inspect.isclass(each) and issubclass(each, errors.JackfieldError) and "slug" in vars(each)
}


def run(*arguments: str):
    """Run the command."""
    return CliRunner().invoke(explain, arguments)


def test_every_error_has_a_page_and_every_page_an_error() -> None:
    """By its stable name, which no other class has."""
    assert sorted(CLASSES) == sorted(pages())


@pytest.mark.parametrize("slug", sorted(CLASSES))
def test_a_page_tells_its_class_and_all_that_it_carries(slug: str) -> None:
    """A field that is added without a word here is a fault."""
    kind, text = CLASSES[slug], pages()[slug]
    documented = re.search(r"Attributes:\n(.*)", inspect.getdoc(kind) or "", re.DOTALL)
    names = re.findall(r"^    (\w+):", documented[1], re.MULTILINE) if documented else []

    assert text.startswith(f"# {kind.__name__}\n\nStable name: `{slug}`.\n")
    assert [name for name in names if f"`{name}`" not in text] == []
    for heading in ("## When", "## What to do", "## Is it tried again?", "## What it carries"):
        assert heading in text


@pytest.mark.parametrize("asked", ["rate-limit", "RateLimitError", "ratelimiterror", " RATE-LIMIT "])
def test_explains_by_stable_name_and_by_class(asked: str) -> None:
    """However it is written."""
    shown = run(asked)

    assert 0 == shown.exit_code
    assert shown.output.startswith("# RateLimitError")
    assert "insufficient" not in shown.output


def test_lists_them_all() -> None:
    """One line each."""
    shown = run()

    assert sorted(CLASSES) == [line.split()[0] for line in shown.output.splitlines()]
    assert sorted(CLASSES) == [each["code"] for each in json.loads(run("--json").output)]


def test_writes_json() -> None:
    """For machines."""
    told = json.loads(run("decode", "--json").output)

    assert ("decode", "DecodeError") == (told["code"], told["class"])
    assert told["text"] == pages()["decode"]


@pytest.mark.parametrize(("asked", "hint"), [("rate-limits", "did you mean rate-limit"), ("zzz", "lists them")])
def test_an_unknown_one_is_a_mistake_in_the_arguments(asked: str, hint: str) -> None:
    """With the nearest ones."""
    shown = run(asked)

    assert 2 == shown.exit_code
    assert hint in shown.output
