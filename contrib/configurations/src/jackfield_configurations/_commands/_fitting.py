"""The end of `config add` and `config edit`: the key, and whether all of it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jackfield.errors import ConfigurationError
from jackfield_configurations._commands._catalogue import flag
from jackfield_configurations._commands._questions import ask_secret, ask_store, ask_variable, problem_of
from jackfield_configurations._commands._secrets import main_secret
from jackfield_configurations._commands._store import NOWHERE, make_ready
from jackfield_configurations._screen import note

if TYPE_CHECKING:
    from jackfield_configurations.configuration import Configuration


def with_its_secret(configuration: Configuration, store: str | None) -> tuple[Configuration, str | None]:
    """Ask for the key, and where it is kept; return the configuration with it, and the place.

    Raises:
        UsageError: Nobody can be asked.
        ConfigurationError: What encrypts it cannot be made.
    """
    secret = main_secret(configuration.provider) or ""
    is_needed = problem_of(configuration, secret) is not None
    store = store or ask_store(may_be_nowhere=not is_needed)
    if store == NOWHERE:
        return configuration, None
    if store == "env":
        return configuration.changed({secret: ask_variable(configuration.provider, secret)}), store
    make_ready(store)
    return ask_secret(configuration, secret), store


def refuse(configuration: Configuration) -> None:
    """Raise where a configuration does not fit, with all of its problems; else say what has no effect.

    Raises:
        ConfigurationError: It does not fit.
    """
    problems = [_in_options(problem, configuration.provider) for problem in configuration.problems()]
    if problems:
        raise ConfigurationError(f"configuration {configuration.name!r} does not fit", problems=problems)
    for notice in configuration.notices():
        note(notice)


def _in_options(problem: str, provider: str) -> str:
    """Return a problem with the options that mend it, where a value is missing."""
    name = problem.partition(":")[0]
    if not problem.startswith(f"{name}: missing"):
        return problem
    if name == main_secret(provider):
        return f"{problem}; here --secret-from-env VARIABLE or --secret-stdin"
    return f"{problem}; here {flag(name)}"
