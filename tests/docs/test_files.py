"""The files that pages show are files of `tests/strangers`, where each package is built, installed and tested.

A block after a line that is a file's name and a colon, such as `jackfield-acme/pyproject.toml`, has that file's text;
what stands before the first slash is the name of the package. After a change of a file,
`uv run python tests/docs/test_files.py` writes it into the pages anew; the test compares.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from strangers import FOLDERS

PAGES = sorted((Path(__file__).parents[2] / "docs").rglob("*.md"))
FILE = re.compile(r"^`([\w-]+)/([\w./-]+)`([^\n]*):\n\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(text: str) -> list[tuple[str, str]]:
    """Return package and path of every file that a page shows."""
    return [(match[1], match[2]) for match in FILE.finditer(text) if match[1] in FOLDERS]


def renewed(text: str) -> str:
    """Return a page with its files as they are now."""

    def one(match: re.Match[str]) -> str:
        package, path, remark, language, _ = match.groups()
        if package not in FOLDERS:
            return match[0]
        content = (FOLDERS[package] / path).read_text("utf-8")
        return f"`{package}/{path}`{remark}:\n\n```{language}\n{content}```"

    return FILE.sub(one, text)


@pytest.mark.parametrize("page", [page for page in PAGES if shown(page.read_text("utf-8"))], ids=lambda page: page.name)
def test_files_are_those_of_the_strangers(page: Path) -> None:
    """Every file on a page has the text that is tested; `python tests/docs/test_files.py` renews them."""
    text = page.read_text("utf-8")

    assert renewed(text) == text, "run `uv run python tests/docs/test_files.py`"


def test_pages_show_every_package() -> None:
    """Every package of a stranger is on a page: with its entry point where it has one, and with its code."""
    found = {file for page in PAGES for file in shown(page.read_text("utf-8"))}
    code = {
        (name, path.relative_to(folder).as_posix()) for name, folder in FOLDERS.items() for path in folder.rglob("*.py")
    }

    assert set(FOLDERS) == {name for name, _ in found}
    assert set() == {(name, path) for name, path in code if path.startswith("src/")} - found


if __name__ == "__main__":
    for each in PAGES:
        before = each.read_text("utf-8")
        if (after := renewed(before)) != before:
            each.write_text(after, "utf-8")
