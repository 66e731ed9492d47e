"""Where vectors go: into a file, which is whole or not there, or to standard output, as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield_cli._files import written
from jackfield_cli._screen import pour
from jackfield_cli._vectors import json_line, json_lines, npy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jackfield import DataBatch
    from jackfield.operations.embeddings import Vector
    from jackfield_cli._inputs import Input


class Poured:
    """Writes vectors to standard output, in order.

    Args:
        batch: Gets them, a call's after the other's.
        texts: What they are of.
        with_input: Whether that stands beside them.
    """

    def __init__(self, batch: DataBatch, texts: Sequence[Input], *, with_input: bool) -> None:
        self._batch = batch
        self._texts = texts
        self._with_input = with_input
        self._at = 0

    def go_on(self) -> None:
        """Write what has come since the last time. A call that failed has none, and is over when the next one is."""
        came = [(chunk.index, chunk.vector) for chunk in self._batch.chunks[self._at :] if chunk.vector is not None]
        pour(json_line(index, vector, _told(self._texts[index], self._with_input)) for index, vector in came)
        self._at = came[-1][0] + 1


def write(vectors: Sequence[Vector], texts: Sequence[Input], output: Path, *, force: bool, with_input: bool) -> None:
    """Write vectors into a file of the kind that its name says.

    Raises:
        ClickException: It cannot be written, or they make up no array.
    """
    with written(output, force=force) as file:
        told = (_told(text, with_input) for text in texts)
        file.writelines(npy(vectors) if output.suffix == ".npy" else json_lines(vectors, told))


def _told(text: Input, with_input: bool) -> Mapping[str, Any]:  # noqa: FBT001 - as it was typed
    return {"file": text.file, "line": text.line, "input": text.text} if with_input else {}
