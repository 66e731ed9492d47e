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
from jackfield_configurations._commands._catalogue import flag
from jackfield_configurations._commands._given import secret_settings, settings
from jackfield_configurations._commands._questions import (
    ask_provider,
    ask_secret,
    ask_setting,
    ask_store,
    ask_variable,
    asked_of,
    with_endpoint,
)
from jackfield_configurations._commands._secrets import HEADERS, from_standard_input, main_secret, referred
from jackfield_configurations._commands._store import keep_of, opened
from jackfield_configurations._names import matching
from jackfield_configurations._screen import ask, can_ask, confirm, note, say
from jackfield_configurations.configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OFFERED = ("deployment", "api_version", "chat_model", "embeddings_model", "images_model")
"""The settings with an option of their own, beside the endpoint."""


@frozen(kw_only=True)
class Given:
    """The options that say what is in a configuration."""

    endpoint: str | None
    deployment: str | None
    api_version: str | None
    chat_model: str | None
    embeddings_model: str | None
    images_model: str | None
    given: Sequence[str]
    references: Sequence[str]
    secret_stdin: bool
    asked: Sequence[str]
    store: str | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        said = (self.endpoint, *self._offered().values(), self.given, self.references, self.secret_stdin, self.asked)
        return not any(said)

    def _offered(self) -> dict[str, str]:
        return {name: value for name in OFFERED if (value := getattr(self, name)) is not None}

    def applied(self, configuration: Configuration) -> Configuration:
        """Return the configuration with what was said.

        Raises:
            UsageError: What was said is malformed, contradicts itself, or is a secret.
            JackfieldError: The provider cannot be imported, or standard input holds no secret.
        """
        if self.store == "env" and self.secret_stdin:
            raise click.UsageError("--store env: give --secret-from-env VARIABLE in place of --secret-stdin")
        if self.endpoint is not None:
            try:
                configuration = with_endpoint(configuration, self.endpoint)
            except ValueError as error:
                raise click.UsageError(f"--endpoint: {str(error).removeprefix('endpoint: ')}") from None
        provider = configuration.provider
        configuration = configuration.changed(self._offered()).changed(settings(self.given, provider))
        references = referred(self.references, provider)
        configuration = configuration.changed(references)
        for name in self._secrets(provider):
            if name in references:
                raise click.UsageError(f"{name} is given twice; give --secret-from-env, or the secret itself")
            if self.secret_stdin:
                configuration = configuration.changed({name: from_standard_input()})
            else:
                configuration = ask_secret(configuration, name)
        return configuration

    def _secrets(self, provider: str) -> Sequence[str]:
        """Return the settings of the secrets that are given themselves."""
        for name in self.asked:
            if name not in secret_settings(provider) and not name.startswith(HEADERS):
                raise click.UsageError(f"--set-secret {name}: {provider} has no such secret")
        if self.secret_stdin and len(self.asked) > 1:
            raise click.UsageError("--secret-stdin: standard input holds one secret; give --set-secret once")
        if self.secret_stdin and not self.asked:
            secret = main_secret(provider)
            if secret is None:
                raise click.UsageError(f"--secret-stdin: {provider} takes no secret")
            return [secret]
        return self.asked


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
    name = options.name or ask("Name of the configuration", "NAME", default=None if there else "work")
    taken = matching(name, there)
    if taken is not None and not options.replace:
        raise ConfigurationError(
            f"there is a configuration named {taken!r} already; `jackfield config edit {taken}` changes it, and "
            f"--replace puts the new one in its place"
        )
    configuration = Configuration(name=name, provider=options.provider or ask_provider())
    secret_settings(configuration.provider)  # a provider that is not there says so before anything is asked
    configuration = _completed(options.applied(configuration), everything=by_questions)
    store = options.store
    if _lacks_its_secret(configuration, everything=by_questions):
        configuration, store = asked_secret(configuration, store)
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


def _completed(configuration: Configuration, *, everything: bool) -> Configuration:
    """Ask for what is missing; without *everything*, for what is required alone."""
    required = {fact.name for fact in settings_of(configuration.provider) if fact.required}
    for name in asked_of(configuration.provider):
        if name not in configuration.settings and (everything or (name in required and can_ask())):
            configuration = ask_setting(configuration, name)
    return configuration


def _lacks_its_secret(configuration: Configuration, *, everything: bool) -> bool:
    """Tell whether the key is to be asked for."""
    secret = main_secret(configuration.provider)
    if secret is None or secret in configuration.settings or not can_ask() or "credential" in configuration.settings:
        return False
    return everything or any(problem.partition(":")[0] == secret for problem in configuration.problems())


def asked_secret(configuration: Configuration, store: str | None) -> tuple[Configuration, str | None]:
    """Ask for the key, and where it is kept; return the configuration with it, and the place."""
    secret = main_secret(configuration.provider) or ""
    store = store or ask_store()
    if store == "env":
        return configuration.changed({secret: ask_variable(configuration.provider, secret)}), store
    is_needed = any(problem.partition(":")[0] == secret for problem in configuration.problems())
    return ask_secret(configuration, secret, empty="" if is_needed else "for none"), store


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
