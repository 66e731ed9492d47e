from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import frozen
from hand import Key, Lines, Place, Wire, a_binding, a_call, parts

from jackfield import hookspecs
from jackfield._binding import CROSS_CUTTING, OPTIONAL, REQUIRED, bind
from jackfield.errors import IncompleteProviderError, ProviderConflictError, SetupError, UnsupportedOperationError
from jackfield.plugin import AnswerFacts, HttpHead, HttpRequest, impl

HEAD = HttpHead(200, {"x-id": "r1"})


class Elsewhere:
    """A second place."""

    @impl
    def build_url(self) -> str:
        """Another."""
        return "https://elsewhere.example"


class Wrapping:
    """Wraps steps."""

    @impl(wrapper=True)
    def build_url(self) -> Iterator[None]:
        """Add a query."""
        url = yield
        return f"{url}?wrapped"  # type: ignore[return-value]

    @impl(wrapper=True)
    def read_head(self) -> Iterator[None]:
        """Say nothing."""
        yield
        return AnswerFacts()  # type: ignore[return-value]


class WrappingCredentials:
    """Wraps what nobody may."""

    @impl(wrapper=True)
    def authorize(self) -> Iterator[None]:
        """Look at the credentials."""
        return (yield)


class WrappingHeaders:
    """Wraps a cross-cutting hook."""

    @impl(wrapper=True)
    def request_headers(self) -> Iterator[None]:
        """Look at the headers."""
        return (yield)


class OldWrapping:
    """Wraps in the older manner."""

    @impl(hookwrapper=True)
    def call_ended(self) -> Iterator[None]:
        """Look at the records."""
        yield


class Misspelt:
    """Nearly a hook."""

    @impl
    def requst_headers(self) -> dict[str, str]:
        """Never called."""
        return {}


class Unheard:
    """Not a hook at all."""

    @impl
    def xyzzy(self) -> None:
        """Never called."""


class Greedy:
    """Asks for an argument that the hook does not give."""

    @impl
    def build_url(self, call: Any, weather: str) -> str:
        """Never called."""
        return weather


class Defaulted:
    """Gives an argument a default."""

    @impl
    def build_url(self, call: Any = None) -> str:
        """Never called with a call."""
        return str(call)


@frozen
class Equal:
    """Two of it are equal, which the manager takes for one."""

    @impl
    def warm_up(self) -> None:
        """Nothing."""


class Named:
    """A plugin with a header of its own name."""

    def __init__(self, name: str) -> None:
        self.name = name

    @impl
    def request_headers(self) -> dict[str, str]:
        """Tell it."""
        return {"x-name": self.name}


def test_the_binding_calls_the_parts() -> None:
    """Each hook is a function of all its arguments, whichever of them the part takes."""
    binding = a_binding()
    call = a_call()

    assert "letters" == binding.provider
    assert "https://letters.example/v1/tell" == binding.build_url(call)
    assert b'{"text":"hi","model":"small"}' == binding.encode_request(call).body
    request = binding.authorize(call, HttpRequest("GET", "https://letters.example/"), None)
    assert ["x-key"] == list(request.headers)  # type: ignore[union-attr]
    assert "hello" == binding.decode_response(call, HEAD, b'{"text":"hello"}').text
    assert binding.read_head is not None
    assert {"x-id": "r1"} == binding.read_head(call, HEAD).request_ids
    assert isinstance(binding.decoder(call, HEAD), Lines)


def test_what_may_be_absent_is_none() -> None:
    """A provider without the optional hooks binds; asking it for a decoder is an error."""

    class Poor:
        encode_request = Wire.encode_request
        decode_response = Wire.decode_response

    binding = bind("poor", [Place(), Key(), Poor()])

    assert (None, None, None) == (binding.read_head, binding.open_stream, binding.decode_error)
    with pytest.raises(UnsupportedOperationError, match="'poor' does not stream"):
        binding.decoder(a_call(), HEAD)


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_missing_hook_is_named(missing: str) -> None:
    """A provider that lacks a required hook is refused when the client is made."""

    class Whole:
        build_url = Place.build_url
        encode_request = Wire.encode_request
        authorize = Key.authorize
        decode_response = Wire.decode_response

    delattr(Whole, missing)

    with pytest.raises(IncompleteProviderError, match=f"provider 'letters' has no part that implements '{missing}'"):
        bind("letters", [Whole()])


