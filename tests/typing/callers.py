"""What a caller writes, checked by mypy and pyright and never run: names and types that must hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, assert_type

from jackfield import (
    CHAT,
    EMBEDDINGS,
    IMAGES,
    MODELS,
    AnswerError,
    AsyncClient,
    AsyncStream,
    Attempt,
    CallMeta,
    ChatEvent,
    ChatRequest,
    ChatResponse,
    ChatSession,
    Client,
    DataBatch,
    DataChunk,
    EmbeddingRequest,
    EmbeddingResponse,
    GeneratedImage,
    ImageRequest,
    ImageResponse,
    JackfieldError,
    Message,
    ModelsResponse,
    Operation,
    Retries,
    Secret,
    Stream,
    StreamInterruptedError,
    Tool,
    cosine_similarity,
    vector_from_text,
)
from jackfield.operations.chat import Choice, Usage
from jackfield.transports import AsyncTransport, Transport


def clients(token: Callable[[], str], credential: object, transport: Transport, native: AsyncTransport) -> None:
    """Any provider takes its own settings, and the client's."""
    Client("openai", endpoint="http://127.0.0.1:8080/v1", api_key="sk-...")
    Client("azure-apikey", endpoint="https://x.example.com", deployment="d", api_version="2024-10-21", api_key="...")
    Client("azure-entra", endpoint="https://x.example.com", deployment="d", token="eyJ...")
    Client("azure-entra", endpoint="https://x.example.com", deployment="d", token=token)
    Client("azure-entra", endpoint="https://x.example.com", deployment="d", credential=credential)
    Client("local")
    Client(
        "local",
        chat_model="a",
        images_model="b",
        embeddings_model="c",
        headers={"x-team": "blue"},
        timeout=30,
        deadline=None,
        retries=3,
        plugins=["otel", object()],
        transport=transport,
        allow_plain_http=False,
    )
    Client("local", transport="urllib3", retries=Retries(limit=5, cap=20.0))
    AsyncClient("local", transport=native)


def call(client: Client) -> None:
    """One call: the response's type follows from the operation."""
    request = ChatRequest(messages=[Message.system("Be brief."), Message.user("Hi")], model="gpt-4o", temperature=0.2)
    response = client.call(CHAT, request)
    assert_type(response, ChatResponse)
    assert_type(response.choices, tuple[Choice, ...])
    assert_type(response.choices[0].message.content, str | None)
    assert_type(response.usage, Usage | None)
    if response.usage is not None:
        assert_type(response.usage.total_tokens, int)
    assert_type(response.text, str)
    assert_type(response.raw, Mapping[str, Any] | None)
    assert_type(response.meta, CallMeta | None)
    if response.meta is not None:
        assert_type(response.meta.attempts, list[Attempt])
    client.call(CHAT, request, timeout=5, deadline=10.0, retries=0, headers={"x-team": "blue"})
    client.call(CHAT, request, timeout=None, deadline=None, retries=Retries(limit=1))
    client.call(CHAT, ChatRequest(messages=(Message.user("Hi"),), extra={"a_new_parameter": 1}))
    client.call(CHAT, ChatRequest(messages=[Message.user("Hi"), response.choices[0].message]))
    assert_type(client.ask("Hi", system="Be brief.", model="gpt-4o"), str)
    client.call(CHAT, EmbeddingRequest(input="a"))  # type: ignore[misc] # pyright: ignore[reportArgumentType]


def stream(client: Client, request: ChatRequest) -> None:
    """Events one by one, then the whole."""
    with client.stream(CHAT, request) as stream:
        assert_type(stream, Stream[ChatEvent, ChatResponse])
        for event in stream:
            assert_type(event, ChatEvent)
            assert_type(event.text, str)
    assert_type(stream.response, ChatResponse)
    assert_type(stream.meta, CallMeta)
    events = list(client.stream(CHAT, request))
    assert_type(events, list[ChatEvent])
    assert_type(ChatResponse.from_events(events), ChatResponse)


