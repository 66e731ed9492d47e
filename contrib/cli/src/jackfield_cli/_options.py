"""Options that more than one command has, and what they leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


class Session:
    """What holds for one run of the command line, whichever command it is.

    Attributes:
        debug: Whether an error's traceback is wanted.
        color: False where no colours are wanted, otherwise None: the terminal decides.
    """

    def __init__(self) -> None:
        self.debug = False
        self.color: bool | None = None


def _remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click calls it
    if value:
        ctx.ensure_object(Session).debug = True


def debug_option(command: F) -> F:
    """Add `--debug`, which may stand before and after the command's name."""
    return click.option(
        "--debug",
        is_flag=True,
        envvar="JACKFIELD_DEBUG",
        is_eager=True,
        expose_value=False,
        callback=_remember,
        help="Show the whole traceback of an error. [env var: JACKFIELD_DEBUG]",
    )(command)
