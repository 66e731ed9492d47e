"""One call held in the hand: no network, no clock, no driver. `next` and `send` are all there is."""

from __future__ import annotations

import pytest
from attrs import define, frozen

from jackfield import CHAT, ChatRequest, Message
from jackfield.convert import loads
from jackfield.errors import (
    AuthenticationError,
    ConnectError,
    DeadlineError,
    ReadError,
    StreamInterruptedError,
    UnavailableError,
)
from jackfield.http import Chunk, Emit, HttpHead, Read, Run, Send, Wait
from jackfield.plugin import Secret, impl
from jackfield.testing import Clock, answer, hold, late, play
from jackfield_openai import OpenAI
from jackfield_openai_wire import Endpoint, OpenAIWire

URL = "https://api.openai.com/v1/chat/completions"
BASE = "https://api.example.com/v1"
REQUEST = ChatRequest(messages=[Message.user("Capital of Norway?")], model="gpt-4o", temperature=0.5)
ANSWER = (
    b'{"id":"c-1","model":"gpt-4o-2024-11-20","choices":[{"index":0,"message":{"role":"assistant","content":"Oslo"},'
    b'"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}'
)
EVENTS = (
    b'data: {"id":"c-1","choices":[{"index":0,"delta":{"role":"assistant","content":"Os"}}]}\n\n',
    b'data: {"id":"c-1","choices":[{"index":0,"delta":{"content":"lo"}}]}\n\n',
    b'data: {"id":"c-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
    b"data: [DONE]\n\n",
)
STREAMING = {"content-type": "text/event-stream"}


def _openai() -> OpenAI:
    return OpenAI(api_key=Secret("sk-first"))


@define(eq=False)
class _Tokens:
    """Credentials that get a token from a library that blocks, and another one when it is refused."""

    given: int = 0
    token: Secret | None = None

    @impl
    def authorize(self, request, refused):
        if refused is not None:
            self.token = None
        if self.token is None:
            text = yield Run(self.ask_somebody)
            self.token = Secret(text).bound_to(BASE)
        return request.with_header("authorization", self.token.prefixed("Bearer "))

    def ask_somebody(self) -> str:
        self.given += 1
        return f"token-{self.given}"


@frozen(eq=False)
class _WithTokens:
    tokens: _Tokens

    def parts(self):
        return Endpoint(BASE), self.tokens, OpenAIWire()


def _authorization(command: Send) -> str:
    return command.request.revealed_headers()["authorization"]


def test_first_command_is_the_request():
    """The first command of a chat is the request that will be sent, to the byte."""
    flow = hold(_openai(), CHAT, REQUEST)
    command = next(flow)
    assert Send is type(command)
    request = command.request
    assert ("POST", URL, 300.0) == (request.method, request.url, command.timeout)
    assert "Bearer sk-first" == _authorization(command)
    expected = {"messages": [{"role": "user", "content": "Capital of Norway?"}], "model": "gpt-4o", "temperature": 0.5}
    assert expected == loads(request.body)
    flow.close()


def test_a_retry_step_by_step():
    """A 429 is read, waited for as long as the provider asks, and asked again; then the answer is the result."""
    flow = hold(_openai(), CHAT, REQUEST, retries=1)
    first = next(flow)
    assert Read is type(flow.send(HttpHead(429, {"retry-after": "4", "x-request-id": "req_1"}, at=0.3)))
    assert Read is type(flow.send(Chunk(b'{"error":{"message":"slow down","code":"rate_limit_exceeded"}}', at=0.4)))
    assert Wait(4.0) == flow.send(Chunk(b"", at=0.4))
    second = flow.send(4.4)
    assert first.request == second.request
    assert Read is type(flow.send(HttpHead(200, {"x-request-id": "req_2"}, at=5.0)))
    assert Read is type(flow.send(Chunk(ANSWER, at=5.1)))
    with pytest.raises(StopIteration) as ended:
        flow.send(Chunk(b"", at=5.2))
    response = ended.value.value
    assert "Oslo" == response.text
    assert [(0.0, 429, 4.0), (4.4, 200, 0.0)] == [
        (each.at, each.status, each.waited) for each in response.meta.attempts
    ]
    assert ("req_2", 5.2) == (response.meta.request_id, response.meta.seconds)


def test_backoff_doubles_until_the_retries_are_used_up():
    """Without a hint the waits double; the failure after the last one is the caller's."""
    clock = Clock()
    played = play(hold(_openai(), CHAT, REQUEST, retries=3), [answer(503, after=0.1)] * 4, clock)
    assert [0.5, 1.0, 2.0] == [command.seconds for command in played.commands if Wait is type(command)]
    assert UnavailableError is type(played.error)
    assert 4 == len(played.error.meta.attempts)
    assert 3.9 == pytest.approx(clock.now)


def test_what_was_never_sent_is_sent_again():
    """A connection that cannot be made is thrown into the flow, which waits and sends again."""
    flow = hold(_openai(), CHAT, REQUEST)
    next(flow)
    assert Wait(0.5) == flow.throw(ConnectError("cannot reach it", at=0.2))
    assert Send is type(flow.send(0.7))
    flow.close()


