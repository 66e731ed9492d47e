"""`jackfield image`: its options. What it does stands in `_drawing`, which is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jackfield_cli._choosing import answering_options
from jackfield_cli._defaults import IMAGES_MODEL_VARIABLE
from jackfield_cli._options import debug_option

EPILOG = """\
\b
Example:
  jackfield image --provider openai "A cat on a red sofa" -o cat.png
  jackfield image --configuration work --size 1024x1536 --quality high "A lighthouse in fog"
  jackfield image --edit cat.png "The same cat, asleep" -o asleep.png
  cat description.txt | jackfield image --model gpt-image-1 --n 3
"""


@click.command(epilog=EPILOG)
@click.argument("prompt", nargs=-1)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Where the picture goes; a name without an ending gets the format's, a folder a file named after the prompt, "
    "and - is standard output. [default: named after the prompt]",
)
@click.option("--force", is_flag=True, help="Write over what is there.")
@click.option("-n", "--n", type=int, metavar="NUMBER", help="How many pictures; their names get numbers.")
@click.option("--size", metavar="WxH", help="Width and height in pixels, such as 1024x1024; or auto.")
@click.option("--quality", metavar="NAME", help="How finely it is drawn: low, medium, high; standard, hd.")
@click.option("--style", metavar="NAME", help="vivid or natural, with dall-e-3.")
@click.option("--background", metavar="NAME", help="transparent, opaque or auto.")
@click.option("--format", "output_format", metavar="NAME", help="The file's format: png, jpeg, webp.")
@click.option("--compression", "output_compression", type=int, metavar="PERCENT", help="From 0 to 100, for jpeg, webp.")
@click.option(
    "--edit",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="A picture to change, as the prompt says; may be repeated.",
)
@click.option(
    "--mask",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --edit: a PNG as large as the picture; what is transparent in it may change.",
)
@answering_options(
    model="Which model draws; the provider's choice where none is named.", variable=IMAGES_MODEL_VARIABLE
)
@click.option("--json", "as_json", is_flag=True, help="Write a JSON document about the pictures.")
@click.option("-q", "--quiet", is_flag=True, help="Write nothing to standard error but errors.")
@debug_option
def image(**options: Any) -> int:
    """Draw pictures from a description.

    PROMPT is the description; what is piped in follows it. Standard output gets the name of each file; what was made
    of the prompt, and who drew it, goes to standard error.
    """
    from jackfield_cli._drawing import Options, draw  # noqa: PLC0415 - imports the client

    return draw(Options(**options))
