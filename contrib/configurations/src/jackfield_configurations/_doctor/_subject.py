"""What is examined: a provider, its settings, and the request that a client would send with them."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import field, frozen

from jackfield import MODELS, Client, ConnectError, ModelsRequest
from jackfield.configuration import proxy_of
from jackfield.errors import JackfieldError
from jackfield_configurations._doctor._facts import VERSION_SETTING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    from jackfield.configuration import SettingFacts
    from jackfield.http import HttpRequest
    from jackfield_configurations._doctor._deadline import Deadline

_PORTS = {"http": 80, "https": 443}


@frozen(eq=False, kw_only=True)
class Subject:
    """What is examined.

    Attributes:
        provider: The provider's name.
        settings: The arguments of a client, without the provider.
        facts: The settings that the provider has, by name.
        request: What a client would send to list the models; nothing of it is sent.
        deadline: When the examination ends.
    """

    provider: str
    settings: Mapping[str, Any] = field(repr=False)
    facts: Mapping[str, SettingFacts]
    request: HttpRequest
    deadline: Deadline

    @property
    def scheme(self) -> str:
        """`https` or `http`; or another one, of a provider that needs no network."""
        return urlsplit(self.request.url).scheme

    @property
    def host(self) -> str:
        """The endpoint's host."""
        return urlsplit(self.request.url).hostname or ""

    @property
    def port(self) -> int:
        """The endpoint's port."""
        return urlsplit(self.request.url).port or _PORTS.get(self.scheme, 0)

    @property
    def is_remote(self) -> bool:
        """Whether anything is sent over a network at all."""
        return self.scheme in _PORTS

    @property
    def is_readable_on_the_way(self) -> bool:
        """Whether plain http leaves this machine, and was not allowed to."""
        if self.scheme != "http" or self.settings.get("allow_plain_http"):
            return False
        try:
            return self.host != "localhost" and not ip_address(self.host).is_loopback
        except ValueError:  # a name
            return True

    @property
    def names_deployments(self) -> bool:
        """Whether the provider speaks of deployments and versions, as Azure does."""
        return VERSION_SETTING in self.facts

    @property
    def proxy(self) -> str | None:
        """The proxy between here and there, with its user and password, or None."""
        return proxy_of(self.request.url, self.settings.get("proxy", "environment"))

    def with_settings(self, **changes: Any) -> dict[str, Any]:
        """Return the settings with changes, ready for a client that tries each thing once."""
        return {**self.settings, "retries": 0, **changes}


class _Recorder:
    """A transport that keeps what it is to send, and sends nothing."""

    def __init__(self) -> None:
        self.request: HttpRequest | None = None

    def send(self, request: HttpRequest, timeout: float | None) -> NoReturn:  # noqa: ARG002 - a transport's signature
        """Keep the request."""
        self.request = request
        raise ConnectError("nothing is sent", transient=False)

    def close(self) -> None:
        """Do nothing: nothing is open."""


def sketched(provider: str, settings: Mapping[str, Any]) -> HttpRequest:
    """Return the request by which a client lists the models. It is not sent; a token for it may be fetched.

    Raises:
        JackfieldError: There is none: no credential is to be had, for instance.
    """
    recorder = _Recorder()
    changed = {**settings, "transport": recorder, "retries": 0, "allow_plain_http": True}
    with Client(provider, **changed) as client:
        try:
            client.call(MODELS, ModelsRequest())
        except JackfieldError:
            if recorder.request is None:
                raise
    assert recorder.request is not None  # noqa: S101 - nothing answers without it
    return recorder.request
