"""The vendor's own SDK as the oracle of requests: what it sends, Jackfield sends.

Both clients are given the same, and a server on loopback writes down what each of them sends. Where they differ, a
row of `docs/reference/differences.md` says so; a difference without a row fails, and so does a row without one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from email.parser import BytesParser
from email.policy import HTTP
from fnmatch import fnmatchcase
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import openai
import pytest
from attrs import frozen
from oracle import ASKED, Asked, Value
from server import Connection, Received, Server, chunked, plain

from jackfield import MODELS, AsyncClient, Client

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "differences.md"
KEY = "a-key"
TOKEN = "e30.eyJhdWQiOiJ4In0.c2ln"
VERSION = "2024-10-21"
NOT_THERE = "-"

ANSWERS: dict[str, tuple[Any, list[Any]]] = {
    "chat.completions": (
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}]},
        [{"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}]}],
    ),
    "images.generations": (
        {"created": 1, "data": [{"b64_json": "iVBORw0="}]},
        [{"type": "image_generation.completed", "b64_json": "iVBORw0="}],
    ),
    "images.edits": (
        {"created": 1, "data": [{"b64_json": "iVBORw0="}]},
        [{"type": "image_edit.completed", "b64_json": "iVBORw0="}],
    ),
    "images.variations": ({"created": 1, "data": [{"b64_json": "iVBORw0="}]}, []),
    "embeddings": ({"data": [{"index": 0, "embedding": [0.5, -0.25]}]}, []),
    "models": ({"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "o"}]}, []),
}
"""What the server answers, whole and event by event."""


@frozen
class Surface:
    """One way of being asked, for both clients.

    Attributes:
        name: What the table calls it.
        theirs: Makes the SDK's client for a server's address.
        atheirs: The same for asyncio.
        provider: Ours.
        endpoint: What is appended to the address for our client.
        settings: Our client's other settings.
    """

    name: str
    theirs: Callable[[str], openai.OpenAI]
    atheirs: Callable[[str], openai.AsyncOpenAI]
    provider: str
    endpoint: str
    settings: Mapping[str, Any]


def platform(credential: str, path: str) -> dict[str, Callable[[str], Any]]:
    """Return the makers of the SDK's plain clients."""
    return {
        "theirs": lambda url: openai.OpenAI(base_url=f"{url}{path}", api_key=credential, max_retries=0),
        "atheirs": lambda url: openai.AsyncOpenAI(base_url=f"{url}{path}", api_key=credential, max_retries=0),
    }


def azure(**credentials: str) -> dict[str, Callable[[str], Any]]:
    """Return the makers of the SDK's clients for Azure, which know the dated surface alone."""
    fixed: dict[str, Any] = {"api_version": VERSION, "max_retries": 0, **credentials}
    return {
        "theirs": lambda url: openai.AzureOpenAI(azure_endpoint=url, **fixed),
        "atheirs": lambda url: openai.AsyncAzureOpenAI(azure_endpoint=url, **fixed),
    }


SURFACES = {
    each.name: each
    for each in (
        Surface("openai", **platform(KEY, "/v1"), provider="openai", endpoint="/v1", settings={"api_key": KEY}),
        Surface("dated, key", **azure(api_key=KEY), provider="azure-apikey", endpoint="", settings={"api_key": KEY}),
        Surface(
            "dated, token",
            **azure(azure_ad_token=TOKEN),
            provider="azure-entra",
            endpoint="",
            settings={"token": TOKEN},
        ),
        Surface(
            "v1, key",
            **platform(KEY, "/openai/v1/"),
            provider="azure-apikey",
            endpoint="/openai/v1/",
            settings={"api_key": KEY},
        ),
        Surface(
            "v1, token",
            **platform(TOKEN, "/openai/v1/"),
            provider="azure-entra",
            endpoint="/openai/v1/",
            settings={"token": TOKEN},
        ),
    )
}


@frozen
class Difference:
    """Where one request differs from the other.

    Attributes:
        surface: The surface's name.
        operation: The operation's.
        part: `method`, `path`, or `query`, `header` or `body` with a name.
        theirs: What the SDK sends there; `-` for nothing.
        ours: What Jackfield sends there.
    """

    surface: str
    operation: str
    part: str
    theirs: str
    ours: str


@frozen
class Row:
    """One row of the table: patterns of what it allows, and the reason."""

    surface: str
    operation: str
    part: str
    theirs: str
    ours: str
    why: str

    def allows(self, difference: Difference) -> bool:
        """Tell whether this is that row's difference."""
        return all(
            fnmatchcase(getattr(difference, name), getattr(self, name))
            for name in ("surface", "operation", "part", "theirs", "ours")
        )


