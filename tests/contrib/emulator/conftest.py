"""The vendor's own SDK pointed at each surface of a running emulator, and requests made by hand."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any

import pytest
from attrs import frozen
from openai import AzureOpenAI, DefaultHttpxClient, OpenAI

from jackfield_emulator import Emulator

SURFACES = ["openai", "azure-dated", "azure-v1"]
DATED = "2024-10-21"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Never used; a client that is given none spends longer on making one than on a test."""


@pytest.fixture
def emulator(jackfield_emulator: Emulator) -> Emulator:
    """Return a running emulator."""
    return jackfield_emulator


@pytest.fixture(params=SURFACES)
def surface(request) -> str:
    """Return each surface's name in turn."""
    return request.param


@pytest.fixture
def connect(emulator) -> Iterator[Callable[..., OpenAI]]:
    """Return what makes a client of the vendor's for a surface."""
    with ExitStack() as stack:

        def made(surface: str, **options: Any) -> OpenAI:
            http = DefaultHttpxClient(verify=NO_TLS)
            options = {"api_key": emulator.api_key, "max_retries": 0, "http_client": http, **options}
            match surface:
                case "openai":
                    client = OpenAI(base_url=emulator.openai_url, **options)
                case "azure-v1":
                    client = OpenAI(base_url=emulator.azure_v1_url, **options)
                case _:
                    client = AzureOpenAI(azure_endpoint=emulator.azure_url, **{"api_version": DATED, **options})
            return stack.enter_context(client)

        yield made


@pytest.fixture
def client(connect, surface) -> OpenAI:
    """Return a client for each surface in turn."""
    return connect(surface)


@frozen
class Answer:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.content)

    @property
    def events(self) -> list[Any]:
        """The stream's documents, and `[DONE]`."""
        lines = self.content.decode().split("\n\n")
        assert "" == lines.pop()
        return [
            each if "[DONE]" == each else json.loads(each) for each in (line.removeprefix("data: ") for line in lines)
        ]


@pytest.fixture
def ask(emulator) -> Callable[..., Answer]:
    """Return what asks without a client library."""

    def asked(path: str, body: Any = None, method: str | None = None, **headers: str) -> Answer:
        connection = HTTPConnection(emulator.url.removeprefix("http://"), timeout=10)
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content is not None:
            sent = {"content-type": "application/json", **sent}
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, content, sent)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    return asked


@frozen
class Place:
    """Where and how one surface is asked by hand."""

    chat: str
    images: str
    embeddings: str
    models: str
    auth: dict[str, str]


@pytest.fixture
def places(emulator) -> dict[str, Place]:
    """Return every surface's paths, with the deployments of the catalogue."""
    dated, query = "/openai/deployments", f"?api-version={DATED}"
    key = emulator.api_key
    return {
        "openai": Place(
            "/v1/chat/completions",
            "/v1/images/generations",
            "/v1/embeddings",
            "/v1/models",
            {"authorization": f"Bearer {key}"},
        ),
        "azure-dated": Place(
            f"{dated}/gpt-4o-mini/chat/completions{query}",
            f"{dated}/dall-e-3/images/generations{query}",
            f"{dated}/text-embedding-3-small/embeddings{query}",
            f"/openai/models{query}",
            {"api-key": key},
        ),
        "azure-v1": Place(
            "/openai/v1/chat/completions",
            "/openai/v1/images/generations",
            "/openai/v1/embeddings",
            "/openai/v1/models",
            {"api-key": key},
        ),
    }


@pytest.fixture
def place(places, surface) -> Place:
    """Return each surface's paths in turn."""
    return places[surface]
