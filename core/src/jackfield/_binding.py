"""One provider's parts and the caller's plugins, bound together for one client. The only caller of pluggy's hooks.

Rule 1: exactly one implementation per provider hook; what is missing, doubled or misspelt is an error here, not later.
Rule 2: a hook with one implementation and no wrapper becomes that function itself: 0.1 µs a call instead of 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

from jackfield import hookspecs
from jackfield.errors import IncompleteProviderError, ProviderConflictError, SetupError, UnsupportedOperationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jackfield.call import AnswerFacts, Call, Payload
    from jackfield.contract import Decoder, Middleware
    from jackfield.errors import JackfieldError
    from jackfield.http import Flow, HttpHead, HttpRequest
    from jackfield.trace import CallRecord

REQUIRED = ("build_url", "encode_request", "authorize", "decode_response")
OPTIONAL = ("read_head", "open_stream", "decode_error")
CROSS_CUTTING = ("request_headers", "around_call", "finish_request", "call_ended", "warm_up")


class Binding:
    """Every hook as a typed function; the provider's first, then the lists."""

    provider: str
    build_url: Callable[[Call], str]
    encode_request: Callable[[Call], Payload]
    authorize: Callable[[Call, HttpRequest, HttpHead | None], HttpRequest | Flow[HttpRequest]]
    decode_response: Callable[[Call, HttpHead, bytes], Any]
    read_head: Callable[[Call, HttpHead], AnswerFacts] | None
    open_stream: Callable[[Call, HttpHead], Decoder] | None
    decode_error: Callable[[Call, HttpHead, bytes], JackfieldError | None] | None
    request_headers: Sequence[Callable[[Call], Mapping[str, str] | None]]
    around_call: Sequence[Callable[[Call], Middleware | None]]
    finish_request: Sequence[Callable[[Call, HttpRequest], HttpRequest]]
    call_ended: Sequence[Callable[[CallRecord], object]]
    warm_up: Sequence[Callable[[], object]]

    def __init__(self, provider: str, hooks: Mapping[str, Any]) -> None:
        self.provider = provider
        vars(self).update(hooks)  # by their names; attrs would compile a millisecond's worth of assignments

    def decoder(self, call: Call, head: HttpHead) -> Decoder:
        """Open the stream of one answer."""
        if self.open_stream is None:  # the client checks before the call; a middleware may still get here
            raise UnsupportedOperationError(f"provider {self.provider!r} does not stream")
        return self.open_stream(call, head)


