"""An error in one or two lines, whether it ends the command or only a turn of a conversation."""

from __future__ import annotations

import traceback

import click

from jackfield.errors import JackfieldError, ProblemsError
from jackfield_cli import _screen
from jackfield_cli._defaults import EMBEDDINGS_MODEL_VARIABLE, IMAGES_MODEL_VARIABLE, MODEL_VARIABLE


def _model_tip(variable: str) -> str:
    return f"on the command line: --model NAME, or {variable}; jackfield models lists them"


TIPS = {
    "the client images_model=": _model_tip(IMAGES_MODEL_VARIABLE),
    "the client embeddings_model=": _model_tip(EMBEDDINGS_MODEL_VARIABLE),
    "model: missing": _model_tip(MODEL_VARIABLE),
    "allow_plain_http=": "on the command line: --set allow_plain_http=true",
    "endpoint=": "on the command line: --endpoint URL",
    "settings of provider": "on the command line: --set NAME=VALUE; keys by the environment or a configuration alone",
}
"""From words in a message, which speaks to Python programs, to what they mean here. The first that fits is said."""


def complain_of(error: Exception, color: bool | None) -> None:  # noqa: FBT001 - click's own parameter
    """Say what went wrong, and what helps."""
    if isinstance(error, click.ClickException):
        _screen.complain(error.format_message(), color)
        if isinstance(error, click.UsageError) and error.ctx is not None:
            _screen.note(f"       {error.ctx.command_path} --help tells more", color)
    elif isinstance(error, JackfieldError):
        text = str(error)
        # Several problems have a line each; what a server sends has none but its own.
        _screen.complain(text if isinstance(error, ProblemsError) else " ".join(text.split()), color)
        if beside := _beside(error):
            _screen.note(f"       {beside}", color)
    else:
        _screen.complain(_defect(error), color)


def _beside(error: JackfieldError) -> str:
    """Return what helps beside the message, on one line; empty where nothing does."""
    facts = [tip for words, tip in TIPS.items() if words in str(error)][:1]
    if error.request_id:
        facts.append(f"request {error.request_id}")
    if error.meta is not None and error.meta.sends > 1:
        facts.append(f"{error.meta.sends} attempts in {error.meta.seconds:.1f} s")
    if not isinstance(error, ProblemsError):  # those say it all
        facts.append(f"jackfield explain {error.slug}")
    return " · ".join(facts)


def _defect(error: Exception) -> str:
    """Return where an error of no kind of ours came from. Its text is left out: who knows what stands in it."""
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" at {place[0].filename}:{place[0].lineno}" if place else ""
    return f"unexpected {type(error).__name__}{where}; JACKFIELD_DEBUG=1 shows all of it"
