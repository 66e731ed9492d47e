"""A client for whoever was chosen, and the model that is to be asked.

Rule: an argument wins over a configuration, a configuration over the environment; so a model in the environment holds
only where the configuration names none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import frozen

from jackfield import Client
from jackfield_cli._choosing import CONFIGURATIONS, PROVIDERS, SOURCE, choose
from jackfield_cli._core import environment, find
from jackfield_cli._given import settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jackfield_cli._choosing import Choice


@frozen(kw_only=True)
class Answering:
    """What was typed about who answers and how it is told; the options of every command that talks to a provider."""

    provider: str | None
    configuration: str | None
    endpoint: str | None
    given: Sequence[str]
    as_json: bool
    quiet: bool

    def choice(self) -> Choice:
        """Return who answers; `choose` says what is raised."""
        return choose(
            provider=self.provider, configuration=self.configuration, endpoint=self.endpoint, given=self.given
        )


class Opened(NamedTuple):
    """A client, ready.

    Attributes:
        client: The client; close it.
        name: What to call whoever answers.
        model: The model that requests are to name, or None: the provider's own holds, or a deployment.
    """

    client: Client
    name: str
    model: str | None


def opened(choice: Choice, *, model: str | None = None, variable: str = "", setting: str = "") -> Opened:
    """Return a client for *choice*.

    Args:
        choice: Who answers.
        model: What `--model` says.
        variable: The environment variable that names the model where *model* does not.
        setting: The client's setting that names it, such as `chat_model`.

    Raises:
        UsageError: What was typed does not fit.
        SetupError: The provider, the configuration or their settings cannot be used.
    """
    stored: Mapping[str, Any] = {}
    if choice.configuration is not None:
        stored = find(CONFIGURATIONS, SOURCE)(choice.configuration)
    provider = choice.provider or stored.get("provider")
    factory = find(PROVIDERS, provider) if isinstance(provider, str) else None
    changes = settings(choice.given, str(provider), factory)
    if choice.endpoint is not None:
        changes["endpoint"] = choice.endpoint
    model = (model or "").strip() or changes.get(setting) or stored.get(setting)
    if not model:
        model = environment(variable) if variable else None
    if choice.configuration is None:
        return Opened(Client(choice.name, **changes), choice.name, model)
    # Read once and handed over: reading may ask a keyring, which may ask its owner.
    client = Client.from_configuration(choice.configuration, source=lambda _: stored, **changes)
    name = choice.configuration if choice.configuration == provider else f"{choice.configuration} ({provider})"
    return Opened(client, name, model)
