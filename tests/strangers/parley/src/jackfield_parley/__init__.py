"""The provider `parley`: a vendor with a wire of its own."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from attrs import frozen
from jackfield import CHAT, EMBEDDINGS
from jackfield.plugin import Call, Secret, UnsupportedOperationError, impl, setting

from jackfield_parley._seal import Seal
from jackfield_parley._wire import ParleyWire

PATHS = {CHAT: "/v1/talks", EMBEDDINGS: "/v1/points"}


def https(url: str) -> str:
    """Return an endpoint without slashes at its end."""
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"must be an address such as 'https://api.parley.example', not {url!r}")
    return url.rstrip("/")


@frozen
class Parley:
    """Voices of the Parley company."""

    hooks_version = 1
    default_models: ClassVar[Mapping[str, str]] = {"chat_model": "alto-2", "embeddings_model": "survey-1"}

    key_id: str = setting(env=["PARLEY_KEY_ID"], help="the key's public name, from your Parley account")
    key: Secret = setting(env=["PARLEY_KEY"], bound_to="endpoint", help="the key itself, shown once beside its name")
    endpoint: str = setting(
        default="https://api.parley.example", env=["PARLEY_URL"], convert=https, help="the API's address"
    )

    def parts(self) -> Sequence[object]:
        """Where to, with which signature, in which words."""
        return Quay(self.endpoint), Seal(self.key_id, self.key.bound_to(self.endpoint)), ParleyWire()


@frozen(eq=False)
class Quay:
    """Where calls go."""

    endpoint: str

    @impl
    def build_url(self, call: Call) -> str:
        """Each operation has one address."""
        if call.operation not in PATHS:
            raise UnsupportedOperationError(f"parley talks and embeds, so it cannot do {call.operation.name!r}")
        return self.endpoint + PATHS[call.operation]
