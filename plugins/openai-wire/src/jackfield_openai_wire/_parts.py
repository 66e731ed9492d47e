"""Where to, and with which key: the two parts that most OpenAI-shaped providers need beside the wire."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from attrs import field, frozen

from jackfield.plugin import Call, HttpRequest, Secret, impl

_OPERATION_PATHS = (
    "/chat/completions",
    "/images/generations",
    "/images/edits",
    "/images/variations",
    "/embeddings",
    "/models",
)


def base_url(pasted: str) -> str:
    """Return the base of an OpenAI-shaped API, from whatever was pasted: blanks, slashes, a whole operation's URL.

    Raises:
        ValueError: It is no absolute http(s) URL, or it carries credentials.
    """
    text = str(pasted).strip()
    if not text.isprintable() or " " in text:
        raise ValueError("must not have blanks or control characters in it")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"must be an absolute URL such as 'https://host/v1', not {str(pasted)!r}")
    if parts.username or parts.password:
        raise ValueError("must not carry a user name or password; pass the key as api_key= or in headers=")
    if parts.port == 0:  # one that is no number raises a ValueError itself
        raise ValueError("must have a port from 1 to 65535, or none")
    path = parts.path.rstrip("/")
    for operation in _OPERATION_PATHS:
        path = path.removesuffix(operation).rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


@frozen(eq=False, repr=False)
class Endpoint:
    """Operations as paths below one base URL: `chat.completions` is `{base}/chat/completions`.

    Args:
        base: The base, as `base_url` gives it; a query in it goes with every request.
    """

    base: str

    @impl
    def build_url(self, call: Call) -> str:
        """Append the operation's name."""
        base, question, query = self.base.partition("?")
        return f"{base}/{call.operation.name.replace('.', '/')}{question}{query}"


@frozen(eq=False, repr=False)
class HeaderKey:
    """A key in a header.

    Args:
        key: The key, bound to the endpoint; None where the endpoint wants none.
        name: The header.
        prefix: What stands before the key.
    """

    key: Secret | None
    name: str = "authorization"
    prefix: str = "Bearer "
    _shown_as: Secret | None = field(init=False, repr=False)

    @_shown_as.default
    def _prefixed(self) -> Secret | None:
        return None if self.key is None else self.key.prefixed(self.prefix)

    @impl
    def authorize(self, request: HttpRequest) -> HttpRequest:
        """Add the header. There is no other key to try after a refusal."""
        return request if self._shown_as is None else request.with_header(self.name, self._shown_as)
