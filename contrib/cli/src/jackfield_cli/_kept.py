"""What came before a batch broke off, kept beside the file that it was to become.

The first line says what it belongs to, the others hold a vector each. It is taken up again only by a run that asks the
same of the same.
"""

from __future__ import annotations

import json
from array import array
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import click

from jackfield_cli._files import readable_errors, written
from jackfield_cli._vectors import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from jackfield.operations.embeddings import Vector


def part_of(path: Path) -> Path:
    """Return where that which came is kept."""
    return path.with_name(f"{path.name}.part")


def digest(texts: Iterable[str]) -> str:
    """Return what tells these texts from all others, in this order."""
    told = sha256()
    for text in texts:
        told.update(f"{len(text)}:".encode() + text.encode("utf-8", "surrogatepass"))
    return told.hexdigest()


def keep(path: Path, head: Mapping[str, Any], vectors: Mapping[int, Vector]) -> None:
    """Write down the vectors that came, by their index.

    Raises:
        ClickException: They cannot be written.
    """
    with written(path, force=True) as file:
        file.write(json.dumps(head).encode() + b"\n")
        for index, vector in vectors.items():
            file.write(f'{{"index": {index}, "vector": {numbers(vector)}}}\n'.encode())


def kept(path: Path, head: Mapping[str, Any]) -> dict[int, Vector]:
    """Return the vectors that were kept, by their index; none where nothing was.

    Raises:
        UsageError: They belong to something else, or that file is none of ours.
    """
    if not path.exists():
        return {}
    with readable_errors(path):
        first, *rest = path.read_bytes().splitlines() or [b""]
    try:
        found = json.loads(first)
        rows = [json.loads(line) for line in rest]
        vectors = {row["index"]: array("f", row["vector"]) for row in rows}
        other = [name for name, value in head.items() if found[name] != value]
    except (ValueError, TypeError, KeyError):
        raise click.UsageError(f"--resume: {str(path)!r} is not what a run kept; remove it") from None
    if other:
        raise click.UsageError(
            f"--resume: {str(path)!r} was kept for other {', '.join(other)}; ask as you did then, or remove it"
        )
    return vectors
