"""How requests leave this machine, where that is not straight: proxies, and whose certificates are trusted.

Rule 1: what a transport is given is what differs from the straight way, so a transport that knows none of it is asked
for nothing.
Rule 2: a proxy's user and password stand in no repr and in no error.
"""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike, fsdecode
from os.path import exists  # a Path's module takes 2 ms that `import jackfield` does not pay
from typing import Any

from attrs import field, frozen

from jackfield._settings import environment
from jackfield._values import FrozenValue

FROM_ENVIRONMENT = "environment"
TRUSTS = ("openssl", "os")
_VARIABLES = ("https_proxy", "http_proxy", "all_proxy")
_HERE = ("localhost", "127.0.0.1", "::1")


@frozen(kw_only=True, eq=False, repr=False)
class Network(FrozenValue):
    """How requests leave this machine.

    Attributes:
        proxy: Which proxy a URL is reached through, or None where every URL is reached without.
        ca_bundle: A file or folder of certificates that are trusted in place of the usual ones, or None.
        trust: Whose certificates are trusted otherwise: `openssl`'s default place, or the `os`.
    """

    proxy: Callable[[str], str | None] | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    trust: str = "openssl"

    def transport_options(self) -> dict[str, Any]:
        """Return what a transport must be told: what differs from the default."""
        given = {
            "proxy": self.proxy,
            "ca_bundle": self.ca_bundle,
            "trust": None if self.trust == "openssl" else self.trust,
        }
        return {name: value for name, value in given.items() if value is not None}


def checked(proxy: Any, ca_bundle: Any, trust: Any) -> tuple[Network, list[str]]:
    """Return the settings as a network, and what is wrong with them, each opening with its name."""
    problems = []
    choose: Callable[[str], str | None] | None = None
    if proxy == FROM_ENVIRONMENT:
        choose = _from_environment()
    elif proxy is not None:
        if isinstance(proxy, str) and _is_proxy(proxy):
            choose = _always(proxy)
        else:
            problems.append(
                "proxy: must be an address such as 'http://proxy.example:3128', 'environment' for what HTTPS_PROXY and "
                "NO_PROXY say, or None for none"
            )
    if ca_bundle is not None and not (isinstance(ca_bundle, (str, PathLike)) and exists(ca_bundle)):  # noqa: PTH110
        problems.append(
            f"ca_bundle: must be a file or folder of certificates (PEM), and {str(ca_bundle)!r} is not there"
        )
        ca_bundle = None
    if trust not in TRUSTS:
        problems.append(f"trust: must be {' or '.join(map(repr, TRUSTS))}, not {trust!r}")
        trust = TRUSTS[0]
    if trust == "os":
        from importlib.util import find_spec  # noqa: PLC0415 - rare

        if find_spec("truststore") is None:
            problems.append("trust: 'os' needs the package truststore: pip install 'jackfield-core[os-trust]'")
    bundle = None if ca_bundle is None else fsdecode(ca_bundle)
    return Network(proxy=choose, ca_bundle=bundle, trust=trust), problems


def proxy_for(url: str, proxies: dict[str, str], without: tuple[str, ...]) -> str | None:
    """Return the proxy for *url*, or None.

    Args:
        url: What is asked.
        proxies: The proxies by scheme; `all` for every scheme that has none.
        without: What is reached without: names, which hold for all below them, a port where they have one; `*` is all.
    """
    from urllib.parse import urlsplit  # noqa: PLC0415 - as in `secret`

    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host in _HERE:
        return None
    for each in without:
        name, _, port = each.partition(":") if each.count(":") == 1 else (each, "", "")
        name = name.removeprefix("*").removeprefix(".")
        if port and port != str(parts.port or ""):
            continue
        if each == "*" or host == name or host.endswith(f".{name}"):
            return None
    return proxies.get(parts.scheme) or proxies.get("all")


def _from_environment() -> Callable[[str], str | None] | None:
    proxies = {
        name.partition("_")[0]: proxy
        for name in _VARIABLES
        if (proxy := environment(name) or environment(name.upper()))
    }
    if not proxies:
        return None
    listed = environment("no_proxy") or environment("NO_PROXY") or ""
    without = tuple(each.strip().lower() for each in listed.split(",") if each.strip())
    whole = {scheme: proxy if "://" in proxy else f"http://{proxy}" for scheme, proxy in proxies.items()}
    return lambda url: proxy_for(url, whole, without)


def _always(proxy: str) -> Callable[[str], str | None]:
    return lambda _url: proxy


def _is_proxy(proxy: str) -> bool:
    from urllib.parse import urlsplit  # noqa: PLC0415 - as in `secret`

    try:
        parts = urlsplit(proxy)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
