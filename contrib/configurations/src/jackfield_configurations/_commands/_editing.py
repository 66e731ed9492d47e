"""`config edit`: single settings by options, or all of them by questions.

Rule: a key is used for the endpoint for which it was kept; where that becomes another one, it is asked for again.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import click
from attrs import evolve, frozen

from jackfield_configurations._binding import bound_to
from jackfield_configurations._commands._fitting import refuse, with_its_secret
from jackfield_configurations._commands._options import Given
from jackfield_configurations._commands._questions import ask_secret, ask_setting, asked_of
from jackfield_configurations._commands._secrets import main_secret
from jackfield_configurations._commands._store import chosen, keep_of, opened
from jackfield_configurations._screen import can_ask, note, say
from jackfield_configurations._secrecy import facts_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jackfield_configurations.configuration import Configuration


@frozen(kw_only=True)
class Options(Given):
    """What was typed."""

    name: str | None
    unset: Sequence[str]
    rename: str | None


def edit(path: Path | None, options: Options) -> None:
    """Change a configuration.

    Raises:
        UsageError: Nothing was said and nobody can be asked, or what was typed does not fit.
        JackfieldError: The settings do not fit, or the file cannot be written.
    """
    file = opened(path)
    before = chosen(file, options.name)
    store = options.store
    if options.is_empty and not options.unset and not options.rename:
        after, store = _by_questions(before, store)
    else:
        after = evolve(options.applied(_without(before, options.unset)), name=options.rename or before.name)
        if store in ("keyring", "encrypted") and after.settings == before.settings:
            again = "--set-secret SETTING, or --secret-stdin"
            raise click.UsageError(f"--store {store}: give the secret again, with {again}")
    refuse(after)
    if after == before:
        say(f"{before.name} is as it was.")
        return
    file.edit(before.name, after, keep=keep_of(store))
    say(f"{after.name} is changed.")


def _without(configuration: Configuration, names: Sequence[str]) -> Configuration:
    """Return the configuration without some settings.

    Raises:
        UsageError: One is not there.
    """
    plain = [name.replace("-", "_") if "." not in name else name for name in names]
    for name in plain:
        table, dot, inner = name.partition(".")
        there = configuration.settings.get(table, {}) if dot else configuration.settings
        if (inner if dot else name) not in there:
            listed = ", ".join(configuration.settings) or "nothing"
            raise click.UsageError(f"--unset {name}: it is not set; there is {listed}")
    return configuration.changed(dict.fromkeys(plain))


def _by_questions(configuration: Configuration, store: str | None) -> tuple[Configuration, str | None]:
    """Ask for each setting, with what is there as the default; then for the key."""
    if not can_ask():
        raise click.UsageError("nothing to change: give --set NAME=VALUE, or one of the options that --help lists")
    before = configuration
    for name in chain(*asked_of(configuration.provider)):
        configuration = ask_setting(configuration, name)
    secret = main_secret(configuration.provider)
    if secret is None:
        return configuration, store
    if secret not in configuration.settings:
        return (
            (configuration, store) if "credential" in configuration.settings else with_its_secret(configuration, store)
        )
    if _endpoint_moved(before, configuration):
        note("  the endpoint is another one, and the key was kept for the one before: give it again")
        return ask_secret(configuration, secret), store
    return ask_secret(configuration, secret, empty="keeps it"), store


def _endpoint_moved(before: Configuration, after: Configuration) -> bool:
    """Tell whether a stored key stays behind."""
    facts = facts_of(after.provider)
    return bound_to(before, "", facts) != bound_to(after, "", facts)
