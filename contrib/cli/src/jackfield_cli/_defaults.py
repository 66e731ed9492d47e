"""Which provider answers where none is named, and whose keys may be lying in the environment.

The one place where the command line names providers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

PROVIDER_VARIABLE = "JACKFIELD_PROVIDER"
CONFIGURATION_VARIABLE = "JACKFIELD_CONFIGURATION"
MODEL_VARIABLE = "JACKFIELD_MODEL"
IMAGES_MODEL_VARIABLE = "JACKFIELD_IMAGES_MODEL"
EMBEDDINGS_MODEL_VARIABLE = "JACKFIELD_EMBEDDINGS_MODEL"
DEFAULT_PROVIDER = "local"

KEYS = {
    "OPENAI_API_KEY": ("openai", ("--model MODEL",)),
    "AZURE_OPENAI_API_KEY": ("azure-apikey", ("--endpoint URL", "--model DEPLOYMENT")),
    "AZURE_OPENAI_AD_TOKEN": ("azure-entra", ("--endpoint URL", "--model DEPLOYMENT")),
}
"""From an environment variable that holds a key to the provider that reads it, and what else that needs."""

EXAMPLE = "--provider openai --model gpt-4o-mini"

_TAILS = {"ask": ' "…"', "image": ' "…"', "embed": " FILE"}
"""What follows the options of a command."""


def key_hints(environment: Callable[[str], str | None], installed: Container[str], command: str = "ask") -> list[str]:
    """Return one line for each key that is lying in the environment: how it would be used. Never its value.

    Args:
        environment: Returns a variable's value, or None.
        installed: The providers that are installed.
        command: The command that would use it.
    """
    return [
        f"{variable} is set and was not used; to use it: "
        f"jackfield {command} --provider {provider} {_needed(needs, command)}".rstrip()
        + _TAILS.get(command, "")
        for variable, (provider, needs) in KEYS.items()
        if environment(variable) and provider in installed
    ]


def _needed(needs: Sequence[str], command: str) -> str:
    """Return the options that *command* needs: a list of models is asked of none."""
    return " ".join(need for need in needs if command != "models" or not need.startswith("--model"))


def key_variable(provider: str) -> str:
    """Return the environment variable for the key of *provider*, in words."""
    known = {name: variable for variable, (name, _) in KEYS.items()}
    return known.get(provider, "the environment variable that the provider reads")
