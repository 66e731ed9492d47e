"""The options that say what is in a configuration: those of `config add` and of `config edit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from attrs import frozen

from jackfield_configurations._commands._given import settings
from jackfield_configurations._commands._questions import ask_secret, with_endpoint
from jackfield_configurations._commands._secrets import from_standard_input, is_secret_of, main_secret, referred

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jackfield_configurations.configuration import Configuration

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
            if not is_secret_of(provider, name):
                raise click.UsageError(f"--set-secret {name}: {provider} has no such secret")
        if self.secret_stdin and len(self.asked) > 1:
            raise click.UsageError("--secret-stdin: standard input holds one secret; give --set-secret once")
        if self.secret_stdin and not self.asked:
            secret = main_secret(provider)
            if secret is None:
                raise click.UsageError(f"--secret-stdin: {provider} takes no secret")
            return [secret]
        return self.asked
