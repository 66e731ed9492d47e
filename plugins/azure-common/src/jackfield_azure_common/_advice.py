"""What to do about a refusal of Azure's: the mistakes that are made with it, by status and code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from jackfield_azure_common._target import DEFAULT_API_VERSION

if TYPE_CHECKING:
    from jackfield.plugin import Call
    from jackfield_azure_common._endpoint import AzureEndpoint

_NO_DEPLOYMENT = (
    "there is no deployment {deployment!r} at {host}: give the name that the deployment has there, which need not be "
    "the model's, as deployment= or model=; a new one takes some minutes"
)
_BY_CODE = {
    "DeploymentNotFound": _NO_DEPLOYMENT,
    "unknown_model": _NO_DEPLOYMENT,
    "OperationNotSupported": (
        "the deployment {deployment!r} runs a model that does not do {operation!r}: name one that does, "
        "as deployment= or model="
    ),
}
_NO_DATED_URL = (
    "{host} has nothing there: check endpoint=, the resource's address, and whether api_version={version!r} "
    "has {operation!r}; api_version='v1' asks the newer surface"
)
_NO_V1_URL = (
    "{host} has nothing there: check endpoint=, the resource's address; a gateway or cloud without the v1 surface "
    f"wants api_version={DEFAULT_API_VERSION!r} and an endpoint without /v1"
)
_NOT_FOUND = 404
_UNAUTHORIZED = 401


@frozen(eq=False)
class Advice:
    """Says what to do about a refusal.

    Args:
        endpoint: Where the call went.
        credentials: What the provider says of its credentials, by code or status.
        facts: What that speaks of in braces, beside `deployment`, `host`, `operation` and `version`.
    """

    endpoint: AzureEndpoint
    credentials: Mapping[int | str, str]
    facts: Mapping[str, str] = field(factory=dict)

    def __call__(self, call: Call, status: int, code: str | None) -> str | None:
        """Return what to do, or None where nothing is known of that refusal."""
        target = self.endpoint.target
        advice = self.credentials.get(code or status) or _BY_CODE.get(code or "") or self.credentials.get(status)
        if status == _NOT_FOUND and advice is None:
            advice = _NO_DATED_URL if self.endpoint.is_dated(call) else _NO_V1_URL
        if advice is None:
            return None
        if status == _UNAUTHORIZED and not target.is_azure:
            advice += "; a gateway may want a key of its own, as headers={{'Ocp-Apim-Subscription-Key': ...}}"
        return advice.format(
            deployment=self.endpoint.deployment or call.model,
            host=target.host,
            operation=call.operation.name,
            version=self.endpoint.version(call),
            **self.facts,
        )