class _Hooks(pluggy.PluginManager):
    """Looks for implementations where they can be: most names of a part are Python's own. Saves a client 2 ms."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        """Return what *name* of a part says of itself as an implementation, or None where it is none."""
        return None if name.startswith("__") else super().parse_hookimpl_opts(plugin, name)


def bind(provider: str, parts: Sequence[object], plugins: Sequence[object] = ()) -> Binding:
    """Bind *parts* and *plugins*, the first plugin outermost.

    Raises:
        IncompleteProviderError: A hook is missing or misspelt, wrapped and may not be, or takes what it does not get.
        ProviderConflictError: Two parts implement one provider hook.
    """
    manager = _Hooks("jackfield")
    manager.add_hookspecs(hookspecs)
    # pluggy calls the last registered first, so the first plugin, the outermost, is registered last.
    for part in (*parts, *reversed(plugins)):
        _register(manager, part)
    _refuse_unknown(manager)
    hooks: dict[str, Any] = {name: _one(manager, provider, name) for name in (*REQUIRED, *OPTIONAL)}
    hooks |= {name: _many(manager, name) for name in CROSS_CUTTING}
    return Binding(provider, hooks)


def _register(manager: pluggy.PluginManager, part: object) -> None:
    if isinstance(part, type):
        raise SetupError(f"{part.__name__} is a class; give an instance of it")
    if any(part is each for each in manager.get_plugins()):
        raise SetupError(f"{_name(part)} is named twice; leave one out")
    try:
        manager.register(part)
    except pluggy.PluginValidationError as error:
        # Its first line names the part by a number; the rest names the function and what is wrong with it.
        reason = " ".join(str(error).split("\n")[1:])
        raise IncompleteProviderError(f"{_name(part)} does not fit the hooks: {reason}") from None
    except (TypeError, ValueError) as error:  # their texts show parts, and so perhaps what parts hold
        kind = type(error).__name__
        raise SetupError(f"{_name(part)} cannot be registered ({kind}): it must compare by identity") from None


def _refuse_unknown(manager: pluggy.PluginManager) -> None:
    """Raise for implementations of hooks that do not exist: pluggy alone would never call them, silently."""
    known = (*REQUIRED, *OPTIONAL, *CROSS_CUTTING)
    for name in vars(manager.hook):
        if name not in known and not name.startswith("_"):
            culprits = ", ".join(_name(each.plugin) for each in getattr(manager.hook, name).get_hookimpls())
            from difflib import get_close_matches  # noqa: PLC0415 - only when something is already wrong

            nearest = get_close_matches(name, known, 1)
            hint = f"did you mean {nearest[0]!r}?" if nearest else f"the hooks are {', '.join(known)}"
            raise IncompleteProviderError(f"{culprits} implements {name!r}, which is no hook; {hint}")


def _one(manager: pluggy.PluginManager, provider: str, name: str) -> Callable[..., Any] | None:
    """Return the one implementation of a provider hook as a function of the hook's arguments."""
    caller = getattr(manager.hook, name)
    every = caller.get_hookimpls()
    own = [each for each in every if not _wraps(each)]
    if len(own) > 1:
        claimants = [_name(each.plugin) for each in own]
        raise ProviderConflictError(
            f"{len(own)} parts implement {name!r}: {', '.join(claimants)}; a plugin may only wrap it, "
            f"with impl(wrapper=True)",
            claimants=claimants,
        )
    if not own:
        if name in OPTIONAL:
            return None
        raise IncompleteProviderError(f"provider {provider!r} has no part that implements {name!r}")
    if len(every) > 1 and name == "authorize":
        culprits = ", ".join(_name(each.plugin) for each in every if _wraps(each))
        raise IncompleteProviderError(f"{culprits} wraps 'authorize', which nobody may: it sees the credentials")
    arguments = caller.spec.argnames
    if len(every) > 1:
        return lambda *values: caller(**dict(zip(arguments, values, strict=True)))
    return _function(own[0], arguments)


def _many(manager: pluggy.PluginManager, name: str) -> tuple[Callable[..., Any], ...]:
    """Return every implementation of a cross-cutting hook, the first plugin's first."""
    caller = getattr(manager.hook, name)
    every = caller.get_hookimpls()
    wrapping = [_name(each.plugin) for each in every if _wraps(each)]
    if wrapping:
        raise IncompleteProviderError(f"{', '.join(wrapping)} wraps {name!r}; only provider hooks are wrapped")
    return tuple(_function(each, caller.spec.argnames) for each in reversed(every))


def _function(implementation: Any, arguments: Sequence[str]) -> Callable[..., Any]:
    """Return an implementation as a function of all the hook's arguments, whichever of them it takes."""
    function: Callable[..., Any] = implementation.function
    taken = tuple(implementation.argnames)
    if defaulted := getattr(function, "__defaults__", None):
        raise IncompleteProviderError(
            f"{_name(implementation.plugin)}.{function.__name__} gives defaults {defaulted!r} to arguments; "
            f"a hook's arguments have none: they would never be passed"
        )
    if taken == tuple(arguments):
        return function
    places = [arguments.index(each) for each in taken]
    return lambda *values: function(*(values[place] for place in places))


def _wraps(implementation: Any) -> bool:
    return bool(implementation.wrapper or implementation.hookwrapper)


def _name(part: object) -> str:
    return f"{type(part).__module__}.{type(part).__qualname__}"
