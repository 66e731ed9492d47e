"""Which provider answers where none is named, and whose keys may be lying in the environment.

The one place where the command line names providers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container

PROVIDER_VARIABLE = "JACKFIELD_PROVIDER"
MODEL_VARIABLE = "JACKFIELD_MODEL"
DEFAULT_PROVIDER = "local"

KEYS = {
    "OPENAI_API_KEY": ("openai", "--model MODEL"),
    "AZURE_OPENAI_API_KEY": ("azure-apikey", "--endpoint URL --model DEPLOYMENT"),
    "AZURE_OPENAI_AD_TOKEN": ("azure-entra", "--endpoint URL --model DEPLOYMENT"),
}
"""From an environment variable that holds a key to the provider that reads it, and what else that needs."""

EXAMPLE = "--provider {} {}".format(*KEYS["OPENAI_API_KEY"])


def key_hints(environment: Callable[[str], str | None], installed: Container[str]) -> list[str]:
    """Return one line for each key that is lying in the environment: how it would be used. Never its value.

    Args:
        environment: Returns a variable's value, or None.
        installed: The providers that are installed.
    """
    return [
        f'{variable} is set and was not used; to use it: jackfield ask --provider {provider} {needs} "…"'
        for variable, (provider, needs) in KEYS.items()
        if environment(variable) and provider in installed
    ]


def key_variable(provider: str) -> str:
    """Return the environment variable for the key of *provider*, in words."""
    known = {name: variable for variable, (name, _) in KEYS.items()}
    return known.get(provider, "the environment variable that the provider reads")
