"""The group of commands, and `jackfield providers`: by metadata alone."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points, version

import pytest
from click.testing import CliRunner

from jackfield_cli import main
from jackfield_cli._commands import LATER, SUMMARIES
from jackfield_cli._run import jackfield as group

COMMANDS = ["ask", "chat", "embed", "image", "models", "providers"]


def test_script_is_installed():
    """The script `jackfield` runs `main`."""
    assert {main} == {point.load() for point in entry_points(group="console_scripts", name="jackfield")}


def test_version(jackfield):
    """--version says name and version."""
    assert f"jackfield {version('jackfield-cli')}\n" == jackfield("--version").stdout


@pytest.mark.parametrize("args", [[], ["--help"], ["-h"]])
def test_help(jackfield, args):
    """Without a command there is help, with every command, what it does, and an example."""
    done = jackfield(*args)

    assert 0 == done.returncode
    assert [name for name in COMMANDS if f"\n  {name}  " in done.stdout] == COMMANDS
    assert 'jackfield ask "Why is the sky blue?"' in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command(jackfield, name):
    """Every command's help has an example."""
    done = jackfield(name, "--help")

    assert 0 == done.returncode
    assert "Example:\n    " in done.stdout
    assert f"\n    jackfield {name}" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_summaries(name):
    """What the list says of a command is what its own help begins with."""
    command = group.get_command(None, name)
    assert SUMMARIES[name] == command.help.splitlines()[0]


def test_what_comes_later_is_not_there():
    """No command is both there and announced."""
    assert set() == set(LATER) & set(COMMANDS)


LEAN = [
    "rich",
    "prompt_toolkit",
    "urllib3",
    "cattrs",
    "attr",
    "attrs",
    "pluggy",
    "structlog",
    "jackfield.client",
    "jackfield_openai",
]


LIGHT = [["--help"], ["--version"], ["providers"], ["providers", "--json"]]


@pytest.mark.parametrize("args", [*LIGHT, *([name, "--help"] for name in COMMANDS)])
def test_light_commands_import_little(environment, args):
    """Help and lists import neither the client nor a provider nor what those need."""
    code = f"import sys; from jackfield_cli import main; main({args!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )

    assert [] == [name for name in LEAN if name in done.stderr.split()]


def test_quick_answers_do_without_rich(environment, vendor):
    """Without a terminal an answer needs no spinner, so rich is not imported."""
    args = ["ask", "-p", "openai", "--endpoint", vendor.endpoint, "-m", "fine", "x"]
    code = f"import sys; from jackfield_cli import main; main({args!r}); print('rich' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Hello, world\nFalse\n" == done.stdout


# Commands of other packages


def test_command_of_another_package(jackfield, package):
    """A command of another package is listed with where it is from, and runs."""
    code = "import click\n\n@click.command()\ndef sing():\n    click.echo('la')\n"
    package("jackfield-song", "jackfield.commands", {"sing": "jackfield_song:sing"}, code=code)

    assert "sing       (from jackfield-song 1.0)" in jackfield("--help").stdout
    assert "la\n" == jackfield("sing").stdout


BROKEN = [
    ("raise RuntimeError('boom')", "the command 'sing' of jackfield-song 1.0 cannot be imported: RuntimeError: boom"),
    ("sing = 1", "the command 'sing' of jackfield-song 1.0 is no click command"),
    (None, "cannot be imported: ModuleNotFoundError"),
]


@pytest.mark.parametrize(("code", "expected"), BROKEN)
def test_broken_command_breaks_only_itself(jackfield, package, code, expected):
    """A command that cannot be imported is listed, says so when it is run, and disturbs no other."""
    package("jackfield-song", "jackfield.commands", {"sing": "jackfield_song:sing"}, code=code)
    done = jackfield("sing")

    assert (2, True) == (done.returncode, expected in done.stderr)
    assert [0, 0] == [jackfield("--help").returncode, jackfield("providers").returncode]


def test_command_that_two_packages_claim(jackfield, package):
    """A command that two packages claim is an error that names both; the list shows it."""
    package("song-a", "jackfield.commands", {"sing": "song_a:sing"})
    package("song-b", "jackfield.commands", {"sing": "song_b:sing"})

    assert "song-a 1.0" in (error := jackfield("sing").stderr)
    assert "song-b 1.0" in error
    assert "conflict:" in jackfield("--help").stdout


