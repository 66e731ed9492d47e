"""Event streams of OpenAI-shaped services: framing, completeness, errors inside."""

from __future__ import annotations

import pytest

from jackfield.convert import dumps
from jackfield.errors import DecodeError, RateLimitError, RejectedError, UnavailableError
from jackfield.operations.chat import CHAT
from jackfield.operations.images import IMAGES
from jackfield.plugin import HttpHead
from jackfield.testing import a_call
from jackfield_openai_wire import OpenAIWire

HEAD = HttpHead(200, {"content-type": "text/event-stream"})


def _decoder(operation=CHAT, head=HEAD):
    return OpenAIWire().open_stream(a_call(operation, streaming=True), head)


def _event(document):
    return b"data: " + (document if isinstance(document, bytes) else dumps(document)) + b"\n\n"


def _delta(text=None, index=0, finish=None):
    return {"choices": [{"index": index, "delta": {} if text is None else {"content": text}, "finish_reason": finish}]}


def _texts(events):
    return [event.text for event in events]


@pytest.mark.parametrize(
    "framed",
    [
        b"data: %s\n\n",
        b"data:%s\n\n",
        b"data: %s\r\n\r\n",
        b"data: %s\r\r",
        b": keepalive\n\ndata: %s\n\n",
        b"event: message\nid: 7\nretry: 10\ndata: %s\n\n",
        b"\xef\xbb\xbfdata: %s\n\n",
        b"\n\ndata: %s\n\n",
    ],
)
def test_framing_is_read_as_the_standard_says(framed):
    """Line ends, comments, other fields, a byte order mark: the event is the same, byte by byte as well."""
    data = framed % dumps(_delta("Zoë"))
    decoder = _decoder()
    assert ["Zoë"] == _texts([*decoder.feed(data), *decoder.close()])
    decoder = _decoder()
    events = [event for n in range(len(data)) for event in decoder.feed(data[n : n + 1])]
    assert ["Zoë"] == _texts([*events, *decoder.close()])


def test_json_over_several_lines_is_one_event():
    """Several `data` lines are joined."""
    assert ["a"] == _texts(_decoder().feed(b'data: {"choices": [{"index": 0,\ndata: "delta": {"content": "a"}}]}\n\n'))


def test_done_completes_and_ends():
    """`[DONE]` says that the answer is whole, and that nothing more will come."""
    decoder = _decoder()
    assert ["a"] == _texts(decoder.feed(_event(_delta("a")) + _event(b"[DONE]") + _event(_delta("b"))))
    assert (True, True) == (decoder.complete, decoder.finished)
    assert [] == list(decoder.close())


def test_finish_reasons_complete_without_an_end_marker():
    """Where every choice has its finish reason, the answer is whole, and more may still come."""
    decoder = _decoder()
    decoder.feed(_event(_delta("a", 0)) + _event(_delta("b", 1)))
    decoder.feed(_event(_delta(None, 0, "stop")))
    assert not decoder.complete
    decoder.feed(_event(_delta(None, 1, "length")))
    assert (True, False) == (decoder.complete, decoder.finished)


def test_another_choice_opens_the_answer_again():
    """A choice that begins after the first has ended makes the answer incomplete."""
    decoder = _decoder()
    decoder.feed(_event(_delta("a", 0, "stop")))
    assert decoder.complete
    decoder.feed(_event(_delta("b", 1)))
    assert not decoder.complete


@pytest.mark.parametrize(
    "late",
    [
        {"choices": [], "usage": {"total_tokens": 3}},
        {"choices": [{"index": 0, "content_filter_results": {}, "finish_reason": None}]},
        {"choices": [{"index": 0, "content_filter_results": {}, "finish_reason": "content_filter"}]},
        {"usage": {"total_tokens": 3}},
    ],
)
def test_what_comes_late_leaves_the_answer_complete(late):
    """Usage and a filter's word after the finish reason are events, and open nothing."""
    decoder = _decoder()
    decoder.feed(_event(_delta("a", 0, "stop")))
    assert 1 == len(decoder.feed(_event(late)))
    assert decoder.complete


