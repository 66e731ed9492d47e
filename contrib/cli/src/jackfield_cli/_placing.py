"""Where pictures go: names made of what was asked for, and files.

Rule 1: what would be in the way of a file is found before anything is sent, for a picture is paid for.
Rule 2: a picture that came is kept: where its name is taken by then, it gets the next one.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jackfield.operations.generated import ENDINGS
from jackfield_cli._files import free, put, readable_errors, writable
from jackfield_cli._screen import is_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jackfield import GeneratedImage
    from jackfield_cli._drawing import Options

_OTHER_ENDINGS = {".jpeg": ".jpg"}
_WORDS = 6
"""How many words of the prompt make up a file's name."""
_LONGEST = 60
"""How many characters it has at most, without its ending."""


def place(options: Options, described: str) -> Path:
    """Return where the pictures are to go, each name still without its number.

    Raises:
        UsageError: That place is taken, or no file can be made there.
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
            return writable(output or Path()) / named_after(described)
    if not output.suffix:
        free(output, force=True)  # a device of that very name is meant, not a file beside it
        free(output.with_name(f"{output.name}.png"), force=options.force)
    else:
        for path in numbered(output, options.n or 1):
            free(path, force=options.force)
    return output


def named_after(described: str) -> str:
    """Return a file's name, without an ending, made of a description's first words."""
    words = re.findall(r"[^\W_]+", described.lower())[:_WORDS]
    return "-".join(words)[:_LONGEST].rstrip("-") or "picture"


def numbered(path: Path, many: int) -> Iterator[Path]:
    """Name *many* files: one as it is, several with a number each."""
    if many == 1:
        yield path
        return
    for number in range(1, many + 1):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def kept(picture: GeneratedImage, path: Path, force: bool) -> Path:  # noqa: FBT001 - as it was typed
    """Write a picture, to the next name where that one is taken, and return where it is.

    Raises:
        ClickException: It cannot be written.
    """
    path = path if path.suffix else path.with_name(path.name + ENDINGS[picture.media_type])
    return put(path, lambda file: file.write(picture.data), force=force)


def misleads(path: Path, picture: GeneratedImage) -> bool:
    """Tell whether a file's ending is that of another format than the picture has."""
    ending = path.suffix.lower()
    return _OTHER_ENDINGS.get(ending, ending) != ENDINGS[picture.media_type]
