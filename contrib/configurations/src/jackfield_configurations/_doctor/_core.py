"""The one thing that is asked of the core beyond its public names: through which proxy a client would go."""

from __future__ import annotations

from typing import Any

from jackfield._network import FROM_ENVIRONMENT, checked

__all__ = ["proxy_of"]


def proxy_of(url: str, setting: Any = FROM_ENVIRONMENT) -> str | None:
    """Return the proxy through which a client reaches *url*, or None.

    Args:
        url: What is asked.
        setting: The client's `proxy`.
    """
    network, _ = checked(setting, None, "openssl")
    return None if network.proxy is None else network.proxy(url)
