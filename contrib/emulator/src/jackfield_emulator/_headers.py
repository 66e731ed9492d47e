"""The headers around an answer, in each vendor's own format."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from jackfield_emulator._chance import digest, hexadecimal

if TYPE_CHECKING:
    from jackfield_emulator._asked import Asked
    from jackfield_emulator._reply import Reply

_REQUESTS, _TOKENS = 10_000, 2_000_000
"""What OpenAI allows in a minute."""
_AZURE_REQUESTS, _AZURE_TOKENS = 100, 100_000
_SECOND = 1000
_REGION = "East US"
_SAFE = {
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
}


def openai(asked: Asked, reply: Reply | None) -> dict[str, str]:
    """Return OpenAI's. Limits are told where a model has answered."""
    headers = {
        "openai-organization": "emulator",
        "openai-processing-ms": str(_milliseconds(asked)),
        "openai-version": "2020-10-01",
        "x-request-id": f"req_{hexadecimal(32, 'request', asked.number, asked.target)}",
        **_SAFE,
    }
    if reply is not None and reply.tokens:
        headers |= {
            "x-ratelimit-limit-requests": str(_REQUESTS),
            "x-ratelimit-limit-tokens": str(_TOKENS),
            "x-ratelimit-remaining-requests": str(_REQUESTS - 1),
            "x-ratelimit-remaining-tokens": str(max(0, _TOKENS - reply.tokens)),
            "x-ratelimit-reset-requests": go_duration(60_000 // _REQUESTS),
            "x-ratelimit-reset-tokens": go_duration(60_000 * reply.tokens // _TOKENS),
        }
    return headers


def azure(asked: Asked, reply: Reply | None, deployment: str | None, *, gateway: bool) -> dict[str, str]:
    """Return Azure's. What the gateway refuses has no `x-request-id`, since no model server saw it."""
    headers = {"apim-request-id": _uuid("apim", asked), "x-ms-region": _REGION, **_SAFE}
    if gateway:
        return headers
    headers |= {
        "azureml-model-session": "d" + hexadecimal(16, deployment),
        "openai-processing-ms": f"{_milliseconds(asked)}.{asked.number % 10000:04}",
        "x-accel-buffering": "no",
        "x-ms-client-request-id": asked.headers.get("x-ms-client-request-id", "Not-Set"),
        "x-ms-rai-invoked": "true",
        "x-request-id": _uuid("request", asked),
    }
    if deployment is not None:
        headers["x-ms-deployment-name"] = deployment
    if reply is not None and reply.tokens:
        headers |= {
            "x-ratelimit-limit-requests": str(_AZURE_REQUESTS),
            "x-ratelimit-limit-tokens": str(_AZURE_TOKENS),
            "x-ratelimit-remaining-requests": str(_AZURE_REQUESTS - 1),
            "x-ratelimit-remaining-tokens": str(max(0, _AZURE_TOKENS - reply.tokens)),
        }
        if reply.events is None:  # streams come without
            headers["x-ratelimit-reset-requests"] = "1"
            headers["x-ratelimit-reset-tokens"] = str(-(-60 * reply.tokens // _AZURE_TOKENS))
    return headers


def go_duration(milliseconds: int) -> str:
    """Return a duration as Go prints it: `0s`, `17ms`, `1.5s`, `6m0s`."""
    if not milliseconds:
        return "0s"
    if milliseconds < _SECOND:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 1000:.3f}".rstrip("0").rstrip(".")
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{seconds}s"


def _milliseconds(asked: Asked) -> int:
    return 80 + digest("time", asked.number)[0]


def _uuid(which: str, asked: Asked) -> str:
    return str(UUID(bytes=digest(which, asked.number, asked.target)[:16], version=4))
