"""The rules that no single file can keep for itself."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import jackfield
from jackfield import errors, hookspecs

ROOT = Path(__file__).parents[1]
CORE = ROOT / "core" / "src" / "jackfield"
MEMBERS = sorted(path.parent for path in ROOT.glob("*/pyproject.toml")) + sorted(
    path.parent for folder in ("plugins", "contrib") for path in (ROOT / folder).glob("*/pyproject.toml")
)
SOURCES = {path: path.read_text("utf-8") for member in MEMBERS for path in sorted((member / "src").rglob("*.py"))}
CORE_SOURCES = {path: text for path, text in SOURCES.items() if CORE in path.parents}
PUBLISHED = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in ("core", "plugins")]
HOOKS = [name for name, value in vars(hookspecs).items() if hasattr(value, "jackfield_spec")]
ERRORS = [
    name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.JackfieldError)
]


def named(path: Path) -> str:
    """Return a file's name for a test's id."""
    return str(path.relative_to(ROOT))


def project(member: Path) -> Any:
    """Return what a distribution says of itself."""
    return tomllib.loads((member / "pyproject.toml").read_text("utf-8"))["project"]


# The core


def test_the_core_knows_no_vendor() -> None:
    """No vendor's word is in its sources, in code or in comments."""
    words = re.compile(r"openai|azure|anthropic", re.IGNORECASE)

    assert [] == [(named(path), found[0]) for path, text in CORE_SOURCES.items() if (found := words.search(text))]


def test_the_cores_dependencies_are_the_five() -> None:
    """A sixth is a decision of its own."""
    names = {re.match(r"[\w-]+", each)[0] for each in project(ROOT / "core")["dependencies"]}  # type: ignore[index]

    assert {"attrs", "cattrs", "pluggy", "structlog", "urllib3"} == names


ASYNC = re.compile(r"(_drive_async|client|stream|transports/\w+|testing/.+)\.py")


def test_async_is_where_it_must_be() -> None:
    """Outside the driver, the transports and the thin public face everything is a flow."""
    coroutines = {
        path.relative_to(CORE).as_posix()
        for path, text in CORE_SOURCES.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith))
    }

    assert [] == [path for path in sorted(coroutines) if not ASYNC.fullmatch(path)]


HOMES = {
    "asyncio": r"_drive_async\.py|transports/in_thread\.py|testing/.+",
    "cattrs": r"_dispatch\.py|convert\.py|_settings\.py|typed/_building\.py",
    "importlib.metadata": r"_installed\.py|testing/.+",
    "orjson": r"convert\.py",
    "pybase64": r"base64\.py",
    "pluggy": r"hookspecs\.py|_binding\.py",
    "structlog": r"trace\.py|testing/.+",
    "urllib3": r"transports/urllib3\.py",
}


@pytest.mark.parametrize("library", HOMES)
def test_each_library_has_one_home(library: str) -> None:
    """One place to look at when it changes."""
    importing = {
        path.relative_to(CORE).as_posix()
        for path, text in CORE_SOURCES.items()
        for name in _imported(ast.parse(text))
        if name == library or name.startswith(f"{library}.")
    }

    assert [] == [path for path in sorted(importing) if not re.fullmatch(HOMES[library], path)]
    assert importing or library == "cattrs"


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


# Names


def test_public_names_are_sorted_and_there() -> None:
    """Every one can be imported, and none is listed twice."""
    names = jackfield.__all__

    assert sorted(set(names)) == list(names)
    assert [] == [name for name in names if not hasattr(jackfield, name)]
    assert dir(jackfield) == names


def test_type_checkers_see_the_same_names() -> None:
    """What is imported lazily at run time is imported for checkers by the same names."""
    tree = ast.parse((CORE / "__init__.py").read_text("utf-8"))
    checked = {
        each.asname: f"{node.module}.{each.name}"
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    }

    assert {name: f"{home}.{name}" for name, home in jackfield._HOME_OF.items()} == checked


def test_every_error_is_public() -> None:
    """But for the one that only holds two together."""
    assert [] == [name for name in ERRORS if name not in jackfield.__all__ and name != "ProblemsError"]


# Distributions


def test_every_distribution_is_found() -> None:
    """The list above has the core, plugins and contrib."""
    assert {"jackfield-core", "jackfield-openai", "jackfield-openai-wire", "jackfield-cli", "jackfield-local"} <= {
        project(member)["name"] for member in MEMBERS
    }


