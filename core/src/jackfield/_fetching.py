"""A file that an answer names by its URL, fetched as a part of the call.

Rule 1: nothing of the caller's goes to that host: no credential, no header of theirs, no plugin's signature.
Rule 2: the URL is a credential itself (it is signed): of it, errors show the origin alone, and of a refusal no text;
tracebacks that show locals have no frame with it.
Rule 3: what holds for answers holds here: the limits, the timeout, the deadline, and the retries. A failure is not
transient for the call as a whole: what was drawn is paid for, and would be drawn again.
Rule 4: a few redirects are followed, since nothing goes along; never from https to http.
Rule 5: a server does not make us ask nearer to us than it is itself: one that is out there nothing inside our network,
one elsewhere nothing on this machine or its link, where a cloud keeps a machine's own credentials. How near a host is
follows from its name or address alone, however that is spelt. Where a name leads only a resolver knows, and asking it
here would not bind the transport to the answer: a public name that leads inside is not found out, nor is a proxy that
is nearer to something than we are. Nor does an endpoint on this machine answer for what stands behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import SplitResult, urljoin, urlsplit

from attrs import frozen

from jackfield._answer import body_of
from jackfield._request import USER_AGENT, leaves_this_machine
from jackfield._values import FrozenValue
from jackfield.errors import (
    AuthenticationError,
    DecodeError,
    JackfieldError,
    RejectedError,
    SetupError,
    error_class,
    without_frames,
)
from jackfield.http import Flow, HttpHead, HttpRequest, Send
from jackfield.limits import refuse_large_head
from jackfield.operations._shown import origin_alone
from jackfield.retry import retrying
from jackfield.secret import origin_of

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from jackfield._ledger import Ledger
    from jackfield._options import Options
    from jackfield.call import Call

REDIRECTS = 3
"""How many redirects are followed."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({401, 403, 404, 410})
_EXPIRED = "such a URL expires after a while: ask again, or ask for base64 text, which comes with the answer"
_AUTHORITY = r"(?ai)(\[[0-9a-f:.]+\]|[\w.-]+)(:\d*)?"
"""Host and port. Of what else may stand there, such as a backslash, parsers make different hosts."""


@frozen(eq=False, repr=False)
class File(FrozenValue):
    """A file as it came.

    Attributes:
        data: Its bytes.
        content_type: What its server says that it is, in lower case and without parameters; empty where it does not.
        origin: Where it came from: scheme, host and port.
    """

    data: bytes
    content_type: str
    origin: str


Fetch: TypeAlias = Callable[[str], Flow[File]]
Then: TypeAlias = Callable[[Any, Fetch], Flow[Any]]


class _Signed(str):
    """A URL whose repr keeps rule 2, whichever frame has it, a driver's included."""

    __slots__ = ()

    def __repr__(self) -> str:
        return origin_alone(str(self))


def fetched(call: Call, options: Options, ledger: Ledger, endpoint: str, url: str) -> Flow[File]:
    """Return the flow that fetches the file at *url*.

    Raises:
        DecodeError: It is no URL that can be fetched, it has no file, or too many redirects.
        LimitExceededError: The file is larger than an answer may be.
        RejectedError: It is not there, or no longer.
        UnavailableError: Its host does not work now.
        TransportError: The network failed.
    """
    url = _Signed(url)
    try:
        file: File = yield from retrying(options.retries, ledger)(
            partial(_attempt, call, options, ledger, endpoint, url)
        )
    except JackfieldError as error:
        error.transient = False  # rule 3
        error.request_id = ledger.meta.request_id
        raise without_frames(error) from error.__cause__  # rule 2
    return file


def _attempt(call: Call, options: Options, ledger: Ledger, endpoint: str, url: _Signed) -> Flow[File]:
    attempt = ledger.begin(fetch=True)
    try:
        for _ in range(REDIRECTS + 1):
            origin = _origin(url, options, endpoint)
            head: HttpHead = yield Send(_request(url), options.timeout)
            attempt.status = head.status
            refuse_large_head(head.headers, call.limits)
            if head.status not in _REDIRECTS:
                return (yield from _read(call, options, head, origin))
            url = _onwards(url, head)
        raise DecodeError(f"it is redirected more than {REDIRECTS} times", problems=["too many redirects @ url"])
    except JackfieldError as error:
        attempt.error = type(error).__name__
        attempt.why = error.message = (
            f"the file that the answer names is not to be had from {_shown(url)}: {error.message}"
        )
        error.args = (error.message,)
        error.status = attempt.status
        raise


