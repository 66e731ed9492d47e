"""A provider, bound and ready: what both clients are made of.

Rule 1: everything that can be wrong with the arguments is said here, all of it at once, before anything is opened.
Rule 2: an error of setting up keeps no frame that holds the arguments: a key is among them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import NOTHING, evolve, fields, has

from jackfield._configured import configured
from jackfield._discovery import find, first_installed
from jackfield._exchange import exchange
from jackfield._network import Network, checked
from jackfield._options import UNSET, settled
from jackfield._settings import load
from jackfield.call import Call
from jackfield.errors import (
    IncompleteProviderError,
    InvalidRequestError,
    SettingsError,
    SetupError,
    UnsupportedOperationError,
    without_frames,
)
from jackfield.limits import DEFAULT, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Self

    from jackfield._fetching import Then
    from jackfield._options import Options
    from jackfield.http import Flow
    from jackfield.operations import Operation
    from jackfield.retry import Retries

OPTIONS = (
    "allow_plain_http",
    "ca_bundle",
    "chat_model",
    "deadline",
    "embeddings_model",
    "headers",
    "images_model",
    "limits",
    "plugins",
    "proxy",
    "retries",
    "timeout",
    "transport",
    "trust",
)
"""What every client takes beside its provider's settings."""


TIMEOUT = 300.0
"""Seconds of silence that are borne where neither the caller nor the operation says otherwise."""


class Setup:
    """A provider, bound and ready."""

    _transports: ClassVar[tuple[str, ...]] = ("urllib3",)
    """What carries requests where neither the caller nor the provider says: the first of these that is installed."""

    def __init__(
        self,
        provider: str | object,
        *,
        chat_model: str | None = None,
        images_model: str | None = None,
        embeddings_model: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = UNSET,
        deadline: float | None = 900.0,
        retries: int | Retries = 2,
        plugins: Sequence[str | object] = (),
        transport: str | object | None = None,
        allow_plain_http: bool = False,
        limits: Limits = DEFAULT,
        proxy: str | None = "environment",
        ca_bundle: str | None = None,
        trust: str = "openssl",
        **settings: Any,
    ) -> None:
        """Bind a provider.

        Args:
            provider: The name of an installed provider, or a provider object (settings of your own making).
            chat_model: The model for chats whose request names none.
            images_model: The same for images.
            embeddings_model: The same for embeddings.
            headers: More headers for every request; their values are kept as secrets.
            timeout: Seconds of silence that are borne: until an answer begins, and between two events. Where it is
                left out, 300, and for pictures 600.
            deadline: Seconds for a whole call, retries and all. None for no limit, here and for *timeout*.
            retries: How many times a failed call is tried again, or how (`Retries`).
            plugins: Cross-cutting plugins, outermost first: names of installed ones, or objects.
            transport: What carries requests: the name of an installed transport, or an object. A transport that is
                given as an object is left open when the client closes.
            allow_plain_http: Allow plain http to other hosts than this one.
            limits: How large an answer may be.
            proxy: The proxy that everything goes through, such as `http://user:password@proxy.example:3128`; None for
                none. Where it is left out, what HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say.
            ca_bundle: A file or folder of certificates that are trusted in place of the usual ones.
            trust: `openssl` for the certificates where OpenSSL looks for them (SSL_CERT_FILE moves it), `os` for those
                that the operating system trusts.
            settings: The provider's own settings.

        Raises:
            ProviderNotFoundError: Nothing installed has that name.
            ProviderConflictError: Two packages claim that name.
            IncompleteProviderError: The provider or a plugin does not fit the hooks.
            SettingsError: Settings are missing, unknown or wrong; all problems at once.
        """
        from jackfield._binding import bind  # noqa: PLC0415 - imports pluggy, which no import of ours should

        self.provider = provider if isinstance(provider, str) else type(provider).__name__
        self._own_timeout = timeout is not UNSET
        timeout = timeout if self._own_timeout else TIMEOUT
        try:
            self._options, problems = settled(timeout, deadline, retries, headers, allow_plain_http)
            self._limits = _checked_limits(limits, problems)
            network, wrong = checked(proxy, ca_bundle, trust)
            models = {"chat_model": chat_model, "images_model": images_model, "embeddings_model": embeddings_model}
            problems += [*wrong, *_misfits(models, plugins, transport)]
            self._settings = _provider(provider, settings, problems)
            self._models = {
                **getattr(self._settings, "default_models", {}),
                **{name: model for name, model in models.items() if model is not None},
            }
            self._binding = bind(self.provider, self._settings.parts(), [_plugin(each) for each in plugins])
            wanted = transport or getattr(self._settings, "transport", None)
            wanted = wanted or first_installed("jackfield.transports", self._transports)
            self._owns_transport = isinstance(wanted, str) or transport is None
            self._transport = self._adopted(_transport(wanted, network) if isinstance(wanted, str) else wanted)
        except SetupError as error:
            settings.clear()  # a traceback that shows locals would show the key
            headers = proxy = None
            raise without_frames(error) from None

    @classmethod
    def from_configuration(
        cls, name: str | None = None, *, source: str | object = "configurations", **changes: Any
    ) -> Self:
        """Return a client as a named configuration says.

        Args:
            name: The configuration's name; the default one where it is left out.
            source: Where configurations come from: the name of an installed source, or an object. The usual one reads
                a file, and needs `pip install jackfield-configurations`.
            changes: Arguments of the client that win over the configuration's. With another *provider* or *endpoint*
                the keys of the configuration stay behind: they were given for its own.

        Raises:
            ConfigurationError: There is no such configuration, or it cannot be read.
            SettingsError: It does not fit its provider.
        """
        try:
            return cls(**configured(name, source, changes))
        except SetupError as error:
            changes.clear()  # rule 2
            raise without_frames(error) from None

    def _adopted(self, transport: Any) -> Any:
        """Return *transport* as the client's driver needs it. Each client has its own."""

    def __repr__(self) -> str:
        """Name the provider; settings may hold what should not be shown."""
        return f"{type(self).__name__}({self.provider!r})"

    def _flow(
        self,
        operation: Operation[Any, Any, Any],
        request: Any,
        streaming: bool,  # noqa: FBT001
        changes: Mapping[str, Any],
        then: Then | None = None,
    ) -> Flow[Any]:
        """Check what was asked for and return the flow of the call; *then* goes on with the answer inside of it."""
        if request is None and not any(each.default is NOTHING for each in fields(operation.request)):
            request = operation.request()
        if not isinstance(request, operation.request):
            raise InvalidRequestError(
                f"{operation.name!r} takes a {operation.request.__name__}",
                problems=["request: missing" if request is None else f"request: is {type(request).__name__}"],
            )
        if streaming and (operation.event is None or self._binding.open_stream is None):
            who = f"operation {operation.name!r}" if operation.event is None else f"provider {self.provider!r}"
            raise UnsupportedOperationError(f"{who} has no stream; use call()")
        model = getattr(request, "model", None) or self._models.get(operation.model_setting or "")
        call = Call(
            id=os.urandom(8).hex(),
            provider=self.provider,
            operation=operation,
            request=request,
            model=model,
            streaming=streaming,
            started=time.monotonic(),
            limits=self._limits,
        )
        options = self._changed(changes)
        if operation.timeout is not None and not self._own_timeout and changes["timeout"] is UNSET:
            options = evolve(options, timeout=operation.timeout)
        return exchange(call, self._binding, options, then)

    def _changed(self, changes: Mapping[str, Any]) -> Options:
        """Return the client's options with the call's own changes."""
        given = {name: value for name, value in changes.items() if value is not UNSET}
        if not given:
            return self._options
        own = self._options
        options, problems = settled(
            given.get("timeout", own.timeout),
            given.get("deadline", own.deadline),
            given.get("retries", own.retries),
            given.get("headers"),
            own.allow_plain_http,
        )
        if problems:
            raise SettingsError("the options of this call do not fit", problems=problems)
        return evolve(options, headers={**own.headers, **options.headers})

    def warm_up(self) -> None:
        """Do now what the first call would do beside it: imports, compiling. Sends nothing."""
        for prepare in self._binding.warm_up:
            prepare()


