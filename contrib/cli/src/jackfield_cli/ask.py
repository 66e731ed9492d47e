"""`jackfield ask`: its options. What it does stands in `_asking`, which is imported when it runs."""

from __future__ import annotations

from typing import Any

import click

from jackfield_cli._choosing import answering_options
from jackfield_cli._defaults import EXAMPLE, MODEL_VARIABLE
from jackfield_cli._options import debug_option

EPILOG = f"""\
\b
Example:
  jackfield ask "Why is the sky blue?"
  cat notes.txt | jackfield ask --system "Answer in French." "Summarise this"
  jackfield ask {EXAMPLE} --json "Say hello"
  jackfield ask --configuration work "Say hello"
"""


@click.command(epilog=EPILOG)
@click.argument("prompt", nargs=-1)
@click.option("-s", "--system", metavar="TEXT", help="How the model is to behave.")
@answering_options(model="Which model answers, where the provider has several.", variable=MODEL_VARIABLE)
@click.option("-t", "--temperature", type=float, metavar="NUMBER", help="From 0 (the likeliest words) to 2.")
@click.option("--max-tokens", type=int, metavar="NUMBER", help="How long the answer may be, in tokens.")
@click.option("--json", "as_json", is_flag=True, help="Write the whole answer, as a JSON document.")
@click.option("--no-stream", is_flag=True, help="Write the answer when it is whole, not as it comes.")
@click.option("-q", "--quiet", is_flag=True, help="Write nothing to standard error but errors.")
@debug_option
def ask(**options: Any) -> int:
    """Ask a model one question.

    PROMPT is the question; what is piped in follows it. `-` reads standard input also from a terminal. The answer goes
    to standard output; who gave it, to standard error.
    """
    from jackfield_cli._asking import Options, answer  # noqa: PLC0415 - imports the client

    return answer(Options(**options))
