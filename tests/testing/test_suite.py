"""`ProviderSuite` on a provider of quite another kind: a wire, an operation, streams and credentials of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field, frozen

from jackfield import CHAT
from jackfield.convert import decode, dumps, loads, make_converter
from jackfield.operations import Document, Operation, Request, Response
from jackfield.plugin import (
    AnswerFacts,
    AuthenticationError,
    Call,
    DecodeError,
    Flow,
    HttpHead,
    HttpRequest,
    InvalidRequestError,
    Payload,
    Read,
    Run,
    Secret,
    Send,
    UnsupportedOperationError,
    impl,
    setting,
)
from jackfield.testing import SECRET, ProviderSuite, answer, failures

BASE = "http://aviary.example.com:8080"
SAMPLES = Path(__file__).parent / "samples"


# An operation of somebody else's -------------------------------------------------------------------------------------


@frozen(kw_only=True)
class SayRequest(Request):
    """What a parrot is to say."""

    text: str
    model: str | None = None


@define(kw_only=True)
class Sound(Document):
    """One sound."""

    required = frozenset({"text"})

    text: str = ""


@define(kw_only=True)
class Said(Response):
    """What it says."""

    required = frozenset({"sounds"})

    sounds: tuple[Sound, ...] = ()


@define
class SaidFold:
    """How sounds become what is said."""

    sounds: list[Sound] = field(factory=list)

    def add(self, event: Sound, /) -> None:
        self.sounds.append(event)

    def result(self) -> Said:
        return Said(sounds=tuple(self.sounds))


SAY = Operation("parrot.say", SayRequest, Said, event=Sound, fold=SaidFold, model_setting="parrot")


# A provider of quite another kind ------------------------------------------------------------------------------------


@frozen(eq=False)
class Aviary:
    """Parrots, by the path; a token is fetched first; streams are lines."""

    api_key: Secret = setting(env=("AVIARY_KEY",))
    endpoint: str = setting(default="https://aviary.example.com", env=("AVIARY_ENDPOINT",))

    def parts(self) -> Sequence[object]:
        return Perches(self.endpoint), Visitors(self.api_key.bound_to(self.endpoint), self.endpoint), Squawks()


@frozen(eq=False)
class Perches:
    """Where each parrot sits."""

    base: str

    @impl
    def build_url(self, call: Call) -> str:
        if call.operation is not SAY:
            raise UnsupportedOperationError("parrots only say things")
        if not str(call.model).isalnum() or not str(call.model).isascii():
            raise InvalidRequestError("no such parrot", problems=[f"model: {call.model!r}"])
        return f"{self.base}/parrots/{call.model}"


@define(eq=False)
class Visitors:
    """A ticket is bought with the key, and shown at every visit."""

    key: Secret
    base: str
    ticket: Secret | None = None

    @impl
    def authorize(self, request: HttpRequest, refused: HttpHead | None) -> Flow[HttpRequest]:
        if refused is not None:
            self.ticket = None
        if self.ticket is None:
            buyer = yield Run(lambda: "visitor")
            head = yield Send(HttpRequest("POST", f"{self.base}/tickets", {"x-key": self.key, "x-buyer": buyer}))
            chunk = yield Read()
            if head.status != 200:
                raise AuthenticationError("no ticket", status=head.status)
            self.ticket = Secret(loads(chunk.data)["ticket"]).bound_to(self.base)
        return request.with_header("x-ticket", self.ticket)

    @impl
    def finish_request(self, request: HttpRequest) -> HttpRequest:
        return request.with_header("x-signature", Secret(f"signed-{len(request.body or b'')}").bound_to(request.url))


class Squawks:
    """Says `words` where the operation says `sounds`; a line a sound."""

    def __init__(self) -> None:
        self._converter = make_converter()

    @impl
    def encode_request(self, call: Call) -> Payload:
        return Payload(f"say={call.request.text}".encode(), "application/x-www-form-urlencoded")

    @impl
    def decode_response(self, call: Call, body: bytes) -> Any:
        try:
            document = loads(body)
        except ValueError:
            raise DecodeError("no JSON", problems=["expected JSON @ $"]) from None
        if not isinstance(document, dict) or "words" not in document:
            raise DecodeError("no words", problems=["required field missing @ $.words"])
        words = [{**each, "text": each["w"]} if "w" in each else each for each in document["words"]]
        try:
            said = decode(self._converter, {"sounds": words}, Said)
        except DecodeError as error:
            problems = [each.replace(".sounds", ".words").replace(".text", ".w") for each in error.problems]
            raise DecodeError("wrong words", problems=problems) from error
        said.raw = document
        return said

    @impl
    def open_stream(self) -> Any:
        return Lines()

    @impl
    def read_head(self, head: HttpHead) -> AnswerFacts:
        wait = head.headers.get("retry-after")
        return AnswerFacts(retry_after=None if wait is None else float(wait))


class Lines:
    """A line a sound, a full stop at the end."""

    def __init__(self) -> None:
        self.complete = self.finished = False
        self._rest = b""

    def feed(self, data: bytes) -> Sequence[Sound]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        sounds = []
        for line in lines:
            if line == b".":
                self.complete = self.finished = True
                break
            sounds.append(Sound(text=line.decode()))
        return sounds

    def close(self) -> Sequence[Sound]:
        return ()


class TestAviary(ProviderSuite):
    name = "aviary"
    provider = Aviary
    settings = {"api_key": SECRET, "endpoint": BASE}
    samples = SAMPLES
    stream_ending = ".lines"
    supports = {SAY}
    lacks = {CHAT}
    requests = {SAY: SayRequest(text="Hello", model="polly")}
    credentials = "derived"
    credential_replies = (answer(200, {"ticket": "row-4"}),)
    required = {SAY: ["words", "words[0].w"]}

    def test_one_distribution_provides_it(self):
        """The entry point exists, belongs to exactly one distribution, and can be imported."""
        pytest.skip("it is made for this file, and not installed")


def _failures(**attributes):
    """Return what fails for the aviary with other *attributes*, but for the entry point."""
    return failures(type("Varied", (TestAviary,), attributes))


def test_foreign_operation_needs_a_request():
    """Without a request for an operation that is not the core's, the checks say so."""
    found = _failures(requests={})
    assert "there is no example of 'parrot.say'" in str(found["test_url_has_no_secret[parrot.say]"])


