"""Every hook, in the order in which one call meets them. A plugin author reads this file first.

Write `from jackfield.plugin import impl`, put `@impl` on a method of a part, and leave out the arguments you do not
need. A *part* is any object; a provider is a class whose `parts()` returns several of them.

Rule 1: hooks are pure and synchronous: no I/O, no clock, no waiting. What needs the network returns a flow.
Rule 2: a *provider hook* has exactly one implementation in a client; a plugin may wrap it, never add a second.
Rule 3: a *cross-cutting hook* takes any number, in the order in which the caller named the plugins.
Rule 4: arguments may be added to a hook without a new `HOOKS_VERSION`; nothing is removed or renamed without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield.call import AnswerFacts, Call, Payload
    from jackfield.contract import Decoder, Middleware
    from jackfield.errors import JackfieldError
    from jackfield.http import Flow, HttpHead, HttpRequest
    from jackfield.trace import CallRecord

HOOKS_VERSION = 1

spec = pluggy.HookspecMarker("jackfield")
impl = pluggy.HookimplMarker("jackfield")


# Provider hooks ------------------------------------------------------------------------------------------------------


@spec(firstresult=True)
def build_url(call: Call) -> str:
    """Return the absolute URL for *call*, with its query, without any credential.

    Called once per call, before anything is encoded. Depends on the call and your settings alone. The scheme is
    `https`, or `http` where the user's endpoint says so, or your own where your transport is not HTTP.
    Raise UnsupportedOperationError for operations you lack.
    """


@spec(firstresult=True)
def encode_request(call: Call) -> Payload:
    """Return the body of the request.

    Called once per call. `None` in an entity means absent and is not sent; `extra` is sent as it is; `call.model`
    is the model to name. Raise InvalidRequestError for what you know the provider to refuse.
    """


@spec(firstresult=True)
def authorize(call: Call, request: HttpRequest, refused: HttpHead | None) -> HttpRequest | Flow[HttpRequest]:
    """Return *request* with credentials, or a flow that returns it.

    Called once per attempt. Credentials are `Secret` header values bound to your endpoint's origin. A flow may yield
    `Run` (a foreign library's blocking or awaitable call), `Send` and `Read`. After a 401 it is called once more with
    *refused* set: forget what was refused, return the request with other credentials if you have any, and it is sent
    again; return it unchanged and the caller gets AuthenticationError. Change neither URL nor body. Not to be wrapped.
    """


@spec(firstresult=True)
def read_head(call: Call, head: HttpHead) -> AnswerFacts:
    """Return what the response headers say: request ids, rate limits, how long to wait. May be absent.

    Called once per answer, whatever its status.
    """


@spec(firstresult=True)
def decode_response(call: Call, head: HttpHead, body: bytes) -> Any:
    """Return the operation's response entity.

    Called for a 2xx answer of a plain call. Lenient: unknown fields stay in `raw`, absent ones are None.
    Raise DecodeError naming the path where the answer does not fit.
    """


@spec(firstresult=True)
def open_stream(call: Call, head: HttpHead) -> Decoder:
    """Return a decoder for a 2xx answer that comes event by event. May be absent where nothing streams.

    Called once per streamed answer. The decoder is not shared between calls.
    """


@spec(firstresult=True)
def decode_error(call: Call, head: HttpHead, body: bytes) -> JackfieldError | None:
    """Return the exception for an answer that is not 2xx, or None for the core's own by status. May be absent.

    Called with the body scrubbed of the request's credentials. Classify by status and codes, never by wording.
    """


# Cross-cutting hooks -------------------------------------------------------------------------------------------------


@spec
def request_headers(call: Call) -> Mapping[str, str]:
    """Return headers to add to the request. Two different values for one name are an error.

    Called once per call, on every part and plugin. Credentials belong into `authorize`.
    """


@spec
def around_call(call: Call) -> Middleware | None:
    """Return a middleware: a function that takes *proceed* and returns a flow. None for calls you leave alone.

    Called once per call; the first plugin's middleware is the outermost. `proceed()` gives the flow of what lies
    inside (the core's retries and the attempt) and may be called again. Use `return (yield from proceed())`.
    """


@spec
def finish_request(call: Call, request: HttpRequest) -> HttpRequest:
    """Return *request* as it will be sent, for signing. Pure; called once per attempt, after `authorize`, in order."""


@spec
def call_ended(record: CallRecord) -> None:
    """Look at the record of a call that ended, whichever way. Called once per call; what it returns is ignored."""


@spec
def warm_up() -> None:
    """Do now what the first call would do: import, compile. Called by `client.warm_up()` alone."""
