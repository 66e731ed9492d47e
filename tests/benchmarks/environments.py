"""The peers' environments: made once by uv, outside the tree, and kept until what is wanted in them changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Those that stand on the vendor's client get the same version of it; LiteLLM wants an older one.
_OPENAI = "openai==3.54.0"
REQUIREMENTS = {
    "openai": [_OPENAI],
    "litellm": ["litellm==1.106.0"],
    "llm": ["llm==0.36", _OPENAI],
    "any-llm": ["any-llm-sdk[openai]==1.40.2", _OPENAI],
    "langchain-openai": ["langchain-openai==1.7.4", _OPENAI],
    "pydantic-ai": ["pydantic-ai-slim[openai]==2.68.0", _OPENAI],
    "lm15": ["lm15==1.5.0"],
}
PEERS = tuple(REQUIREMENTS)


class NotMadeError(Exception):
    """uv could not make the environment; says why."""


def version_of(name: str) -> str:
    """Return the version that a peer is measured in."""
    return REQUIREMENTS[name][0].partition("==")[2]


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "jackfield-benchmarks"


def python_of(name: str) -> Path:
    """Return the interpreter of a peer's environment.

    Raises:
        NotMadeError: uv, or a package, is out of reach.
    """
    wanted = [f"{sys.version_info.major}.{sys.version_info.minor}", *REQUIREMENTS[name]]
    place = _folder() / f"{name}-{hashlib.sha256(' '.join(wanted).encode()).hexdigest()[:8]}"
    python = place / ("Scripts/python.exe" if "nt" == os.name else "bin/python")
    complete = place / "complete"
    if not complete.exists():
        shutil.rmtree(place, ignore_errors=True)
        _uv("venv", "--python", sys.executable, str(place))
        _uv("pip", "install", "--compile-bytecode", "--python", str(python), *REQUIREMENTS[name])
        complete.touch()
    return python


def _uv(*command: str) -> None:
    uv = shutil.which("uv") or "uv"
    try:
        subprocess.run([uv, "--quiet", *command], check=True, capture_output=True, text=True)
    except OSError as error:
        raise NotMadeError(f"uv cannot be run: {error}") from error
    except subprocess.CalledProcessError as error:
        told = (error.stderr or error.stdout).strip().splitlines()
        raise NotMadeError(told[0] if told else f"uv ended with {error.returncode}") from error
