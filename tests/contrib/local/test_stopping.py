"""Answers that nobody wants any more, and answers that take too long."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from jackfield import CHAT, ChatRequest, Message
from jackfield.errors import ReadError
from jackfield.plugin import HttpRequest
from jackfield_local import Local
from jackfield_local._job import Job, running

# Left alone, the model would write for half a minute and more.
ENDLESS = {"messages": [{"role": "user", "content": "Count."}], "max_tokens": 3000, "extra_eos": 0, "ignore_eos": True}
SOON = 30.0  # a moment, on a machine that is not busy


def request(**changes):
    """A request whose answer takes long."""
    body = json.dumps({**ENDLESS, **changes}).encode()
    return HttpRequest("POST", "local:/chat/completions", body=body, streaming=bool(changes.get("stream")))


def ended_within(seconds):
    """Whether every answer's thread ends within *seconds*."""
    return all(job.wait(seconds) for job in list(running))


def test_a_closed_stream_stops_the_engine(client):
    """Leaving the `with` block early ends the generation, not only the reading."""
    with client.stream(CHAT, ChatRequest(messages=[Message.user("Count.")], extra={"ignore_eos": True})) as stream:
        next(iter(stream))

    assert ended_within(SOON)


def test_close_wakes_a_reader(transport):
    """A read that waits in one thread ends with ReadError when another closes the body."""
    words = "word " * 3000  # read by the model for seconds before it says anything
    _, body = transport.send(request(stream=True, messages=[{"role": "user", "content": words}]), 30.0)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(lambda: [body.read(65536, 30.0) for _ in range(100)])
        time.sleep(0.1)
        begun = time.monotonic()
        body.close()
        body.close()
        with pytest.raises(ReadError, match="closed"):
            reading.result(SOON)

    assert 1.0 > time.monotonic() - begun
    assert ended_within(SOON)


def test_a_plain_call_has_its_time(transport):
    """A plain call that takes longer than its time-out is a ReadError, is not tried again, and stops the engine."""
    with pytest.raises(ReadError, match=r"within 0\.3 s") as caught:
        transport.send(request(), 0.3)

    assert not caught.value.transient
    assert ended_within(SOON)


def test_a_read_has_its_time(transport):
    """A read that waits longer than its time-out is a ReadError."""
    _, body = transport.send(request(stream=True), 30.0)
    with pytest.raises(ReadError, match=r"within 0 s"):
        list(iter(lambda: body.read(65536, 0.0), b""))
    body.close()

    assert ended_within(SOON)


def test_a_waiting_send_can_be_interrupted(transport):
    """`interrupt` ends a send that waits in another thread: that is how a cancelled task stops the engine."""
    asked = request()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(transport.send, asked, 30.0)
        time.sleep(0.2)
        transport.interrupt(asked)
        with pytest.raises(ReadError, match="closed"):
            sending.result(SOON)
    transport.interrupt(asked)  # too late does no harm

    assert ended_within(SOON)


def test_closing_the_transport_stops_its_answers():
    """A closed transport leaves no thread behind."""
    transport = Local().transport
    transport.send(request(stream=True), 30.0)
    transport.close()

    assert ended_within(SOON)


def test_embeddings_stop_between_two_texts(transport):
    """A batch that nobody waits for ends with the text at hand."""
    body = json.dumps({"input": ["word " * 400] * 500}).encode()
    with pytest.raises(ReadError, match=r"within 0\.2 s"):
        transport.send(HttpRequest("POST", "local:/embeddings", body=body), 0.2)

    assert ended_within(SOON)


def test_a_read_stream_leaves_no_thread(transport):
    """The thread has ended when the last bytes have been read, and more reads give nothing."""
    before = threading.active_count()
    _, body = transport.send(request(stream=True, max_tokens=2), 30.0)
    while body.read(7, 30.0):
        pass

    assert before == threading.active_count()
    assert b"" == body.read(7, 30.0)


def test_a_failing_engine_is_an_answer():
    """What a foreign engine raises becomes a 500 that says what it was, before the stream and inside it."""

    def fails(job):
        raise OSError("disk on fire")

    def fails_late(job):
        job.put(b"data: {}\n\n")
        raise OSError("disk on fire")

    job, late = Job(fails), Job(fails_late)
    assert 500 == job.head(1.0).status
    assert "OSError: disk on fire" in json.loads(job.read(4096, 1.0))["error"]["message"]
    assert b"data: {}\n\n" == late.read(4096, 1.0)
    assert late.read(4096, 1.0).startswith(b'data: {"error"')
