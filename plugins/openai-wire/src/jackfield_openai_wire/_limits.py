"""429 is five different things: what there was too much of, and what to change.

Rule 1: from the code, the type and the headers alone; of the text only a wait is known.
Sources: Microsoft's quota page, OpenAI's error codes, and recorded answers of both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_CAPACITY = frozenset(
    {
        "EngineOverloaded",
        "NoCapacity",
        "engine_overloaded",
        "model_overloaded",
        "overloaded",
        "overloaded_error",
        "server_overloaded",
        "system_overloaded",
    }
)
_HINTS = ("retry-after-ms", "x-ms-retry-after-ms", "retry-after")
FINAL = frozenset({"quota", "size"})
"""The reasons that no waiting changes."""

NEXT: Mapping[str | None, str] = {
    "requests": "too many requests at once: send fewer, or spread them; the error's retry_after says how long to wait",
    "tokens": (
        "too many tokens at once: shorten the prompts, or lower max_tokens, which counts in full beforehand; "
        "the error's retry_after says how long to wait"
    ),
    "quota": "add credit or raise the budget of the account; waiting does not help",
    "size": "this one request is larger than the limit for a minute: send less in one; waiting does not help",
    "capacity": "the provider is short of capacity, not you: wait, or use another region or model",
    None: "too many requests or tokens: slow down, or wait as the error's retry_after says",
}


def reason_of(code: str | None, kind: str | None, headers: Mapping[str, str], wait: float | None) -> str | None:
    """Return what there was too much of, or None where nothing tells.

    Args:
        code: The answer's code.
        kind: Its type.
        headers: Its headers.
        wait: The wait that its text asks for.
    """
    words = {code, kind}
    if words & _QUOTA:
        return "quota"
    if words & _CAPACITY:
        return "capacity"
    asked_to_wait = wait is not None or any(name in headers for name in _HINTS)
    if kind == "tokens" and not asked_to_wait and "0" != headers.get("x-ratelimit-remaining-tokens"):
        return "size"  # there are tokens left, and no wait is asked for: recorded with "Request too large" alone
    if kind in ("tokens", "requests"):
        return kind
    used_up = [
        each for each in ("requests", "tokens") if headers.get(f"x-ratelimit-remaining-{each}", "").strip() == "0"
    ]
    return used_up[0] if 1 == len(used_up) else None
