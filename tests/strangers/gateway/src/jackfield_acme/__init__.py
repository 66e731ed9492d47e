"""The provider `acme`: models behind the Acme gateway."""

from collections.abc import Sequence

from attrs import frozen
from jackfield.plugin import Secret, setting
from jackfield_openai_wire import Endpoint, HeaderKey, OpenAIWire, base_url


@frozen
class Acme:
    """Models behind the Acme gateway."""

    hooks_version = 1

    api_key: Secret = setting(env=["ACME_API_KEY"], bound_to="endpoint", help="a key from https://acme.example/keys")
    endpoint: str = setting(
        default="https://api.acme.example/v1", env=["ACME_URL"], convert=base_url, help="the gateway's base URL"
    )

    def parts(self) -> Sequence[object]:
        """Endpoint, credentials, payload."""
        return Endpoint(self.endpoint), HeaderKey(self.api_key.bound_to(self.endpoint)), OpenAIWire()
