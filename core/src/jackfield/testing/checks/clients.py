"""Whole calls: through both clients, two at once, and without I/O in the hooks."""

from __future__ import annotations

import asyncio  # noqa: TID251 - a suite drives both clients
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from jackfield.client import AsyncClient, Client
from jackfield.testing.flows import interleave, play
from jackfield.testing.network import network_blocked
from jackfield.testing.scripted import Answer, AsyncScriptedTransport, ScriptedTransport, answer
from jackfield.testing.subject import AnyOperation, Sample, Subject, head_of, headers_of, ok

if TYPE_CHECKING:
    from jackfield._binding import Binding

_OPTIONS: dict[str, Any] = {"retries": 0, "allow_plain_http": True}


class ClientChecks(Subject):
    """All hooks together."""

    def test_blocking_and_asyncio_agree(self, sample: Sample) -> None:
        """`Client` and `AsyncClient` make the same of the same answer, and leave no body open."""
        request = self.request(sample.operation)
        binding = self.bound()
        transport = ScriptedTransport(self.replying(binding, sample.operation, ok(sample)))
        with Client(self.made(), transport=transport, **_OPTIONS) as client:
            blocking = client.call(sample.operation, request)
        twin = AsyncScriptedTransport(self.replying(binding, sample.operation, ok(sample)))

        async def asked() -> Any:
            async with AsyncClient(self.made(), transport=twin, **_OPTIONS) as client:
                return await client.call(sample.operation, request)

        assert blocking == asyncio.run(asked())
        assert (0, 0) == (transport.open_bodies, twin.open_bodies)

    def test_blocking_and_asyncio_streams_agree(self, stream: Sample) -> None:
        """Both clients give the same events and the same whole response, and leave no body open."""
        request = self.request(stream.operation)
        binding = self.bound()
        transport = ScriptedTransport(self.replying(binding, stream.operation, ok(stream)))
        with Client(self.made(), transport=transport, **_OPTIONS) as client:
            coming = client.stream(stream.operation, request)
            blocking = list(coming), coming.response
        twin = AsyncScriptedTransport(self.replying(binding, stream.operation, ok(stream)))

        async def asked() -> Any:
            async with AsyncClient(self.made(), transport=twin, **_OPTIONS) as client:
                coming = client.stream(stream.operation, request)
                return [event async for event in coming], coming.response

        assert blocking == asyncio.run(asked())
        assert (0, 0) == (transport.open_bodies, twin.open_bodies)

    def test_two_calls_do_not_mix(self, operation: AnyOperation) -> None:
        """Two calls of one client that run at once give what each gives alone."""
        binding = self.bound()
        samples = self.golden(operation, ".json")
        if not samples:
            pytest.skip("there is no golden answer: see test_has_golden_answers")
        self._alone_and_together(binding, operation, [ok(samples[0]), ok(samples[-1])], streaming=False)
        if operation in self.streamed() and (streams := self.golden(operation, self.stream_ending)):
            both = streams[0], streams[-1]
            replies = [answer(200, self._events_apart(binding, each), headers_of(each)) for each in both]
            self._alone_and_together(binding, operation, replies, streaming=True)

    def _events_apart(self, binding: Binding, stream: Sample) -> list[bytes]:
        """Return a golden stream cut after each event."""
        decoder = binding.decoder(self.call(stream.operation, streaming=True), head_of(stream))
        data = stream.body
        ends = [n for n in range(1, len(data)) if decoder.feed(data[n - 1 : n])]
        return [data[a:b] for a, b in pairwise([0, *ends, len(data)])]

    def _alone_and_together(
        self, binding: Binding, operation: AnyOperation, replies: list[Answer], *, streaming: bool
    ) -> None:
        def flows() -> list[Any]:
            return [
                (self.held(binding, operation, streaming=streaming), self.replying(binding, operation, reply))
                for reply in replies
            ]

        alone, again = [play(*each) for each in flows()], [play(*each) for each in flows()]
        together = interleave(*flows())
        for first, repeated, second in zip(alone, again, together, strict=True):
            assert first.value() == second.value()
            assert first.events == second.events
            if first.requests == repeated.requests:  # otherwise another check says that they differ each time
                assert first.requests == second.requests

    def test_hooks_do_no_io(self, operation: AnyOperation) -> None:
        """Making a provider, binding it and calling every hook of a call uses no network; what is hidden counts."""
        sample = self.first_sample(operation)
        with network_blocked() as attempts:
            binding = self.bound()
            for prepare in binding.warm_up:
                prepare()
            replies = [ok(sample), answer(500, b"<html>"), answer(429, b"{}", {"retry-after": "1"})]
            for reply in replies:
                play(self.held(binding, operation), self.replying(binding, operation, reply))
            for stream in self.golden(operation, self.stream_ending) if operation in self.streamed() else ():
                play(self.held(binding, operation, streaming=True), self.replying(binding, operation, ok(stream)))
        assert [] == attempts
