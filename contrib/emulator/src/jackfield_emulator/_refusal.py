"""How each vendor says no.

Sources: OpenAI's error object (four keys, always all of them); Azure's gateway, which has the status as a string in
`code`, or no `error` around it at all; Azure's model servers, which speak OpenAI's shape.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):  # noqa: N818 - it is an answer, not a mistake of ours
    """Raised anywhere on the way to an answer, and sent in its place."""

    def __init__(self, status: int, document: Any, *, gateway: bool = False) -> None:
        super().__init__(status, document)
        self.status = status
        self.document = document
        self.gateway = gateway


def invalid(message: str, param: str | None = None, code: str | None = None, *, status: int = 400) -> Refusal:
    """Return a refusal in OpenAI's shape, which Azure's model servers share."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return Refusal(status, {"error": error})


def gateway(status: int, message: str) -> Refusal:
    """Return a refusal of Azure's gateway, with the status as a string."""
    return Refusal(status, {"error": {"code": str(status), "message": message}}, gateway=True)


def bare(status: int, message: str) -> Refusal:
    """Return a refusal of Azure's gateway that has no `error` around it."""
    return Refusal(status, {"statusCode": status, "message": message}, gateway=True)


def missing(param: str) -> Refusal:
    """Refuse for want of a parameter."""
    return invalid(f"Missing required parameter: '{param}'.", param, "missing_required_parameter")


def unknown(param: str) -> Refusal:
    """Refuse a parameter that is none."""
    return invalid(f"Unknown parameter: '{param}'.", param, "unknown_parameter")


def unsupported(param: str, instead: str) -> Refusal:
    """Refuse a parameter that this model lacks."""
    message = f"Unsupported parameter: '{param}' is not supported with this model. {instead}"
    return invalid(message.strip(), param, "unsupported_parameter")
