"""Every Python example of the pages runs, and prints what the page says that it prints.

A page's examples run in order, in one namespace, as one test. A `text` block right after an example is its output;
`...` in it stands for anything. An HTML comment `<!-- invisible-code-block: python ... -->` runs too; it finds the
page's text in `page`. A block after a line that is a file's name and a colon becomes that file; test files among them
run at the end. Where the file is one of `tests/strangers` (`test_files.py` compares them) it stays there. The packages
of both kinds are importable, with their entry points.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from strangers import FOLDERS
from sybil import Document, Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, SkipParser

ROOT = Path(__file__).parents[2]
PAGES = [
    *ROOT.glob("README.md"),
    *ROOT.glob("core/README.md"),
    *ROOT.glob("plugins/*/README.md"),
    *ROOT.glob("contrib/*/README.md"),
    *ROOT.glob("docs/**/*.md"),
]


NAME = re.compile(r"^`([\w./-]+)`(?: \(.*\))?:\s*\Z", re.MULTILINE)


def file(example: Example) -> bool:
    """Write a block that has a file's name before it, and say whether it has."""
    name = NAME.search(example.document.text, max(0, example.start - 200), example.start)
    if name is None:
        return False
    path = Path(name[1])
    if path.parts[0] in FOLDERS:
        announce(FOLDERS[path.parts[0]])
        return True
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(example.parsed), "utf-8")
    if "." == str(path.parent):
        sys.path.insert(0, str(Path.cwd()))
    if "pyproject.toml" == path.name:
        announce(path.parent)
    return True


def announce(folder: Path) -> None:
    """Do what installing a package editable does: put its `src` on the path, and say what entry points it has."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    facts = Path.cwd() / "installed" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    if facts.exists():
        return
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = [
        line
        for group, names in project.get("entry-points", {}).items()
        for line in (f"[{group}]", *(f"{name} = {target}" for name, target in names.items()))
    ]
    (facts / "entry_points.txt").write_text("\n".join(points))
    sys.path[:0] = [str(facts.parent), str(folder.absolute() / "src")]


class Printing(PythonEvaluator):
    """Runs an example and keeps what it prints."""

    def __call__(self, example: Example) -> None:
        """Run it."""
        if file(example):
            return
        printed = io.StringIO()
        with redirect_stdout(printed):
            super().__call__(example)
        example.document.namespace |= {"_printed": printed.getvalue(), "_end": example.end}


def write(example: Example) -> None:
    """Write a block that is a file."""
    file(example)


def compare(example: Example) -> str | None:
    """Compare a block with what the example right before it printed; write one that is a file; leave others alone."""
    if file(example):
        return None
    names = example.document.namespace
    between = example.document.text[names.get("_end", 0) : example.start]
    if "_printed" not in names or between.strip():
        return None
    printed, said = names["_printed"].strip("\n"), str(example.parsed).strip("\n")
    if doctest.OutputChecker().check_output(said, printed, doctest.ELLIPSIS):
        return None
    return f"the page says\n{said}\nand it printed\n{printed}"


SYBIL = Sybil(
    parsers=[
        CodeBlockParser("python", Printing()),
        CodeBlockParser("text", compare),
        CodeBlockParser("json", write),
        CodeBlockParser("toml", write),
        SkipParser(),
    ]
)


def run_tests() -> None:
    """Run the test files that a page had, as its reader would."""
    if tests := [str(path) for path in Path.cwd().rglob("test_*.py")]:
        sources = os.pathsep.join(str(path) for path in Path.cwd().glob("*/src"))
        command = [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(
            command, env={**os.environ, "PYTHONPATH": sources}, capture_output=True, text=True, check=False
        )
        assert 0 == done.returncode, done.stdout


def examples(page: Path) -> list[Example]:
    """Return what a page has to run and to compare."""
    document: Document = SYBIL.parse(page)
    document.namespace["page"] = document.text
    return list(document.examples())


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in sorted(PAGES)])
def test_example_runs(page: Path) -> None:
    """A page's examples run one after the other and print what the page says."""
    for example in examples(page):
        example.evaluate()
    run_tests()


def test_examples_are_found() -> None:
    """The pages that promise examples have some: a parser that finds nothing would pass everything."""
    found = {page.name for page in PAGES if examples(page)}

    assert {"README.md", "tutorial.md", "write-a-provider.md", "stream.md"} <= found
