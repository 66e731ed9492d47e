"""A managed identity's token endpoint, as App Service has it, and the tokens that it gives.

Source: Microsoft's page on managed identities in App Service, "REST endpoint reference". The tokens are JSON web
tokens in form. Nobody signs them: what makes one good is that it was given here and has not expired.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from threading import Lock
from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield_emulator._chance import hexadecimal
from jackfield_emulator._json import compact
from jackfield_emulator._refusal import bare

if TYPE_CHECKING:
    from collections.abc import Mapping

AUDIENCES = ("https://cognitiveservices.azure.com", "https://ai.azure.com", "https://cognitiveservices.azure.us")
"""For whom a token must be, so that Azure OpenAI takes it."""
API_VERSION = "2019-08-01"
_CLIENT = "5e29463d-71da-4fe0-8e69-999b57db23b0"
_TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


@frozen
class Token:
    """A token that was given."""

    text: str
    resource: str
    expires: float


class TokenOffice:
    """Gives tokens, and knows them again."""

    def __init__(self, header: str, lifetime: float) -> None:
        self.header = header
        self.lifetime = lifetime
        self._given: dict[str, Token] = {}
        self._lock = Lock()

    def give(self, resource: str = AUDIENCES[0], lifetime: float | None = None) -> Token:
        """Return a new token for *resource*."""
        now = time.time()
        expires = now + (self.lifetime if lifetime is None else lifetime)
        with self._lock:
            number = len(self._given) + 1
            claims = {
                "aud": resource,
                "iss": f"https://sts.windows.net/{_TENANT}/",
                "iat": int(now),
                "nbf": int(now),
                "exp": int(expires),
                "appid": _CLIENT,
                "idtyp": "app",
                "tid": _TENANT,
                "uti": hexadecimal(22, number, now),
                "ver": "1.0",
            }
            text = ".".join(map(_segment, ({"typ": "JWT", "alg": "none"}, claims))) + "."
            token = self._given[text] = Token(text, resource, expires)
        return token

    def expire(self) -> None:
        """Make every token that was given so far expire now."""
        with self._lock:
            self._given = {text: Token(text, token.resource, 0.0) for text, token in self._given.items()}

    def accepts(self, text: str | None) -> bool:
        """Tell whether *text* is a token from here, for Azure OpenAI, and still good."""
        token = self._given.get(text or "")
        return token is not None and token.resource.rstrip("/") in AUDIENCES and time.time() < token.expires


def answer(query: Mapping[str, str], headers: Mapping[str, str], office: TokenOffice) -> dict[str, Any]:
    """Answer `GET /msi/token`."""
    if headers.get("x-identity-header") != office.header:
        raise bare(401, "Unauthorized: the header X-IDENTITY-HEADER is missing or is not IDENTITY_HEADER.")
    if query.get("api-version") != API_VERSION:
        raise bare(400, f"Bad request: api-version must be {API_VERSION}.")
    if not query.get("resource"):
        raise bare(400, "Bad request: the parameter resource is missing.")
    token = office.give(query["resource"])
    return {
        "access_token": token.text,
        "expires_on": str(int(token.expires)),
        "resource": token.resource,
        "token_type": "Bearer",
        "client_id": query.get("client_id", _CLIENT),
    }


def _segment(document: Any) -> str:
    return urlsafe_b64encode(compact(document).encode()).rstrip(b"=").decode()
