"""Packages built as wheels and installed into environments of their own, without a network.

What is ours, or a stranger's, comes from a wheel that is built here. What is a third party's comes from the environment
that runs the tests: it is linked in, and only where a package's metadata ask for it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Iterable
from compileall import compile_dir
from email import message_from_bytes
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

from attrs import field, frozen
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
STRANGERS = ROOT / "tests" / "strangers"
FOLDERS = [*ROOT.glob("core"), *ROOT.glob("plugins/*"), *ROOT.glob("contrib/*"), *STRANGERS.glob("*")]
KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL")
"""What of the environment a program needs that has nothing to do with us."""


def canonical(name: str) -> str:
    """Return a distribution's name as all spellings of it have it."""
    return re.sub(r"[-_.]+", "-", name).lower()


SOURCES = {
    canonical(tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["name"]): folder
    for folder in FOLDERS
    if (folder / "pyproject.toml").is_file()
}
"""Every distribution that is built here, with its folder."""

BUILD = """
import os, sys
from hatchling.build import build_wheel
for folder in sys.argv[2:]:
    os.chdir(folder)
    print(build_wheel(sys.argv[1]))
"""


@frozen
class Environment:
    """A Python with a few packages, and nothing else.

    Attributes:
        python: Its interpreter.
        site: Where its packages are.
    """

    python: Path
    site: Path

    def run(self, *arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the interpreter, far from the repository, with no other variables than these."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=cwd or self.site.parent,
            env={**kept, "PYTHONWARNINGS": "error", "PYTHONUTF8": "1", **variables},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )


@frozen
class Wheelhouse:
    """Builds wheels, and makes environments of them.

    Attributes:
        folder: Where all that is.
    """

    folder: Path
    _unpacked: dict[str, Path] = field(factory=dict, init=False)
    _made: dict[tuple[str, ...], Environment] = field(factory=dict, init=False)

    def environment(self, *wanted: str) -> Environment:
        """Return an environment with *wanted*, and what that needs; the same one for the same wishes."""
        if wanted not in self._made:
            self._made[wanted] = self._new(wanted)
        return self._made[wanted]

    def _new(self, wanted: Iterable[str]) -> Environment:
        place = self.folder / f"environment-{len(self._made)}"
        venv.create(place, with_pip=False, symlinks=os.name != "nt")
        paths = {"base": str(place), "platbase": str(place)}
        site = Path(sysconfig.get_path("purelib", "venv", vars=paths))
        ours, theirs = self._closure(wanted)
        for name in ours:
            shutil.copytree(self._unpacked[name], site, dirs_exist_ok=True)
        for name in theirs:
            link(name, site)
        scripts = Path(sysconfig.get_path("scripts", "venv", vars=paths))
        return Environment(scripts / ("python.exe" if os.name == "nt" else "python"), site)

    def _closure(self, wanted: Iterable[str]) -> tuple[set[str], set[str]]:
        """Return what has to be installed: what is built here, and what is a third party's."""
        pending = [Requirement(each) for each in wanted]
        seen: set[tuple[str, str]] = set()
        ours: set[str] = set()
        theirs: set[str] = set()
        while pending:
            requirement = pending.pop()
            name = canonical(requirement.name)
            for extra in ["", *requirement.extras]:
                if (name, extra) in seen:
                    continue
                seen.add((name, extra))
                (ours if name in SOURCES else theirs).add(name)
                needs = map(Requirement, self._requires(name))
                pending += [each for each in needs if each.marker is None or each.marker.evaluate({"extra": extra})]
        return ours, theirs

    def _requires(self, name: str) -> Iterable[str]:
        if name not in SOURCES:
            return distribution(name).requires or ()
        if name not in self._unpacked:
            self.build([name])
        (facts,) = self._unpacked[name].glob("*.dist-info/METADATA")
        return message_from_bytes(facts.read_bytes()).get_all("Requires-Dist", [])

    def build(self, names: Iterable[str]) -> None:
        """Build the wheels of *names*, by their build backend as it is installed here, and unpack them; each once."""
        missing = [name for name in names if name not in self._unpacked]
        wheels = self.folder / "wheels"
        command = [sys.executable, "-c", BUILD, str(wheels), *(str(SOURCES[name]) for name in missing)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        assert 0 == done.returncode, done.stderr
        for name, built in zip(missing, done.stdout.splitlines(), strict=True):
            self._unpacked[name] = self.folder / "unpacked" / name
            with ZipFile(wheels / built) as wheel:
                wheel.extractall(self._unpacked[name])
            compile_dir(self._unpacked[name], quiet=2)  # as installers do, but once for all environments


def link(name: str, site: Path) -> None:
    """Put an installed distribution into another environment; as a copy where there are no links."""
    installed = distribution(name)
    for top in {each.parts[0] for each in installed.files or ()} - {"..", "__pycache__"}:
        source, target = Path(str(installed.locate_file(top))), site / top
        if source.suffix == ".pth" or target.exists():
            continue
        try:
            target.symlink_to(source)
        except OSError:
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)


def packages_of(environment: Environment) -> set[str]:
    """Return the distributions on an environment's disk that are built here."""
    found = {canonical(each.name.split("-")[0]) for each in environment.site.glob("*.dist-info")}
    return found & set(SOURCES)


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a program printed, where it ended well."""
    assert 0 == done.returncode, f"{done.stdout}\n{done.stderr}"
    return done.stdout
