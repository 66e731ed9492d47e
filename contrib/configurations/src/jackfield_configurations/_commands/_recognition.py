"""What was pasted as an endpoint: whose it is, and what it says beside the address.

People paste what a portal shows: a resource's root, a deployment's target URI with its version, a whole operation's
URL. All of it is read; what is kept is the shortest address that means the same.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from attrs import frozen

from jackfield_azure_common import Target, parse
from jackfield_configurations._commands._catalogue import KNOWN
from jackfield_openai_wire import base_url

_V1 = "v1"
_DATED_MARKS = ("/deployments", "api-version=")
_DEPLOYMENT_MARK = "/openai"


@frozen
class Recognised:
    """What a pasted endpoint says.

    Attributes:
        is_azure: Whether it is Azure's, or a gateway that speaks as Azure does.
        endpoint: The address, in its shortest form.
        deployment: The deployment that it names, or None.
        api_version: The version that it names, or None; `v1` for the surface of that name.
    """

    is_azure: bool
    endpoint: str
    deployment: str | None = None
    api_version: str | None = None

    @property
    def shown(self) -> str:
        """All of it in one line."""
        beside = [
            f"{name} {value}"
            for name, value in (("deployment", self.deployment), ("api-version", self.api_version))
            if value
        ]
        return ", ".join([self.endpoint, *beside])


def recognised(pasted: str, *, as_azure: bool | None = None) -> Recognised:
    """Return what *pasted* means.

    Args:
        pasted: The address, as it was copied.
        as_azure: Whether to read it as Azure's; None where the address is to say.

    Raises:
        ValueError: It is no address.
    """
    if as_azure is None:
        as_azure = _is_azure(pasted)
    if not as_azure:
        text = pasted.strip().strip("\"'<>")
        return Recognised(is_azure=False, endpoint=base_url(text if "://" in text else f"https://{text}"))
    target = parse(pasted)
    query = f"?{target.query}" if target.query else ""  # a gateway's, which goes with every request
    version = target.api_version or (_V1 if target.surface == _V1 else None)
    return Recognised(
        is_azure=True, endpoint=f"{_shortest(target)}{query}", deployment=target.deployment, api_version=version
    )


def recognised_for(provider: str, pasted: str) -> Recognised:
    """Return what was pasted as the endpoint of a provider.

    Raises:
        ValueError: It is no address, or somebody else's.
    """
    known = KNOWN.get(provider)
    if known is None:
        return Recognised(is_azure=False, endpoint=pasted.strip())
    if known.is_azure:
        return recognised(pasted, as_azure=True)
    found = recognised(pasted)
    if found.is_azure and found.api_version != _V1:
        raise ValueError("endpoint: that is an address of Azure OpenAI; azure-apikey and azure-entra are for those")
    return recognised(pasted, as_azure=False)


def _shortest(target: Target) -> str:
    """Return the shortest address that means the same."""
    root = target.root.removesuffix(_DEPLOYMENT_MARK)
    if root == target.root:  # a gateway that has something else in its place
        return f"{root}/{_V1 if target.surface == _V1 else 'deployments'}"
    return target.root if urlsplit(root).path else root


def _is_azure(pasted: str) -> bool:
    try:
        target = parse(pasted)
    except ValueError:
        return False
    return target.is_azure or any(mark in pasted.lower() for mark in _DATED_MARKS) or "/openai/v1" in pasted.lower()
