"""Entra tokens: asked for before each attempt, from whoever has them.

Rule 1: no clock and no cache here: credentials of azure-identity keep their tokens and renew them before they expire.
Rule 2: whatever asks the network is a `Run`, so that blocking and asynchronous credentials both work.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield.plugin import (
    AuthenticationError,
    Flow,
    HttpHead,
    HttpRequest,
    JackfieldError,
    Run,
    Secret,
    SetupError,
    impl,
)

if TYPE_CHECKING:
    from collections.abc import Generator

_EXCERPT = 300
_CLAIMS = re.compile(r'claims="([^"]+)"')


@frozen(eq=False)
class EntraCredentials:
    """The bearer token of each attempt.

    Args:
        source: A token, a function that returns one, or a credential with `get_token(scope)`, blocking or not.
        root: The endpoint that tokens are for.
        scope: What to ask a credential for.
    """

    source: Any
    root: str
    scope: str

    @impl
    def authorize(self, request: HttpRequest, refused: HttpHead | None) -> HttpRequest | Flow[HttpRequest]:
        """Ask for a token and send it as bearer."""
        if isinstance(self.source, Secret):
            return _with(request, self.source, self.root)
        return self._asking(request, refused)

    def _asking(self, request: HttpRequest, refused: HttpHead | None) -> Flow[HttpRequest]:
        ask = getattr(self.source, "get_token", None)
        if ask is None:
            ask, giver = self.source, "the function passed as token="
        else:
            claims, giver = _claims(refused), f"the credential {type(self.source).__name__}"
            ask = partial(ask, self.scope, claims=claims) if claims else partial(ask, self.scope)
        try:
            token = yield Run(ask)
        except JackfieldError:
            raise
        except Exception as error:
            raise SetupError(f"{giver} gave no token: {str(error)[:_EXCERPT] or type(error).__name__}") from error
        text = getattr(token, "token", token)  # azure-identity's AccessToken, or text
        if not isinstance(text, str | Secret):
            raise SetupError(f"{giver} gave no token, but {type(text).__name__}")
        try:
            return _with(request, text if isinstance(text, Secret) else Secret(text), self.root)
        except SetupError as error:
            raise SetupError(f"{giver} gave a token that cannot be sent: it {error.message}") from None

    @impl(wrapper=True)
    def decode_error(self, head: HttpHead) -> Generator[None, JackfieldError | None, JackfieldError | None]:
        """Say of a refused token what it says of itself."""
        error = yield
        if isinstance(error, AuthenticationError) and isinstance(self.source, Secret):
            about = _about(self.source.bound_to(self.root).reveal(self.root), head)
            if about:
                error.message = f"{error.message}; {about}"
                error.args = (error.message,)
        return error


def _with(request: HttpRequest, token: Secret, root: str) -> HttpRequest:
    return request.with_header("authorization", token.bound_to(root).prefixed("Bearer "))


def _claims(refused: HttpHead | None) -> str | None:
    """Return the claims that a 401 challenges for: with them a credential does not answer from its cache."""
    found = _CLAIMS.search(refused.headers.get("www-authenticate", "")) if refused is not None else None
    if found is None:
        return None
    try:
        return urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)).decode()
    except ValueError:
        return None


def _about(token: str, head: HttpHead) -> str:
    """Return when *token* expires and whom it is for, as far as it can be read."""
    _, *signed = token.split(".")
    if not signed:
        return "what was passed as token= is no token of Entra's; is it a key? then use the provider azure-apikey"
    try:
        facts = json.loads(urlsafe_b64decode(signed[0] + "=" * (-len(signed[0]) % 4)))
        expires = datetime.fromtimestamp(float(facts["exp"]), UTC)
    except (KeyError, TypeError, ValueError, OSError, OverflowError):
        return ""
    try:
        expired = parsedate_to_datetime(head.headers.get("date", "")) >= expires
    except (TypeError, ValueError):
        expired = False
    when = f"{'expired' if expired else 'expires'} {expires:%Y-%m-%d %H:%M:%S} UTC"
    return f"the token {when} and is for {facts.get('aud', 'nobody')}"