def test_a_refused_token_is_renewed_once():
    """After a 401 the credentials are asked for others, and the same request is sent with them at once."""
    flow = hold(_WithTokens(_Tokens()), CHAT, REQUEST)
    run = next(flow)
    assert Run is type(run)
    first = flow.send(run.function())
    assert "Bearer token-1" == _authorization(first)
    run = flow.send(HttpHead(401, {}, at=0.2))
    assert Run is type(run)
    second = flow.send(run.function())
    assert "Bearer token-2" == _authorization(second)
    assert first.request.body == second.request.body
    assert Read is type(flow.send(HttpHead(200, {}, at=0.5)))
    flow.send(Chunk(ANSWER, at=0.5))
    with pytest.raises(StopIteration) as ended:
        flow.send(Chunk(b"", at=0.5))
    assert [401, 200] == [each.status for each in ended.value.value.meta.attempts]


def test_two_refused_tokens_are_enough():
    """When the renewed token is refused too, the caller gets an AuthenticationError."""
    played = play(hold(_WithTokens(_Tokens()), CHAT, REQUEST), [answer(401)] * 2)
    assert [Run, Send, Run, Send, Read] == played.kinds
    assert AuthenticationError is type(played.error)


def test_a_key_that_is_refused_is_not_sent_again():
    """A provider that has no other key asks once."""
    played = play(hold(_openai(), CHAT, REQUEST), [answer(401, {"error": {"code": "invalid_api_key"}})])
    assert [Send, Read, Read] == played.kinds
    assert "invalid_api_key" == played.error.code


def test_a_stream_step_by_step():
    """A stream is read as it comes, each event handed on before the next read; its end marker ends it."""
    flow = hold(_openai(), CHAT, REQUEST, streaming=True)
    first = next(flow)
    assert first.request.streaming
    assert loads(first.request.body)["stream"]
    assert Read is type(flow.send(HttpHead(200, STREAMING, at=0.2)))
    emit = flow.send(Chunk(EVENTS[0] + EVENTS[1][:20], at=0.3))
    assert (Emit, ["Os"]) == (type(emit), [event.text for event in emit.events])
    assert Read is type(flow.send(None))
    emit = flow.send(Chunk(EVENTS[1][20:] + EVENTS[2], at=0.4))
    assert ["lo", ""] == [event.text for event in emit.events]
    assert Read is type(flow.send(None))
    drain = flow.send(Chunk(EVENTS[3], at=0.5))
    assert Read is type(drain)
    assert drain.timeout <= 0.5
    with pytest.raises(StopIteration) as ended:
        flow.send(Chunk(b"", at=0.5))
    assert ("Oslo", "stop") == (ended.value.value.text, ended.value.value.choices[0].finish_reason)


@pytest.mark.parametrize("end", [b"", ReadError("the connection broke")])
def test_a_cut_stream_gives_what_came(end):
    """A stream that ends too early, quietly or not, is an error that carries what came; it is not asked for again."""
    played = play(hold(_openai(), CHAT, REQUEST, streaming=True), [answer(200, [*EVENTS[:2], end], STREAMING)])
    error = played.error
    assert StreamInterruptedError is type(error)
    assert (2, "Oslo", "lo") == (error.events, error.partial.text, error.last_event.text)
    assert not error.transient
    assert 1 == len(played.requests)


def test_a_stream_that_is_complete_may_be_cut():
    """Once every choice has its finish reason, a broken connection takes nothing away."""
    replies = [answer(200, [*EVENTS[:3], ReadError("reset")], STREAMING)]
    assert "Oslo" == play(hold(_openai(), CHAT, REQUEST, streaming=True), replies).value().text


def test_silence_is_borne_for_the_timeout():
    """Comments keep a connection alive, not an answer: after the timeout without an event the stream has broken off."""
    pieces = [EVENTS[0], *[late(4.0, b": still here\n\n")] * 10]
    clock = Clock()
    played = play(hold(_openai(), CHAT, REQUEST, streaming=True, timeout=10.0), [answer(200, pieces, STREAMING)], clock)
    assert StreamInterruptedError is type(played.error)
    assert 10.0 <= clock.now <= 15.0


def test_every_command_gets_what_the_deadline_leaves():
    """One deadline covers the call: each command gets what is left of it, where that is less than the timeout."""
    flow = hold(_openai(), CHAT, REQUEST, deadline=10.0, timeout=8.0)
    assert 8.0 == next(flow).timeout
    assert 3.0 == flow.send(HttpHead(200, {}, at=7.0)).timeout
    with pytest.raises(DeadlineError):
        flow.send(Chunk(ANSWER[:10], at=10.0))


def test_a_wait_that_outlasts_the_deadline_is_not_begun():
    """Where the provider asks for more time than is left, its refusal is the answer, at once."""
    clock = Clock()
    played = play(
        hold(_openai(), CHAT, REQUEST, deadline=10.0), [answer(503, headers={"retry-after": "20"}, after=1.0)], clock
    )
    assert (UnavailableError, 20.0) == (type(played.error), played.error.retry_after)
    assert 1.0 == clock.now


def test_a_late_answer_is_a_deadline_error():
    """An answer that is not there at the deadline is a DeadlineError, which is not tried again."""
    clock = Clock()
    played = play(hold(_openai(), CHAT, REQUEST, deadline=10.0), [answer(200, ANSWER, after=60.0)], clock)
    assert (DeadlineError, 10.0) == (type(played.error), clock.now)
    assert 1 == len(played.requests)


def test_leaving_closes_the_call():
    """A flow that is closed in the middle ends there: nothing more is asked for."""
    flow = hold(_openai(), CHAT, REQUEST, streaming=True)
    next(flow)
    flow.send(HttpHead(200, STREAMING, at=0.1))
    flow.close()
    with pytest.raises(StopIteration):
        next(flow)
