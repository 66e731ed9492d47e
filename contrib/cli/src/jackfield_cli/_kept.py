"""What came before a batch broke off, kept beside the file that it was to become.

The first line says who was asked for what, the others hold a vector each, with what tells its text from all others.

Rule 1: it is taken up again only by a run that asks the same of the same model; the texts may have changed by then, for
one of them may be why it broke off.
Rule 2: what is in it is paid for: it is written over or removed only by a run that has all of it, whatever is forced.
"""

from __future__ import annotations

import json
from array import array
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from jackfield_cli._files import put, readable_errors
from jackfield_cli._screen import note
from jackfield_cli._vectors import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import IO

    from jackfield import DataBatch
    from jackfield.operations.embeddings import Vector
    from jackfield_cli._inputs import Input

_OUT_OF_THE_WAY = "remove it, or name another file with -o"


def part_of(path: Path) -> Path:
    """Return where that which came is kept."""
    return path.with_name(f"{path.name}.part")


def digest(text: str) -> str:
    """Return what tells a text from all others."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@frozen
class Kept:
    """What earlier runs kept, and this one may have to keep.

    Attributes:
        path: Where.
        head: Who is asked for what.
        vectors: The earlier runs' vectors, by the digests of their texts; none where nothing was kept.
        is_quiet: Whether nothing is to be said about it.
    """

    path: Path
    head: Mapping[str, Any]
    vectors: Mapping[str, Vector]
    is_quiet: bool

    def give(self, batch: DataBatch) -> int:
        """Give the texts of a batch their vectors, and return how many have one."""
        for chunk in batch:
            chunk.vector = self.vectors.get(digest(chunk.input))
        return len(batch) - len(batch.missing)

    def keep(self, batch: DataBatch, texts: Sequence[Input]) -> None:
        """Write down what came, beside what was there, and say where it is and what did not come.

        Raises:
            ClickException: It cannot be written.
        """
        came = {digest(chunk.input): chunk.vector for chunk in batch if chunk.vector is not None}
        if not came:
            return
        place, vectors = self.path, {**self.vectors, **came}
        if len(vectors) > len(self.vectors):
            # Where nothing was there at the beginning, what is there now is another run's.
            place = put(self.path, lambda file: _write(file, self.head, vectors), force=bool(self.vectors))
        if self.is_quiet:
            return
        how = "the same with --resume goes on from there"
        if place != self.path:
            how = f"move that to {self.path} to go on from there"
        note(f"{len(batch) - len(batch.missing)} of {len(batch)} vectors are kept in {place}; {how}")
        for chunk in batch.missing[:1]:
            note(f"the first that has none: {texts[chunk.index].place}")

    def remove(self, batch: DataBatch) -> None:
        """Take it away, if *batch* has all of it.

        Raises:
            ClickException: It cannot be removed.
        """
        others = self.vectors.keys() - {digest(chunk.input) for chunk in batch}
        if not others and self.vectors:
            with readable_errors(self.path):
                self.path.unlink(missing_ok=True)
        elif others and not self.is_quiet:
            note(f"{self.path} stays: {len(others)} of its vectors are of texts that were not asked for now")


def kept(path: Path, head: Mapping[str, Any], *, resume: bool, is_quiet: bool) -> Kept:
    """Return what was kept.

    Args:
        path: Where.
        head: Who has to have been asked for what.
        resume: Whether it is wanted.
        is_quiet: Whether nothing is to be said about it.

    Raises:
        UsageError: It is not wanted, it was kept for something else, or that file is none of ours: either way it is in
            the way of what this run may have to keep.
    """
    with readable_errors(path):
        if not path.exists():
            return Kept(path, head, {}, is_quiet)
        first, *rest = path.read_bytes().splitlines() or [b""]
    try:
        found = json.loads(first)
        rows = [json.loads(line) for line in rest]
        vectors = {str(row["text"]): array("f", row["vector"]) for row in rows}
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
            f"{str(path)!r} has {len(vectors)} vectors that were kept when a run broke off; "
            f"go on from there with --resume, or {_OUT_OF_THE_WAY}"
        )
    return Kept(path, head, vectors, is_quiet)


def _write(file: IO[bytes], head: Mapping[str, Any], vectors: Mapping[str, Vector]) -> None:
    file.write(json.dumps(head).encode() + b"\n")
    file.writelines(f'{{"text": "{text}", "vector": {numbers(vector)}}}\n'.encode() for text, vector in vectors.items())
