"""What a call that failed means: by the error's class, status, code and reason.

What to change is in the error's message, for providers know their vendors; it is said here only where more is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from jackfield import (
    AnswerError,
    AuthenticationError,
    ContentFilteredError,
    DeadlineError,
    DecodeError,
    RateLimitError,
    SetupError,
    TransportError,
    UnavailableError,
)
from jackfield_configurations._doctor._facts import BY_CODE
from jackfield_configurations._doctor._finding import Finding, parted

if TYPE_CHECKING:
    from jackfield import JackfieldError
    from jackfield_configurations._doctor._finding import State

_PAGE = (
    "open the endpoint in a browser: a login page of the network, or of a proxy, may stand before it; "
    "or endpoint is the address of a web site and not of its API"
)
_LATER = "it is the provider that fails, not the configuration: try again later"
_GARBLED = "look for a gateway or a proxy that cuts or changes answers, and whether endpoint is the API's address"
_FILTER = "the configuration works; the filter is stricter than usual, look at its settings"
_SERVER = 500
_OF_TOKENS = {"key": "token", "permission": "role"}
"""What a refusal is about where a token was sent in place of a key."""


@frozen
class _Meaning:
    """What a refusal is about, and what to change where the message does not say it best."""

    check: str
    change: str | None = None
    state: State = "problem"


_REDIRECTED = _Meaning("redirect", "set endpoint to where it leads, if that is the provider: a key follows no redirect")
_BY_STATUS = {
    401: _Meaning("key"),
    403: _Meaning("permission"),
    404: _Meaning("path"),
    407: _Meaning("proxy", "give the proxy's user and password in its address"),
}
_BY_REASON = {
    "quota": _Meaning("quota"),
    "size": _Meaning("limits"),
    "capacity": _Meaning("capacity", _LATER),
    "requests": _Meaning("rate limit"),
    "tokens": _Meaning("rate limit"),
    None: _Meaning("rate limit"),
}
_BY_CLASS: tuple[tuple[type[JackfieldError], _Meaning], ...] = (
    (ContentFilteredError, _Meaning("filter", _FILTER, "notice")),
    (UnavailableError, _Meaning("provider", _LATER)),
    (DeadlineError, _Meaning("time", "try again; or look for what is slow between here and there")),
    (TransportError, _Meaning("connection")),
    (DecodeError, _Meaning("answer", _GARBLED)),
    (SetupError, _Meaning("settings")),
    (AnswerError, _Meaning("request")),
)
"""The first class that fits."""


def finding_of(error: JackfieldError, about: str, *, has_token: bool = False) -> Finding:
    """Return what a call that failed means.

    Args:
        error: The call's error.
        about: What was asked, such as `chat`.
        has_token: Whether a token was sent, and no key.
    """
    meaning = _meaning(error)
    check = _OF_TOKENS.get(meaning.check, meaning.check) if has_token else meaning.check
    found, advice = _said(error)
    if isinstance(error, RateLimitError) and error.transient:
        advice = _pause(error.retry_after)
    return Finding(check, meaning.state, f"{about}: {found}", meaning.change or advice)


def _pause(seconds: float | None) -> str:
    wait = "wait a minute" if seconds is None else f"wait {seconds:g} s"
    return f"{wait}, ask less often, or have the limit raised: somebody else may be using it too"


def _meaning(error: JackfieldError) -> _Meaning:
    if _is_page(error):
        return _Meaning("answer", _PAGE)
    if isinstance(error, RateLimitError):
        return _BY_REASON.get(error.reason, _BY_REASON[None])
    told = _told(error) if isinstance(error, AnswerError) else None
    return told or next(meaning for kind, meaning in _BY_CLASS if isinstance(error, kind))


def _told(error: AnswerError) -> _Meaning | None:
    """Return what code, parameter or status say; None where they say nothing that the class does not."""
    if error.code is not None and error.code in BY_CODE:
        return _Meaning(BY_CODE[error.code])
    if error.param == "model":
        return _Meaning("model")
    status = error.status or 0
    return _REDIRECTED if status // 100 == 3 else _BY_STATUS.get(status)  # noqa: PLR2004 - 3xx


def _is_page(error: JackfieldError) -> bool:
    """Tell whether a web page came where an answer was due; a server's own error page is none of those."""
    if not isinstance(error, (AnswerError, DecodeError)) or (error.status or 0) >= _SERVER:
        return False
    kind = "" if error.meta is None else error.meta.headers.get("content-type", "")
    return "html" in kind.lower() or error.body.lstrip()[:1] == "<"


def _said(error: JackfieldError) -> tuple[str, str | None]:
    """Return what an error says, and what it advises; what the provider itself said may have semicolons in it."""
    text = str(error)
    quoted = error.details.get("message") if isinstance(error, AnswerError) and isinstance(error.details, dict) else ""
    if quoted and isinstance(error, AnswerError):
        quoted = str(quoted).rstrip(". ")  # as the error quotes it
        before, found, after = text.partition(f"{quoted}; ")
        return (f"{before}{quoted}", after) if found else (text, None)
    if isinstance(error, DecodeError):  # what follows quotes the answer
        return text.partition("; ")[0], None
    return parted(text)


def is_about_credentials(error: JackfieldError) -> bool:
    """Tell whether it is the key or the token that was refused."""
    return isinstance(error, AuthenticationError)