def test_what_is_required_has_to_be_found():
    """Where no required key is found in a golden answer, the suite asks for `required`."""
    found = _failures(required={})
    assert {"test_missing_keys_are_named[parrot.say.json]"} == set(found)
    assert "say `required`" in str(found["test_missing_keys_are_named[parrot.say.json]"])


def test_short_streams_are_not_cut(tmp_path):
    """A stream of two events may be complete at its first: nothing can be said of its cuts."""
    (tmp_path / "parrot.say.json").write_bytes(dumps({"words": [{"w": "Hello"}]}))
    (tmp_path / "parrot.say.lines").write_text("Hello\n.\n")
    assert {} == _failures(samples=tmp_path)


def test_environment_is_sealed_and_given_back(monkeypatch):
    """The variables of the provider's settings are away while a check runs, and back afterwards."""
    monkeypatch.setenv("AVIARY_KEY", "of-somebody")
    with TestAviary.sealed():
        assert "AVIARY_KEY" not in os.environ
    assert "of-somebody" == os.environ["AVIARY_KEY"]


def test_suite_without_a_provider_fails_at_the_entry_point():
    """A name that nobody has installed fails the check of the entry point; what needs the provider is skipped."""
    found = failures(type("Nobody", (ProviderSuite,), {"name": "nobody-has-this", "supports": {CHAT}}))
    assert "test_one_distribution_provides_it" in found
    assert "test_url_has_no_secret[chat.completions]" not in found


def test_script_of_a_check_can_run_out():
    """A provider that sends more requests than an operation needs is told so."""

    class Chatty(Aviary):
        def parts(self):
            perches, visitors, squawks = super().parts()
            return perches, Twice(visitors.key, visitors.base), squawks

    @define(eq=False)
    class Twice(Visitors):
        @impl
        def authorize(self, request: HttpRequest, refused: HttpHead | None) -> Flow[HttpRequest]:
            yield Send(request)
            yield Read()
            return request.with_header("x-ticket", self.key)

    found = _failures(provider=Chatty)
    assert "1 replies were scripted, and there are more requests" in "".join(map(str, found.values()))
