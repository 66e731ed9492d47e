"""Every variable of our own that the code reads is on the page of settings."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_variable_is_listed() -> None:
    """And none that nobody reads."""
    sources = [path for folder in ("core", "plugins", "contrib") for path in (ROOT / folder).glob("**/src/**/*.py")]
    read = {name for path in sources for name in re.findall(r'"(JACKFIELD_[A-Z_]+)"', path.read_text("utf-8"))}
    listed = re.findall(r"`(JACKFIELD_[A-Z_]+)`", (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8"))

    assert read == set(listed)