def test_two_parts_cannot_implement_one_hook() -> None:
    """Both are named, whether the second is the provider's or a plugin."""
    for binding in (lambda: bind("letters", [*parts(), Elsewhere()]), lambda: bind("letters", parts(), [Elsewhere()])):
        with pytest.raises(ProviderConflictError, match="2 parts implement 'build_url'") as caught:
            binding()
        assert {"hand.Place", f"{Elsewhere.__module__}.Elsewhere"} == set(caught.value.claimants)
        assert all(each in str(caught.value) for each in caught.value.claimants)


def test_a_plugin_may_wrap_a_provider_hook() -> None:
    """The wrapper gets what the part returns, and its own result is the step's."""
    binding = bind("letters", parts(), [Wrapping()])

    assert "https://letters.example/v1/tell?wrapped" == binding.build_url(a_call())
    assert binding.read_head is not None
    assert AnswerFacts() == binding.read_head(a_call(), HEAD)


REFUSED: list[tuple[type, type[SetupError], str]] = [
    (WrappingCredentials, IncompleteProviderError, "WrappingCredentials wraps 'authorize', which nobody may"),
    (WrappingHeaders, IncompleteProviderError, "WrappingHeaders wraps 'request_headers'; only provider hooks"),
    (OldWrapping, IncompleteProviderError, "OldWrapping wraps 'call_ended'; only provider hooks"),
    (
        Misspelt,
        IncompleteProviderError,
        r"Misspelt implements 'requst_headers', which is no hook; did you mean 'request_h",
    ),
    (Unheard, IncompleteProviderError, "Unheard implements 'xyzzy', which is no hook; the hooks are build_url, encode"),
    (Greedy, IncompleteProviderError, "Greedy does not fit the hooks: .*weather"),
]


@pytest.mark.parametrize(("plugin", "kind", "message"), REFUSED, ids=[plugin.__name__ for plugin, _, _ in REFUSED])
def test_what_does_not_fit_the_hooks_is_refused(plugin: type, kind: type[SetupError], message: str) -> None:
    """A plugin that would never be called, or would see too much, is an error when the client is made."""
    with pytest.raises(kind, match=message):
        bind("letters", parts(), [plugin()])


def test_a_default_for_a_hooks_argument_is_refused() -> None:
    """The manager would never pass that argument."""
    with pytest.raises(IncompleteProviderError, match=r"Defaulted.build_url gives defaults \(None,\) to arguments"):
        bind("letters", parts(place=Defaulted()))


def test_a_class_is_no_plugin() -> None:
    """An instance is wanted."""
    with pytest.raises(SetupError, match="Wrapping is a class; give an instance of it"):
        bind("letters", parts(), [Wrapping])


def test_one_plugin_cannot_be_named_twice() -> None:
    """Equal objects are one to the plugin manager; the second is an error, not a silence."""
    with pytest.raises(SetupError, match=r"Equal cannot be registered \(ValueError\): it must compare by identity"):
        bind("letters", parts(), [Equal(), Equal()])


def test_one_object_is_named_once() -> None:
    """The same plugin twice would be called once."""
    plugin = Named("first")

    with pytest.raises(SetupError, match="Named is named twice; leave one out"):
        bind("letters", parts(), [plugin, plugin])


def test_cross_cutting_hooks_come_in_the_order_of_the_plugins() -> None:
    """The first plugin's first; the provider's own parts last."""
    binding = bind("letters", [*parts(), Named("part")], [Named("first"), Named("second")])

    assert ["first", "second", "part"] == [each(a_call())["x-name"] for each in binding.request_headers]  # type: ignore[index]


def test_each_client_has_a_manager_of_its_own() -> None:
    """What one client is given, another does not see."""
    bind("letters", parts(), [Named("first")])

    assert () == bind("letters", parts()).request_headers


def test_every_specified_hook_is_bound() -> None:
    """A hook that is added to the specification cannot be forgotten in the binding."""
    specified = [name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), "jackfield_spec")]

    assert set(specified) == {*REQUIRED, *OPTIONAL, *CROSS_CUTTING}
