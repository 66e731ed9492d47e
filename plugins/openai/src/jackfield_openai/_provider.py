"""Settings of the provider `openai`, and the parts they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield.plugin import Secret, impl, setting
from jackfield_openai_wire import Endpoint, HeaderKey, OpenAIWire, base_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PLATFORM = "https://api.openai.com/v1"
KEY_PAGE = "https://platform.openai.com/account/api-keys"


@frozen(eq=False)
class OpenAI:
    """The OpenAI platform, or an endpoint of its shape."""

    hooks_version = 1

    endpoint: str = setting(
        default=PLATFORM, env=("OPENAI_BASE_URL",), convert=base_url, help="the API's base URL, up to and with /v1"
    )
    api_key: Secret | None = setting(
        default=None, env=("OPENAI_API_KEY",), bound_to="endpoint", help=f"a key from {KEY_PAGE}"
    )
    organization: str | None = setting(
        default=None, env=("OPENAI_ORG_ID",), bound_to="endpoint", help="the organisation to bill"
    )
    project: str | None = setting(
        default=None, env=("OPENAI_PROJECT_ID",), bound_to="endpoint", help="the project to bill"
    )

    @classmethod
    def problems(cls, settings: Mapping[str, Any]) -> Iterator[str]:
        """The platform wants a key; other endpoints may not."""
        if settings["api_key"] is None and settings["endpoint"] == PLATFORM:
            yield f"api_key: missing; pass api_key=… or set OPENAI_API_KEY (a key from {KEY_PAGE})"

    def parts(self) -> Sequence[object]:
        """Endpoint, credentials, billing headers, payload."""
        key = None if self.api_key is None else self.api_key.bound_to(self.endpoint)
        return Endpoint(self.endpoint), HeaderKey(key), Billing(self.organization, self.project), OpenAIWire()


@frozen(eq=False, repr=False)
class Billing:
    """Whom a call is billed to, where the key alone does not say."""

    organization: str | None
    project: str | None

    @impl
    def request_headers(self) -> dict[str, str]:
        """Name organisation and project."""
        named = {"openai-organization": self.organization, "openai-project": self.project}
        return {name: value for name, value in named.items() if value is not None}
