"""The command `jackfield`: from arguments to an exit code. Every error ends here, in one or two lines."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import click

from jackfield.errors import JackfieldError, ProblemsError
from jackfield_cli import _screen
from jackfield_cli._commands import Commands
from jackfield_cli._exits import exit_code
from jackfield_cli._options import Session, debug_option

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = """\
\b
Example:
  jackfield ask "Why is the sky blue?"
  cat notes.txt | jackfield ask "Summarise this"

Exit codes: 0 done; 1 the provider's answer is an error; 2 something in the arguments, the settings or the installation
is wrong; 3 the network failed; 130 interrupted.
"""


def _without_color(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
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
    if isinstance(error, click.ClickException):
        _screen.complain(error.format_message(), session.color)
        if isinstance(error, click.UsageError) and error.ctx is not None:
            _screen.note(f"       {error.ctx.command_path} --help tells more", session.color)
    elif isinstance(error, JackfieldError):
        text = str(error)
        # Several problems have a line each; what a server sends has none but its own.
        _screen.complain(text if isinstance(error, ProblemsError) else " ".join(text.split()), session.color)
        if beside := _beside(error):
            _screen.note(f"       {beside}", session.color)
    else:
        _screen.complain(_defect(error), session.color)


TIPS = {
    "model: missing": "on the command line: --model NAME, or JACKFIELD_MODEL",
    "allow_plain_http=": "on the command line: --set allow_plain_http=true",
    "endpoint=": "on the command line: --endpoint URL",
    "settings of provider": "on the command line: --set NAME=VALUE; keys and tokens by the environment alone",
}
"""From words in a message, which speaks to Python programs, to what they mean here. The first that fits is said."""


def _beside(error: JackfieldError) -> str:
    """Return what helps beside the message, on one line; empty where nothing does."""
    facts = [tip for words, tip in TIPS.items() if words in str(error)][:1]
    if error.request_id:
        facts.append(f"request {error.request_id}")
    if error.meta is not None and len(error.meta.attempts) > 1:
        facts.append(f"{len(error.meta.attempts)} attempts in {error.meta.seconds:.1f} s")
    if not isinstance(error, ProblemsError):  # those say it all
        facts.append(f"jackfield explain {error.slug}")
    return " · ".join(facts)


def _defect(error: Exception) -> str:
    """Return where an error of no kind of ours came from. Its text is left out: who knows what stands in it."""
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" at {place[0].filename}:{place[0].lineno}" if place else ""
    return f"unexpected {type(error).__name__}{where}; JACKFIELD_DEBUG=1 shows all of it"
