"""Where the packages are that the how-to pages show."""

from __future__ import annotations

import tomllib
from pathlib import Path

STRANGERS = Path(__file__).parents[1] / "strangers"
FOLDERS = {
    tomllib.loads(path.read_text("utf-8"))["project"]["name"]: path.parent
    for path in sorted(STRANGERS.glob("*/pyproject.toml"))
}
"""Every stranger's package by the name of its distribution."""