def cells(*heads: str) -> list[list[str]]:
    """Return the rows of the page's table with these *heads*, cell by cell."""
    lines = iter(PAGE.read_text("utf-8").splitlines())
    next(line for line in lines if line == f"| {' | '.join(heads)} |")
    next(lines)
    body = takewhile(lambda line: line.startswith("|"), lines)
    return [[re.sub("^`(.*)`$", r"\1", cell) for cell in line.strip("| ").split(" | ")] for line in body]


@cache
def rows() -> list[Row]:
    """Return the table's rows."""
    return [Row(*each) for each in cells("surface", "operation", "part", "the SDK sends", "Jackfield sends", "why")]


def parts(request: Received) -> dict[str, str]:
    """Return a request part by part; `host` and `content-length` follow from the others."""
    path, _, query = request.path.partition("?")
    document = form(request) if is_form(request) else json.loads(request.body or "{}")
    headers = dict(request.headers)
    if is_form(request):
        headers["content-type"] = headers["content-type"].partition(";")[0]  # the boundary is each client's own
    return {
        "method": request.method,
        "path": path,
        **{f"query {name}": value for name, value in parse_qsl(query, keep_blank_values=True)},
        **{f"header {name}": value for name, value in headers.items() if name not in ("host", "content-length")},
        **{f"body {name}": json.dumps(value, sort_keys=True) for name, value in document.items()},
    }


def is_form(request: Received) -> bool:
    """Tell whether a request carries files."""
    return request.headers.get("content-type", "").startswith("multipart/form-data")


def form(request: Received) -> dict[str, Any]:
    """Return a form's parts by name, whatever their order: of files the name, the type and the bytes."""
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    found: dict[str, list[Any]] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        is_file = part.get_filename() is not None
        value = f"{part.get_filename()}, {part.get_content_type()}, {content!r}" if is_file else content.decode()
        found.setdefault(name, []).append({"true": True, "false": False}.get(value, value))
    return {name: values[0] if 1 == len(values) else values for name, values in found.items()}


def differences(surface: str, operation: str, theirs: Received, ours: Received) -> list[Difference]:
    """Return where two requests differ."""
    one, other = parts(theirs), parts(ours)
    return [
        Difference(surface, operation, part, one.get(part, NOT_THERE), other.get(part, NOT_THERE))
        for part in sorted({*one, *other})
        if one.get(part) != other.get(part)
    ]


class Recorder:
    """A server that answers every operation, and the clients of both sides."""

    def __init__(self) -> None:
        self.server = Server(self.answer)
        self._theirs: dict[str, openai.OpenAI] = {}
        self._ours: dict[tuple[str, str], Client] = {}
        self._compared: dict[tuple[str, str, str, int], list[Difference]] = {}

    def answer(self, connection: Connection) -> None:
        """Answer the request that came last."""
        asked = self.server.requests[-1]
        name = next(name for name in ANSWERS if asked.path.partition("?")[0].endswith(name.replace(".", "/")))
        whole, events = ANSWERS[name]
        document = form(asked) if is_form(asked) else json.loads(asked.body or "{}")
        if document.get("stream"):
            stream = [b"data: %s\n\n" % json.dumps(each).encode() for each in events]
            chunked([*stream, b"data: [DONE]\n\n"], headers={"content-type": "text/event-stream"})(connection)
        else:
            plain(json.dumps(whole).encode(), headers={"content-type": "application/json"})(connection)

    def close(self) -> None:
        """End the server and the clients."""
        for theirs in self._theirs.values():
            theirs.close()
        for ours in self._ours.values():
            ours.close()
        self.server.close()

    def theirs(self, surface: Surface) -> openai.OpenAI:
        """Return the SDK's client for *surface*."""
        if surface.name not in self._theirs:
            self._theirs[surface.name] = surface.theirs(self.server.url)
        return self._theirs[surface.name]

    def ours(self, surface: Surface, query: str) -> Client:
        """Return our client for *surface*."""
        if (surface.name, query) not in self._ours:
            endpoint = f"{self.server.url}{surface.endpoint}{query}"
            self._ours[surface.name, query] = Client(surface.provider, endpoint=endpoint, **surface.settings)
        return self._ours[surface.name, query]

    def compared(self, surface: str, operation: str, parameter: str, number: int) -> list[Difference]:
        """Return where the two clients' requests with one value of a parameter differ."""
        key = surface, operation, parameter, number
        if key not in self._compared:
            asked = ASKED[operation]
            value = asked.values[parameter][number]
            self._ask(SURFACES[surface], asked, value)
            self._compared[key] = differences(surface, operation, *self.server.requests[-2:])
        return self._compared[key]

    def _ask(self, surface: Surface, asked: Asked, value: Value) -> None:
        answer = asked.of(self.theirs(surface))(**{**asked.theirs, **value.theirs})
        if value.streaming:
            list(answer)
        client, request = self.ours(surface, value.query), asked.operation.request(**{**asked.ours, **value.ours})
        if value.streaming:
            list(client.stream(asked.operation, request, **value.call))
        else:
            client.call(asked.operation, request, **value.call)


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    """Serve for all tests of this file."""
    recorder = Recorder()
    yield recorder
    recorder.close()


