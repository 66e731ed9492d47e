"""The URL of a call on Azure, and the model to name in its body."""

from __future__ import annotations

from urllib.parse import quote

from attrs import frozen

from jackfield.plugin import Call, InvalidRequestError, UnsupportedOperationError, impl
from jackfield_azure_common._target import DEFAULT_API_VERSION, Target

_V1_PREVIEWS = frozenset({"images.generations", "images.edits"})
"""Operations that the v1 surface documents with `api-version=preview` only."""
_SINCE = {"images.edits": "2025-04-01-preview"}
"""Operations that came with a dated version; an older one has no such path."""
_LACKING = frozenset({"images.variations"})
"""Operations that Azure has on neither surface."""

_MEANING = "the deployment's name"
_STEPS = frozenset({".", ".."})
"""Quoted or not, whoever handles a URL removes them from its path."""


@frozen(eq=False)
class AzureEndpoint:
    """Where calls go on Azure.

    Args:
        target: What the endpoint says.
        deployment: The configured deployment; it wins over a request's model. None lets the model name it.
        api_version: The configured version, or None for the default of the surface.
        always_dated: Operations, by name, that go to the dated surface whatever the endpoint's.
    """

    target: Target
    deployment: str | None = None
    api_version: str | None = None
    always_dated: frozenset[str] = frozenset()

    def is_dated(self, call: Call) -> bool:
        """Tell on which surface a call is asked."""
        return self.target.surface == "dated" or call.operation.name in self.always_dated

    def version(self, call: Call) -> str | None:
        """Return the api-version that a call goes with, if any: on the dated surface one that has the operation."""
        if not self.is_dated(call):
            version = self.api_version or ("preview" if call.operation.name in _V1_PREVIEWS else None)
            return None if version == "latest" else version
        version = (self.api_version if self.target.surface == "dated" else None) or DEFAULT_API_VERSION
        return max(version, _SINCE.get(call.operation.name, version))

    @impl
    def build_url(self, call: Call) -> str:
        """Name the deployment in the path (dated), or leave it to the body (v1)."""
        if call.operation.name in _LACKING:
            raise UnsupportedOperationError(
                f"Azure has no operation {call.operation.name!r}; use the provider openai, or IMAGE_EDITS with a prompt"
            )
        operation = call.operation.name.replace(".", "/")
        if not self.is_dated(call):
            return self._with_query(f"{self.target.root}/v1/{operation}", self.version(call))
        if call.operation.addressed_to == "model":
            operation = f"deployments/{quote(self._deployment(call), safe='')}/{operation}"
        return self._with_query(f"{self.target.root}/{operation}", self.version(call))

    def body_model(self, call: Call) -> str | None:
        """Return the model to name in the body: on the v1 surface the deployment, on the dated one none."""
        if self.is_dated(call) or call.operation.addressed_to == "account":
            return None
        return self._deployment(call)

    def _deployment(self, call: Call) -> str:
        named = self.deployment or call.model
        if not named:
            setting = f" or {call.operation.model_setting}=…" if call.operation.model_setting else ""
            raise InvalidRequestError(
                f"{call.operation.name!r} on Azure needs a deployment",
                problems=[
                    f"deployment: missing; give the client deployment=…{setting}, or the request model=…, {_MEANING}"
                ],
            )
        if named in _STEPS:
            raise InvalidRequestError(
                f"{call.operation.name!r} on Azure cannot be asked of {named!r}",
                problems=[f"deployment: is {named!r}, which a path takes for a step up or none; give {_MEANING}"],
            )
        return named

    def _with_query(self, url: str, version: str | None) -> str:
        query = "&".join(part for part in (self.target.query, f"api-version={version}" if version else "") if part)
        return f"{url}?{query}" if query else url
