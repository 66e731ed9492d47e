"""What comes back event by event."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield.errors import JackfieldError, ReadError, StreamInterruptedError
from jackfield.testing.flows import play
from jackfield.testing.scripted import answer
from jackfield.testing.subject import Sample, Subject, head_of, headers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jackfield._binding import Binding

_TOO_SHORT = 3


class StreamChecks(Subject):
    """`open_stream`."""

    def test_any_cut_gives_the_same_events(self, stream: Sample) -> None:
        """A golden stream gives the same events however the network cuts it, byte by byte included."""
        binding, data = self.bound(), stream.body
        whole = self._events(binding, stream, [data])
        assert whole, "the stream has no events"
        assert whole == self._events(binding, stream, [data[n : n + 1] for n in range(len(data))])

        @settings(deadline=None, database=None)
        @given(cuts=st.lists(st.integers(0, len(data)), max_size=20))
        def same(cuts: list[int]) -> None:
            places = [0, *sorted(cuts), len(data)]
            pieces = [data[a:b] for a, b in pairwise(places) if a < b]
            assert whole == self._events(binding, stream, pieces)

        same()

    def test_cut_stream_is_interrupted(self, stream: Sample) -> None:
        """A stream that ends before it is complete raises, with what came; whatever the place of the cut."""
        binding, data = self.bound(), stream.body
        ends = self._ends(binding, stream)
        if len(ends) < _TOO_SHORT:
            pytest.skip("the stream is too short: it may be complete at its first event")
        for count, end in enumerate(ends, 1):
            for pieces in ([data[:end]], [data[:end], ReadError("the connection broke")]):
                played = play(
                    self.held(binding, stream.operation, streaming=True),
                    self.replying(binding, stream.operation, answer(200, pieces, headers_of(stream))),
                )
                error = played.error
                assert error is not None or count > 1, "cut after its first event, the stream counts as complete"
                if error is None:
                    continue
                assert isinstance(error, StreamInterruptedError), f"cut after {count} events it raises {error!r}"
                assert (count, count) == (error.events, len(played.events))
                assert self._folded(stream, played.events) == error.partial
        for end in sorted({1, ends[0] // 2}):
            script = self.replying(binding, stream.operation, answer(200, data[:end], headers_of(stream)))
            played = play(self.held(binding, stream.operation, streaming=True), script)
            assert isinstance(played.error, JackfieldError), f"cut after {end} bytes it raises {played.error!r}"

    def test_stream_folds_into_the_plain_answer(self, pair: Sample) -> None:
        """The events of a stream fold into what the same answer is as a whole."""
        binding = self.bound()
        folded = self._folded(pair, self._events(binding, pair, [pair.body]))
        twin = Sample(pair.operation, pair.path.with_suffix(".json"))
        assert binding.decode_response(self.call(pair.operation), head_of(twin), twin.body) == folded

    def _events(self, binding: Binding, stream: Sample, pieces: Iterable[bytes]) -> list[Any]:
        """Return the events of a stream that comes in *pieces*."""
        decoder = binding.decoder(self.call(stream.operation, streaming=True), head_of(stream))
        events: list[Any] = []
        for piece in pieces:
            if decoder.finished:
                break
            events += decoder.feed(piece)
        return [*events, *decoder.close()]

    def _ends(self, binding: Binding, stream: Sample) -> list[int]:
        """Return after how many bytes each event is there, as far as they come one at a time."""
        decoder = binding.decoder(self.call(stream.operation, streaming=True), head_of(stream))
        data, ends = stream.body, []
        for n in range(len(data)):
            if decoder.finished:
                break
            ends += [n + 1] * len(decoder.feed(data[n : n + 1]))
        return ends

    def _folded(self, stream: Sample, events: Iterable[Any]) -> Any:
        assert stream.operation.fold is not None, "an operation that streams has a fold"
        folding = stream.operation.fold()
        for event in events:
            folding.add(event)
        return folding.result()
