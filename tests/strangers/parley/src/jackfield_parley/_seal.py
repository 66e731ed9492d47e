"""Who asks: every request carries a date, a number used once, and a signature over both and all of itself."""

import hmac
import secrets
import time
from hashlib import sha256
from urllib.parse import urlsplit

from attrs import frozen
from jackfield.plugin import Flow, HttpHead, HttpRequest, Run, Secret, impl


def stamp() -> tuple[str, str]:
    """Return the time and a number used once."""
    return str(int(time.time())), secrets.token_hex(8)


@frozen(eq=False)
class Seal:
    """Signs requests."""

    key_id: str
    key: Secret

    @impl
    def authorize(self, request: HttpRequest, refused: HttpHead | None) -> Flow[HttpRequest]:
        """Date and number the attempt. After a refusal Parley's own clock counts: ours may be wrong."""
        date, nonce = yield Run(stamp)
        if refused is not None:
            date = refused.headers.get("parley-now", date)
        return request.with_header("parley-date", date).with_header("parley-nonce", nonce)

    @impl
    def finish_request(self, request: HttpRequest) -> HttpRequest:
        """Sign what will be sent. The signature is a secret as well: it goes where the key may go."""
        parts = urlsplit(request.url)
        body = sha256(request.body or b"").hexdigest()
        date, nonce = request.headers["parley-date"], request.headers["parley-nonce"]
        signed = f"{request.method}\n{parts.path}?{parts.query}\n{body}\n{date}\n{nonce}"
        key = self.key.reveal(request.url)
        signature = hmac.new(key.encode(), signed.encode(), "sha256").hexdigest()
        sealed = Secret(signature).bound_to(request.url).prefixed(f"{self.key_id}:")
        return request.with_header("parley-signature", sealed)
