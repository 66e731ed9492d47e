"""What a package that keeps configurations needs to know: which settings a provider has, and whether some fit.

A source of configurations is an object in the entry-point group `jackfield.configurations`. Called with a name, or with
None for the default, it returns the arguments of a client: `provider` and that provider's settings, secrets as
`Secret`. `names()` lists what there is, `default_name()` says which is the default, or None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from attrs import NOTHING, Factory, fields, frozen, has

from jackfield import _settings
from jackfield._discovery import find, installed
from jackfield._network import FROM_ENVIRONMENT, checked
from jackfield._settings import environment
from jackfield._setup import OPTIONS
from jackfield.client import Client
from jackfield.errors import IncompleteProviderError, ProblemsError, SetupError
from jackfield.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["OPTIONS", "SettingFacts", "check", "environment", "installed_providers", "proxy_of", "settings_of"]


@frozen(kw_only=True)
class SettingFacts:
    """One setting of a provider.

    Attributes:
        name: Its name.
        help: What it is and where its value comes from, in one sentence; may be empty.
        env: The environment variables that are looked into where it is not given.
        required: Whether it must be given.
        secret: Whether its value is a credential.
        default: What holds where it is not given; None where it is required.
    """

    name: str
    help: str = ""
    env: tuple[str, ...] = ()
    required: bool = False
    secret: bool = False
    default: Any = None


def installed_providers() -> list[str]:
    """Return the names of the providers that are installed, none of them imported."""
    return list(installed("jackfield.providers"))


def settings_of(provider: str) -> Sequence[SettingFacts]:
    """Return the settings of an installed provider, in its own order.

    Raises:
        ProviderNotFoundError: Nothing installed has that name.
        IncompleteProviderError: It cannot be imported, or is no provider.
    """
    factory = find("jackfield.providers", provider)
    if not has(factory):
        raise IncompleteProviderError(f"provider {provider!r} is no provider: its entry point names no attrs class")
    hints = _settings.hints(factory, provider)
    return [_facts(attribute, hints[attribute.name]) for attribute in fields(factory)]


def _facts(attribute: Any, hint: Any) -> SettingFacts:
    told = _settings.told(attribute)
    required = attribute.default is NOTHING
    return SettingFacts(
        name=attribute.name,
        help=told.get("help", ""),
        env=tuple(told.get("env", ())),
        required=required,
        secret=Secret is hint or Secret in get_args(hint),
        default=None if required or isinstance(attribute.default, Factory) else attribute.default,  # type: ignore[arg-type] # a class that its stubs call a function
    )


def check(provider: str, settings: Mapping[str, Any]) -> Sequence[str]:
    """Return what is wrong with the arguments of a client, each problem opening with the setting's name.

    Nothing is sent or opened. What is missing may come from the environment, as it would for a client.

    Args:
        provider: The provider's name.
        settings: The provider's settings and the client's options.
    """
    try:
        Client(provider, **settings).close()
    except ProblemsError as error:
        return error.problems
    except SetupError as error:
        return (f"provider: {error}",)
    return ()


def proxy_of(url: str, setting: str | None = FROM_ENVIRONMENT) -> str | None:
    """Return the proxy through which a client reaches *url*, or None. It may have a password.

    Args:
        url: What is asked.
        setting: The client's `proxy`.
    """
    network, _ = checked(setting, None, "openssl")
    return None if network.proxy is None else network.proxy(url)