def _misfits(models: Mapping[str, Any], plugins: Any, transport: Any) -> Iterator[str]:
    """Say what is wrong with the rest of a client's options."""
    for name, model in models.items():
        if model is not None and not (model and isinstance(model, str)):
            yield f"{name}: must be a model's name, not {model!r}"
    if isinstance(plugins, str | bytes) or not isinstance(plugins, Iterable):
        yield f"plugins: must be a sequence of names and objects, not {plugins!r}"
    if not isinstance(transport, str | None) and not callable(getattr(transport, "send", None)):
        yield f"transport: must be the name of an installed one, or an object that has send(), not {transport!r}"


def _checked_limits(limits: Any, problems: list[str]) -> Limits:
    """Return *limits*, and add to the problems where they are none."""
    if isinstance(limits, Limits):
        return limits
    problems.append(f"limits: must be Limits(...), not {type(limits).__name__}")
    return DEFAULT


def _provider(provider: str | object, settings: Mapping[str, Any], problems: Sequence[str]) -> Any:
    """Return the provider's settings as an object that has `parts()`."""
    if isinstance(provider, str):
        factory = find("jackfield.providers", provider)
        _refuse_other_hooks(provider, factory)
        if not has(factory):
            raise IncompleteProviderError(f"provider {provider!r} is no provider: its entry point names no attrs class")
        try:
            settled = load(factory, settings, provider, OPTIONS)
        except SettingsError as error:
            raise SettingsError(error.message, problems=[*error.problems, *problems]) from None
    else:
        settled = provider
        _refuse_other_hooks(type(provider).__name__, provider)
        problems = [*problems, *(f"{name}: set it on the provider object" for name in settings)]
    if problems:
        raise SettingsError("the client's options do not fit", problems=problems)
    return settled


def _refuse_other_hooks(name: str, provider: Any) -> None:
    """Raise where a provider was written for other hooks than this core calls."""
    from jackfield.hookspecs import HOOKS_VERSION  # noqa: PLC0415 - imports pluggy

    version = getattr(provider, "hooks_version", HOOKS_VERSION)
    if version != HOOKS_VERSION:
        older = "that provider's package" if version < HOOKS_VERSION else "jackfield-core"
        raise IncompleteProviderError(
            f"provider {name!r} was written for version {version} of the hooks, this core has version {HOOKS_VERSION}; "
            f"upgrade {older}"
        )
    if not callable(getattr(provider, "parts", None)):
        raise IncompleteProviderError(f"provider {name!r} is no provider: it has no parts()")


def _transport(name: str, network: Network) -> Any:
    """Return the installed transport of that name, told how requests leave this machine."""
    make, options = find("jackfield.transports", name), network.transport_options()
    try:
        return make(**options)
    except TypeError as error:
        if not options:
            raise
        named = ", ".join(f"{option}=" for option in options)
        raise SetupError(f"the transport {name!r} cannot take {named}: leave that out, or use another one") from error


def _plugin(plugin: str | object) -> object:
    """Return a plugin as an object."""
    return find("jackfield.plugins", plugin)() if isinstance(plugin, str) else plugin
