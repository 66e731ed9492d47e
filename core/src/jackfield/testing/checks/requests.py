"""What is sent: URLs and payloads."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import evolve, fields
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jackfield.convert import loads
from jackfield.errors import SetupError
from jackfield.operations.uploads import Upload
from jackfield.testing.subject import AnyOperation, Subject

if TYPE_CHECKING:
    from jackfield.call import Payload

_URL_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%")
_MODELS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


class RequestChecks(Subject):
    """`build_url` and `encode_request`."""

    def test_url_is_absolute_and_safe(self, operation: AnyOperation) -> None:
        """The URL is absolute, and https where the settings say nothing else."""
        parts = urlsplit(self.bound().build_url(self.call(operation)))
        assert parts.scheme, "the URL has no scheme"
        if self.http:
            assert parts.hostname, "the URL has no host"
            plain = any(str(value).startswith("http://") for value in self.settings.values())
            assert ("http" if plain else "https") == parts.scheme
        assert "" == parts.fragment

    def test_url_is_the_same_each_time(self, operation: AnyOperation) -> None:
        """The URL follows from call and settings alone."""
        binding, again = self.bound(), self.bound()
        first = binding.build_url(self.call(operation))
        assert first == binding.build_url(self.call(operation))
        assert first == again.build_url(self.call(operation))

    def test_url_takes_any_model_name(self, operation: AnyOperation) -> None:
        """A model's name in the URL is percent-encoded, so that it cannot change anything else of it."""
        binding = self.bound()
        plain = _shape(binding.build_url(self.call(operation, model="m")))

        @settings(deadline=None, database=None)
        @given(model=_MODELS)
        @example(model="a/b?c=d&e#f")
        @example(model="..")
        @example(model="%2F +")
        @example(model="Zoë's 模型")
        def fits(model: str) -> None:
            try:
                url = binding.build_url(self.call(operation, model=model))
            except SetupError:
                return  # refused before anything is sent
            assert set(url) <= _URL_CHARACTERS, f"not encoded: {url!r}"
            assert plain == _shape(url), f"the model {model!r} changes the URL's shape: {url!r}"

        fits()

    def test_url_has_no_secret(self, operation: AnyOperation) -> None:
        """The URL has no credential in it: it ends up in other people's logs."""
        url = self.bound().build_url(self.call(operation))
        assert not any(secret in url or secret in unquote(url) for secret in self.secrets)

    def test_payload_fits_the_operation(self, operation: AnyOperation) -> None:
        """A GET has no body; anything else has a JSON object without nulls, or another body with its content type."""
        binding = self.bound()
        for streaming in (False, True) if operation in self.streamed() else (False,):
            payload = binding.encode_request(self.call(operation, streaming=streaming))
            if operation.method == "GET":
                assert payload.body is None, "a GET has no body"
                continue
            assert payload.body, "there is no body"
            assert payload.content_type, "the body has no content type"
            if payload.content_type.startswith("application/json"):
                document = loads(payload.body)
                assert isinstance(document, dict), "the body is no JSON object"
                assert [] == list(_nulls(document, "$")), "None means absent, and is not sent"
            _check_form(payload)

    def test_no_file_breaks_a_form(self, operation: AnyOperation) -> None:
        """A file that holds a form's boundary gets a form with another one."""
        binding, call = self.bound(), self.call(operation)
        plain = binding.encode_request(call)
        mark = _boundary(plain)
        if mark is not None:
            data = b"a\r\n" + mark + b'\r\nContent-Disposition: form-data; name="n"\r\n\r\n10'
            payload = binding.encode_request(evolve(call, request=_filled(call.request, data)))
            assert data in (payload.body or b""), "a file is not sent as it is"
            assert _check_form(plain) == _check_form(payload), "what is in a file becomes a part of the form"

    def test_payload_is_the_same_each_time(self, operation: AnyOperation) -> None:
        """The payload follows from call and settings alone: a request that is tried again is the same request."""
        binding = self.bound()
        assert binding.encode_request(self.call(operation)) == binding.encode_request(self.call(operation))

    def test_payload_leaves_the_call_alone(self, operation: AnyOperation) -> None:
        """Encoding changes nothing in the caller's request."""
        call = self.call(operation)
        before = deepcopy(call.request)
        binding = self.bound()
        binding.encode_request(call)
        if operation in self.streamed():
            binding.encode_request(evolve(call, streaming=True))
        assert before == call.request
        assert before.extra == call.request.extra


def _shape(url: str) -> tuple[str, str, int, list[str], bool]:
    """Return what a model's name may not change: origin, number of path segments, names in the query, dot segments."""
    parts = urlsplit(url)
    segments = parts.path.split("/")
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    dots = any(unquote(segment) in (".", "..") for segment in segments) or bool(parts.fragment)
    return parts.scheme, parts.netloc, len(segments), names, dots


_FORM = re.compile(r'multipart/form-data; *boundary="?([^";]+)"?')
_NAMED = re.compile(rb'content-disposition: *form-data; *name="[^"\r\n]+"', re.IGNORECASE)


def _boundary(payload: Payload) -> bytes | None:
    """Return what a form's parts are told apart by; None for what is no form."""
    match = _FORM.fullmatch(payload.content_type or "")
    return match and b"--" + match[1].encode()


def _check_form(payload: Payload) -> int:
    """Check that a form's boundary parts it and that each part has a name; return how many there are."""
    mark = _boundary(payload)
    if mark is None:
        return 0
    before, *parts, after = (b"\r\n" + (payload.body or b"")).split(b"\r\n" + mark)
    assert before == b"", "the form does not begin with its boundary"
    assert after in (b"--", b"--\r\n"), "the form does not end with its boundary"
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        assert _NAMED.search(head), f"a part of the form has no name: {head!r}"
        assert mark not in content, "the form's boundary stands in one of its parts"
    return len(parts)


def _filled(request: Any, data: bytes) -> Any:
    """Return *request* with *data* in each of its files."""
    changes: dict[str, Any] = {}
    for attribute in fields(type(request)):
        value = getattr(request, attribute.name)
        if isinstance(value, Upload):
            changes[attribute.name] = evolve(value, data=data)
        elif isinstance(value, tuple) and value and isinstance(value[0], Upload):
            changes[attribute.name] = tuple(evolve(each, data=data) for each in value)
    return evolve(request, **changes)


def _nulls(value: Any, path: str) -> Any:
    """Yield the paths of all nulls."""
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _nulls(each, f"{path}.{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _nulls(each, f"{path}[{index}]")
