"""`jackfield embed`: its options. What it does stands in `_embedding`, which is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jackfield_cli._choosing import answering_options
from jackfield_cli._defaults import EMBEDDINGS_MODEL_VARIABLE
from jackfield_cli._options import debug_option

EPILOG = """\
\b
Example:
  jackfield embed sentences.txt -o vectors.npy
  jackfield embed --whole chapters/*.md --with-input -o chapters.jsonl
  cat sentences.txt | jackfield embed --provider openai --model text-embedding-3-small --dimensions 256 > vectors.jsonl
"""


@click.command(epilog=EPILOG)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the vectors go: .npy (an array of 32-bit floats, a row for each input) or .jsonl (a line for each). "
    "[default: .jsonl to standard output]",
)
@click.option("--force", is_flag=True, help="Write over FILE, but never over what a run kept.")
@click.option("--whole", is_flag=True, help="Each file is one input, and not each of its lines.")
@click.option("--with-input", is_flag=True, help="Put file, line and text beside each vector; .jsonl only.")
@click.option("--dimensions", type=int, metavar="NUMBER", help="How many numbers a vector has.")
@click.option("--resume", is_flag=True, help="Go on from what an earlier run kept in FILE.part.")
@answering_options(model="Which model embeds, where the provider has several.", variable=EMBEDDINGS_MODEL_VARIABLE)
@click.option("--json", "as_json", is_flag=True, help="Write a JSON document about what was done; needs -o.")
@click.option("-q", "--quiet", is_flag=True, help="Write nothing to standard error but errors.")
@debug_option
def embed(**options: Any) -> int:
    """Turn the lines of files into vectors.

    Each line that is not empty is an input, in the order of files and lines. - is standard input, as is what is piped
    in where no FILE is named.
    """
    from jackfield_cli._embedding import Options, embedded  # noqa: PLC0415 - imports the client

    return embedded(Options(**options))
