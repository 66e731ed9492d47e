"""The public clients: settings in; `call`, `stream` and `ask` out.

`Client` and `AsyncClient` share everything but the driver; each of their methods is one line around a flow.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import NOTHING, evolve, fields, has

from jackfield._discovery import find
from jackfield._drive import Io, run
from jackfield._exchange import exchange
from jackfield._network import Network, checked
from jackfield._options import Options
from jackfield._scrub import without_frames
from jackfield._settings import load
from jackfield.activities.ask import asking
from jackfield.call import Call
from jackfield.errors import (
    IncompleteProviderError,
    InvalidRequestError,
    SettingsError,
    SetupError,
    UnsupportedOperationError,
)
from jackfield.http import fits_header
from jackfield.limits import DEFAULT, Limits
from jackfield.retry import Retries
from jackfield.secret import Secret
from jackfield.stream import AsyncStream, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from jackfield._drive_async import AsyncIo
    from jackfield.http import Flow
    from jackfield.operations import Operation
    from jackfield.transports import AsyncTransport, Transport

Req = TypeVar("Req")
Res = TypeVar("Res")
Ev = TypeVar("Ev")

DEFAULT_TRANSPORT = "urllib3"
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


class _Unset:
    def __repr__(self) -> str:
        return "..."


_UNSET: Any = _Unset()
TIMEOUT = 300.0
"""Seconds of silence that are borne where neither the caller nor the operation says otherwise."""
_LONGEST = 1_000_000
"""How many seconds a limit may be: operating systems end at some 24 days, and None says 'never' better."""


class _Setup:
    """A provider, bound and ready: what both clients are made of."""

    def __init__(
        self,
        provider: str | object,
        *,
        chat_model: str | None = None,
        images_model: str | None = None,
        embeddings_model: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = _UNSET,
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
        self._own_timeout = timeout is not _UNSET
        timeout = timeout if self._own_timeout else TIMEOUT
        try:
            self._options, problems = _options(timeout, deadline, retries, headers, allow_plain_http)
            self._limits = _checked_limits(limits, problems)
            network, wrong = checked(proxy, ca_bundle, trust)
            problems += wrong
            self._settings = _provider(provider, settings, problems)
        except SetupError as error:
            settings.clear()  # a traceback that shows locals would show the key
            headers = proxy = None
            raise without_frames(error) from None
        self._models = {
            **getattr(self._settings, "default_models", {}),
            **{
                name: model
                for name, model in (
                    ("chat_model", chat_model),
                    ("images_model", images_model),
                    ("embeddings_model", embeddings_model),
                )
                if model is not None
            },
        }
        self._binding = bind(self.provider, self._settings.parts(), [_plugin(each) for each in plugins])
        wanted = transport or getattr(self._settings, "transport", None) or DEFAULT_TRANSPORT
        self._owns_transport = isinstance(wanted, str) or transport is None
        self._transport = self._adopted(_transport(wanted, network) if isinstance(wanted, str) else wanted)

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
    ) -> Flow[Any]:
        """Check what was asked for and return the flow of the call."""
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
        if operation.timeout is not None and not self._own_timeout and changes["timeout"] is _UNSET:
            options = evolve(options, timeout=operation.timeout)
        return exchange(call, self._binding, options)

    def _changed(self, changes: Mapping[str, Any]) -> Options:
        """Return the client's options with the call's own changes."""
        given = {name: value for name, value in changes.items() if value is not _UNSET}
        if not given:
            return self._options
        own = self._options
        settled, problems = _options(
            given.get("timeout", own.timeout),
            given.get("deadline", own.deadline),
            given.get("retries", own.retries),
            given.get("headers"),
            own.allow_plain_http,
        )
        if problems:
            raise SettingsError("the options of this call do not fit", problems=problems)
        return evolve(settled, headers={**own.headers, **settled.headers})

    def warm_up(self) -> None:
        """Do now what the first call would do beside it: imports, compiling. Sends nothing."""
        for prepare in self._binding.warm_up:
            prepare()


def _options(
    timeout: Any,
    deadline: Any,
    retries: Any,
    headers: Any,
    allow_plain_http: bool,  # noqa: FBT001
) -> tuple[Options, list[str]]:
    """Return what was asked for as options, and what is wrong with it."""
    problems = []
    for name, seconds in (("timeout", timeout), ("deadline", deadline)):
        if seconds is not None and not (_is_number(seconds) and 0 < seconds <= _LONGEST):
            problems.append(
                f"{name}: must be a number of seconds above 0 and up to {_LONGEST:,}, or None for no limit, "
                f"not {seconds!r}"
            )
    if isinstance(retries, int) and not isinstance(retries, bool) and retries >= 0:
        retries = Retries(limit=retries)
    if not isinstance(retries, Retries):
        problems.append(f"retries: must be a whole number from 0 up, or a Retries, not {retries!r}")
        retries = Retries()
    secrets, wrong = _secrets(headers or {})
    problems += wrong
    options = Options(
        timeout=timeout, deadline=deadline, retries=retries, headers=secrets, allow_plain_http=allow_plain_http
    )
    return options, problems


def _checked_limits(limits: Any, problems: list[str]) -> Limits:
    """Return *limits*, and add to the problems where they are none."""
    if isinstance(limits, Limits):
        return limits
    problems.append(f"limits: must be Limits(...), not {type(limits).__name__}")
    return DEFAULT


def _secrets(headers: Any) -> tuple[dict[str, Secret], list[str]]:
    """Return headers with their values as secrets, and what is wrong with them."""
    secrets: dict[str, Secret] = {}
    problems = []
    if not hasattr(headers, "items"):
        return secrets, [f"headers: must be a mapping of names to values, not {type(headers).__name__}"]
    for name, value in headers.items():
        if not (isinstance(name, str) and fits_header(name)):
            problems.append(f"headers[{name!r}]: the name of a header is letters, digits and hyphens")
        elif not isinstance(value, (str, Secret)):
            problems.append(f"headers[{name!r}]: must be text, not {type(value).__name__}")
        else:
            try:
                secrets[name.lower()] = value if isinstance(value, Secret) else Secret(value)
            except SetupError as error:
                problems.append(f"headers[{name!r}]: {error}")
    return secrets, problems


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


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


class Client(_Setup):
    """Talks to one provider, blocking. Safe to share between threads; close it, or use it with `with`."""

    _transport: Transport

    def _adopted(self, transport: Any) -> Transport:
        if getattr(transport, "is_async", False):
            kind = type(transport).__name__
            raise SetupError(f"{kind} is a transport for asyncio; use AsyncClient, or another transport")
        blocking: Transport = transport
        return blocking

    def call(
        self,
        operation: Operation[Req, Res, Any],
        request: Req | None = None,
        *,
        timeout: float | None = _UNSET,
        deadline: float | None = _UNSET,
        retries: int | Retries = _UNSET,
        headers: Mapping[str, str] = _UNSET,
    ) -> Res:
        """Ask for the whole answer.

        Args:
            operation: What to ask for, such as `CHAT`.
            request: Its request entity; may be left out where nothing in it is required.
            timeout: Seconds of silence borne, for this call.
            deadline: Seconds for the whole of this call.
            retries: How often this call is tried again.
            headers: More headers for this call; they win over the client's.

        Raises:
            JackfieldError: See `jackfield.errors`: nothing else is raised, and returning means that it worked.
        """
        changes = {"timeout": timeout, "deadline": deadline, "retries": retries, "headers": headers}
        result: Res = run(self._flow(operation, request, False, changes), Io(self._transport))  # noqa: FBT003
        return result

    def stream(
        self,
        operation: Operation[Req, Res, Ev],
        request: Req | None = None,
        *,
        timeout: float | None = _UNSET,
        deadline: float | None = _UNSET,
        retries: int | Retries = _UNSET,
        headers: Mapping[str, str] = _UNSET,
    ) -> Stream[Ev, Res]:
        """Ask for the answer event by event.

        Bad input raises here, before the first event is asked for. Arguments are those of `call`.
        """
        changes = {"timeout": timeout, "deadline": deadline, "retries": retries, "headers": headers}
        return Stream(self._flow(operation, request, True, changes), Io(self._transport))  # noqa: FBT003

    def ask(
        self,
        prompt: str | None = None,
        *,
        system: str | None = None,
        model: str | None = None,
        timeout: float | None = _UNSET,
        deadline: float | None = _UNSET,
        retries: int | Retries = _UNSET,
        headers: Mapping[str, str] = _UNSET,
        **parameters: Any,
    ) -> str:
        """Ask one question, without history, and return the answer's text.

        Args:
            prompt: What the user says. It or *system* must be given.
            system: How the model is to behave.
            model: The model; the client's `chat_model` holds where it is left out.
            timeout: As in `call`, and so are the next three.
            deadline: As in `call`.
            retries: As in `call`.
            headers: As in `call`.
            parameters: Any other field of `ChatRequest`.
        """
        changes = {"timeout": timeout, "deadline": deadline, "retries": retries, "headers": headers}
        text: str = run(asking(self._flow, prompt, system, model, parameters, changes), Io(self._transport))
        return text

    def close(self) -> None:
        """Close the connections that this client opened."""
        if self._owns_transport:
            self._transport.close()

    def __enter__(self) -> Self:
        """Use the client with `with`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Close it."""
        self.close()


class AsyncClient(_Setup):
    """Talks to one provider, for asyncio. Takes the arguments of `Client`; bound to no event loop."""

    _transport: AsyncTransport

    def _adopted(self, transport: Any) -> AsyncTransport:
        if getattr(transport, "is_async", False):
            native: AsyncTransport = transport
            return native
        from jackfield.transports.in_thread import InThread  # noqa: PLC0415 - imports asyncio

        return InThread(transport)

    def _io(self) -> AsyncIo:
        from jackfield._drive_async import AsyncIo  # noqa: PLC0415 - imports asyncio

        return AsyncIo(self._transport)

    async def call(
        self,
        operation: Operation[Req, Res, Any],
        request: Req | None = None,
        *,
        timeout: float | None = _UNSET,  # noqa: ASYNC109 - as Client.call
        deadline: float | None = _UNSET,
        retries: int | Retries = _UNSET,
        headers: Mapping[str, str] = _UNSET,
    ) -> Res:
        """As `Client.call`."""
        from jackfield._drive_async import arun  # noqa: PLC0415 - imports asyncio

        changes = {"timeout": timeout, "deadline": deadline, "retries": retries, "headers": headers}
        result: Res = await arun(self._flow(operation, request, False, changes), self._io())  # noqa: FBT003
        return result

    def stream(
        self,
        operation: Operation[Req, Res, Ev],
        request: Req | None = None,
        *,
        timeout: float | None = _UNSET,
        deadline: float | None = _UNSET,
        retries: int | Retries = _UNSET,
        headers: Mapping[str, str] = _UNSET,
    ) -> AsyncStream[Ev, Res]:
        """As `Client.stream`; iterate it with `async for`."""
        changes = {"timeout": timeout, "deadline": deadline, "retries": retries, "headers": headers}
        return AsyncStream(self._flow(operation, request, True, changes), self._io())  # noqa: FBT003

    async def ask(
        self,
        prompt: str | None = None,
        *,
        system: str | None = None,
        model: str | None = None,
        timeout: float | None = _UNSET,  # noqa: ASYNC109 - as Client.ask
        deadline: float | None = _UNSET,
        retries: int | Retries = _UNSET,
        headers: Mapping[str, str] = _UNSET,
        **parameters: Any,
    ) -> str:
        """As `Client.ask`."""
        from jackfield._drive_async import arun  # noqa: PLC0415 - imports asyncio

        changes = {"timeout": timeout, "deadline": deadline, "retries": retries, "headers": headers}
        text: str = await arun(asking(self._flow, prompt, system, model, parameters, changes), self._io())
        return text

    async def close(self) -> None:
        """As `Client.close`."""
        if self._owns_transport:
            await self._transport.close()

    async def __aenter__(self) -> Self:
        """Use the client with `async with`."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()
