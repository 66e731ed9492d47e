"""`config add`: by questions where somebody can be asked, by options in a script.

Rule 1: with `--provider`, what may be left out is not asked for.
Rule 2: nothing is written before the whole of it fits; a key is put away last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from attrs import frozen

from jackfield.configuration import settings_of
from jackfield.errors import ConfigurationError, JackfieldError
from jackfield_configurations._commands._fitting import refuse, with_its_secret
from jackfield_configurations._commands._given import secret_settings
from jackfield_configurations._commands._options import Given
from jackfield_configurations._commands._questions import ask_provider, ask_setting, asked_of, problem_of
from jackfield_configurations._commands._secrets import main_secret
from jackfield_configurations._commands._store import keep_of, opened
from jackfield_configurations._names import matching
from jackfield_configurations._names import problem_of as problem_of_name
from jackfield_configurations._screen import ask, can_ask, confirm, note, say
from jackfield_configurations.configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@frozen(kw_only=True)
class Options(Given):
    """What was typed."""

    name: str | None
    provider: str | None
    use: bool
    replace: bool


def add(path: Path | None, options: Options) -> None:
    """Add a configuration.

    Raises:
        UsageError: Something is missing and nobody can be asked, or what was typed does not fit.
        JackfieldError: The settings do not fit, or the file cannot be written.
    """
    file = opened(path)
    by_questions = options.provider is None
    if by_questions and not can_ask():
        raise click.UsageError("provider: missing; give --provider NAME (`jackfield providers` lists them)")
    there = file.names()
    name = options.name or _ask_name([] if options.replace else there)
    taken = matching(name, there)
    if taken is not None and not options.replace:
        raise ConfigurationError(_taken(taken))
    configuration = Configuration(name=name, provider=options.provider or ask_provider())
    secret_settings(configuration.provider)  # a provider that is not there says so before anything is asked
    before, after = asked_of(configuration.provider)
    configuration = _completed(options.applied(configuration), before, everything=by_questions)
    store = options.store
    if _lacks_its_secret(configuration, everything=by_questions):
        configuration, store = with_its_secret(configuration, store)
    configuration = _completed(configuration, after, everything=by_questions)
    refuse(configuration)
    if taken is None:
        file.add(configuration, keep=keep_of(store), make_default=options.use or None)
    else:
        file.edit(taken, configuration, keep=keep_of(store))
    if options.use and taken is not None:
        file.set_default(name)
    default = " It is the default." if file.default_name() == name else ""
    say(f"{name} is {'added' if taken is None else 'replaced'}, in {file.path}.{default}")
    if by_questions and confirm("Test it now?", "--provider NAME"):
        from jackfield_configurations._commands._testing import try_out  # noqa: PLC0415 - imports the client

        try:
            try_out(path, name)
        except JackfieldError:
            note(f"{name} is kept; `jackfield config doctor {name}` finds out more")
            raise


def _ask_name(there: Sequence[str]) -> str:
    """Ask for a name that is none of those that are there."""

    def checked(text: str) -> str:
        problem = problem_of_name(text)
        if problem is not None:
            raise ValueError(problem)
        taken = matching(text, there)
        if taken is not None:
            raise ValueError(_taken(taken))
        return text

    return ask("Name of the configuration", "NAME", default=None if there else "work", checked=checked)


def _taken(name: str) -> str:
    return (
        f"there is a configuration named {name!r} already; `jackfield config edit {name}` changes it, and --replace "
        f"puts the new one in its place"
    )


def _completed(configuration: Configuration, names: Sequence[str], *, everything: bool) -> Configuration:
    """Ask for what is missing of *names*; without *everything*, for what is required alone."""
    required = {fact.name for fact in settings_of(configuration.provider) if fact.required}
    for name in names:
        if name not in configuration.settings and (everything or (name in required and can_ask())):
            configuration = ask_setting(configuration, name)
    return configuration


def _lacks_its_secret(configuration: Configuration, *, everything: bool) -> bool:
    """Tell whether the key is to be asked for."""
    secret = main_secret(configuration.provider)
    if secret is None or secret in configuration.settings or not can_ask() or "credential" in configuration.settings:
        return False
    return everything or problem_of(configuration, secret) is not None