def test_completion_imports_nothing(process, package):
    """A shell's completion knows all commands, the broken ones too."""
    package("jackfield-song", "jackfield.commands", {"asong": "jackfield_song:sing"}, code="raise RuntimeError")
    env = {"_JACKFIELD_COMPLETE": "bash_complete", "COMP_WORDS": "jackfield a", "COMP_CWORD": "1"}

    assert ["plain,ask", "plain,asong"] == process(env=env).stdout.splitlines()


# jackfield providers


def test_providers_are_listed(jackfield, package):
    """Every provider is listed with package and version."""
    package("jackfield-zebra", "jackfield.providers", {"zebra": "jackfield_zebra:Zebra"}, version="2.5")
    lines = jackfield("providers").stdout.splitlines()

    assert ["PROVIDER", "PACKAGE"] == lines[0].split()
    assert ["zebra", "jackfield-zebra", "2.5"] in [line.split() for line in lines]


def test_broken_provider_is_listed(jackfield, package):
    """A provider that cannot be imported is listed as well, for nothing is imported."""
    package("jackfield-zebra", "jackfield.providers", {"zebra": "jackfield_zebra:Zebra"}, code="raise RuntimeError")
    listed = jackfield("providers")
    asked = jackfield("ask", "-p", "zebra", "Hi")

    assert (0, True) == (listed.returncode, "zebra" in listed.stdout)
    assert (2, True) == (asked.returncode, "'zebra' of jackfield-zebra 1.0 cannot be imported" in asked.stderr)


def test_name_that_two_packages_claim(jackfield, package):
    """A name that two packages claim is shown with both; asking by it is an error."""
    package("zebra-a", "jackfield.providers", {"zebra": "a:A"})
    package("zebra-b", "jackfield.providers", {"zebra": "b:B"})
    rows = [line.split(maxsplit=3) for line in jackfield("providers").stdout.splitlines() if line.startswith("zebra")]

    assert [["zebra", "zebra-a", "1.0"], ["zebra", "zebra-b", "1.0"]] == sorted(row[:3] for row in rows)
    assert {"conflict: uninstall all but one"} == {row[3] for row in rows}
    assert 2 == jackfield("ask", "-p", "zebra", "Hi").returncode


def test_providers_as_json(jackfield, package):
    """--json tells the default and every name with its packages."""
    package("zebra-a", "jackfield.providers", {"zebra": "a:A"})
    package("zebra-b", "jackfield.providers", {"zebra": "b:B"}, version="2.0")
    document = json.loads(jackfield("providers", "--json").stdout)

    assert ["default", "providers"] == list(document)
    packages = [{"name": "zebra-a", "version": "1.0"}, {"name": "zebra-b", "version": "2.0"}]
    [zebra] = [each for each in document["providers"] if each["name"] == "zebra"]
    assert packages == sorted(zebra.pop("packages"), key=lambda each: each["name"])
    assert {"name": "zebra", "conflict": True} == zebra


DEFAULTS = [
    ({}, {"name": "local", "source": "built in"}),
    ({"JACKFIELD_PROVIDER": "openai"}, {"name": "openai", "source": "JACKFIELD_PROVIDER"}),
    ({"JACKFIELD_PROVIDER": "nobody"}, {"name": "nobody", "source": "JACKFIELD_PROVIDER", "installed": False}),
]


@pytest.mark.parametrize(("env", "expected"), DEFAULTS)
def test_default_is_told(jackfield, env, expected):
    """What is used where none is named is told, with why, and whether it is installed."""
    document = json.loads(jackfield("providers", "--json", env=env).stdout)

    assert expected.items() <= document["default"].items()
    assert f"Used where none is named: {expected['name']} " in jackfield("providers", env=env).stdout


def test_nothing_installed(monkeypatch):
    """Without any provider the list says so, and what to install."""
    monkeypatch.setattr("jackfield_cli.providers.installed", lambda _: {})
    output = CliRunner().invoke(group, ["providers"]).output

    assert "No provider is installed." in output
    assert "pip install jackfield-local" in output
