"""What came before a batch broke off, kept beside the file that it was to become.

The first line says what it belongs to, the others hold a vector each.

Rule 1: it is taken up again only by a run that asks the same of the same.
Rule 2: what is in it is paid for: it is written over or removed only by a run that has all of it, whatever is forced.
"""

from __future__ import annotations

import json
from array import array
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import click

from jackfield_cli._files import put, readable_errors
from jackfield_cli._vectors import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import IO

    from jackfield.operations.embeddings import Vector

_OUT_OF_THE_WAY = "remove it, or name another file with -o"


def part_of(path: Path) -> Path:
    """Return where that which came is kept."""
    return path.with_name(f"{path.name}.part")


def digest(texts: Iterable[str]) -> str:
    """Return what tells these texts from all others, in this order."""
    told = sha256()
    for text in texts:
        told.update(f"{len(text)}:".encode() + text.encode("utf-8", "surrogatepass"))
    return told.hexdigest()


def keep(path: Path, head: Mapping[str, Any], vectors: Mapping[int, Vector], *, force: bool) -> Path:
    """Write down the vectors that came, by their index, and return where.

    Args:
        path: Where; the next name, if something came to be there and *force* is not.
        head: What they belong to.
        vectors: The vectors.
        force: Whether what is there is among them.

    Raises:
        ClickException: They cannot be written.
    """

    def write(file: IO[bytes]) -> None:
        file.write(json.dumps(head).encode() + b"\n")
        for index, vector in vectors.items():
            file.write(f'{{"index": {index}, "vector": {numbers(vector)}}}\n'.encode())

    return put(path, write, force=force)


def kept(path: Path, head: Mapping[str, Any], *, resume: bool) -> dict[int, Vector]:
    """Return the vectors that were kept, by their index; none where nothing was.

    Args:
        path: Where.
        head: What they have to belong to.
        resume: Whether they are wanted.

    Raises:
        UsageError: They are not wanted, they belong to something else, or that file is none of ours: either way it is
            in the way of what this run may have to keep.
    """
    with readable_errors(path):
        if not path.exists():
            return {}
        first, *rest = path.read_bytes().splitlines() or [b""]
    try:
        found = json.loads(first)
        rows = [json.loads(line) for line in rest]
        vectors = {row["index"]: array("f", row["vector"]) for row in rows}
        other = [name for name, value in head.items() if found[name] != value]
    except (ValueError, TypeError, KeyError):
        raise click.UsageError(f"{str(path)!r} is not what a run kept; {_OUT_OF_THE_WAY}") from None
    if other:
        raise click.UsageError(
            f"{str(path)!r} has {len(vectors)} vectors that were kept for other {', '.join(other)}; "
            f"ask as you did then, with --resume, or {_OUT_OF_THE_WAY}"
        )
    if not resume:
        raise click.UsageError(
            f"{str(path)!r} has {len(vectors)} of the vectors that you ask for; go on from there with --resume, "
            f"or {_OUT_OF_THE_WAY}"
        )
    return vectors