def _read(call: Call, options: Options, head: HttpHead, origin: str) -> Flow[File]:
    if head.status != 200:  # noqa: PLR2004
        cls = error_class(head.status)
        cls = RejectedError if cls is AuthenticationError else cls  # there are no credentials that could be wrong
        why = f"; {_EXPIRED}" if head.status in _GONE else ""
        raise cls(f"it answered {head.status}{why}")
    data = yield from body_of(head, options, call.limits)
    if not data:
        raise DecodeError("it answered without a file", problems=["expected a file, got nothing @ url"])
    return File(data, head.headers.get("content-type", "").partition(";")[0].strip().lower(), origin)


def _request(url: _Signed) -> HttpRequest:
    headers = {"user-agent": USER_AGENT, "accept": "*/*", "accept-encoding": "identity"}
    return HttpRequest("GET", _Signed(url.partition("#")[0]), headers)


def _origin(url: _Signed, options: Options, endpoint: str) -> str:
    """Return the origin of a URL that may be fetched."""
    parts, origin = _split(url)
    if parts is None:
        raise DecodeError("it is no URL", problems=["expected a URL @ url"])
    if parts.scheme not in ("http", "https") or not (
        re.fullmatch(_AUTHORITY, parts.netloc) and url.isascii() and url.isprintable()
    ):
        raise DecodeError("it is no URL that can be fetched", problems=["expected an http(s) URL @ url"])
    if parts.scheme == "http" and not options.allow_plain_http and leaves_this_machine(url):
        raise DecodeError(
            "it is reached by plain http; allow_plain_http=True allows that", problems=["expected an https URL @ url"]
        )
    place = _place(parts.hostname)
    if place < _place(urlsplit(endpoint).hostname):
        raise DecodeError(f"{_NEARER[place]}; {_BASE64}", problems=["expected a URL out there @ url"])
    return origin


def _split(url: _Signed) -> tuple[SplitResult | None, str]:
    """Return a URL's parts and its origin, and None where it has none. What refuses it quotes it, and is let go."""
    try:
        return urlsplit(url), origin_of(url)
    except (ValueError, SetupError):
        return None, ""


def _onwards(url: _Signed, head: HttpHead) -> _Signed:
    """Return where a redirect points, and take it out of *head*, which a driver's frame holds as well."""
    place = head.headers.get("location")
    head.headers = {name: value for name, value in head.headers.items() if name != "location"}
    try:
        onwards = urljoin(url, place) if place else ""
    except ValueError:
        onwards = ""
    if not onwards or (url.startswith("https:") and not onwards.startswith("https:")):
        raise DecodeError("it is redirected to nowhere, or to plain http", problems=["cannot follow a redirect @ url"])
    return _Signed(onwards)


def _shown(url: str) -> str:
    """Return of *url* what may be shown."""
    try:
        return repr(origin_of(url))
    except (ValueError, SetupError):
        return "its URL"


# How near a host is --------------------------------------------------------------------------------------------------


class _Place(IntEnum):
    """Where a host is, the nearest first."""

    HERE = 0
    """On this machine, or on its link alone."""
    INSIDE = 1
    """In a network of one's own, or nowhere that is known of."""
    OUTSIDE = 2


_NEARER = {
    _Place.HERE: "it is on this machine, and the endpoint is on another one",
    _Place.INSIDE: "it is inside a network, and the endpoint is outside",
}
_BASE64 = "ask for base64 text, which comes with the answer"
_LOCAL = (".localhost", ".localhost.localdomain")
_PRIVATE = (".home.arpa", ".internal", ".lan", ".local", ".localdomain")
"""What names end in that no public server has."""


def _place(host: str | None) -> _Place:
    """Return where *host* is, as far as its name or address tells."""
    name = (host or "").lower().rstrip(".")
    address = _address(name)
    if address is None:
        if f".{name}".endswith(_LOCAL):
            return _Place.HERE
        return _Place.INSIDE if "." not in name or name.endswith(_PRIVATE) else _Place.OUTSIDE
    if address.is_loopback or address.is_unspecified or address.is_link_local:
        return _Place.HERE
    special = address.is_multicast or address.is_reserved or not address.is_global
    return _Place.INSIDE if special else _Place.OUTSIDE


def _address(name: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is given as; of an IPv6 address that stands for an IPv4 one, that."""
    from ipaddress import IPv4Address, ip_address  # noqa: PLC0415 - for those who fetch
    from socket import inet_aton  # noqa: PLC0415

    try:
        address = ip_address(name)
    except ValueError:
        try:
            return IPv4Address(inet_aton(name))  # 127.1, 0x7f.1 and 2130706433 are spellings that a resolver takes
        except OSError:
            return None
    if address.version == 4:  # noqa: PLR2004
        return address
    return address.ipv4_mapped or address.sixtofour or address