def test_usage_alone_completes_nothing():
    """An event without choices before any finish reason does not make the answer whole."""
    decoder = _decoder()
    decoder.feed(_event({"choices": [], "prompt_filter_results": []}) + _event(_delta("a")) + _event({"choices": []}))
    assert not decoder.complete


def test_last_event_may_lack_its_empty_line():
    """An event left open at the end of the body still counts."""
    decoder = _decoder()
    assert [] == list(decoder.feed(_event(_delta("a", 0, "stop")).rstrip(b"\n")))
    assert ["a"] == _texts(decoder.close())
    assert decoder.complete


def test_done_may_lack_its_empty_line():
    """An end marker left open at the end of the body still counts."""
    decoder = _decoder()
    decoder.feed(_event(_delta("a")) + b"data: [DONE]")
    assert [] == list(decoder.close())
    assert decoder.complete


def test_pictures_are_complete_when_the_last_one_is():
    """A stream of pictures is whole after the completed one."""
    decoder = _decoder(IMAGES)
    decoder.feed(_event({"type": "image_generation.partial_image", "b64_json": "QQ==", "partial_image_index": 0}))
    assert not decoder.complete
    decoder.feed(_event({"type": "image_generation.completed", "b64_json": "QUE="}))
    assert decoder.complete


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, RateLimitError),
        ({"error": {"message": "it broke", "type": "server_error"}}, UnavailableError),
        ({"error": {"message": "filtered", "code": "content_filter"}}, RejectedError),
    ],
)
def test_error_inside_the_stream_ends_it(document, kind):
    """An error document among the events ends the stream; what came before it is still given."""
    decoder = _decoder()
    assert ["a"] == _texts(decoder.feed(_event(_delta("a")) + _event(document)))
    assert (False, True) == (decoder.complete, decoder.finished)
    with pytest.raises(kind):
        decoder.close()


def test_empty_error_beside_an_answer_is_none():
    """A server that sends `error: null` with each event sends no error."""
    assert ["a"] == _texts(_decoder().feed(_event({**_delta("a"), "error": None})))


@pytest.mark.parametrize("data", [b"{not json", b'{"choices": 7}', b"7", b'["error"]', b'{"choices": [7]}'])
def test_event_that_cannot_be_read_ends_the_stream(data):
    """An event that is no JSON, or does not fit, is a DecodeError that quotes it; what came before is given."""
    decoder = _decoder()
    assert ["a"] == _texts(decoder.feed(_event(_delta("a")) + _event(data)))
    assert decoder.finished
    with pytest.raises(DecodeError) as caught:
        decoder.close()
    assert data.decode() == caught.value.body
    assert repr(data.decode()) in caught.value.message


@pytest.mark.parametrize("pieces", [[b"<html>Sign in</html>"], [b"<html>", b"Sign in", b"</html>"], [b"<" * 900, b">"]])
def test_page_in_place_of_a_stream_is_quoted(pieces):
    """A body in which no event is found is a DecodeError that quotes its beginning."""
    decoder = _decoder(head=HttpHead(200, {"content-type": "text/html"}))
    for piece in pieces:
        assert [] == list(decoder.feed(piece))
    with pytest.raises(DecodeError, match="text/html instead of an event stream") as caught:
        decoder.close()
    assert b"".join(pieces)[:500].decode().startswith(caught.value.body[:6])


def test_nothing_in_place_of_a_stream_is_told():
    """An empty body is a DecodeError."""
    with pytest.raises(DecodeError, match="no content type instead of an event stream"):
        _decoder(head=HttpHead(200)).close()


def test_error_document_in_place_of_a_stream_is_read():
    """A plain JSON error under status 200 is that error."""
    decoder = _decoder()
    decoder.feed(b'{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}')
    with pytest.raises(RateLimitError, match="slow down"):
        decoder.close()


def test_plain_document_in_place_of_a_stream_is_told():
    """A server that cannot stream and answers in one document is told as that."""
    decoder = _decoder()
    decoder.feed(dumps({"choices": []}))
    with pytest.raises(DecodeError, match="instead of an event stream"):
        decoder.close()


def test_end_marker_alone_is_an_empty_answer():
    """A stream that only says that it is over is whole."""
    decoder = _decoder()
    decoder.feed(_event(b"[DONE]"))
    assert [] == list(decoder.close())
    assert decoder.complete
