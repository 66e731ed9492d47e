"""Vectors of the texts in files.

Rule 1: what is wrong with files and names is found before anything is sent.
Rule 2: a file of vectors is whole or not there; what came before a run broke off is kept beside it.
Rule 3: nothing that was paid for is lost: what an earlier run kept is gone on from, or left alone; standard output gets
each vector when it comes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from jackfield import DataBatch
from jackfield_cli._defaults import EMBEDDINGS_MODEL_VARIABLE
from jackfield_cli._files import free
from jackfield_cli._inputs import inputs
from jackfield_cli._kept import Kept, kept, part_of
from jackfield_cli._opening import Answering, opened
from jackfield_cli._progress import Progress
from jackfield_cli._rows import Poured, write
from jackfield_cli._screen import is_terminal, note, say
from jackfield_cli._telling import accounted, document, in_a_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_FORMATS = (".npy", ".jsonl")


@frozen(kw_only=True)
class Options(Answering):
    """What was typed."""

    files: Sequence[str]
    output: Path | None
    force: bool
    whole: bool
    with_input: bool
    dimensions: int | None
    resume: bool
    model: str | None

    @property
    def wants_progress(self) -> bool:
        """Whether a bar may show: not where vectors run over the same screen."""
        return not self.quiet and (self.output is not None or not is_terminal(sys.stdout))

    def check(self) -> None:
        """Raise where what was typed contradicts itself.

        Raises:
            UsageError: It does.
        """
        if self.output is None:
            for flag, given in (("--json", self.as_json), ("--resume", self.resume)):
                if given:
                    raise click.UsageError(f"{flag} needs -o FILE: without it the vectors go to standard output")
            return
        if self.output.suffix not in _FORMATS:
            raise click.UsageError(f"-o {self.output}: a file of vectors ends in {' or '.join(_FORMATS)}")
        if self.with_input and self.output.suffix == ".npy":
            raise click.UsageError("--with-input: an array has no room for texts; name a .jsonl file")
        free(self.output, force=self.force)


def embedded(options: Options) -> int:
    """Get a vector for each text, write them, and return the exit code.

    Raises:
        UsageError: What was typed does not fit.
        JackfieldError: Not every text has a vector.
    """
    choice = options.choice()
    options.check()
    texts = inputs(options.files, whole=options.whole)
    with accounted(options, choice, "embed"):
        client, name, model = opened(
            choice, model=options.model, variable=EMBEDDINGS_MODEL_VARIABLE, setting="embeddings_model"
        )
        batch = DataBatch(each.text for each in texts)
        earlier = _earlier(options, {"provider": name, "model": model, "dimensions": options.dimensions})
        resumed = 0 if earlier is None else earlier.give(batch)
        poured = Poured(batch, texts, with_input=options.with_input)
        try:
            with client, Progress(f"{name} embeds", resumed, len(texts), is_wanted=options.wants_progress) as progress:

                def tell(done: int, total: int) -> None:
                    if options.output is None:
                        poured.go_on()
                    progress.tell(done, total)

                client.embed_batch(batch, model=model, dimensions=options.dimensions, progress=tell)
            vectors = [vector for vector in batch.vectors if vector is not None]
            if options.output is not None:
                write(vectors, texts, options.output, force=options.force, with_input=options.with_input)
        except BaseException:  # Ctrl-C as well: what came is paid for
            if earlier is not None:
                earlier.keep(batch, texts)
            raise
        if earlier is not None:
            earlier.remove(batch)
    facts = {
        "provider": client.provider,
        "model": model,
        "count": len(vectors),
        "dimensions": len(vectors[0]),
        "resumed": resumed,
        "path": str(options.output),
    }
    if options.as_json:
        say(document(facts))
    if not options.quiet:
        note(_story(name, facts, options.output))
    return 0


def _earlier(options: Options, head: Mapping[str, Any]) -> Kept | None:
    """Return what earlier runs kept, or None where vectors go to standard output, which gets them as they come."""
    if options.output is None:
        return None
    return kept(part_of(options.output), head, resume=options.resume, is_quiet=options.quiet)


def _story(name: str, facts: Mapping[str, Any], output: Path | None) -> str:
    many = "1 vector" if facts["count"] == 1 else f"{facts['count']} vectors"
    resumed = f"{facts['resumed']} of them from the earlier run" if facts["resumed"] else None
    where = f"in {output}" if output is not None else None
    return in_a_line([name, facts["model"], many, resumed, f"{facts['dimensions']} numbers each", where])
