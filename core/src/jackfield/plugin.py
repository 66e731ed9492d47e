"""Everything that a plugin author imports, in one place. Nothing else of the core is theirs."""

from __future__ import annotations

from jackfield._settings import setting
from jackfield.call import AnswerFacts, Call, CallMeta, Payload, RateLimit
from jackfield.contract import Decoder, Middleware, Proceed, Provider
from jackfield.errors import (
    AnswerError,
    AuthenticationError,
    ConnectError,
    ContentFilteredError,
    DecodeError,
    InvalidRequestError,
    JackfieldError,
    LimitExceededError,
    RateLimitError,
    ReadError,
    RejectedError,
    SettingsError,
    SetupError,
    StreamInterruptedError,
    TransportError,
    UnavailableError,
    UnsupportedOperationError,
    error_class,
)
from jackfield.hookspecs import HOOKS_VERSION, impl
from jackfield.http import Chunk, Command, Emit, Flow, HttpHead, HttpRequest, Read, Run, RunAll, Send, Wait
from jackfield.limits import Limits
from jackfield.operations import Operation
from jackfield.operations.filters import FilterReport, read_report
from jackfield.secret import Secret, origin_of
from jackfield.sse import SseEvent, SseSplitter
from jackfield.trace import CallRecord

__all__ = [
    "HOOKS_VERSION",
    "AnswerError",
    "AnswerFacts",
    "AuthenticationError",
    "Call",
    "CallMeta",
    "CallRecord",
    "Chunk",
    "Command",
    "ConnectError",
    "ContentFilteredError",
    "DecodeError",
    "Decoder",
    "Emit",
    "FilterReport",
    "Flow",
    "HttpHead",
    "HttpRequest",
    "InvalidRequestError",
    "JackfieldError",
    "LimitExceededError",
    "Limits",
    "Middleware",
    "Operation",
    "Payload",
    "Proceed",
    "Provider",
    "RateLimit",
    "RateLimitError",
    "Read",
    "ReadError",
    "RejectedError",
    "Run",
    "RunAll",
    "Secret",
    "Send",
    "SettingsError",
    "SetupError",
    "SseEvent",
    "SseSplitter",
    "StreamInterruptedError",
    "TransportError",
    "UnavailableError",
    "UnsupportedOperationError",
    "Wait",
    "error_class",
    "impl",
    "origin_of",
    "read_report",
    "setting",
]
