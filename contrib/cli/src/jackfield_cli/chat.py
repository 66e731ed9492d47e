"""`jackfield chat`: its options. What it does stands in `_chatting`, which is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jackfield_cli._choosing import answering_options
from jackfield_cli._defaults import MODEL_VARIABLE
from jackfield_cli._options import debug_option

EPILOG = """\
\b
Example:
  jackfield chat
  jackfield chat --configuration work --system "Answer in French."
  jackfield chat --load yesterday.json
  printf 'I am Ada.\\nWho am I?\\n' | jackfield chat --quiet
"""


@click.command(epilog=EPILOG)
@click.option("-s", "--system", metavar="TEXT", help="How the model is to behave.")
@click.option(
    "--load",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Go on with a conversation that /save wrote.",
)
@answering_options(model="Which model answers, where the provider has several.", variable=MODEL_VARIABLE)
@click.option("-t", "--temperature", type=float, metavar="NUMBER", help="From 0 (the likeliest words) to 2.")
@click.option("--max-tokens", type=int, metavar="NUMBER", help="How long an answer may be, in tokens.")
@click.option(
    "--budget",
    type=click.IntRange(1),
    metavar="NUMBER",
    help="About how many tokens are sent with a turn; the oldest turns are left out. [default: no limit]",
)
@click.option("--plain", is_flag=True, help="Write answers as they come, not as formatted Markdown.")
@click.option("--no-history", is_flag=True, help="Do not remember what is typed.")
@click.option("--json", "as_json", is_flag=True, help="Write each answer as a JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Write nothing to standard error but errors.")
@debug_option
def chat(**options: Any) -> int:
    """Talk with a model in the terminal.

    Enter sends, Alt-Enter begins a new line. Ctrl-C stops an answer and forgets that turn, Ctrl-D leaves; /help lists
    the commands. Without a terminal each line of standard input is a turn.
    """
    from jackfield_cli._chatting import Options, chatted  # noqa: PLC0415 - imports the client

    return chatted(Options(**options))
