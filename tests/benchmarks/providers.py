"""Provider distributions that are installed and never used: what a well-stocked environment looks like."""

from __future__ import annotations

from pathlib import Path


def install(count: int, place: Path) -> Path:
    """Write the metadata of *count* distributions, a provider each, and return the folder to put on the path."""
    place.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        name = f"jackfield_shelf{number:03}"
        folder = place / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
        (folder / "entry_points.txt").write_text(
            f"[jackfield.providers]\nshelf{number:03} = {name}:Provider\n", "utf-8"
        )
    return place
