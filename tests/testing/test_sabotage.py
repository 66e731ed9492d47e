"""Providers with one part gone wrong: each fails its own check of `ProviderSuite`, and no other."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import settings

from jackfield import CHAT, EMBEDDINGS, IMAGES
from jackfield.convert import dumps, loads
from jackfield.errors import DecodeError, RejectedError, UnsupportedOperationError
from jackfield.operations.image_variations import IMAGE_VARIATIONS
from jackfield.plugin import AnswerFacts, Call, Flow, HttpHead, HttpRequest, Payload, Run, Secret, impl, setting
from jackfield.testing import SECRET, ProviderSuite, failures
from jackfield_openai_wire import Endpoint, HeaderKey, OpenAIWire

BASE = "https://api.example.com/v1"
ENOUGH = {"chat.completions", "chat.completions-tools", "embeddings", "images.variations"}
SAMPLES = Path(__file__).parents[1] / "plugins" / "openai" / "samples"


@frozen(eq=False)
class Good:
    """A provider with nothing wrong."""

    api_key: Secret = setting(env=("EXAMPLE_API_KEY",))
    base: str = setting(default=BASE)

    def endpoint(self) -> object:
        return Endpoint(self.base)

    def credentials(self) -> object:
        return HeaderKey(self.api_key.bound_to(self.base))

    def wire(self) -> object:
        return OpenAIWire()

    def parts(self) -> list[object]:
        return [self.endpoint(), self.credentials(), self.wire()]


class Suite(ProviderSuite):
    """What the suite is told; `provider` because nothing here is installed."""

    name = "openai"
    provider = Good
    settings = {"api_key": SECRET}
    samples = SAMPLES
    supports = {CHAT, EMBEDDINGS}

    @classmethod
    def golden(cls, operation, ending):
        """Some of them are enough here: what they find is found by few."""
        return [each for each in super().golden(operation, ending) if each.path.stem in ENOUGH]


# Parts with something wrong ------------------------------------------------------------------------------------------


class PlainHttp(Good):
    def endpoint(self):
        return Endpoint("http://api.example.com/v1")

    def credentials(self):
        return HeaderKey(self.api_key.bound_to("http://api.example.com/v1"))


class _CountingEndpoint(Endpoint):
    numbers = count()

    @impl
    def build_url(self, call: Call) -> str:
        return f"{self.base}/{call.operation.name}?nonce={next(self.numbers)}"


class OtherUrlEachTime(Good):
    def endpoint(self):
        return _CountingEndpoint(BASE)


class _ModelInPath(Endpoint):
    @impl
    def build_url(self, call: Call) -> str:
        return f"{self.base}/models/{call.model}/{call.operation.name}"


class UnquotedModel(Good):
    def endpoint(self):
        return _ModelInPath(BASE)


@frozen(eq=False)
class _KeyInUrl:
    key: Secret

    @impl
    def build_url(self, call: Call) -> str:
        return f"{BASE}/{call.operation.name}?key={self.key.reveal(BASE)}"


class KeyInUrl(Good):
    def endpoint(self):
        return _KeyInUrl(self.api_key.bound_to(BASE))


class _Sabotaged(OpenAIWire):
    """The wire, to replace one hook of."""


class _Nulls(_Sabotaged):
    @impl
    def encode_request(self, call: Call) -> Payload:
        payload = OpenAIWire.encode_request(self, call)
        return payload if payload.body is None else Payload(dumps({**loads(payload.body), "user": None}))


class _Nonce(_Sabotaged):
    @impl
    def encode_request(self, call: Call) -> Payload:
        payload = OpenAIWire.encode_request(self, call)
        return payload if payload.body is None else Payload(dumps({**loads(payload.body), "nonce": next(NUMBERS)}))


NUMBERS = count()


class _Scribbles(_Sabotaged):
    @impl
    def encode_request(self, call: Call) -> Payload:
        payload = OpenAIWire.encode_request(self, call)
        call.request.extra["seen"] = True
        return payload


@frozen(eq=False)
class _Bearer:
    """Credentials, to replace what they do."""

    key: Secret

    def signed(self, request: HttpRequest) -> HttpRequest:
        return request.with_header("authorization", self.key.prefixed("Bearer "))


class _ChangesBody(_Bearer):
    @impl
    def authorize(self, call: Call, request: HttpRequest, refused: HttpHead | None) -> HttpRequest:
        return evolve(self.signed(request), body=b"{}")


class _PlainKey(_Bearer):
    @impl
    def authorize(self, call: Call, request: HttpRequest, refused: HttpHead | None) -> HttpRequest:
        return request.with_header("authorization", self.key.prefixed("Bearer ").reveal(request.url))


class _GoesAnywhere(_Bearer):
    @impl
    def authorize(self, call: Call, request: HttpRequest, refused: HttpHead | None) -> HttpRequest:
        return request.with_header("authorization", _Anywhere(self.key.reveal(request.url)))


class _Anywhere(Secret):
    def reveal(self, url: str) -> str:
        return self._value


class _RefreshesForEver(_Bearer):
    @impl
    def authorize(self, call: Call, request: HttpRequest, refused: HttpHead | None) -> HttpRequest | Flow[HttpRequest]:
        return self.signed(request) if refused is None else self._refresh()

    def _refresh(self) -> Flow[HttpRequest]:
        while True:
            yield Run(lambda: None)


class _CannotBeRefused(_Bearer):
    @impl
    def authorize(self, call: Call, request: HttpRequest, refused: HttpHead | None) -> HttpRequest:
        if refused is not None:
            raise KeyError("refresh_token")
        return self.signed(request)


class _AsyncOnly(_Bearer):
    @impl
    def authorize(self, call: Call, request: HttpRequest, refused: HttpHead | None) -> Flow[HttpRequest]:
        async def token() -> Secret:
            return self.key

        key = yield Run(token)
        return request.with_header("authorization", key.prefixed("Bearer "))


class _Strict(_Sabotaged):
    @impl
    def decode_response(self, call: Call, head: HttpHead, body: bytes) -> Any:
        entity = OpenAIWire.decode_response(self, call, head, body)
        known = {"id", "object", "created", "model", "choices", "usage", "data", "service_tier", "system_fingerprint"}
        known |= {"prompt_filter_results", "background", "output_format", "quality", "size"}
        if strange := set(entity.raw) - known:
            raise DecodeError(f"unknown keys {strange}", problems=[f"unknown @ ${strange}"])
        return entity


class _Forgiving(_Sabotaged):
    @impl
    def decode_response(self, call: Call, head: HttpHead, body: bytes) -> Any:
        try:
            return OpenAIWire.decode_response(self, call, head, body)
        except DecodeError as error:
            if error.problems[0].startswith("required"):
                return call.operation.response(raw={})
            raise


class _Vague(_Sabotaged):
    @impl
    def decode_response(self, call: Call, head: HttpHead, body: bytes) -> Any:
        try:
            return OpenAIWire.decode_response(self, call, head, body)
        except DecodeError as error:
            raise DecodeError("something is missing", problems=["something is missing"]) from error


class _NoRaw(_Sabotaged):
    @impl
    def decode_response(self, call: Call, head: HttpHead, body: bytes) -> Any:
        entity = OpenAIWire.decode_response(self, call, head, body)
        entity.raw = None
        return entity


class _TrustsTwoHundred(_Sabotaged):
    @impl
    def decode_response(self, call: Call, head: HttpHead, body: bytes) -> Any:
        loads(body)
        return OpenAIWire.decode_response(self, call, head, body)


@frozen
class _Wrapped:
    """A decoder around the good one."""

    inner: Any

    @property
    def complete(self) -> bool:
        return self.inner.complete

    @property
    def finished(self) -> bool:
        return self.inner.finished

    def feed(self, data: bytes) -> Any:
        return self.inner.feed(data)

    def close(self) -> Any:
        return self.inner.close()


class _WholeLines(_Wrapped):
    """Takes each chunk for whole lines."""

    def feed(self, data: bytes) -> Any:
        if data.strip() and not data.lstrip().startswith((b"data:", b"event:")):
            return []
        return self.inner.feed(data)


class _AlwaysComplete(_Wrapped):
    complete = True


class _NoUsage(_Wrapped):
    def feed(self, data: bytes) -> Any:
        return [event for event in self.inner.feed(data) if event.usage is None]


class _Decoding(_Sabotaged):
    """The wire with its decoder wrapped."""

    wrapper: Callable[[Any], Any] = _Wrapped

    @impl
    def open_stream(self, call: Call, head: HttpHead) -> Any:
        return type(self).wrapper(OpenAIWire.open_stream(self, call, head))


class _CutsLines(_Decoding):
    wrapper = _WholeLines


class _NeverDoubts(_Decoding):
    wrapper = _AlwaysComplete


class _DropsUsage(_Decoding):
    wrapper = _NoUsage


class _SharedDecoder(_Sabotaged):
    """One decoder for the whole client, made anew by whoever comes last."""

    current: list[Any] = []

    @impl
    def open_stream(self, call: Call, head: HttpHead) -> Any:
        self.current[:] = [OpenAIWire.open_stream(self, call, head)]
        return _Shared(self.current)


@frozen
class _Shared:
    current: list[Any]

    complete = property(lambda self: self.current[0].complete)
    finished = property(lambda self: self.current[0].finished)

    def feed(self, data: bytes) -> Any:
        return self.current[0].feed(data)

    def close(self) -> Any:
        return self.current[0].close()


class _RejectsAll(_Sabotaged):
    @impl
    def decode_error(self, call: Call, head: HttpHead, body: bytes) -> Any:
        if head.status == 429:
            return RejectedError(f"answered {head.status}", transient=True)
        return OpenAIWire.decode_error(self, call, head, body)


class _ExpectsJson(_Sabotaged):
    @impl
    def decode_error(self, call: Call, head: HttpHead, body: bytes) -> Any:
        if head.status != 401 and not body.startswith(b"you sent"):
            loads(body)
        return OpenAIWire.decode_error(self, call, head, body)


class _Deaf(_Sabotaged):
    @impl
    def read_head(self, head: HttpHead) -> AnswerFacts:
        return AnswerFacts()


class _Tells(_Sabotaged):
    @impl
    def read_head(self, call: Call, head: HttpHead) -> AnswerFacts:
        logging.getLogger("example").debug("%s answered with the key %s", call.provider, SECRET)
        return OpenAIWire.read_head(self, head)


class _LooksAround(_Sabotaged):
    @impl
    def encode_request(self, call: Call) -> Payload:
        with suppress(OSError):
            socket.create_connection(("telemetry.example.com", 443), timeout=1).close()
        return OpenAIWire.encode_request(self, call)


class _OneBoundary(_Sabotaged):
    @impl
    def encode_request(self, call: Call) -> Payload:
        payload = OpenAIWire.encode_request(self, call)
        mark = (payload.content_type or "").partition("boundary=")[2]
        if mark:
            body = (payload.body or b"").replace(mark.encode(), b"a-form")
            return Payload(body, "multipart/form-data; boundary=a-form")
        return payload


class _Nameless(_Sabotaged):
    @impl
    def encode_request(self, call: Call) -> Payload:
        payload = OpenAIWire.encode_request(self, call)
        return evolve(payload, body=(payload.body or b"").replace(b'form-data; name="image"; ', b"form-data; "))


def _with_wire(part: type) -> type:
    return type(part.__name__, (Good,), {"wire": lambda self: part()})


def _with_credentials(part: type) -> type:
    return type(part.__name__, (Good,), {"credentials": lambda self: part(self.api_key.bound_to(BASE))})


class TwoWires(Good):
    def parts(self):
        return [*super().parts(), OpenAIWire()]


class _Misspelt:
    @impl
    def request_header(self, call: Call) -> Mapping[str, str]:
        return {}


class Misspelt(Good):
    def parts(self):
        return [*super().parts(), _Misspelt()]


class _Defaults:
    @impl
    def request_headers(self, call: Call | None = None) -> Mapping[str, str]:
        return {}


class DefaultedArgument(Good):
    def parts(self):
        return [*super().parts(), _Defaults()]


@frozen(eq=False)
class KeyMayBeMissing(Good):
    api_key: Secret | None = setting(default=None)


@frozen(eq=False)
class KeyShown(Good):
    """Keeps the key as text as well."""

    copy: str = setting(default=SECRET)


class _Lacking(Endpoint):
    @impl
    def build_url(self, call: Call) -> str:
        if call.operation is IMAGES:
            raise UnsupportedOperationError("no pictures here; use another provider")
        return Endpoint.build_url(self, call)


class Lacking(Good):
    def endpoint(self):
        return _Lacking(BASE)


SABOTAGED: Mapping[str, tuple[Mapping[str, Any], set[str]]] = {
    # setup
    "not installed": ({"name": "no-such-provider"}, {"test_one_distribution_provides_it"}),
    "a required setting that is not": (
        {"provider": KeyMayBeMissing, "settings_required": {"api_key"}},
        {"test_all_problems_of_settings_come_at_once", "test_missing_settings_are_refused"},
    ),
    "two parts for one hook": ({"provider": TwoWires}, {"test_binds"}),
    "a misspelt hook": ({"provider": Misspelt}, {"test_binds"}),
    "a default for a hook's argument": ({"provider": DefaultedArgument}, {"test_binds"}),
    "no golden answers": ({"supports": {CHAT}, "samples": SAMPLES / "none"}, {"test_has_golden_answers"}),
    "does not lack what it says": ({"supports": {CHAT}, "lacks": {IMAGES}}, {"test_says_what_it_lacks"}),
    # requests
    "plain http by default": ({"provider": PlainHttp}, {"test_url_is_absolute_and_safe"}),
    "another URL each time": ({"provider": OtherUrlEachTime}, {"test_url_is_the_same_each_time"}),
    "a model's name in the path as it is": ({"provider": UnquotedModel}, {"test_url_takes_any_model_name"}),
    "the key in the URL": ({"provider": KeyInUrl}, {"test_url_has_no_secret"}),
    "nulls": ({"provider": _with_wire(_Nulls)}, {"test_payload_fits_the_operation"}),
    "one boundary for all forms": (
        {"provider": _with_wire(_OneBoundary), "supports": {IMAGE_VARIATIONS}},
        {"test_no_file_breaks_a_form"},
    ),
    "a part without a name": (
        {"provider": _with_wire(_Nameless), "supports": {IMAGE_VARIATIONS}},
        {"test_no_file_breaks_a_form", "test_payload_fits_the_operation"},
    ),
    "another payload each time": ({"provider": _with_wire(_Nonce)}, {"test_payload_is_the_same_each_time"}),
    "writes into the caller's request": ({"provider": _with_wire(_Scribbles)}, {"test_payload_leaves_the_call_alone"}),
    # credentials
    "authorize changes the body": (
        {"provider": _with_credentials(_ChangesBody)},
        {"test_credentials_are_all_that_is_added"},
    ),
    "a key for any origin": ({"provider": _with_credentials(_GoesAnywhere)}, {"test_credentials_are_bound_secrets"}),
    "asks for another token for ever": (
        {"provider": _with_credentials(_RefreshesForEver)},
        {"test_refused_credentials_are_an_authentication_error"},
    ),
    "does not expect to be refused": (
        {"provider": _with_credentials(_CannotBeRefused)},
        {"test_refused_credentials_are_an_authentication_error"},
    ),
    # answers
    "refuses keys it does not know": ({"provider": _with_wire(_Strict)}, {"test_unknown_keys_do_no_harm"}),
    "makes up what is missing": ({"provider": _with_wire(_Forgiving)}, {"test_missing_keys_are_named"}),
    "does not say what is missing": ({"provider": _with_wire(_Vague)}, {"test_missing_keys_are_named"}),
    "loses the document": ({"provider": _with_wire(_NoRaw)}, {"test_golden_answer_decodes"}),
    # streams
    "takes a chunk for an event": ({"provider": _with_wire(_CutsLines)}, {"test_any_cut_gives_the_same_events"}),
    "never doubts that it is complete": ({"provider": _with_wire(_NeverDoubts)}, {"test_cut_stream_is_interrupted"}),
    "drops the usage": ({"provider": _with_wire(_DropsUsage)}, {"test_stream_folds_into_the_plain_answer"}),
    # refusals
    "429 is just another rejection": ({"provider": _with_wire(_RejectsAll)}, {"test_refusals_have_their_class"}),
    "errors are always JSON": ({"provider": _with_wire(_ExpectsJson)}, {"test_refusals_have_their_class"}),
    "does not hear Retry-After": ({"provider": _with_wire(_Deaf)}, {"test_retry_after_is_heard"}),
    # whole calls
    "credentials for asyncio alone": (
        {"provider": _with_credentials(_AsyncOnly)},
        {"test_blocking_and_asyncio_agree", "test_blocking_and_asyncio_streams_agree"},
    ),
    "one decoder for all calls": ({"provider": _with_wire(_SharedDecoder)}, {"test_two_calls_do_not_mix"}),
    "uses the network and hides it": ({"provider": _with_wire(_LooksAround)}, {"test_hooks_do_no_io"}),
    # secrecy
    "shows the key": ({"provider": KeyShown}, {"test_secret_is_not_shown"}),
    "logs the key": ({"provider": _with_wire(_Tells)}, {"test_secret_is_not_told"}),
}


@pytest.fixture(autouse=True, scope="module")
def _few_examples() -> Iterator[None]:
    """Few examples of each property: the suite runs many times here."""
    before = settings.get_current_profile_name()
    settings.register_profile("few", max_examples=10, parent=settings.get_profile(before))
    settings.load_profile("few")
    yield
    settings.load_profile(before)


def _failed(attributes: Mapping[str, Any]) -> dict[str, Exception]:
    return failures(type("Sabotaged", (Suite,), dict(attributes)))


def test_good_provider_fails_nothing():
    """The provider that the sabotaged ones vary passes every check."""
    assert {} == _failed({})


@pytest.mark.parametrize("sabotage", SABOTAGED)
def test_fails_its_own_check_and_no_other(sabotage):
    """A sabotaged provider fails the check that is about it, and passes all others."""
    attributes, expected = SABOTAGED[sabotage]
    found = _failed(attributes)
    assert expected == {check.partition("[")[0] for check in found}, found