@pytest.mark.parametrize("member", MEMBERS, ids=named)
def test_every_distribution_has_what_a_package_needs(member: Path) -> None:
    """A readme, the licence, and the mark that it is typed, in every package of it."""
    assert (member / "README.md").read_text("utf-8").strip()
    assert (ROOT / "LICENSE").read_text("utf-8") == (member / "LICENSE").read_text("utf-8")
    packages = [path.parent for path in (member / "src").glob("*/__init__.py")]
    assert packages
    assert [] == [named(package) for package in packages if not (package / "py.typed").exists()]


def test_all_versions_are_one() -> None:
    """Siblings are released together, and pinned within the minor version."""
    version = project(ROOT)["version"]

    assert {version} == {project(member)["version"] for member in MEMBERS}
    pins = [
        (project(member)["name"], each)
        for member in [ROOT, *MEMBERS]
        for each in project(member).get("dependencies", [])
        if each.startswith("jackfield")
    ]
    assert pins
    assert [] == [
        (name, each) for name, each in pins if not re.fullmatch(rf"[\w-]+(\[\w+\])?~={re.escape(version)}", each)
    ]


def test_hooks_version_is_told_by_every_provider() -> None:
    """A provider of ours says for which hooks it was written."""
    for member in MEMBERS:
        for target in project(member).get("entry-points", {}).get("jackfield.providers", {}).values():
            module, _, name = target.partition(":")
            assert hookspecs.HOOKS_VERSION == getattr(import_module(module), name).hooks_version


# Documentation


def _public(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Return a file's public classes, functions and methods, and the file itself."""
    tree = ast.parse(SOURCES[path])
    yield "the file", tree
    todo: list[tuple[str, ast.AST]] = [("", tree)]
    while todo:
        prefix, node = todo.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and not child.name.startswith(
                "_"
            ):
                yield prefix + child.name, child
                if isinstance(child, ast.ClassDef):
                    todo.append((f"{prefix}{child.name}.", child))


@pytest.mark.parametrize("path", PUBLISHED, ids=named)
def test_everything_public_has_a_docstring(path: Path) -> None:
    """Modules, classes, functions and methods of the core and the plugins."""
    undocumented = [name for name, node in _public(path) if not (ast.get_docstring(node) or _is_overload(node))]  # type: ignore[arg-type]
    assert [] == undocumented


def _is_overload(node: ast.AST) -> bool:
    """Tell whether *node* only types a function that comes after it."""
    return any(isinstance(each, ast.Name) and "overload" == each.id for each in getattr(node, "decorator_list", ()))


def test_every_hook_is_in_the_reference() -> None:
    """Under a heading that is its exact signature."""
    page = (ROOT / "docs" / "reference" / "hooks.md").read_text("utf-8")
    headings = re.findall(r"^### `(.+)`$", page, re.MULTILINE)

    signatures = [f"{name}({', '.join(inspect.signature(getattr(hookspecs, name)).parameters)})" for name in HOOKS]
    assert sorted(signatures) == sorted(headings)
    assert f"`HOOKS_VERSION` is {hookspecs.HOOKS_VERSION}" in page


@pytest.mark.parametrize("name", [name for name in ERRORS if name != "ProblemsError"])
def test_every_error_is_in_the_reference(name: str) -> None:
    """In the tree, and in the table that says when it comes and what to do."""
    page = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")

    assert re.search(rf"^[│├└─ ]*{name}$", page, re.MULTILINE)
    assert re.search(rf"^\| `{name}` \|(.+\|){{3}}$", page, re.MULTILINE)


def test_every_module_can_be_imported() -> None:
    """Also those that nothing imports by itself; what is for tests is imported by its own."""
    for module in pkgutil.walk_packages([str(CORE)], "jackfield."):
        if not module.name.startswith("jackfield.testing"):
            assert module.name == import_module(module.name).__name__


# Machines


def tracked(path: Path) -> bool:
    """Tell whether *path* is the project's own: caches of tools are not."""
    return not any(part == "__pycache__" or part.startswith(".") for part in path.relative_to(ROOT).parts[1:])


def test_nothing_names_a_machine() -> None:
    """No path, no address of a registry and no key of whoever wrote it is in a source, a test or a page."""
    suspicious = re.compile("|".join([r"/" + r"work/", r"/" + r"tmp/", r"/" + r"root/", r"/" + r"home/\w"]))
    files = [
        path
        for folder in ("core", "plugins", "contrib", "tests", "docs", ".ci")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".md", ".toml", ".yml", "") and path.is_file() and tracked(path)
    ]
    files += [ROOT / "README.md", ROOT / "pyproject.toml", ROOT / "noxfile.py"]

    assert [] == [
        (named(path), found[0]) for path in files if (found := suspicious.search(path.read_text("utf-8", "replace")))
    ]
