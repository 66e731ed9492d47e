"""Who answers: the options that say so, and what holds where they do not.

Rule 1: a flag wins over the environment, the environment over the default configuration, that over the built-in
provider.
Rule 2: a provider and a configuration at the same height contradict each other, and neither wins silently.
Rule 3: declaring the options imports nothing but click; the file of configurations is read when a command runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from jackfield_cli._core import environment, find, installed
from jackfield_cli._defaults import CONFIGURATION_VARIABLE, DEFAULT_PROVIDER, PROVIDER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from click.shell_completion import CompletionItem

F = TypeVar("F", bound="Callable[..., Any]")

PROVIDERS = "jackfield.providers"
CONFIGURATIONS = "jackfield.configurations"
SOURCE = "configurations"
"""The source of configurations, as the core reads it too."""


class Choice(NamedTuple):
    """Who was chosen, and how they are to be reached.

    Attributes:
        provider: The provider's name, or None where a configuration says it.
        configuration: The configuration's name, or None where there is none.
        is_built_in: Whether nothing and nobody chose, so that the built-in provider answers.
        endpoint: An address that was typed, or None.
        given: What `--set` was given.
    """

    provider: str | None
    configuration: str | None = None
    is_built_in: bool = False
    endpoint: str | None = None
    given: Sequence[str] = ()

    @property
    def name(self) -> str:
        """What to call whoever answers."""
        return self.provider or str(self.configuration)


def choose(
    *, provider: str | None, configuration: str | None, endpoint: str | None = None, given: Sequence[str] = ()
) -> Choice:
    """Return who answers.

    Args:
        provider: What `--provider` says.
        configuration: What `--configuration` says.
        endpoint: What `--endpoint` says.
        given: What `--set` says.

    Raises:
        UsageError: What was said contradicts itself.
        ConfigurationError: Nothing was said, and the file whose default would hold cannot be read.
    """
    provider, configuration = (provider or "").strip() or None, (configuration or "").strip() or None
    if provider and configuration:
        raise click.UsageError("--provider and --configuration: a configuration names its provider; give one of them")
    if not provider and not configuration:
        provider, configuration = environment(PROVIDER_VARIABLE), environment(CONFIGURATION_VARIABLE)
        if provider and configuration:
            raise click.UsageError(
                f"{PROVIDER_VARIABLE} and {CONFIGURATION_VARIABLE} are both set; unset one, or give "
                "--provider or --configuration"
            )
    if not provider and not configuration:
        if endpoint is not None:
            raise click.UsageError("--endpoint: name the provider it belongs to with --provider")
        configuration = _default_configuration()
    if not provider and not configuration:
        return Choice(DEFAULT_PROVIDER, is_built_in=True, given=given)
    return Choice(provider, configuration, endpoint=endpoint, given=given)


def _default_configuration() -> str | None:
    """Return the default configuration's name, where configurations are installed and one of them is the default."""
    if SOURCE not in installed(CONFIGURATIONS):
        return None
    name: str | None = find(CONFIGURATIONS, SOURCE).default_name()
    return name


def answering_options(*, model: str = "", variable: str = "") -> Callable[[F], F]:
    """Return what adds the options that every command has which talks to a provider.

    Args:
        model: What the help says of `--model`; a command without a help for it has no such option.
        variable: The environment variable that names the model too.
    """
    options = [
        click.option(
            "-p",
            "--provider",
            metavar="NAME",
            shell_complete=_providers,
            help=f"Who answers; where neither it nor a configuration is named, the default configuration, else "
            f"{DEFAULT_PROVIDER}. `jackfield providers` lists them. [env var: {PROVIDER_VARIABLE}]",
        ),
        click.option(
            "-c",
            "--configuration",
            metavar="NAME",
            shell_complete=_configurations,
            help="A named configuration: a provider with its address, key and models. `jackfield config list` lists "
            f"them. [env var: {CONFIGURATION_VARIABLE}]",
        ),
    ]
    if model:
        options.append(click.option("-m", "--model", metavar="NAME", help=f"{model} [env var: {variable}]"))
    options += [
        click.option("--endpoint", metavar="URL", help="The provider's address, where it is not its usual one."),
        click.option(
            "--set",
            "given",
            multiple=True,
            metavar="NAME=VALUE",
            help="Any other setting of the provider; may be repeated. Not for keys: those come from the environment, "
            "or from a configuration.",
        ),
    ]

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _providers(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _completed(installed(PROVIDERS), incomplete)


def _configurations(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    if SOURCE not in installed(CONFIGURATIONS):
        return []
    try:
        return _completed(find(CONFIGURATIONS, SOURCE).names(), incomplete)
    except Exception:  # noqa: BLE001 - a shell that completes has no place for an error; the command will tell it
        return []


def _completed(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only when a shell asks

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
