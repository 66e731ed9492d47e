"""The public clients: settings in; calls, streams and the everyday activities out.

`Client` and `AsyncClient` share everything but the driver; each of their methods is one line around a flow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from jackfield import activities
from jackfield._drive import Io, run
from jackfield._options import UNSET
from jackfield._setup import Setup
from jackfield.activities.parting import parted
from jackfield.errors import SetupError
from jackfield.stream import AsyncStream, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self, Unpack

    from jackfield._drive_async import AsyncIo
    from jackfield.activities.batch import DataBatch
    from jackfield.activities.parameters import ChatParameters, EmbeddingParameters, ImageParameters
    from jackfield.activities.session import ChatSession
    from jackfield.http import Flow
    from jackfield.operations import Operation
    from jackfield.operations.chat import ChatEvent, ChatResponse
    from jackfield.operations.embeddings import Vector
    from jackfield.operations.generated import GeneratedImage
    from jackfield.operations.messages import Message
    from jackfield.retry import Retries
    from jackfield.transports import AsyncTransport, Transport

Req = TypeVar("Req")
Res = TypeVar("Res")
Ev = TypeVar("Ev")
T = TypeVar("T")
PictureT = TypeVar("PictureT", bound="GeneratedImage")


class Client(Setup):
    """Talks to one provider, blocking. Safe to share between threads; close it, or use it with `with`."""

    _transport: Transport

    def _adopted(self, transport: Any) -> Transport:
        if getattr(transport, "is_async", False):
            kind = type(transport).__name__
            raise SetupError(f"{kind} is a transport for asyncio; use AsyncClient, or another transport")
        blocking: Transport = transport
        return blocking

    def _run(self, flow: Flow[T]) -> T:
        result: T = run(flow, Io(self._transport))
        return result

    def call(
        self,
        operation: Operation[Req, Res, Any],
        request: Req | None = None,
        *,
        timeout: float | None = UNSET,
        deadline: float | None = UNSET,
        retries: int | Retries = UNSET,
        headers: Mapping[str, str] = UNSET,
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
        timeout: float | None = UNSET,
        deadline: float | None = UNSET,
        retries: int | Retries = UNSET,
        headers: Mapping[str, str] = UNSET,
    ) -> Stream[Ev, Res]:
        """Ask for the answer event by event.

        Bad input raises here, before the first event is asked for. Arguments are those of `call`.
        """
        changes = {"timeout": timeout, "deadline": deadline, "retries": retries, "headers": headers}
        return Stream(self._flow(operation, request, True, changes), Io(self._transport))  # noqa: FBT003

    def ask(self, prompt: str | None = None, *, system: str | None = None, **parameters: Unpack[ChatParameters]) -> str:
        """Ask one question, without history, and return the answer's text.

        Args:
            prompt: What the user says. It or *system* must be given.
            system: How the model is to behave.
            parameters: Any other field of `ChatRequest`, such as `model`, and the options of `call`. Among the tools
                may be Python functions; the client calls them.

        Raises:
            ContentFilteredError: A filter cut the answer short.
            RefusalError: The model refuses.
            ToolError: The model calls tools without end or such as are no functions, or a tool failed and
                `tool_errors="raise"`.
        """
        return self._run(activities.asking(self._flow, prompt, system, *parted(parameters)))

    def ask_for(
        self,
        kind: type[T],
        prompt: str | None = None,
        *,
        system: str | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> T:
        """Ask one question, and return the answer as an object.

        Args:
            kind: What is wanted: an attrs class, a dataclass, a TypedDict, or any annotation made of them, of enums,
                unions, lists, dicts and plain values. The model is told its schema.
            prompt: As in `ask`.
            system: As in `ask`.
            parameters: As in `ask`.

        Raises:
            InvalidRequestError: There is no schema for *kind*.
            AnswerMismatchError: What the model said is no *kind*; the error has its words.
            RefusalError: The model refuses.
        """
        return self._run(activities.asking_for(self._flow, kind, prompt, system, *parted(parameters)))

    def complete(self, session: ChatSession, **parameters: Unpack[ChatParameters]) -> str:
        """Send a conversation and return the assistant's text. The session stays as it is.

        Args:
            session: The conversation.
            parameters: As in `ask`.
        """
        return self._run(activities.completing(self._flow, session, *parted(parameters)))

    def chat(self, session: ChatSession, prompt: str | Message, **parameters: Unpack[ChatParameters]) -> str:
        """Say the next thing in a conversation and return the assistant's text.

        What was said, tools' calls and results included, is added to the session once the answer is there, whole; a
        call that fails leaves the session as it was.

        Args:
            session: The conversation.
            prompt: What the user says.
            parameters: As in `ask`.
        """
        return self._run(activities.chatting(self._flow, session, prompt, False, *parted(parameters))).text  # noqa: FBT003

    def stream_chat(
        self, session: ChatSession, prompt: str | Message, **parameters: Unpack[ChatParameters]
    ) -> Stream[ChatEvent, ChatResponse]:
        """As `chat`, event by event. The session grows at the stream's end; one that is left early leaves it alone."""
        flow = activities.chatting(self._flow, session, prompt, True, *parted(parameters))  # noqa: FBT003
        return Stream(flow, Io(self._transport))

    @overload
    def draw(self, prompt: str, *, into: PictureT, **parameters: Unpack[ImageParameters]) -> PictureT: ...

    @overload
    def draw(self, prompt: str, **parameters: Unpack[ImageParameters]) -> GeneratedImage: ...

    def draw(
        self, prompt: str, *, into: GeneratedImage | None = None, **parameters: Unpack[ImageParameters]
    ) -> GeneratedImage:
        """Draw one picture and return it: its bytes, whether the provider sends those or a URL.

        Args:
            prompt: What is to be seen.
            into: The object to fill, of your own subclass for instance; a new `GeneratedImage` where it is left out.
                It is unchanged where drawing fails.
            parameters: Any other field of `ImageRequest`, and the options of `call`.

        Raises:
            ContentFilteredError: A filter stopped the picture.
            JackfieldError: Every error after the answer has it as its `partial`, an `ImageResponse`: pictures that came
                have their `picture`, the others the URL that they came with.
        """
        return self._run(activities.drawing(self._flow, prompt, into, *parted(parameters)))

    @overload
    def draw_many(
        self, prompt: str, n: int, *, kind: type[PictureT], **parameters: Unpack[ImageParameters]
    ) -> list[PictureT]: ...

    @overload
    def draw_many(self, prompt: str, n: int, **parameters: Unpack[ImageParameters]) -> list[GeneratedImage]: ...

    def draw_many(
        self, prompt: str, n: int, *, kind: type[Any] | None = None, **parameters: Unpack[ImageParameters]
    ) -> list[Any]:
        """Draw *n* pictures in one call. Arguments are those of `draw`; *kind* is the class of the pictures."""
        return self._run(activities.drawing_many(self._flow, prompt, n, kind, *parted(parameters)))

    def embed(self, text: str, **parameters: Unpack[EmbeddingParameters]) -> Vector:
        """Return the vector of one text, as 32-bit floats.

        Args:
            text: The text; not empty.
            parameters: Any other field of `EmbeddingRequest`, and the options of `call`.
        """
        return self._run(activities.embedding(self._flow, text, *parted(parameters)))

    def embed_batch(
        self,
        batch: DataBatch,
        *,
        progress: Callable[[int, int], object] | None = None,
        **parameters: Unpack[EmbeddingParameters],
    ) -> None:
        """Give every chunk of *batch* its vector, in as many calls as that takes.

        Chunks that have a vector are left alone: after an error, the same line sends what is missing.

        Args:
            batch: The texts, as chunks.
            progress: Called with how many chunks have a vector, and how many there are, after each call.
            parameters: As in `embed`.
        """
        self._run(activities.embedding_batch(self._flow, batch, progress, *parted(parameters)))

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


