"""What is sent, but for its credentials: made once per call, before anything is sent."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from jackfield.call import Payload
from jackfield.errors import IncompleteProviderError, SetupError
from jackfield.http import Header, HttpRequest, fits_header

if TYPE_CHECKING:
    from jackfield._binding import Binding
    from jackfield._options import Options
    from jackfield.call import Call

T = TypeVar("T")

USER_AGENT = "jackfield"


def prepared(call: Call, binding: Binding, options: Options) -> HttpRequest:
    """Build the request, but for its credentials."""
    url = of_kind(str, binding.build_url(call), call, "build_url")
    if url[:5].lower() == "http:" and not options.allow_plain_http:
        _refuse_plain(url)
    payload = of_kind(Payload, binding.encode_request(call), call, "encode_request")
    headers: dict[str, Header] = {
        "user-agent": USER_AGENT,
        "accept": "text/event-stream" if call.streaming else "application/json",
        # A compressed stream would be held back until a block is full.
        "accept-encoding": "identity" if call.streaming else "gzip",
    }
    if payload.content_type is not None:
        headers["content-type"] = payload.content_type
    if binding.request_headers:
        headers |= _contributed(call, binding)
    for name, value in options.headers.items():
        headers[name] = value.bound_to(url)
    return HttpRequest(call.operation.method, url, headers, payload.body, call.streaming)


def of_kind(kind: type[T], given: Any, call: Call, hook: str) -> T:
    """Return what a hook gave, where it is what the hook is to give."""
    if not isinstance(given, kind):
        raise IncompleteProviderError(
            f"{hook} of provider {call.provider!r} must return {kind.__name__}, but returned {type(given).__name__}"
        )
    return given


def _refuse_plain(url: str) -> None:
    if leaves_this_machine(url):
        from urllib.parse import urlsplit  # noqa: PLC0415 - plain http is the exception

        raise SetupError(
            f"the endpoint {urlsplit(url).hostname or ''!r} is reached by plain http: prompts and credentials would be "
            f"readable on the way; use https, or pass allow_plain_http=True"
        )


def leaves_this_machine(url: str) -> bool:
    """Tell whether a request to *url* goes to another machine."""
    return _leaves(url.partition("?")[0])


@lru_cache(maxsize=64)  # the same few again and again: 6 µs a call. Never with what stands after `?`: it may be signed
def _leaves(url: str) -> bool:
    from ipaddress import ip_address  # noqa: PLC0415 - plain http is the exception
    from urllib.parse import urlsplit  # noqa: PLC0415

    host = urlsplit(url).hostname or ""
    try:
        return not (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:  # a name; one that begins with 127. is still a name
        return True


def _contributed(call: Call, binding: Binding) -> dict[str, Header]:
    """Gather the headers of parts and plugins; two values for one name are an error."""
    headers: dict[str, Header] = {}
    for contribute in binding.request_headers:
        for name, value in (contribute(call) or {}).items():
            if not fits_header(name, value):
                raise SetupError(f"the header {name!r} has characters that cannot stand in a header; correct its value")
            before = headers.setdefault(name.lower(), value)
            if before != value:
                raise SetupError(f"two parts give different values for the header {name!r}: {before!r} and {value!r}")
    return headers
