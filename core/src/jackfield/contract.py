"""The shapes that hooks return, beside entities and requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from jackfield.http import Flow


class Decoder(Protocol):
    """Turns the bytes of one streamed answer into events.

    An error that the provider puts into the stream sets `finished`; `close` raises it.

    Attributes:
        complete: The answer is whole by the provider's own rule, should the stream end now.
        finished: Nothing more will come that matters: read no further.
    """

    complete: bool
    finished: bool

    def feed(self, data: bytes) -> Sequence[Any]:
        """Take the next bytes in and return the events that are complete with them. Any cut gives the same events."""

    def close(self) -> Sequence[Any]:
        """Return the events that the end of the stream left open.

        Raises:
            JackfieldError: What the provider put into the stream instead of an answer.
            DecodeError: What came is no event stream.
        """


class Provider(Protocol):
    """What an entry point of the group `jackfield.providers` names: a class of settings that makes parts.

    It may also have `transport` (a transport, or the name of one), `default_models` (by the client's setting, such
    as `{"chat_model": "small"}`), `hooks_version` (the `HOOKS_VERSION` it was written for), and a class method
    `problems(settings)`, which is given the settings that are fine each for itself and returns sentences, each opening
    with a setting's name, about those that do not fit together.
    """

    def parts(self) -> Sequence[object]:
        """Return the parts that implement the provider hooks."""


Proceed: TypeAlias = Callable[[], Flow[Any]]
Middleware: TypeAlias = Callable[[Proceed], Flow[Any]]