def others(client: Client) -> None:
    """Every operation there is."""
    pictures = client.call(IMAGES, ImageRequest(prompt="a cat", model="gpt-image-1"))
    assert_type(pictures, ImageResponse)
    assert_type(pictures.data[0].b64_json, str | None)
    vectors = client.call(EMBEDDINGS, EmbeddingRequest(input=["a", "b"], model="text-embedding-3-small"))
    assert_type(vectors, EmbeddingResponse)
    numbers: Sequence[float] = vectors.data[0].embedding
    memoryview(vectors.data[0].embedding)
    assert_type(client.call(MODELS), ModelsResponse)
    assert_type(client.call(MODELS).data[0].id, str)
    assert_type(numbers[0], float)


class Invoice:
    """An object that is wanted."""


class Portrait(GeneratedImage):
    """A picture of one's own kind."""


def weather(city: str) -> dict[str, int]:
    """Tell the weather."""
    return {city: 18}


def everyday(client: Client, session: ChatSession) -> None:
    """The methods that need no entities: what comes back follows from what goes in."""
    assert_type(client.ask("Hi", model="m", temperature=0.5, tools=[weather, Tool.for_function("x")]), str)
    assert_type(client.ask_for(Invoice, "Hi", timeout=5), Invoice)
    assert_type(client.ask_for(list[str], "Hi"), list[str])
    assert_type(client.complete(session), str)
    assert_type(client.chat(session, Message.user("Hi"), response_format=Invoice), str)
    assert_type(client.stream_chat(session, "Hi"), Stream[ChatEvent, ChatResponse])
    assert_type(session.add("Hi"), Message)
    assert_type(session.response, ChatResponse | None)
    assert_type(client.draw("A cat"), GeneratedImage)
    assert_type(client.draw("A cat", into=Portrait(), size="1024x1024"), Portrait)
    assert_type(client.draw_many("A cat", 2), list[GeneratedImage])
    assert_type(client.draw_many("A cat", 2, kind=Portrait), list[Portrait])
    assert_type(cosine_similarity(client.embed("Hi", dimensions=3), vector_from_text("[1,2,3]")), float)
    batch = DataBatch(["Hi"])
    client.embed_batch(batch, progress=print)
    assert_type(batch.chunks, list[DataChunk])
    assert_type(Client.from_configuration("work", timeout=5), Client)


async def everyday_asynchronous(client: AsyncClient, session: ChatSession) -> None:
    """The same, awaited."""
    assert_type(await client.ask_for(Invoice, "Hi"), Invoice)
    assert_type(await client.chat(session, "Hi"), str)
    assert_type(client.stream_chat(session, "Hi"), AsyncStream[ChatEvent, ChatResponse])
    assert_type(await client.draw("A cat", into=Portrait()), Portrait)
    assert_type(await client.draw_many("A cat", 2), list[GeneratedImage])
    await client.embed_batch(DataBatch(["Hi"]))
    assert_type(AsyncClient.from_configuration(), AsyncClient)


async def asynchronous(request: ChatRequest) -> None:
    """The same, awaited."""
    async with AsyncClient("openai", api_key="...") as client:
        assert_type(await client.call(CHAT, request), ChatResponse)
        assert_type(await client.ask("Hi"), str)
        async for event in client.stream(CHAT, request):
            assert_type(event, ChatEvent)
        async with client.stream(CHAT, request) as stream:
            assert_type(stream, AsyncStream[ChatEvent, ChatResponse])
        assert_type(stream.response, ChatResponse)


def errors(client: Client) -> None:
    """Every error of ours is a JackfieldError; one that came with an answer has status, code and id."""
    try:
        client.ask("Hi")
    except StreamInterruptedError as error:
        assert_type(error.events, int)
    except AnswerError as error:
        assert_type(error.body, str)
        assert_type(error.retry_after, float | None)
    except JackfieldError as error:
        assert_type(error.status, int | None)
        assert_type(error.code, str | None)
        assert_type(error.request_id, str | None)
        assert_type(error.meta, CallMeta | None)
        assert_type(error.transient, bool)


def generic(
    client: Client, operation: Operation[ChatRequest, ChatResponse, ChatEvent], request: ChatRequest
) -> ChatResponse:
    """An operation is a value like another."""
    return client.call(operation, request)


def secrets() -> str:
    """A secret leaves through one method."""
    return Secret("k3y").bound_to("https://x.example").prefixed("Bearer ").reveal("https://x.example/v1")
