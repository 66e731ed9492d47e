"""Pictures from a description, or from pictures and a description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from jackfield_cli._defaults import IMAGES_MODEL_VARIABLE
from jackfield_cli._documents import told
from jackfield_cli._editing import edited
from jackfield_cli._given import prompt
from jackfield_cli._opening import Answering, opened
from jackfield_cli._placing import kept, misleads, numbered, place
from jackfield_cli._screen import Waiting, note, pour, say
from jackfield_cli._telling import accounted, document, in_a_line, took

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jackfield import Client, GeneratedImage

PARAMETERS = ("size", "quality", "style", "background", "output_format", "output_compression")


@frozen(kw_only=True)
class Options(Answering):
    """What was typed."""

    prompt: Sequence[str]
    output: Path | None
    force: bool
    n: int | None
    size: str | None
    quality: str | None
    style: str | None
    background: str | None
    output_format: str | None
    output_compression: int | None
    edit: Sequence[Path]
    mask: Path | None
    model: str | None

    @property
    def to_standard_output(self) -> bool:
        """Whether the picture itself goes to standard output."""
        return str(self.output) == "-"


def draw(options: Options) -> int:
    """Draw, keep the pictures, say where they are, and return the exit code.

    Raises:
        UsageError: What was typed does not fit, or would write over a file.
        JackfieldError: There is no picture.
    """
    choice = options.choice()
    described = prompt(options.prompt)
    if options.mask is not None and not options.edit:
        raise click.UsageError("--mask goes with --edit: name the picture that it belongs to")
    if not described:
        raise click.UsageError('nothing to draw; try: jackfield image "A cat on a red sofa" -o cat.png')
    wanted = place(options, described)
    with accounted(options, choice, "image"):
        client, name, model = opened(
            choice, model=options.model, variable=IMAGES_MODEL_VARIABLE, setting="images_model"
        )
        with client, Waiting(f"{name} draws"):
            pictures = _drawn(client, options, described, model)
        if options.to_standard_output:
            paths = []
            pour([pictures[0].data])
        else:
            places = numbered(wanted, len(pictures))
            paths = [kept(picture, path, options.force) for picture, path in zip(pictures, places, strict=True)]
        if options.as_json:
            say(document(_document(pictures, paths)))
        else:
            for path in paths:
                say(str(path))
        _tell(options, name, pictures, paths)
    return 0


def _drawn(client: Client, options: Options, described: str, model: str | None) -> Sequence[GeneratedImage]:
    """Return what the provider draws."""
    if options.edit:
        return edited(client, options, described, model)
    parameters = {each: getattr(options, each) for each in PARAMETERS}
    if options.n is None:
        return [client.draw(described, model=model, **parameters)]
    return client.draw_many(described, options.n, model=model, **parameters)


def _document(pictures: Sequence[GeneratedImage], paths: Sequence[Path]) -> dict[str, Any]:
    meta = pictures[0].meta
    return {
        "provider": meta.provider if meta else None,
        "model": meta.model if meta else None,
        "pictures": [
            {
                "path": str(path),
                "media_type": picture.media_type,
                "width": picture.size[0] if picture.size else None,
                "height": picture.size[1] if picture.size else None,
                "bytes": len(picture.data),
                "revised_prompt": picture.revised_prompt,
            }
            for picture, path in zip(pictures, paths, strict=True)
        ],
        "meta": told(meta),
    }


def _tell(options: Options, name: str, pictures: Sequence[GeneratedImage], paths: Sequence[Path]) -> None:
    """Say who drew, what it took, and what is remarkable about each picture."""
    if options.quiet:
        return
    meta = pictures[0].meta
    sizes = dict.fromkeys(f"{picture.size[0]}x{picture.size[1]}" for picture in pictures if picture.size)
    many = f"{len(pictures)} pictures" if len(pictures) > 1 else None
    note(in_a_line([name, meta.model if meta else None, many, *sizes, *took(meta)]))
    for revised in dict.fromkeys(picture.revised_prompt for picture in pictures):
        if revised:
            note(f"drawn as: {' '.join(revised.split())}")
    for picture, path in zip(pictures, paths, strict=False):
        if misleads(path, picture):
            note(f"{path} holds {picture.media_type}, whatever its name says")
