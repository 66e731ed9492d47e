"""`jackfield models`: its options. What it does stands in `_listing`, which is imported when it runs."""

from __future__ import annotations

from typing import Any

import click

from jackfield_cli._choosing import answering_options
from jackfield_cli._options import debug_option

EPILOG = """\
\b
Example:
  jackfield models
  jackfield models --provider openai gpt-4o
  jackfield models --configuration work --json
"""


@click.command(epilog=EPILOG)
@click.argument("words", nargs=-1, metavar="[TEXT]...")
@answering_options()
@click.option("--json", "as_json", is_flag=True, help="Write a JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Write nothing to standard error but errors.")
@debug_option
def models(**options: Any) -> int:
    """List the models of a provider.

    With TEXT only those whose name contains it, whatever its case; with several, those that contain each.
    """
    from jackfield_cli._listing import Options, listing  # noqa: PLC0415 - imports the client

    return listing(Options(**options))
