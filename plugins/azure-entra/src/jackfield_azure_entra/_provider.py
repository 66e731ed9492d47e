"""Settings of the provider `azure-entra`, and the parts they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from jackfield.plugin import Secret, setting
from jackfield_azure_common import Advice, AzureSettings
from jackfield_azure_entra._credentials import EntraCredentials
from jackfield_openai_wire import OpenAIWire

_SCOPES = {
    ".azure.us": "https://cognitiveservices.azure.us/.default",
    ".azure.cn": "https://cognitiveservices.azure.cn/.default",
}
_SCOPE = "https://cognitiveservices.azure.com/.default"

_ALWAYS_DATED = frozenset({"embeddings"})
"""Microsoft's embeddings page: with Entra tokens the v1 surface does not answer embeddings."""

_NO_ROLE = (
    "the identity may not do this: give it the role 'Cognitive Services OpenAI User' at the resource (Owner and "
    "Contributor do not contain it), and allow five minutes; where it has the role, look at the resource's networks"
)
_ADVICE: Mapping[int | str, str] = {"PermissionDenied": _NO_ROLE, 403: _NO_ROLE}
_PASTED = (
    "check token=: it must be for {audience}, and lives for about an hour; pass a new one, "
    "or credential=…, which renews it"
)
_ASKED = "check what tokens are asked for: scope= is {scope!r}, and Azure OpenAI wants {usual!r}"
_REGION = ".api.cognitive.microsoft.com"
_OF_A_REGION = (
    "; {host} is a whole region's, and a token wants the resource's own: endpoint='https://NAME.openai.azure.com'"
)


def as_token(given: Any) -> Any:
    """Return a pasted token as a secret, and what gives tokens as it is."""
    if isinstance(given, str):
        return Secret(given.strip().removeprefix("Bearer "))
    if isinstance(given, Secret) or callable(given):
        return given
    raise ValueError(f"must be a token, or a function that returns one, not {type(given).__name__}")


def as_credential(given: Any) -> Any:
    """Return a credential as it is."""
    if not callable(getattr(given, "get_token", None)):
        raise ValueError(  # noqa: TRY004 - it is a setting's value that is wrong
            f"must have get_token(scope), as those of azure-identity have; {type(given).__name__} has not"
        )
    return given


@frozen(eq=False, kw_only=True)
class AzureEntra(AzureSettings):
    """Azure OpenAI with Microsoft Entra tokens."""

    hooks_version = 1

    token: Secret | Callable[[], Any] | None = setting(
        default=None,
        env=("AZURE_OPENAI_AD_TOKEN",),
        bound_to="endpoint",
        convert=as_token,
        help="a token, or a function that returns one and is asked before each attempt",
    )
    credential: Any = setting(
        default=None, convert=as_credential, help="a credential of azure-identity, such as DefaultAzureCredential()"
    )
    scope: str | None = setting(default=None, help=f"what tokens are asked for; {_SCOPE} unless the cloud is another")

    @classmethod
    def problems(cls, settings: Mapping[str, Any]) -> Iterator[str]:
        """There must be a source of tokens."""
        yield from super().problems(settings)
        if settings["token"] is None and settings["credential"] is None:
            yield (
                "token: missing; pass token=… (a token or a function) or credential=… "
                "(pip install 'jackfield-azure-entra[identity]', then DefaultAzureCredential()), "
                "or set AZURE_OPENAI_AD_TOKEN"
            )

    def parts(self) -> Sequence[object]:
        """Endpoint, credentials, payload."""
        endpoint = self.located(_ALWAYS_DATED)
        root, usual = endpoint.target.root, _scope(endpoint.target.host)
        # A credential that is passed wins over a token that is lying in the environment.
        source = self.token if self.credential is None else self.credential
        scope = self.scope or usual
        audience = scope.removesuffix("/.default")
        refused = _PASTED if isinstance(source, Secret) else _ASKED
        if endpoint.target.host.endswith(_REGION):
            refused += _OF_A_REGION
        advice = Advice(endpoint, {**_ADVICE, 401: refused}, {"scope": scope, "usual": usual, "audience": audience})
        return endpoint, EntraCredentials(source, root, scope), OpenAIWire(endpoint.body_model, next_step=advice)


def _scope(host: str) -> str:
    return next((scope for ending, scope in _SCOPES.items() if host.endswith(ending)), _SCOPE)
