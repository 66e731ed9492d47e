"""The endpoint's name, and a connection to it."""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING

from jackfield_configurations._doctor._facts import UNKNOWN_NAMES
from jackfield_configurations._doctor._finding import Finding
from jackfield_configurations._doctor._sockets import connected, resolved

if TYPE_CHECKING:
    from collections.abc import Generator

    from jackfield_configurations._doctor._subject import Subject

_FIREWALL = "a firewall may be between: set proxy where your network needs one, or allow this machine at the endpoint"
_REASONS = {
    errno.ECONNREFUSED: ("nothing listens there", "check the port in endpoint, and that the server is running"),
    errno.ENETUNREACH: ("there is no way to that network", "check this machine's network"),
    errno.EHOSTUNREACH: ("there is no way to that host", "check this machine's network"),
    errno.ECONNRESET: ("the connection was reset", _FIREWALL),
    errno.EACCES: ("this machine does not allow it", "look at the firewall of this machine"),
}


def name_probe(subject: Subject) -> Generator[Finding, None, bool]:
    """Look the endpoint's name up."""
    host = subject.host
    if subject.proxy is not None:
        yield Finding("name", "skipped", f"{host} is looked up by the proxy")
        return True
    if _is_address(host):
        yield Finding("name", "skipped", f"the endpoint is an address: {host}{_kind(host)}")
        return True
    try:
        found = [str(entry[4][0]) for entry in resolved(host, subject.port, subject.deadline)]
    except TimeoutError:
        found_out = f"the name {host!r} was not looked up in time"
        yield Finding("name", "problem", found_out, "check this machine's name servers (DNS)")
        return False
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            change = "check this machine's network and its name servers (DNS)"
            yield Finding("name", "problem", f"no name server answers for {host!r}", change)
        else:
            yield Finding("name", "problem", f"the name {host!r} has no address", _unknown(host))
        return False
    distinct = list(dict.fromkeys(found))
    more = f" and {len(distinct) - 1} more" if len(distinct) > 1 else ""
    yield Finding("name", "ok", f"{host} is {distinct[0]}{more}{_kind(distinct[0])}")
    return True


def _unknown(host: str) -> str:
    return next(text for ends, text in UNKNOWN_NAMES if host.endswith(ends))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _kind(address: str) -> str:
    """Say of an address that it is no public one."""
    parsed = ip_address(address.partition("%")[0])
    if parsed.is_loopback:
        return ", this machine"
    return ", an address of a private network" if parsed.is_private else ""


def connection_probe(subject: Subject) -> Generator[Finding, None, bool]:
    """Open a connection and close it again."""
    where = f"{subject.host} port {subject.port}"
    if subject.proxy is not None:
        yield Finding("connection", "skipped", f"{where} is reached by the proxy")
        return True
    try:
        connected(subject.host, subject.port, subject.deadline).close()
    except TimeoutError:
        yield Finding("connection", "problem", f"{where} does not answer", _FIREWALL)
        return False
    except OSError as error:
        reason, change = _REASONS.get(error.errno or 0, (error.strerror or type(error).__name__, _FIREWALL))
        yield Finding("connection", "problem", f"no connection to {where}: {reason}", change)
        return False
    yield Finding("connection", "ok", f"{where} answers")
    return True
