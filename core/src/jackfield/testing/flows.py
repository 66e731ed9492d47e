"""A call held in the hand: flows made easily, and driven by a script and a clock.

A flow is a generator: `next(flow)` gives its first command, `flow.send(reply)` the next one. `hold` makes the flow of
one call, and `play` does the sending.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from jackfield._binding import Binding, bind
from jackfield._drive import stamp
from jackfield._exchange import exchange
from jackfield._options import Options
from jackfield.call import Call
from jackfield.http import Chunk, Command, Emit, Flow, HttpHead, HttpRequest, Read, Run, RunAll, Send, Wait
from jackfield.operations.chat import CHAT, ChatRequest
from jackfield.operations.embeddings import EMBEDDINGS, EmbeddingRequest
from jackfield.operations.image_edits import IMAGE_EDITS, ImageEditRequest
from jackfield.operations.image_variations import IMAGE_VARIATIONS, ImageVariationRequest
from jackfield.operations.images import IMAGES, ImageRequest
from jackfield.operations.messages import Message
from jackfield.operations.models import MODELS, ModelsRequest
from jackfield.retry import Retries
from jackfield.secret import Secret
from jackfield.testing.scripted import Replies, Script, ScriptedBody, in_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jackfield.operations import Operation

MODEL = "a-model"
MANY = 10_000
"""More commands than any call needs: a flow that yields as many does not end."""

_PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0"
"""The beginning of a picture of one pixel."""
_EXAMPLES: Mapping[Operation[Any, Any, Any], Any] = {
    CHAT: ChatRequest(
        messages=[Message.system("Be brief."), Message.user("What is the capital of Norway?")],
        model=MODEL,
        temperature=0.5,
        metadata={"asked-by": "a test"},
    ),
    IMAGES: ImageRequest(prompt="A red kite over a green field", model=MODEL, n=1),
    IMAGE_EDITS: ImageEditRequest(
        image=[("kite.png", _PICTURE), ("field.png", _PICTURE)], prompt="The kite over the field", model=MODEL, n=1
    ),
    IMAGE_VARIATIONS: ImageVariationRequest(image=("kite.png", _PICTURE), model=MODEL),
    EMBEDDINGS: EmbeddingRequest(input=["first text", "second text"], model=MODEL),
    MODELS: ModelsRequest(),
}


def an_example(operation: Operation[Any, Any, Any]) -> Any:
    """Return a request of one of the core's operations.

    Raises:
        LookupError: The operation is not the core's.
    """
    if operation not in _EXAMPLES:
        raise LookupError(f"there is no example of {operation.name!r}; give a request")
    return _EXAMPLES[operation]


def a_call(
    operation: Operation[Any, Any, Any] = CHAT,
    request: Any = None,
    *,
    model: str | None = None,
    streaming: bool = False,
    provider: str = "a-provider",
    id: str = "call-1",  # noqa: A002 - the field's name
    started: float = 0.0,
) -> Call:
    """Return a call, as hooks are given it.

    Args:
        operation: What is asked for.
        request: The request entity; an example where left out.
        model: The model asked for; the request's where left out.
        streaming: Whether the answer is wanted event by event.
        provider: The provider's name.
        id: The call's id.
        started: The clock when it began.
    """
    request = an_example(operation) if request is None else request
    return Call(id, provider, operation, request, model or getattr(request, "model", None), streaming, started)


def a_binding(provider: Any, plugins: Sequence[object] = ()) -> Binding:
    """Return the hooks of a provider object (an instance of its settings class) as functions."""
    return bind(type(provider).__name__, provider.parts(), plugins)


def hold(
    provider: Any,
    operation: Operation[Any, Any, Any] = CHAT,
    request: Any = None,
    *,
    streaming: bool = False,
    retries: int | Retries = 2,
    headers: Mapping[str, str] | None = None,
    plugins: Sequence[object] = (),
    started: float = 0.0,
    **options: Any,
) -> Flow[Any]:
    """Return the flow of one call, not yet begun.

    Args:
        provider: A provider object, an instance of its settings class; or a binding.
        operation: What is asked for.
        request: The request entity; an example where left out.
        streaming: Whether the answer is wanted event by event.
        retries: How failures are tried again. Given as a number, the waits are exactly 0.5, 1, 2 ... seconds.
        headers: More headers, as the caller gives them.
        plugins: Cross-cutting plugins, outermost first.
        started: The clock when the call begins.
        options: `timeout`, `deadline`, `allow_plain_http`, as `Client` takes them.
    """
    binding = provider if isinstance(provider, Binding) else a_binding(provider, plugins)
    call = a_call(operation, request, streaming=streaming, provider=binding.provider, started=started)
    if call.model is None:
        call = evolve(call, model=getattr(provider, "default_models", {}).get(operation.model_setting or ""))
    settled = Options(
        retries=Retries(limit=retries, jitter=lambda: 0.0) if isinstance(retries, int) else retries,
        headers={name.lower(): Secret(value) for name, value in (headers or {}).items()},
        **options,
    )
    return exchange(call, binding, settled)


@define
class Clock:
    """A clock that moves when it is told to.

    Attributes:
        now: What it shows, in seconds.
    """

    now: float = 0.0

    def advance(self, seconds: float) -> float:
        """Move on, and return the time."""
        self.now += seconds
        return self.now


@define
class Played:
    """How a flow went.

    Attributes:
        commands: Every command, in order.
        events: What was emitted, in order.
        requests: What was sent, in order, credentials still secret.
        result: What the flow returned, or None where it raised.
        error: What it raised, or None.
        ended: Whether it ended.
    """

    commands: list[Command] = field(factory=list)
    events: list[Any] = field(factory=list)
    requests: list[HttpRequest] = field(factory=list)
    result: Any = None
    error: Exception | None = None
    ended: bool = False

    @property
    def kinds(self) -> list[type[Command]]:
        """The commands' classes, in order."""
        return [type(command) for command in self.commands]

    def value(self) -> Any:
        """Return the result, or raise what the flow raised."""
        if self.error is not None:
            raise self.error
        return self.result


