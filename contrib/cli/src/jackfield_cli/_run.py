"""The command `jackfield`: from arguments to an exit code. Every error ends here, in one or two lines."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import click

from jackfield_cli import _screen
from jackfield_cli._commands import Commands
from jackfield_cli._complaints import complain_of
from jackfield_cli._exits import exit_code
from jackfield_cli._options import Session, debug_option

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = """\
\b
Example:
  jackfield ask "Why is the sky blue?"
  cat notes.txt | jackfield ask "Summarise this"
  jackfield chat --system "Answer in French."

Exit codes: 0 done; 1 the provider's answer is an error; 2 something in the arguments, the settings or the installation
is wrong; 3 the network failed; 130 interrupted.
"""


def _without_color(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value or _screen.is_dumb():
        ctx.color = ctx.ensure_object(Session).color = False


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
@click.version_option(package_name="jackfield-cli", message="%(prog)s %(version)s")
@click.option("--no-color", envvar="NO_COLOR", hidden=True, expose_value=False, callback=_without_color)
@debug_option
@click.pass_context
def jackfield(ctx: click.Context) -> None:
    """Talk to generative-AI providers.

    Every command has its own --help.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _screen.prepare()
    session = Session()
    try:
        arguments = None if args is None else list(args)
        code: Any = jackfield.main(arguments, prog_name="jackfield", obj=session, standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - the last one to see it
        try:
            _tell(error, session)
        except BrokenPipeError:
            _screen.mute()
        return exit_code(error)
    return code if isinstance(code, int) else 0


def _tell(error: Exception, session: Session) -> None:
    """Say what went wrong, to whoever is still there."""
    if isinstance(error, _screen.ReaderGoneError):
        _screen.mute()
        return
    if session.debug:
        traceback.print_exception(error)
    if isinstance(error, click.Abort):
        return
    complain_of(error, session.color)
