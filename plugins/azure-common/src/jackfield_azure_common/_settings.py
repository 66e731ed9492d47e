"""The settings that both Azure providers have; each adds its credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from jackfield.plugin import setting
from jackfield_azure_common._endpoint import AzureEndpoint
from jackfield_azure_common._target import Target, checked_version, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def as_target(pasted: str | Target) -> Target:
    """Return an endpoint as what it means."""
    return pasted if isinstance(pasted, Target) else parse(str(pasted))


@frozen(eq=False, kw_only=True)
class AzureSettings:
    """Endpoint, deployment and version."""

    endpoint: Target = setting(
        env=("AZURE_OPENAI_ENDPOINT",),
        convert=as_target,
        help="the resource's address or a deployment's target URI, as the portal shows it",
    )
    deployment: str | None = setting(default=None, help="the name that you gave the deployment")
    api_version: str | None = setting(
        default=None,
        env=("OPENAI_API_VERSION",),
        convert=checked_version,
        help="such as 2024-10-21, the default; 'v1' or 'preview' for the /openai/v1/ surface",
    )

    @classmethod
    def problems(cls, settings: Mapping[str, Any]) -> Iterator[str]:
        """Endpoint and deployment may not contradict each other."""
        target, deployment = settings.get("endpoint"), settings["deployment"]
        if target is not None and None not in (target.deployment, deployment) and target.deployment != deployment:
            yield f"deployment: is {deployment!r}, but the endpoint names {target.deployment!r}; keep one of them"

    def located(self, always_dated: frozenset[str] = frozenset()) -> AzureEndpoint:
        """Return the endpoint part."""
        target, version = self.endpoint, self.api_version or self.endpoint.api_version
        if version is not None and not version[0].isdigit():
            target = evolve(target, surface="v1")
            version = None if version in ("v1", "latest") else version
        elif target.surface == "v1":
            version = None  # a date says nothing on the v1 surface; it is often in the environment for older programs
        return AzureEndpoint(target, self.deployment or target.deployment, version, always_dated)
