"""What CI and contributors run: `nox -l` lists the sessions.

Plain `nox` runs all but `bench`, `profile`, `changelog`, `faults`, `soak` and `fuzz`.
`uvx nox` needs no installation. Every session builds its own environment under .nox and leaves .venv alone.
Options after `--` go to pytest: `nox -s tests -- -k stream`.
"""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["tests", "lint", "types", "docs", "wheels", "lowest", "alone", "coverage"]

ROOT = Path(__file__).parent
SUPPORTED = ["3.11", "3.12", "3.13"]
MEMBERS = [ROOT, ROOT / "core", *sorted((ROOT / "plugins").glob("*/")), *sorted((ROOT / "contrib").glob("*/"))]


def providers() -> dict[str, tuple[str, str]]:
    """Return each provider's name, its distribution, and where its tests are."""
    found = {}
    for member in MEMBERS:
        project = tomllib.loads((member / "pyproject.toml").read_text("utf-8"))["project"]
        for name in project.get("entry-points", {}).get("jackfield.providers", {}):
            found[name] = (project["name"], f"tests/{member.parent.name}/{member.name.replace('-', '_')}")
    return found


def found(version: str) -> bool:
    """Tell whether this machine has that Python, asking nobody to download it."""
    uv = shutil.which("uv") or "uv"
    command = [uv, "python", "find", "--no-project", "--no-python-downloads", version]
    return 0 == subprocess.run(command, capture_output=True, check=False).returncode


PROVIDERS = providers()
PYTHONS = [version for version in SUPPORTED if found(version)]
OLDEST = PYTHONS[0]


def sync(session: nox.Session, *args: str) -> None:
    """Install from the workspace into the session's environment."""
    place = session.virtualenv.location
    session.run_install("uv", "sync", f"--python={place}", *args, env={"UV_PROJECT_ENVIRONMENT": place})


@nox.session(python=PYTHONS)
@nox.parametrize("json", ["orjson", "stdlib"])
def tests(session: nox.Session, json: str) -> None:
    """Run the whole suite on every Python found, with the extra `fast` and with the standard library alone."""
    without = ["--no-install-package", "orjson", "--no-install-package", "pybase64"] if "stdlib" == json else []
    sync(session, "--all-packages", "--no-default-groups", "--group", "test", "--group", "model", *without)
    measured = {"COVERAGE_FILE": str(ROOT / f".coverage.tests-{session.python}-{json}")}
    session.run("coverage", "run", "-m", "pytest", *session.posargs, env=measured)


@nox.session(python=OLDEST)
@nox.parametrize("provider", list(PROVIDERS))
def alone(session: nox.Session, provider: str) -> None:
    """Install one provider without the others, and run its tests."""
    distribution, folder = PROVIDERS[provider]
    sync(session, "--package", distribution, "--no-dev")
    tools = Path(session.create_tmp()) / "tools.txt"
    groups = ["--only-group=test", *(["--only-group=model"] if "local" == provider else [])]
    export = ["uv", "export", "--quiet", *groups, "--no-emit-workspace", "--no-hashes", f"--output-file={tools}"]
    session.run_install(*export)
    session.install("--no-deps", "-r", str(tools))
    names = "importlib.metadata.entry_points(group='jackfield.providers').names"
    session.run("python", "-c", f"import importlib.metadata; assert {{{provider!r}}} == {names}")
    session.run("pytest", folder, *session.posargs)


@nox.session(python=OLDEST)
def lowest(session: nox.Session) -> None:
    """Run the tests of the core and of the plugins with the oldest versions of everything that they declare."""
    folders = ["core[fast,testing]", *sorted(map(str, Path("plugins").glob("*/")))]
    editable = [f"--editable={folder}" for folder in folders]
    session.install("--resolution=lowest-direct", *editable, "--group=test")
    session.run("pytest", "tests/core", "tests/plugins", *session.posargs)


@nox.session(python=OLDEST)
def faults(session: nox.Session) -> None:
    """Print the faults table: every scenario, provider and driver; `-- --peers openai,litellm` runs those beside it."""
    sync(session, "--all-packages", "--no-default-groups", "--group", "test")
    session.run("python", "tests/faults/faults.py", *session.posargs)


