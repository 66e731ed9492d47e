"""`TransportSuite` on our own transports, and on transports with something wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from jackfield.errors import ReadError
from jackfield.http import HttpHead, HttpRequest
from jackfield.testing import TransportSuite, failures
from jackfield.transports.in_thread import InThread
from jackfield.transports.urllib3 import Urllib3Transport


class OurSuite(TransportSuite):
    """What every transport of ours must pass."""


class TestUrllib3(OurSuite):
    def make(self):
        return Urllib3Transport()


class TestInThread(OurSuite):
    def make(self):
        return InThread(Urllib3Transport())


def test_make_has_to_be_said():
    """Without `make` the suite says what is missing."""
    with pytest.raises(NotImplementedError, match="make"):
        TransportSuite().test_compression_is_undone()


class TestWithoutInterrupt(OurSuite):
    """`interrupt` is optional: without it there is nothing to check."""

    def make(self):
        whole = Urllib3Transport()
        return type("Plain", (), {"send": whole.send, "close": whole.close})()


# Transports with something wrong -------------------------------------------------------------------------------------


class _Around:
    """A good transport, to replace something of."""

    def __init__(self) -> None:
        self.inner = Urllib3Transport()

    def send(self, request: HttpRequest, timeout: float | None) -> tuple[HttpHead, Any]:
        head, body = self.inner.send(request, timeout)
        return head, self.body(body)

    def body(self, body: Any) -> Any:
        return body

    def close(self) -> None:
        self.inner.close()


class _AroundBody:
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def read(self, limit: int, timeout: float | None) -> bytes:
        return self.inner.read(limit, timeout)

    def close(self) -> None:
        self.inner.close()


class FollowsRedirects(_Around):
    def send(self, request, timeout):
        head, body = super().send(request, timeout)
        if 300 <= head.status < 400 and request.url.endswith("/one"):
            return super().send(evolve(request, url=request.url[:-4] + head.headers["location"]), timeout)
        return head, body


class TriesAgain(_Around):
    def send(self, request, timeout):
        head, body = super().send(request, timeout)
        if head.status == 503:
            body.read(10, timeout)
            return super().send(request, timeout)
        return head, body


class HeadersAsTheyCome(_Around):
    def send(self, request, timeout):
        head, body = super().send(request, timeout)
        return HttpHead(head.status, {name.title(): value for name, value in head.headers.items()}), body


class LeavesItCompressed(_Around):
    def send(self, request, timeout):
        head, body = super().send(request, timeout)
        body._response._decoder = type("Raw", (), {"decompress": lambda _, data: data, "flush": lambda _: b""})()
        return head, body


class WaitsForTheWhole(_Around):
    class _Body(_AroundBody):
        def __init__(self, inner):
            super().__init__(inner)
            self.kept = None

        def read(self, limit, timeout):
            if self.kept is None:
                self.kept = b""
                while data := self.inner.read(limit, 0.3):
                    self.kept += data
            data, self.kept = self.kept[:limit], self.kept[limit:]
            return data

    def body(self, body):
        return self._Body(body)


class OsErrors(_Around):
    def send(self, request, timeout):
        try:
            return super().send(request, timeout)
        except ReadError as error:
            raise ConnectionResetError(str(error)) from None


class NeverKeeps(_Around):
    def send(self, request, timeout):
        self.inner.close()
        return super().send(request, timeout)


class WaitsForTheEnd(_Around):
    class _Body(_AroundBody):
        ended = False

        def read(self, limit, timeout):
            data = self.inner.read(limit, timeout)
            self.ended = self.ended or not data
            return data

        def close(self):
            if not self.ended:
                self.transport.inner.close()
            self.inner.close()

    def body(self, body):
        around = self._Body(body)
        around.transport = self
        return around


class NeverStale(_Around):
    def send(self, request, timeout):
        try:
            return super().send(request, timeout)
        except ReadError as error:
            error.stale = False
            raise


class IgnoresLimit(_Around):
    class _Body(_AroundBody):
        def read(self, limit, timeout):
            return self.inner.read(max(limit, 65536), timeout)

    def body(self, body):
        return self._Body(body)


SABOTAGED: dict[str, tuple[Callable[[], Any], set[str]]] = {
    "follows redirects": (FollowsRedirects, {"test_redirects_are_not_followed"}),
    "tries again": (TriesAgain, {"test_nothing_is_tried_again"}),
    "headers as they come": (HeadersAsTheyCome, {"test_head_is_told"}),
    "waits for the whole body": (
        WaitsForTheWhole,
        {
            "test_bytes_come_as_they_arrive",
            "test_close_ends_the_connection_early",
            "test_close_wakes_a_reader",
            "test_cut_body_is_a_read_error",
            "test_silent_body_is_a_read_error_in_time",
        },
    ),
    "errors of the operating system": (
        OsErrors,
        {
            "test_dead_connection_is_told_apart",
            "test_fresh_connection_is_never_stale",
            "test_no_answer_is_a_read_error",
            "test_nonsense_is_a_transport_error",
            "test_silent_server_is_a_read_error_in_time",
            "test_trickling_head_is_a_read_error_in_time",
        },
    ),
    "keeps no connection": (
        NeverKeeps,
        {"test_connections_are_kept", "test_connections_are_kept_after_the_last_byte"},
    ),
    "asks for the end": (WaitsForTheEnd, {"test_connections_are_kept_after_the_last_byte"}),
    "does not tell a dead connection apart": (NeverStale, {"test_dead_connection_is_told_apart"}),
    "ignores the limit": (IgnoresLimit, {"test_limit_holds"}),
}


@pytest.mark.parametrize("sabotage", SABOTAGED)
def test_fails_its_own_checks_and_no_other(sabotage):
    """A sabotaged transport fails the checks that are about it, and passes all others."""
    make, expected = SABOTAGED[sabotage]
    found = failures(type("Sabotaged", (TransportSuite,), {"make": lambda _: make()}))
    found.pop("test_half_a_head_is_a_read_error", None)  # what ours does not keep either
    assert expected == set(found), found
