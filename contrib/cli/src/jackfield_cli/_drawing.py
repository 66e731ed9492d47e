"""Pictures from a description, and where they go.

Rule 1: what would be in the way of a file is found before anything is sent, for a picture is paid for.
Rule 2: a picture that came is kept: where its name is taken by then, it gets the next one.
"""

from __future__ import annotations

import re
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from jackfield_cli._defaults import IMAGES_MODEL_VARIABLE
from jackfield_cli._documents import told
from jackfield_cli._files import TakenError, free, readable_errors, written
from jackfield_cli._given import prompt
from jackfield_cli._opening import Answering, opened
from jackfield_cli._screen import Waiting, is_terminal, note, pour, say
from jackfield_cli._telling import accounted, document, in_a_line, took

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jackfield import GeneratedImage

ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/svg+xml": ".svg",
}
_OTHER_ENDINGS = {".jpeg": ".jpg"}
_WORDS = 6
"""How many words of the prompt make up a file's name."""
_LONGEST = 60
"""How many characters it has at most, without its ending."""
_PARAMETERS = ("size", "quality", "style", "background", "output_format", "output_compression")


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
    if not described:
        raise click.UsageError('nothing to draw; try: jackfield image "A cat on a red sofa" -o cat.png')
    place = _place(options, described)
    with accounted(options, choice, "image"):
        client, name, model = opened(
            choice, model=options.model, variable=IMAGES_MODEL_VARIABLE, setting="images_model"
        )
        parameters = {each: getattr(options, each) for each in _PARAMETERS}
        with client, Waiting(f"{name} draws"):
            if options.n is None:
                pictures = [client.draw(described, model=model, **parameters)]
            else:
                pictures = client.draw_many(described, options.n, model=model, **parameters)
        if options.to_standard_output:
            pour([pictures[0].data])
            _tell(options, name, pictures, [])
            return 0
        wanted = zip(pictures, _numbered(place, len(pictures)), strict=True)
        paths = [_kept(picture, path, options.force) for picture, path in wanted]
        if options.as_json:
            say(document(_document(pictures, paths)))
        else:
            for path in paths:
                say(str(path))
        _tell(options, name, pictures, paths)
    return 0


def _place(options: Options, described: str) -> Path:
    """Return where the pictures are to go, each name still without its number.

    Raises:
        UsageError: That place is taken, or is none.
    """
    output = options.output
    if options.to_standard_output:
        if is_terminal(sys.stdout):
            raise click.UsageError("-o -: a picture is no text for a terminal; name a file")
        if options.as_json or (options.n or 1) > 1:
            raise click.UsageError("-o -: standard output takes one picture and nothing else")
        return Path("-")
    with readable_errors(output or Path()):
        if output is None or output.is_dir():
            return (output or Path()) / named_after(described)
    if not output.suffix:
        free(output.with_name(f"{output.name}.png"), force=options.force)
    else:
        for path in _numbered(output, options.n or 1):
            free(path, force=options.force)
    return output


def named_after(described: str) -> str:
    """Return a file's name, without an ending, made of a description's first words."""
    words = re.findall(r"[^\W_]+", described.lower())[:_WORDS]
    return "-".join(words)[:_LONGEST].rstrip("-") or "picture"


def _numbered(path: Path, many: int) -> Iterator[Path]:
    """Name *many* files: one as it is, several with a number each."""
    if many == 1:
        yield path
        return
    for number in range(1, many + 1):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def _kept(picture: GeneratedImage, path: Path, force: bool) -> Path:  # noqa: FBT001 - as it was typed
    """Write a picture, to the next name where that one is taken, and return where it is.

    Raises:
        ClickException: It cannot be written.
    """
    path = path if path.suffix else path.with_name(path.name + ENDINGS.get(picture.media_type, ".bin"))
    for place in _names(path):
        try:
            with written(place, force=force) as file:
                file.write(picture.data)
        except TakenError:
            continue
        return place
    raise AssertionError  # names have no end


def _names(path: Path) -> Iterator[Path]:
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


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
        ending = ENDINGS.get(picture.media_type)
        if ending and _OTHER_ENDINGS.get(path.suffix.lower(), path.suffix.lower()) != ending:
            note(f"{path} holds {picture.media_type}, whatever its name says")
