"""The encrypted connection: whose certificate it is, who vouches for it, and what this Python brings along.

Rule: a handshake that checks nothing is made only to read the certificate that was refused; nothing is sent over it.
"""

from __future__ import annotations

import ssl
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jackfield_configurations._doctor._certificate import Certificate, read
from jackfield_configurations._doctor._finding import Finding
from jackfield_configurations._doctor._sockets import connected, tunnel

if TYPE_CHECKING:
    import socket
    from collections.abc import Generator, Sequence

    from jackfield_configurations._doctor._subject import Subject

_OLDEST = (3, 0)
"""OpenSSL before that has had no fixes since September 2023."""
_NOT_YET_VALID, _EXPIRED = 9, 10
_MISMATCHES = (62, 64)
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")

_OWN_AUTHORITY = (
    "set ca_bundle to a file with that authority's certificate (PEM), or trust = 'os' once the system has it"
)


def probe(subject: Subject) -> Generator[Finding, None, bool]:
    """Shake hands as a client does."""
    if subject.scheme != "https":
        yield Finding("tls", "skipped", "plain http is used")
        return True
    yield from _runtime(ssl.OPENSSL_VERSION, ssl.OPENSSL_VERSION_INFO)
    try:
        context = _context(subject.settings)
    except (OSError, ValueError) as error:  # SSLError is an OSError
        found = f"ca_bundle cannot be read as certificates: {_reason(error)}"
        yield Finding("tls", "problem", found, "give a file of certificates in PEM, each between BEGIN and END lines")
        return False
    try:
        version, shown = _shaken(subject, context)
    except ssl.SSLCertVerificationError as error:
        yield Finding("tls", "problem", *_unverified(subject, error))
        return False
    except ssl.SSLError as error:
        yield Finding("tls", "problem", *_failed(subject, error))
        return False
    except OSError as error:
        found = f"the connection ended in the handshake ({_reason(error)}); this Python has {ssl.OPENSSL_VERSION}"
        yield Finding("tls", "problem", found, "look for a firewall or a proxy that breaks TLS, or another port")
        return False
    yield Finding("tls", "ok", f"{version}, the certificate is trusted{shown}")
    return True


def _runtime(version: str, numbers: Sequence[int]) -> Generator[Finding, None, None]:
    """Name an OpenSSL that is out of date: large requests over it were seen to end in alerts and resets."""
    if tuple(numbers[:2]) < _OLDEST:
        found = f"this Python has {version}, which is out of date"
        yield Finding("runtime", "notice", found, "upgrade Python, or the system's OpenSSL, to one with OpenSSL 3")


def _context(settings: Any) -> ssl.SSLContext:
    """Return what a client with these settings trusts."""
    bundle = settings.get("ca_bundle")
    if bundle is not None:
        is_folder = Path(bundle).is_dir()
        return ssl.create_default_context(
            cafile=None if is_folder else str(bundle), capath=str(bundle) if is_folder else None
        )
    return _system() if settings.get("trust") == "os" else ssl.create_default_context()


def _system() -> ssl.SSLContext:
    import truststore  # noqa: PLC0415 - an extra of the core's

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _opened(subject: Subject) -> socket.socket:
    proxy = subject.proxy
    if proxy is None:
        return connected(subject.host, subject.port, subject.deadline)
    return tunnel(proxy, subject.host, subject.port, subject.deadline)


def _shaken(subject: Subject, context: ssl.SSLContext) -> tuple[str, str]:
    """Return the version of TLS, and what is to be said of the certificate."""
    with (
        _opened(subject) as made,
        context.wrap_socket(made, server_hostname=subject.host) as secure,
    ):
        certificate = read(secure.getpeercert(binary_form=True))
        return secure.version() or "TLS", "" if certificate is None else f": {certificate.vouched}"


def _presented(subject: Subject) -> Certificate | None:
    """Return the certificate that was refused, or None where it cannot be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            _opened(subject) as made,
            context.wrap_socket(made, server_hostname=subject.host) as secure,
        ):
            return read(secure.getpeercert(binary_form=True))
    except OSError:
        return None


def _unverified(subject: Subject, error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    """Return what is wrong with a certificate, and what to change."""
    certificate = _presented(subject)
    code, host = error.verify_code, subject.host
    if code in _MISMATCHES:
        names = "another name" if certificate is None else certificate.names
        return f"the certificate is not for {host}, but for {names}", "check endpoint: its host must be among those"
    if code in (_EXPIRED, _NOT_YET_VALID):
        when = "is out of its time" if certificate is None else f"is {certificate.times}"
        return f"the certificate of {host} {when}", "set this machine's clock; if it is right, the server must renew it"
    issuer = "an authority" if certificate is None else certificate.issuer
    found = f"the certificate of {host} is signed by {issuer}, which is not trusted here"
    if subject.settings.get("trust") != "os" and _is_trusted_by_the_system(subject):
        return found, "set trust = 'os': the operating system trusts it"
    return (
        found,
        _OWN_AUTHORITY,
    )


def _is_trusted_by_the_system(subject: Subject) -> bool:
    if find_spec("truststore") is None:
        return False
    try:
        _shaken(subject, _system())
    except OSError:
        return False
    return True


def _failed(subject: Subject, error: ssl.SSLError) -> tuple[str, str]:
    """Return what a handshake that failed for another reason means."""
    reason = error.reason or "no reason given"
    if reason in _NO_TLS:
        return (
            f"{subject.host} does not speak TLS on port {subject.port}",
            "check the port in endpoint; a server on this machine may want http://",
        )
    return (
        f"the handshake failed ({reason}); this Python has {ssl.OPENSSL_VERSION}",
        "upgrade Python or OpenSSL where they are old; else look for a proxy that breaks TLS",
    )


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__)
