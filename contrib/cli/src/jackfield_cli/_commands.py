"""The group of commands: found by name among what is installed, imported when one is run."""

from __future__ import annotations

from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from jackfield.errors import IncompleteProviderError
from jackfield_cli._core import find, installed
from jackfield_cli._screen import ReaderGoneError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.shell_completion import CompletionItem

GROUP = "jackfield.commands"

SUMMARIES = {
    "ask": "Ask a model one question.",
    "chat": "Talk with a model in the terminal.",
    "config": "Keep named configurations: addresses, keys, models.",
    "embed": "Turn the lines of files into vectors.",
    "emulate": "Run a server that stands in for the vendors.",
    "explain": "Say what an error means and what to do.",
    "image": "Draw pictures from a description.",
    "models": "List the models of a provider.",
    "providers": "List the providers that are installed.",
}
"""What the project's own commands do, so that listing them imports none."""

HOMES = {"config": "jackfield-configurations", "emulate": "jackfield-emulator"}
"""The commands of packages other than this one."""

LATER = {
    "serve": "the showcase in a browser",
}
"""Commands that are planned and do not exist yet."""


class Commands(click.Group):
    """Commands of all installed packages, by entry point. One that is broken breaks only itself."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """As click does, which writes the help here."""
        with _reader_watched():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does."""
        with _reader_watched():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name them, importing none."""
        return list(installed(GROUP))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the one that is asked for.

        Raises:
            JackfieldError: It is there, and cannot be used.
            UsageError: There is no such command; says which there are.
        """
        if cmd_name in installed(GROUP):
            command = find(GROUP, cmd_name)
            if not isinstance(command, click.Command):
                raise IncompleteProviderError(
                    f"the command {cmd_name!r} of {', '.join(installed(GROUP)[cmd_name])} is no click command"
                )
            return command
        if ctx.resilient_parsing:
            return None
        raise click.UsageError(_missing(cmd_name), ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what there is into the help."""
        rows = [(name, _summary(name, claimants)) for name, claimants in installed(GROUP).items()]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name, importing none."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only when a shell asks

        names = {name: _summary(name, claimants) for name, claimants in installed(GROUP).items()}
        commands = [CompletionItem(name, help=text) for name, text in names.items() if name.startswith(incomplete)]
        return commands + click.Command.shell_complete(self, ctx, incomplete)


@contextmanager
def _reader_watched() -> Iterator[None]:
    """Tell a reader that has left by an error of its own: click would end the process in its own way."""
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError from error


def _summary(name: str, claimants: list[str]) -> str:
    if len(claimants) > 1:
        return f"(conflict: {', '.join(claimants)} all claim it; uninstall all but one)"
    return SUMMARIES.get(name) or f"(from {claimants[0]})"


def _missing(name: str) -> str:
    """Return why there is no command *name*, and what there is."""
    names = list(installed(GROUP))
    there = f"there are {', '.join(names)}" if names else "none is installed"
    if name in SUMMARIES:
        return f"the command {name!r} is not installed: pip install {HOMES.get(name, 'jackfield-cli')}; {there}"
    if name in LATER:
        return f"there is no command {name!r} yet ({LATER[name]}): it comes later; {there}"
    nearest = get_close_matches(name, names, 1, 0.6)
    return f"no such command: {name!r}; " + (f"did you mean {nearest[0]!r}?" if nearest else there)
