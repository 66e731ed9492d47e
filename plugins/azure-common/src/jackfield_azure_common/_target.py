"""What users paste as their Azure endpoint, and what it means. One pure function.

Azure has two surfaces. The *dated* one names the deployment in the path and a dated `api-version` in the query:
`{root}/deployments/{deployment}/{operation}?api-version=2024-10-21`. The *v1* one names the deployment as the body's
model: `{root}/v1/{operation}`. Source: Microsoft's API version lifecycle page and the portals' "Target URI".
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from attrs import frozen

DEFAULT_API_VERSION = "2024-10-21"
"""The newest dated version for inference that is no preview."""

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_V1_VERSIONS = ("v1", "preview", "latest")
_CREDENTIALS = frozenset({"api-key", "subscription-key", "ocp-apim-subscription-key", "code", "key", "token", "sig"})
_AZURE_HOSTS = (".azure.com", ".azure.us", ".azure.cn", ".microsoft.com")


@frozen
class Target:
    """What a pasted endpoint says.

    Attributes:
        root: Absolute, up to and with `/openai` (or what a gateway has in its place), no trailing slash.
        surface: `dated` or `v1`.
        deployment: The deployment that the endpoint names, or None.
        api_version: The version that the endpoint names, or None.
        query: The rest of its query, which goes with every request.
    """

    root: str
    surface: Literal["dated", "v1"] = "dated"
    deployment: str | None = None
    api_version: str | None = None
    query: str = ""

    @property
    def host(self) -> str:
        """The name in the root."""
        return urlsplit(self.root).hostname or ""

    @property
    def is_azure(self) -> bool:
        """Whether it is a resource of Azure's, and no gateway before one."""
        return self.host.endswith(_AZURE_HOSTS)


def parse(pasted: str) -> Target:
    """Return what *pasted* means, whether it is a resource's root, a target URI, a project's URL or a gateway's.

    Raises:
        ValueError: It is no http(s) address, or it carries credentials.
    """
    text = pasted.strip().strip("\"'<>")
    if not text.isprintable():
        raise ValueError("must not have control characters in it")
    if "://" not in text and re.match(r"[\w-]+(\.[\w-]+)+(:\d+)?(/|\?|$)", text):
        text = f"https://{text}"
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"must be an address such as 'https://NAME.openai.azure.com', not {pasted!r}")
    if parts.username or parts.password:
        raise ValueError("must not carry a user name or password; pass them in headers=")
    if parts.port == 0:  # one that is no number raises a ValueError itself
        raise ValueError("must have a port from 1 to 65535, or none")
    query = parse_qsl(parts.query, keep_blank_values=True)
    if leaking := [name for name, _ in query if name.lower() in _CREDENTIALS]:
        raise ValueError(f"must not carry credentials ({leaking[0]!r} in its query); pass them in headers=")
    version = next((value for name, value in query if name.lower() == "api-version"), None)
    rest = urlencode([(name, value) for name, value in query if name.lower() != "api-version"])
    segments = [segment for segment in parts.path.split("/") if segment]
    if parts.hostname.lower().endswith(_AZURE_HOSTS):
        # On a resource everything starts at its root; what stands before is a project, or the model inference API,
        # whose versions are of its own.
        at = next((at for at, segment in enumerate(segments) if segment.lower() == "openai"), len(segments))
        version = None if segments and at == len(segments) else version
        segments = segments[at:]
    path, surface, deployment = _path(segments)
    root = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
    if version in _V1_VERSIONS:
        surface = "v1"
    return Target(root, surface, deployment, version or None, rest)


def _path(segments: list[str]) -> tuple[str, Literal["dated", "v1"], str | None]:
    """Return the root's path, the surface, and the deployment that *segments* name."""
    lower = [segment.lower() for segment in segments]
    if "deployments" in lower:
        at = lower.index("deployments")
        named = unquote(segments[at + 1]) if len(segments) > at + 1 else None
        return _joined(segments[:at] or ["openai"]), "dated", named
    if "openai" in lower:
        at = len(lower) - 1 - lower[::-1].index("openai")
        surface: Literal["dated", "v1"] = "v1" if lower[at + 1 : at + 2] == ["v1"] else "dated"
        return _joined(segments[: at + 1]), surface, None
    if "v1" in lower:  # a gateway that has the newer surface under a name of its own
        return _joined(segments[: lower.index("v1")]), "v1", None
    return _joined([*segments, "openai"]), "dated", None


def _joined(segments: list[str]) -> str:
    return "".join(f"/{segment}" for segment in segments)


def checked_version(version: str) -> str:
    """Return an api-version as it is.

    Raises:
        ValueError: It is none.
    """
    version = str(version).strip()  # a file may hold a number where a date was meant
    if version not in _V1_VERSIONS and _DATED.fullmatch(version) is None:
        raise ValueError(
            f"must be a date such as {DEFAULT_API_VERSION!r} or '2025-04-01-preview' (dated surface), "
            f"or 'v1' or 'preview' (v1 surface), not {version!r}"
        )
    return version
