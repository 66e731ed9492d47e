"""A file that an answer names by its URL, fetched as a part of the call.

Rule 1: nothing of the caller's goes to that host: no credential, no header of theirs, no plugin's signature.
Rule 2: the URL is a credential itself (it is signed): of it, errors show the origin alone, and of a refusal no text.
Rule 3: what holds for answers holds here: the limits, the timeout, the deadline, and the retries. A failure is not
transient for the call as a whole: what was drawn is paid for, and would be drawn again.
Rule 4: a few redirects are followed, since nothing goes along; never from https to http.
Rule 5: a server elsewhere does not make us ask servers on this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from attrs import frozen

from jackfield._answer import body_of
from jackfield._request import USER_AGENT, leaves_this_machine
from jackfield.errors import (
    AuthenticationError,
    DecodeError,
    JackfieldError,
    RejectedError,
    SetupError,
    error_class,
)
from jackfield.http import Flow, HttpHead, HttpRequest, Send
from jackfield.limits import refuse_large_head
from jackfield.retry import retrying
from jackfield.secret import origin_of

if TYPE_CHECKING:
    from jackfield._ledger import Ledger
    from jackfield._options import Options
    from jackfield.call import Call

REDIRECTS = 3
"""How many redirects are followed."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({401, 403, 404, 410})
_EXPIRED = "such a URL expires after a while: ask again, or ask for base64 text, which comes with the answer"


@frozen
class File:
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


def fetched(call: Call, options: Options, ledger: Ledger, endpoint: str, url: str) -> Flow[File]:
    """Return the flow that fetches the file at *url*.

    Raises:
        DecodeError: It is no URL that can be fetched, it has no file, or too many redirects.
        LimitExceededError: The file is larger than an answer may be.
        RejectedError: It is not there, or no longer.
        UnavailableError: Its host does not work now.
        TransportError: The network failed.
    """
    try:
        file: File = yield from retrying(options.retries, ledger)(
            partial(_attempt, call, options, ledger, endpoint, url)
        )
    except JackfieldError as error:
        error.transient = False  # rule 3
        error.request_id = ledger.meta.request_id
        raise
    return file


def _attempt(call: Call, options: Options, ledger: Ledger, endpoint: str, url: str) -> Flow[File]:
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


def _request(url: str) -> HttpRequest:
    headers = {"user-agent": USER_AGENT, "accept": "*/*", "accept-encoding": "identity"}
    return HttpRequest("GET", url.partition("#")[0], headers)


def _origin(url: str, options: Options, endpoint: str) -> str:
    """Return the origin of a URL that may be fetched."""
    try:
        parts, origin = urlsplit(url), origin_of(url)
    except (ValueError, SetupError):
        raise DecodeError("it is no URL", problems=["expected a URL @ url"]) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not (url.isascii() and url.isprintable()):
        raise DecodeError("it is no URL that can be fetched", problems=["expected an http(s) URL @ url"])
    if parts.scheme == "http" and not options.allow_plain_http and leaves_this_machine(url):
        raise DecodeError(
            "it is reached by plain http; allow_plain_http=True allows that", problems=["expected an https URL @ url"]
        )
    if not leaves_this_machine(url) and leaves_this_machine(endpoint):
        raise DecodeError(
            "it is on this machine, and the endpoint is on another one", problems=["expected a URL out there @ url"]
        )
    return origin


def _onwards(url: str, head: HttpHead) -> str:
    """Return where a redirect points."""
    place = head.headers.get("location")
    try:
        onwards = urljoin(url, place) if place else ""
    except ValueError:
        onwards = ""
    if not onwards or (url.startswith("https:") and not onwards.startswith("https:")):
        raise DecodeError("it is redirected to nowhere, or to plain http", problems=["cannot follow a redirect @ url"])
    return onwards


def _shown(url: str) -> str:
    """Return of *url* what may be shown."""
    try:
        return repr(origin_of(url))
    except (ValueError, SetupError):
        return "its URL"