def unexplained(found: list[Difference]) -> list[Difference]:
    """Return the differences that no row allows."""
    return [each for each in found if not any(row.allows(each) for row in rows())]


@pytest.mark.parametrize("operation", ASKED)
def test_every_parameter_has_a_value(operation: str) -> None:
    """The SDK's method has no parameter that is not asked for here, and no other is."""
    assert sorted(ASKED[operation].parameters()) == sorted(ASKED[operation].values)


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # the SDK's word on variations
@pytest.mark.parametrize(
    ("surface", "operation", "parameter", "number"),
    [
        pytest.param(surface, name, parameter, number, id=f"{surface}-{name}-{parameter}-{number}")
        for name, asked in ASKED.items()
        for surface in asked.surfaces or SURFACES
        for parameter, number, _ in asked.each()
    ],
)
def test_requests_are_the_same(recorder: Recorder, surface: str, operation: str, parameter: str, number: int) -> None:
    """Method, URL, headers and body are the SDK's, but for what the table says."""
    assert [] == unexplained(recorder.compared(surface, operation, parameter, number))


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_every_row_is_used(recorder: Recorder) -> None:
    """Each row of the table allows a difference that is there."""
    found = {
        difference
        for operation, asked in ASKED.items()
        for surface in asked.surfaces or SURFACES
        for parameter, number, _ in asked.each()
        for difference in recorder.compared(surface, operation, parameter, number)
    }

    assert [] == [row for row in rows() if not any(row.allows(each) for each in found)]


@pytest.mark.parametrize("streaming", [False, True], ids=["call", "stream"])
@pytest.mark.parametrize("surface", SURFACES)
async def test_asynchronous_requests_are_the_same(recorder: Recorder, surface: str, streaming: bool) -> None:
    """The asynchronous clients of both sides send the same chat, but for what the table says."""
    url, each, asked = recorder.server.url, SURFACES[surface], ASKED["chat.completions"]
    async with each.atheirs(url) as theirs:
        answer = await asked.of(theirs)(**asked.theirs, stream=streaming or openai.omit)
        if streaming:
            assert ["Hi"] == [chunk.choices[0].delta.content async for chunk in answer]
    async with AsyncClient(each.provider, endpoint=f"{url}{each.endpoint}", **each.settings) as ours:
        request = asked.operation.request(**asked.ours)
        if streaming:
            assert ["Hi"] == [event.text async for event in ours.stream(asked.operation, request)]
        else:
            await ours.call(asked.operation, request)

    assert [] == unexplained(differences(surface, "chat.completions", *recorder.server.requests[-2:]))


def test_the_vendors_environment_does(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's variables for Azure make the same request of a client that is given nothing else."""
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", recorder.server.url)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_VERSION", "2025-04-01-preview")
    asked = ASKED["chat.completions"]
    with openai.AzureOpenAI(max_retries=0) as theirs, Client("azure-apikey") as ours:
        asked.of(theirs)(**asked.theirs)
        ours.call(asked.operation, asked.operation.request(**asked.ours))

    assert [] == unexplained(differences("dated, key", "chat.completions", *recorder.server.requests[-2:]))


@pytest.mark.parametrize("surface", SURFACES)
def test_listing_models_is_the_same(recorder: Recorder, surface: str) -> None:
    """A GET without a body, to the SDK's URL."""
    assert ["m"] == [each.id for each in recorder.theirs(SURFACES[surface]).models.list()]
    assert ["m"] == [each.id for each in recorder.ours(SURFACES[surface], "").call(MODELS).data]

    theirs, ours = recorder.server.requests[-2:]
    assert ("GET", b"") == (ours.method, ours.body)
    assert [] == unexplained(differences(surface, "models", theirs, ours))


def test_billing_is_the_same(recorder: Recorder) -> None:
    """Organisation and project are named in the SDK's headers."""
    billed: dict[str, Any] = {"organization": "org-1", "project": "proj-1"}
    url, asked = recorder.server.url, ASKED["chat.completions"]
    with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0, **billed) as theirs:
        asked.of(theirs)(**asked.theirs)
    with Client("openai", endpoint=f"{url}/v1", api_key=KEY, **billed) as ours:
        ours.call(asked.operation, asked.operation.request(**asked.ours))

    assert ["org-1", "org-1"] == [each.headers["openai-organization"] for each in recorder.server.requests[-2:]]
    assert [] == unexplained(differences("openai", "chat.completions", *recorder.server.requests[-2:]))
