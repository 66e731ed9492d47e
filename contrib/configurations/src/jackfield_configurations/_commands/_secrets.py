"""What the options of `config add` and `config edit` say of a secret: where it is, or what it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from jackfield import Secret
from jackfield.configuration import environment
from jackfield_configurations._commands._given import secret_settings
from jackfield_configurations._screen import note
from jackfield_configurations.references import EnvironmentReference

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADERS = "headers."
"""Before the name of a header, whose value is a secret too."""
PROXY = "proxy"
"""An address that may have a password in it."""


def main_secret(provider: str) -> str | None:
    """Return the setting that is the provider's key or token; None where it has none.

    Raises:
        JackfieldError: There is no such provider, or it cannot be imported.
    """
    return next(iter(secret_settings(provider)), None)


def is_secret_of(provider: str, name: str) -> bool:
    """Tell whether a provider or its client takes a secret of that name."""
    is_header = name.startswith(HEADERS) and len(name) > len(HEADERS)
    return is_header or name == PROXY or name in secret_settings(provider)


def referred(given: Sequence[str], provider: str) -> dict[str, EnvironmentReference]:
    """Return what `--secret-from-env` says: the variable of each secret.

    Raises:
        UsageError: One is malformed, or of a setting that is no secret.
    """
    found: dict[str, EnvironmentReference] = {}
    for each in given:
        setting, equals, variable = each.partition("=")
        if not equals:
            setting, variable = main_secret(provider) or "", each
        setting, variable = setting.strip(), variable.strip()
        if not variable.isidentifier():
            raise click.UsageError("--secret-from-env takes the name of an environment variable, not a key itself")
        if not is_secret_of(provider, setting):
            there = ", ".join([*secret_settings(provider), PROXY, f"{HEADERS}NAME"])
            given = setting or variable
            raise click.UsageError(f"--secret-from-env {given}: {provider} has no such secret, but {there}")
        found[setting] = as_reference(variable)
    return found


def as_reference(variable: str) -> EnvironmentReference:
    """Return a reference to a variable, and say where it is not set now."""
    if environment(variable) is None:
        note(f"  {variable} is not set now; it must be where the configuration is used")
    return EnvironmentReference(variable)


def from_standard_input() -> Secret:
    """Return the secret that standard input holds.

    Raises:
        UsageError: It holds none.
        SetupError: It cannot be sent: it has line breaks in it, for instance.
    """
    text = "" if sys.stdin is None else sys.stdin.read().strip()
    if not text:
        raise click.UsageError("--secret-stdin: standard input is empty; pipe the key into it")
    return Secret(text)