@nox.session(python=OLDEST)
def soak(session: nox.Session) -> None:
    """Hold 32 threads and 256 tasks on a misbehaving emulator for some minutes, and count what is lost."""
    sync(session, "--all-packages", "--no-default-groups", "--group", "test")
    session.run("python", "tests/faults/soak.py", *session.posargs)


@nox.session(python=OLDEST)
@nox.parametrize("target", ["splitter", "decoder", "refusal", "endpoint", "answer"])
def fuzz(session: nox.Session, target: str) -> None:
    """Fuzz what reads the network, for ten minutes unless `-- -max_total_time=SECONDS` says otherwise."""
    sync(session, "--all-packages", "--no-default-groups", "--group", "test")
    session.install("atheris>=2.3")
    session.run("python", "tests/faults/fuzz.py", target, *(session.posargs or ["-max_total_time=600"]))


@nox.session(python=OLDEST)
def bench(session: nox.Session) -> None:
    """Print what a call costs beside the bare transport and the peers; `-- --quick --peers none` for a first look."""
    sync(session, "--all-packages", "--no-default-groups", "--group", "bench")
    session.run("python", "tests/benchmarks/bench.py", *session.posargs)


@nox.session(python=OLDEST)
def profile(session: nox.Session) -> None:
    """Print where the time of one case goes, by layer and by function: `-- chat`."""
    sync(session, "--all-packages", "--no-default-groups", "--group", "bench")
    session.run("python", "tests/benchmarks/profiling.py", *session.posargs)


@nox.session(python=OLDEST)
def wheels(session: nox.Session) -> None:
    """Build every distribution, install them with plain pip outside the workspace, and use them."""
    tmp = Path(session.create_tmp()).resolve()
    shutil.rmtree(tmp, ignore_errors=True)
    dist = tmp / "dist"
    session.run("uv", "build", "--quiet", "--all-packages", "--out-dir", str(dist), external=True)
    built = sorted(map(str, [*dist.glob("*.whl"), *dist.glob("*.tar.gz")]))
    session.run("uvx", "--quiet", "twine", "check", "--strict", *built, silent=True, external=True)
    session.run("python", "tests/packaging/check_wheels.py", str(dist))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    for wanted in ["jackfield", "jackfield[all]"]:
        place = tmp / wanted
        session.run("python", "-m", "venv", str(place))
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        session.run(*pip, "--find-links", str(dist), f"{wanted}=={version}", external=True)
        with session.chdir(tmp):
            smoke = str(ROOT / "tests" / "packaging" / "smoke.py")
            session.run(str(place / "bin" / "python"), "-I", smoke, external=True)


@nox.session(python=OLDEST)
def lint(session: nox.Session) -> None:
    """Check style, spelling, metadata and who imports whom."""
    sync(session, "--all-packages", "--no-default-groups", "--group", "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("codespell")
    session.run("validate-pyproject", *(str(member / "pyproject.toml") for member in MEMBERS))


@nox.session(python=OLDEST)
def types(session: nox.Session) -> None:
    """Check all types with mypy, and the documented snippets with pyright as well."""
    sync(session, "--all-packages", "--group", "type")
    session.run("mypy")
    session.run("pyright", "--pythonpath", str(Path(session.virtualenv.bin) / "python"))


@nox.session(python=OLDEST)
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error. Its examples run in the test suite."""
    sync(session, "--only-group", "docs")
    session.run("mkdocs", "build", "--strict", "--config-file", ".mkdocs.yml")


@nox.session(python=OLDEST)
def coverage(session: nox.Session) -> None:
    """Combine what the tests sessions measured: all of core and plugins, contrib reported."""
    sync(session, "--only-group", "test")
    session.run("coverage", "combine", "--keep", *map(str, ROOT.glob(".coverage.tests-*")))
    session.run("coverage", "report", "--include=contrib/*")
    session.run("coverage", "report", "--include=core/*,plugins/*", "--fail-under=100")


@nox.session(python=OLDEST)
def changelog(session: nox.Session) -> None:
    """Show what the fragments would add to the changelog."""
    sync(session, "--only-group", "docs")
    session.run("towncrier", "build", "--draft", "--version", "next")
