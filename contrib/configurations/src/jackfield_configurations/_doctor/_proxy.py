"""The proxy between here and there, if there is one: whether it is there, and lets us through."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jackfield_configurations._doctor._finding import Finding
from jackfield_configurations._doctor._sockets import TunnelError, connected, proxy_address, tunnel

if TYPE_CHECKING:
    from collections.abc import Generator

    from jackfield_configurations._doctor._subject import Subject

_NOT_HTTP, _AUTHENTICATE, _SERVER = 0, 407, 500
_ADDRESS = "http://USER:PASSWORD@{host}:{port}"


def probe(subject: Subject) -> Generator[Finding, None, bool]:
    """Ask the proxy for what the client will ask it for."""
    proxy = subject.proxy
    if proxy is None:
        yield Finding("proxy", "ok", "none is used")
        return True
    host, port = proxy_address(proxy)
    is_set = subject.settings.get("proxy", "environment") != "environment"
    origin = "the setting proxy" if is_set else "HTTPS_PROXY and its relatives in the environment"
    named = f"the proxy {host} port {port} (from {origin})"
    leave = "set proxy" if is_set else "correct that variable, name the endpoint's host in NO_PROXY, or set proxy"
    try:
        if subject.scheme == "https" and urlsplit(proxy).scheme == "http":
            tunnel(proxy, subject.host, subject.port, subject.deadline).close()
        else:
            connected(host, port, subject.deadline).close()
    except TunnelError as error:
        yield Finding("proxy", "problem", *_refused(error.status, proxy, named, subject))
        return False
    except OSError as error:
        reason = error.strerror or "it does not answer in time"
        yield Finding("proxy", "problem", f"{named} cannot be reached: {reason}", leave)
        return False
    yield Finding("proxy", "ok", f"{named} lets us through to {subject.host}")
    return True


def _refused(status: int, proxy: str, named: str, subject: Subject) -> tuple[str, str]:
    if status == _NOT_HTTP:
        return f"{named} is no proxy: what it answers is no HTTP", "check the address and the port of the proxy"
    if status == _AUTHENTICATE:
        host, port = proxy_address(proxy)
        how = f"give both in its address: proxy = '{_ADDRESS.format(host=host, port=port)}'"
        if urlsplit(proxy).username is None:
            return f"{named} asks for a user and a password (407)", how
        return f"{named} refuses this user and password (407)", how
    if status >= _SERVER:
        return (
            f"{named} cannot reach {subject.host} ({status})",
            "check endpoint; or ask whoever runs the proxy",
        )
    return f"{named} does not let us through to {subject.host} ({status})", "ask whoever runs the proxy to allow it"
