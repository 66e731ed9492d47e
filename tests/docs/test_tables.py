"""The reference's tables are printed from the code.

A table stands between `<!-- table: KIND NAME -->` and `<!-- end of table -->`. After a change in the code,
`uv run python tests/docs/test_tables.py` writes all tables anew; the test compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from inspect import cleandoc, signature
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs
import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs").rglob("*.md"))
TABLE = re.compile(r"<!-- table: (\w+) (\S+) -->\n(.*?)<!-- end of table -->", re.DOTALL)


def said(thing: Any, section: str) -> dict[str, str]:
    """Return what the docstring of *thing* says under *section*, by name."""
    _, _, rest = cleandoc(thing.__doc__ or "").partition(f"{section}:\n")
    found: dict[str, str] = {}
    name = ""
    for line in rest.split("\n"):
        if match := re.match(r"    (\w+): (.*)", line):
            name = match[1]
            found[name] = match[2]
        elif line.startswith("     ") and name:
            found[name] += " " + line.strip()
        else:
            break
    return found


def summary(thing: Any) -> str:
    """Return the first sentence of a docstring."""
    return " ".join(cleandoc(thing.__doc__ or "").split("\n\n")[0].split("\n"))


def table(*heads: str) -> Callable[[Iterator[Sequence[str]]], str]:
    """Return what writes rows below *heads*."""

    def write(rows: Iterator[Sequence[str]]) -> str:
        every = [heads, ["---"] * len(heads), *rows]
        return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in every)

    return write


def known(hint: Any) -> Iterator[str]:
    """Return the values that a type names."""
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    elif get_args(hint):
        for each in get_args(hint):
            yield from known(each)


def rules(cls: Any) -> str:
    """Print the fields of a request or of a part of one, with the rule of each."""
    meanings = said(cls, "Attributes")

    hints = get_type_hints(cls)

    def rows() -> Iterator[Sequence[str]]:
        for field in sorted(attrs.fields(cls), key=lambda field: field.name == "extra"):
            rule = cls.rules.get(field.name)
            needed = " (needed)" if rule is not None and rule.needed else ""
            must_be = f"{rule.must_be}{needed}" if rule is not None else "not checked"
            if rule is not None and rule.must_be == "text" and (today := list(known(hints[field.name]))):
                must_be += f", today {', '.join(f'`{value}`' for value in today)}"
            default = "" if field.name != "extra" else "Keys without a field here, sent as they are."
            yield f"`{field.name}`", must_be, meanings.get(field.name, default)

    return table("field", "must be", "meaning")(rows())


def fields(cls: Any) -> str:
    """Print the fields of a class, with the properties that its docstring does not list."""
    meanings = said(cls, "Attributes")
    properties = {name: summary(each) for name, each in vars(cls).items() if isinstance(each, property)}

    def rows() -> Iterator[Sequence[str]]:
        names = [field.name for field in attrs.fields(cls)] if attrs.has(cls) else list(meanings)
        for name in names:
            if name not in {"raw", "meta"}:
                yield f"`{name}`", meanings.get(name, "")
        for name, meaning in properties.items():
            yield f"`{name}`", f"{meaning} (read only)"

    return table("field", "meaning")(rows())


def options(function: Any) -> str:
    """Print the arguments of a function, with their defaults."""
    meanings = said(function, "Args")

    def rows() -> Iterator[Sequence[str]]:
        for name, parameter in signature(function).parameters.items():
            if name in meanings:
                default = "" if parameter.default is parameter.empty else f"`{parameter.default!r}`"
                yield f"`{name}`", default, meanings[name]

    return table("option", "default", "meaning")(rows())


def settings(cls: Any) -> str:
    """Print a provider's settings."""

    def rows() -> Iterator[Sequence[str]]:
        for field in attrs.fields(cls):
            facts = field.metadata["jackfield"]
            default = "required" if field.default is attrs.NOTHING else f"`{field.default!r}`"
            bound = f", for `{facts['bound_to']}`" if facts["bound_to"] else ""
            environment = ", ".join(f"`{name}`" for name in facts["env"])
            yield f"`{field.name}`", default, environment and environment + bound, facts["help"]

    return table("setting", "default", "environment", "meaning")(rows())


def names(module: Any) -> str:
    """Print the public names of a module."""

    def rows() -> Iterator[Sequence[str]]:
        for name in module.__all__:
            value = getattr(module, name)
            own = getattr(value, "__module__", "").startswith("jackfield") and value.__doc__
            yield f"`{name}`", summary(value) if own else SPOKEN[name]

    return table("name", "meaning")(rows())


SPOKEN = {
    "Command": "Any of the five commands.",
    "Flow": "A generator that yields commands and returns a result: `Flow[HttpRequest]` returns a request.",
    "HOOKS_VERSION": "The version of the hooks that this core calls. Write the number you tested with into your "
    "provider's `hooks_version`, not this name.",
    "Middleware": "A function that takes `proceed` and returns a flow: what `around_call` returns.",
    "Proceed": "A function without arguments that returns the flow of what lies inside.",
    "impl": "Marks a method of a part or plugin as the implementation of the hook of its name.",
}
"""What is said of the names that carry no docstring of ours."""

KINDS: dict[str, Callable[[Any], str]] = {
    "rules": rules,
    "fields": fields,
    "options": options,
    "settings": settings,
    "names": names,
}


def renewed(text: str) -> str:
    """Return a page with its tables as the code has them now."""

    def one(match: re.Match[str]) -> str:
        kind, name = match[1], match[2]
        return f"<!-- table: {kind} {name} -->\n{KINDS[kind](resolve_name(name))}<!-- end of table -->"

    return TABLE.sub(one, text)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if TABLE.search(page.read_text("utf-8"))], ids=lambda p: p.name
)
def test_tables_are_those_of_the_code(page: Path) -> None:
    """Every table of a page says what the code says; `python tests/docs/test_tables.py` renews them."""
    text = page.read_text("utf-8")

    assert renewed(text) == text, "run `uv run python tests/docs/test_tables.py`"


if __name__ == "__main__":
    for each in PAGES:
        before = each.read_text("utf-8")
        if (after := renewed(before)) != before:
            each.write_text(after, "utf-8")