class AsyncClient(Setup):
    """Talks to one provider, for asyncio. Takes the arguments of `Client`; bound to no event loop.

    Requests go over the transport `asyncio` where `jackfield-asyncio` is installed, else over `urllib3` in threads.
    """

    _transports = ("asyncio", "urllib3")
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

    async def _run(self, flow: Flow[T]) -> T:
        from jackfield._drive_async import arun  # noqa: PLC0415 - imports asyncio

        result: T = await arun(flow, self._io())
        return result

    async def call(
        self,
        operation: Operation[Req, Res, Any],
        request: Req | None = None,
        *,
        timeout: float | None = UNSET,  # noqa: ASYNC109 - as Client.call
        deadline: float | None = UNSET,
        retries: int | Retries = UNSET,
        headers: Mapping[str, str] = UNSET,
    ) -> Res:
        """As `Client.call`."""
        changes = {"timeout": timeout, "deadline": deadline, "retries": retries, "headers": headers}
        result: Res = await self._run(self._flow(operation, request, False, changes))  # noqa: FBT003
        return result

    def stream(
        self,
        operation: Operation[Req, Res, Ev],
        request: Req | None = None,
        *,
        timeout: float | None = UNSET,
        deadline: float | None = UNSET,
        retries: int | Retries = UNSET,
        headers: Mapping[str, str] = UNSET,
    ) -> AsyncStream[Ev, Res]:
        """As `Client.stream`; iterate it with `async for`."""
        changes = {"timeout": timeout, "deadline": deadline, "retries": retries, "headers": headers}
        return AsyncStream(self._flow(operation, request, True, changes), self._io())  # noqa: FBT003

    async def ask(
        self, prompt: str | None = None, *, system: str | None = None, **parameters: Unpack[ChatParameters]
    ) -> str:
        """As `Client.ask`."""
        return await self._run(activities.asking(self._flow, prompt, system, *parted(parameters)))

    async def ask_for(
        self,
        kind: type[T],
        prompt: str | None = None,
        *,
        system: str | None = None,
        **parameters: Unpack[ChatParameters],
    ) -> T:
        """As `Client.ask_for`."""
        return await self._run(activities.asking_for(self._flow, kind, prompt, system, *parted(parameters)))

    async def complete(self, session: ChatSession, **parameters: Unpack[ChatParameters]) -> str:
        """As `Client.complete`."""
        return await self._run(activities.completing(self._flow, session, *parted(parameters)))

    async def chat(self, session: ChatSession, prompt: str | Message, **parameters: Unpack[ChatParameters]) -> str:
        """As `Client.chat`."""
        flow = activities.chatting(self._flow, session, prompt, False, *parted(parameters))  # noqa: FBT003
        return (await self._run(flow)).text

    def stream_chat(
        self, session: ChatSession, prompt: str | Message, **parameters: Unpack[ChatParameters]
    ) -> AsyncStream[ChatEvent, ChatResponse]:
        """As `Client.stream_chat`; iterate it with `async for`."""
        flow = activities.chatting(self._flow, session, prompt, True, *parted(parameters))  # noqa: FBT003
        return AsyncStream(flow, self._io())

    @overload
    async def draw(self, prompt: str, *, into: PictureT, **parameters: Unpack[ImageParameters]) -> PictureT: ...

    @overload
    async def draw(self, prompt: str, **parameters: Unpack[ImageParameters]) -> GeneratedImage: ...

    async def draw(
        self, prompt: str, *, into: GeneratedImage | None = None, **parameters: Unpack[ImageParameters]
    ) -> GeneratedImage:
        """As `Client.draw`."""
        return await self._run(activities.drawing(self._flow, prompt, into, *parted(parameters)))

    @overload
    async def draw_many(
        self, prompt: str, n: int, *, kind: type[PictureT], **parameters: Unpack[ImageParameters]
    ) -> list[PictureT]: ...

    @overload
    async def draw_many(self, prompt: str, n: int, **parameters: Unpack[ImageParameters]) -> list[GeneratedImage]: ...

    async def draw_many(
        self, prompt: str, n: int, *, kind: type[Any] | None = None, **parameters: Unpack[ImageParameters]
    ) -> list[Any]:
        """As `Client.draw_many`."""
        return await self._run(activities.drawing_many(self._flow, prompt, n, kind, *parted(parameters)))

    async def embed(self, text: str, **parameters: Unpack[EmbeddingParameters]) -> Vector:
        """As `Client.embed`."""
        return await self._run(activities.embedding(self._flow, text, *parted(parameters)))

    async def embed_batch(
        self,
        batch: DataBatch,
        *,
        progress: Callable[[int, int], object] | None = None,
        **parameters: Unpack[EmbeddingParameters],
    ) -> None:
        """As `Client.embed_batch`."""
        await self._run(activities.embedding_batch(self._flow, batch, progress, *parted(parameters)))

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
