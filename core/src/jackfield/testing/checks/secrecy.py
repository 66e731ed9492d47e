"""The secret goes to the provider, and nowhere else."""

from __future__ import annotations

import logging
import pickle
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from attrs import asdict, evolve

from jackfield.client import Client
from jackfield.errors import ConnectError
from jackfield.plugin import impl
from jackfield.secret import Secret
from jackfield.testing.flows import Played, play
from jackfield.testing.scripted import Reply, answer
from jackfield.testing.subject import JSON, AnyOperation, Subject, ok

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jackfield._binding import Binding
    from jackfield.http import HttpRequest
    from jackfield.trace import CallRecord


class SecrecyChecks(Subject):
    """What everything says that people log, print, pickle and send to each other."""

    def test_secret_is_not_shown(self) -> None:
        """Neither the provider, nor its parts, nor a client shows the secret."""
        self.bound()
        provider = self.made()
        shown: dict[str, Any] = {"the provider object": provider, "the client": Client(provider)}
        shown |= {f"the part {type(part).__name__}": part for part in provider.parts()}
        leaks = [where for where, what in shown.items() if self._leaks(repr(what)) or self._leaks(str(what))]
        assert [] == leaks, f"shown by repr or str: {leaks}"

    def test_secret_is_not_told(self, operation: AnyOperation) -> None:
        """The secret is in no error, log record, pickle or story of a call, also where the answer echoes it."""
        if "none" == self.credentials:
            pytest.skip("there are no credentials")
        binding = self.bound()
        listener = _Listener()
        binding.call_ended = [*binding.call_ended, listener.call_ended]
        for where, reply in self._replies(operation).items():
            for streaming in (False, True) if operation in self.streamed() else (False,):
                sent: list[str] = []
                told = dict(self._told(binding, operation, reply, sent, streaming=streaming))
                told["the record of the call"] = [asdict(record) for record in listener.records]
                leaks = [f"{what}: {text!r:.300}" for what, text in told.items() if self._leaks(text, *sent)]
                assert [] == leaks, f"after {where}, the secret is in {'; '.join(leaks)}"

    def _leaks(self, text: object, *more: str) -> bool:
        shown = text.decode("latin-1") if isinstance(text, bytes) else str(text)
        return any(secret in shown for secret in (*self.secrets, *more))

    def _replies(self, operation: AnyOperation) -> dict[str, Callable[[str], Reply]]:
        """Return what is answered, as a function of what an answer could echo."""
        return {
            "an answer": lambda _: ok(self.first_sample(operation)),
            "a refusal that echoes it": lambda echo: answer(
                400, {"error": {"message": echo, "code": echo, "type": echo}}
            ),
            "a page that echoes it": lambda echo: answer(403, f"<html>{echo}</html>"),
            "a server's failure": lambda echo: answer(500, f"{{{echo}"),
            "an answer that is none": lambda echo: answer(200, f"<html>{echo}</html>"),
            "an answer that does not fit": lambda echo: answer(200, {"error": {"message": echo}}, JSON),
            "no connection": lambda _: ConnectError("cannot reach it"),
        }

    def _told(
        self,
        binding: Binding,
        operation: AnyOperation,
        reply: Callable[[str], Reply],
        sent: list[str],
        *,
        streaming: bool,
    ) -> Iterator[tuple[str, object]]:
        def echoing(request: HttpRequest) -> Reply:
            """Answer with the credentials of this very request: some are made anew for each."""
            sent[:] = [value.reveal(request.url) for value in request.headers.values() if isinstance(value, Secret)]
            return reply(f"you sent {' and '.join(sent)}")

        with _logged() as records:
            script = self.replying(binding, operation, echoing)
            played = play(self.held(binding, operation, streaming=streaming), script)
        yield from _of(played)
        yield "the log", [record.getMessage() for record in records]


class _Listener:
    """Keeps the records of calls."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []

    @impl
    def call_ended(self, record: CallRecord) -> None:
        """Keep it."""
        self.records.append(record)


def _of(played: Played) -> Iterator[tuple[str, object]]:
    """Yield all that one call left, in words."""
    yield "the repr of a request", [evolve(request, url="") for request in played.requests]  # URLs have their check
    meta = getattr(played.result, "meta", None)
    error = played.error
    if error is not None:
        yield "the error", f"{error} {error!r} {vars(error)!r}"
        yield "the error's traceback", "".join(traceback.format_exception(error))
        yield "the error's pickle", pickle.dumps(error)
        meta = getattr(error, "meta", None)
        cause = error.__cause__ or error.__context__
        while cause is not None:
            yield f"what caused the error, {type(cause).__name__}", f"{cause} {cause!r}"
            cause = cause.__cause__ or cause.__context__
    if meta is not None:
        yield "the call's meta", f"{meta!r} {asdict(meta)!r}"
        yield "the meta's pickle", pickle.dumps(meta)


@contextmanager
def _logged() -> Iterator[list[logging.LogRecord]]:
    """Collect what goes through the standard library's logging."""
    records: list[logging.LogRecord] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    collector, root = Collector(), logging.getLogger()
    level = root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    try:
        yield records
    finally:
        root.setLevel(level)
        root.removeHandler(collector)