def play(flow: Flow[Any], replies: Replies = (), clock: Clock | None = None) -> Played:
    """Drive *flow* to its end by scripted replies.

    `Wait` moves the clock, and so do late answers; `Run` calls the function for real.

    Args:
        flow: The flow.
        replies: What its `Send`s are answered, as for `ScriptedTransport`.
        clock: The clock its replies carry; a new one where left out.

    Returns:
        Its commands, events and result. What it raises is in `error`; `value()` raises that.

    Raises:
        AssertionError: The script has no reply to a request, or the flow does not end.
    """
    player = _Player(flow, replies, clock or Clock())
    while player.step():
        pass
    return player.played


def interleave(*flows: tuple[Flow[Any], Replies]) -> list[Played]:
    """Drive several flows by turns, one command each, and return how they went."""
    players = [_Player(flow, replies, Clock()) for flow, replies in flows]
    while any([player.step() for player in players]):  # noqa: C419 - a list: every one takes its step
        pass
    return [player.played for player in players]


class _Player:
    """Drives one flow, command by command."""

    def __init__(self, flow: Flow[Any], replies: Replies, clock: Clock) -> None:
        self.played = Played()
        self._flow = flow
        self._script = Script(replies)
        self._clock = clock
        self._body: ScriptedBody | None = None
        self._command: Command | None = None
        self.played.requests = self._script.requests

    def step(self) -> bool:
        """Perform one command, and return whether there is another."""
        played = self.played
        if played.ended:
            return False
        try:
            if self._command is None:
                command = next(self._flow)
            else:
                try:
                    reply = self._perform(self._command)
                except Exception as error:  # noqa: BLE001 - as the drivers do: the flow decides
                    stamp(error, lambda: self._clock.now)
                    command = self._flow.throw(error)
                else:
                    command = self._flow.send(reply)
        except StopIteration as stop:
            played.result, played.ended = stop.value, True
            return False
        except AssertionError:
            raise
        except Exception as error:  # noqa: BLE001 - it is the outcome
            played.error, played.ended = error, True
            return False
        self._command = command
        played.commands.append(command)
        if len(played.commands) > MANY:
            self._flow.close()
            raise AssertionError(f"the flow does not end: {MANY} commands, the last of them {command!r}")
        return True

    def _perform(self, command: Command) -> Any:
        match command:
            case Send(request, timeout):
                reply = self._script.reply(request)
                self._clock.advance(reply.after if timeout is None else min(reply.after, timeout))
                self._body = ScriptedBody(in_time(reply, timeout))
                return HttpHead(reply.status, reply.headers, self._clock.now)
            case Read(limit, timeout):
                if self._body is None:
                    raise AssertionError("the flow yielded Read before any Send")
                try:
                    data = self._body.read(limit, timeout)
                finally:
                    self._clock.advance(self._body.seconds)
                return Chunk(data, self._clock.now)
            case Wait(seconds):
                return self._clock.advance(seconds)
            case Emit(events):
                self.played.events.extend(events)
                return None
            case Run(function):
                return _settled(function())
            case RunAll(functions):
                return [_outcome(each) for each in functions]
        raise AssertionError(f"the flow yielded {command!r}, which is no command")


def _outcome(function: Callable[[], Any]) -> Any:
    """Return what *function* returns, or the exception that it raises."""
    try:
        return _settled(function())
    except Exception as error:  # noqa: BLE001 - the flow decides
        return error


def _settled(result: Any) -> Any:
    """Return *result*, awaited where it can be."""
    if not inspect.isawaitable(result):
        return result
    import asyncio  # noqa: PLC0415, TID251 - a flow in the hand has no driver; this is it

    async def awaited() -> Any:
        return await result

    return asyncio.run(awaited())
