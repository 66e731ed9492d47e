"""The reference names everything that the code has, and nothing that it has not."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import attrs
import pytest

import jackfield
from jackfield import errors, hookspecs, http, operations
from jackfield._discovery import _KINDS
from jackfield.operations import chat, embeddings, images, models

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
HOOKS = {
    name: function
    for name, function in vars(hookspecs).items()
    if inspect.isfunction(function) and hasattr(function, "jackfield_spec")
}
COMMANDS = (http.Send, http.Read, http.Wait, http.Emit, http.Run, http.RunAll)


def page(name: str) -> str:
    """Return the text of a page."""
    return (REFERENCE / name).read_text("utf-8")


def test_every_hook_has_its_signature() -> None:
    """Every hook is a heading with its exact arguments, in the order of the specification, and no other is."""
    found = re.findall(r"^### `(.*)`$", page("hooks.md"), re.MULTILINE)

    assert [f"{name}({', '.join(inspect.signature(hook).parameters)})" for name, hook in HOOKS.items()] == found


def test_hooks_version() -> None:
    """The page names the version of the hooks that this core has."""
    assert f"`HOOKS_VERSION` is {hookspecs.HOOKS_VERSION}." in page("hooks.md")


def test_every_group_of_entry_points() -> None:
    """The page of hooks lists every group that the core knows and that has something in it today."""
    listed = set(re.findall(r"^\| `(jackfield\.\w+)` \|", page("hooks.md"), re.MULTILINE))

    assert listed <= set(_KINDS)
    assert set(_KINDS) - listed <= {"jackfield.configurations"}


def test_every_command_has_its_arguments() -> None:
    """Every command is in the table with its arguments, in order."""
    found = re.findall(r"^\| `([A-Z]\w+\(.*?\))` \|", page("commands.md"), re.MULTILINE)

    assert [f"{each.__name__}({', '.join(attrs.fields_dict(each))})" for each in COMMANDS] == found


def test_every_method_of_the_client_is_listed() -> None:
    """Both clients have the methods of the table, and no others."""
    listed = re.findall(r"^\| `(\w+)\(", page("client.md"), re.MULTILINE)

    for client in (jackfield.Client, jackfield.AsyncClient):
        public = {name for name in dir(client) if not name.startswith("_")}
        assert public == set(listed)


PUBLIC_ERRORS = [
    name
    for name in jackfield.__all__
    if inspect.isclass(value := getattr(jackfield, name)) and issubclass(value, errors.JackfieldError)
]


def test_every_error_is_listed() -> None:
    """Every public error is in the tree and in the table, and no other is."""
    text = page("errors.md")
    tree = re.findall(r"^\W*(\w+Error)$", text.split("```")[1], re.MULTILINE)
    table = re.findall(r"^\| `(\w+Error)` \|", text, re.MULTILINE)

    assert sorted(PUBLIC_ERRORS) == sorted(tree)
    assert sorted(PUBLIC_ERRORS) == sorted(table)


@pytest.mark.parametrize("name", PUBLIC_ERRORS)
def test_errors_say_truly_whether_they_are_transient(name: str) -> None:
    """The table's word on `transient` begins with that of the class."""
    line = next(line for line in page("errors.md").splitlines() if line.startswith(f"| `{name}` |"))
    said = line.split("|")[3].strip()

    if said != "by class":
        assert getattr(errors, name).transient == said.startswith("yes")


@pytest.mark.parametrize("module", [chat, embeddings, images, models], ids=lambda module: module.__name__)
def test_every_request_part_is_on_the_page(module) -> None:
    """Every class of a request that checks more than one field has its table."""
    text = page("operations.md")
    kinds = (operations.RequestPart,)
    classes = [each for each in map(module.__dict__.get, module.__all__) if inspect.isclass(each)]
    named = [each for each in classes if issubclass(each, kinds)]

    assert [] == [each.__name__ for each in named if each.__name__ not in text]


def test_every_operation_is_on_the_page() -> None:
    """The first table has every operation of the core with its name and entities."""
    text = page("operations.md")
    for constant in ("CHAT", "IMAGES", "EMBEDDINGS", "MODELS"):
        operation = getattr(jackfield, constant)
        line = next(line for line in text.splitlines() if line.startswith(f"| `{constant}` |"))
        assert f"`{operation.name}`" in line
        assert f"`{operation.request.__name__}`" in line
        assert f"`{operation.response.__name__}`" in line
        assert ("yes" in line) is (operation.event is not None)


def test_defaults_of_retries() -> None:
    """The page of settings tells the defaults of `Retries`."""
    retries = jackfield.Retries()
    numbers = f"{retries.limit}, {retries.first:g}, {retries.longest:g}, {retries.cap:g}"

    assert f"The defaults are {numbers} and a random jitter." in page("settings.md")
