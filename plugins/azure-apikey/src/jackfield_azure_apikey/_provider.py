"""Settings of the provider `azure-apikey`, and the parts they make."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield.plugin import Secret, setting
from jackfield_azure_common import Advice, AzureSettings
from jackfield_openai_wire import HeaderKey, OpenAIWire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ADVICE: Mapping[int | str, str] = {
    "AuthenticationTypeDisabled": "this resource takes no keys: use the provider azure-entra",
    401: "check api_key=: it must be key1 or key2 of the resource at {host}, from its page 'Keys and Endpoint'",
    403: (
        "{host} does not let this key in: where keys are switched off for the resource use the provider azure-entra, "
        "else look at its firewall and networks"
    ),
}
_FOREIGN = (
    (
        re.compile(r"sk-"),
        "is a key of the OpenAI platform; pass key1 or key2 of the Azure resource, or use the provider openai",
    ),
    (re.compile(r"eyJ[^.]*\.[^.]+\.[^.]*$"), "is a token of Entra's; pass it to the provider azure-entra as token=…"),
)
"""Keys that are none of Azure's, by their beginning: not one of them is sent there."""


@frozen(eq=False, kw_only=True)
class AzureApiKey(AzureSettings):
    """Azure OpenAI with an API key."""

    hooks_version = 1

    api_key: Secret = setting(
        env=("AZURE_OPENAI_API_KEY",), bound_to="endpoint", help="key1 or key2 of the resource, from its keys page"
    )

    @classmethod
    def problems(cls, settings: Mapping[str, Any]) -> Iterator[str]:
        """What is no key of Azure's does not go to Azure; a gateway may give keys of any kind."""
        yield from super().problems(settings)
        target, key = settings.get("endpoint"), settings.get("api_key")
        if target is not None and key is not None and target.is_azure:
            text = key.bound_to(target.root).reveal(target.root)
            yield from (f"api_key: {what}" for kind, what in _FOREIGN if kind.match(text))

    def parts(self) -> Sequence[object]:
        """Endpoint, credentials, payload."""
        endpoint = self.located()
        key = HeaderKey(self.api_key.bound_to(endpoint.target.root), "api-key", prefix="")
        return endpoint, key, OpenAIWire(endpoint.body_model, next_step=Advice(endpoint, _ADVICE))
