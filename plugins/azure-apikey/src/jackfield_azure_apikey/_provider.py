"""Settings of the provider `azure-apikey`, and the parts they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from jackfield.plugin import Secret, setting
from jackfield_azure_common import AzureSettings
from jackfield_openai_wire import HeaderKey, OpenAIWire

if TYPE_CHECKING:
    from collections.abc import Sequence


@frozen(eq=False, kw_only=True)
class AzureApiKey(AzureSettings):
    """Azure OpenAI with an API key."""

    hooks_version = 1

    api_key: Secret = setting(
        env=("AZURE_OPENAI_API_KEY",), bound_to="endpoint", help="key1 or key2 of the resource, from its keys page"
    )

    def parts(self) -> Sequence[object]:
        """Endpoint, credentials, payload."""
        endpoint = self.located()
        key = HeaderKey(self.api_key.bound_to(endpoint.target.root), "api-key", prefix="")
        return endpoint, key, OpenAIWire(body_model=endpoint.body_model)
