"""One cell of the faults table: a scenario, a provider, a mode and a driver, run twice on one client."""

from __future__ import annotations

import asyncio
import pickle
import time
import traceback
from collections.abc import Iterator
from typing import Any

from attrs import define, field, frozen

from jackfield import (
    CHAT,
    EMBEDDINGS,
    IMAGES,
    AsyncClient,
    ChatRequest,
    Client,
    EmbeddingRequest,
    ImageRequest,
    JackfieldError,
    Limits,
    Message,
    Retries,
)
from jackfield.plugin import CallRecord, impl
from jackfield_emulator import Emulator

CANARY = "sk-canary-0123456789abcdef"
MODES = ("chat", "stream", "images", "embeddings")
DRIVERS = {"sync": "urllib3", "async": "asyncio", "async in threads": "urllib3"}
"""Each way of being driven, and the transport that it has."""
PROVIDERS = {
    "openai": "openai",
    "azure-apikey": "azure-dated",
    "azure-apikey v1": "azure-v1",
    "azure-entra": "azure-dated",
}
"""Each way of being asked, and the surface that it asks."""
LIMITS = Limits(body=8 * 1024**2, decompressed=8 * 1024**2, event=1024**2)
_OPERATIONS: dict[str, tuple[Any, Any]] = {
    "chat": (CHAT, ChatRequest(messages=[Message.user("Say something.")], model="gpt-4o-mini")),
    "stream": (CHAT, ChatRequest(messages=[Message.user("Say something.")], model="gpt-4o-mini")),
    "images": (IMAGES, ImageRequest(prompt="an otter", model="dall-e-2", size="256x256", response_format="b64_json")),
    "embeddings": (EMBEDDINGS, EmbeddingRequest(input=["one", "two", "three"], model="text-embedding-3-small")),
}


@frozen
class Cell:
    """What is run."""

    scenario: str
    provider: str
    mode: str
    driver: str


@define
class Outcome:
    """What came of one call.

    Attributes:
        ends: `answer`, or the class of the error.
        requests: How many requests the emulator saw.
        seconds: How long it took.
        said: The error's message, or the answer's text.
        partial: The text of a partial answer, or None.
        found: The error, or the answer's first choice, for what `has` asks of them.
        leaks: Where the canary was seen.
    """

    ends: str
    requests: int
    seconds: float
    said: str = ""
    partial: str | None = None
    found: Any = field(default=None, repr=False)
    leaks: tuple[str, ...] = ()


class _Listener:
    """Keeps what a cross-cutting plugin is told."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []

    @impl
    def call_ended(self, record: CallRecord) -> None:
        """Keep it."""
        self.records.append(record)


def run(cell: Cell, emulator: Emulator, *, timeout: float = 1.0, deadline: float = 6.0) -> list[Outcome]:
    """Make two calls, one after the other, on one client."""
    emulator.scenario = cell.scenario
    listener = _Listener()
    secrets = [CANARY]
    settings = _settings(cell, emulator, secrets)
    options = {
        "timeout": timeout,
        "deadline": deadline,
        "retries": Retries(first=0.01),
        "limits": LIMITS,
        "plugins": [listener],
        "transport": DRIVERS[cell.driver],
    }
    try:
        if "sync" == cell.driver:
            with Client(cell.provider.split()[0], **settings, **options) as client:
                return [_judged(_call, client, cell, emulator, listener, secrets) for _ in range(2)]
        return asyncio.run(_both(cell, emulator, settings | options, listener, secrets))
    finally:
        emulator.scenario = None


def _settings(cell: Cell, emulator: Emulator, secrets: list[str]) -> dict[str, Any]:
    settings = dict(emulator.settings[cell.provider.split()[0]])
    if cell.provider.endswith("v1"):
        settings["endpoint"] = emulator.azure_v1_url
    if "token" in settings:
        settings["token"] = emulator.token()
        secrets.append(settings["token"])
    return settings


async def _both(
    cell: Cell, emulator: Emulator, settings: dict[str, Any], listener: _Listener, secrets: list[str]
) -> list[Outcome]:
    outcomes = []
    async with AsyncClient(cell.provider.split()[0], **settings) as client:
        for _ in range(2):
            before, started = len(emulator.journal), time.monotonic()
            answer = error = None
            try:
                answer = await _acall(client, cell)
            except JackfieldError as caught:
                error = caught
            outcomes.append(_outcome(answer, error, emulator, before, started, listener, secrets))
    return outcomes


def _judged(
    call: Any, client: Client, cell: Cell, emulator: Emulator, listener: _Listener, secrets: list[str]
) -> Outcome:
    before, started = len(emulator.journal), time.monotonic()
    answer = error = None
    try:
        answer = call(client, cell)
    except JackfieldError as caught:
        error = caught
    return _outcome(answer, error, emulator, before, started, listener, secrets)


def _call(client: Client, cell: Cell) -> Any:
    operation, request = _OPERATIONS[cell.mode]
    if "stream" != cell.mode:
        return client.call(operation, request)
    with client.stream(operation, request) as stream:
        for _ in stream:
            pass
    return stream.response


async def _acall(client: AsyncClient, cell: Cell) -> Any:
    operation, request = _OPERATIONS[cell.mode]
    if "stream" != cell.mode:
        return await client.call(operation, request)
    async with client.stream(operation, request) as stream:
        async for _ in stream:
            pass
    return stream.response


def _outcome(
    answer: Any,
    error: JackfieldError | None,
    emulator: Emulator,
    before: int,
    started: float,
    listener: _Listener,
    secrets: list[str],
) -> Outcome:
    seconds = time.monotonic() - started
    records = emulator.journal[before:]
    seen = [*_shown(answer, error), ("the call's record", repr(listener.records))]
    leaks = [where for where, text in seen if any(secret in text for secret in secrets)]
    leaks += ["another origin" for each in records if each.headers.get("host", "").startswith("localhost")]
    if error is not None:
        partial = getattr(error, "partial", None)
        text = getattr(partial, "text", None)
        return Outcome(type(error).__name__, len(records), seconds, str(error), text, error, tuple(leaks))
    said = getattr(answer, "text", "") or ""
    choices = getattr(answer, "choices", None)
    return Outcome("answer", len(records), seconds, said, None, choices[0] if choices else answer, tuple(leaks))


def _shown(answer: Any, error: JackfieldError | None) -> Iterator[tuple[str, str]]:
    """Give every text that a program may come to show, with the place where it stands."""
    if error is None:
        yield "repr", repr(answer)
        yield "pickle", repr(pickle.dumps(answer))
        yield "raw", repr(getattr(answer, "raw", None))
        yield "meta", repr(answer.meta) + repr(dict(answer.meta.headers))
        return
    yield "message", f"{error} {error!r}"
    yield "attributes", repr(vars(error))
    yield "pickle", repr(pickle.dumps(error))
    yield "meta", repr(error.meta) + repr(dict(error.meta.headers) if error.meta is not None else {})
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    yield "traceback", "".join(traceback.TracebackException.from_exception(error).format())
    for each in _chain(told):
        for frame in each.stack:
            if "jackfield" in frame.filename and "/src/" in frame.filename:
                yield f"locals of {frame.name}", repr(frame.locals)


def _chain(told: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    if told is not None:
        yield told
        yield from _chain(told.__cause__)
        yield from _chain(told.__context__)
