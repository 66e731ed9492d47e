"""Packages of somebody else's, installed from wheels into environments of their own, run by programs of their own."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from packages import STRANGERS, Environment, Wheelhouse, packages_of, said
from parley_server import ANSWER, KEY, KEY_ID, Parley

from jackfield_emulator import Emulator

pytestmark = pytest.mark.slow

MODELS = {"chat_model": "gpt-4o-mini", "embeddings_model": "text-embedding-3-small"}
WIRE, AZURE = {"jackfield-openai-wire"}, {"jackfield-azure-common", "jackfield-openai-wire"}
PROVIDERS = {
    "acme": ("jackfield-acme", WIRE),
    "azure-apikey": ("jackfield-azure-apikey", AZURE),
    "azure-entra": ("jackfield-azure-entra", AZURE),
    "openai": ("jackfield-openai", WIRE),
    "parley": ("jackfield-parley", set()),
}
"""Every provider that sends requests: its package, and what of ours that package brings beside the core."""
WITH_TESTS = sorted(each.parent.name for each in STRANGERS.glob("*/tests"))

EVERYTHING = """
import asyncio, json, sys
from jackfield import CHAT, EMBEDDINGS, AsyncClient, ChatRequest, Client, EmbeddingRequest, Message

name, settings = sys.argv[1], json.loads(sys.argv[2])
chat = ChatRequest(messages=[Message.user("What is the capital of France?")])
texts = EmbeddingRequest(input=["Oslo", "Helsinki"])

def blocking():
    with Client(name, **settings) as client:
        yield client.call(CHAT, chat).text
        with client.stream(CHAT, chat) as stream:
            yield "".join(event.text for event in stream)
        yield stream.response.text
        yield [len(each) > 1 for each in client.call(EMBEDDINGS, texts).vectors]

async def asynchronous():
    async with AsyncClient(name, **settings) as client:
        yield (await client.call(CHAT, chat)).text
        async with client.stream(CHAT, chat) as stream:
            yield "".join([event.text async for event in stream])
        yield stream.response.text
        yield [len(each) > 1 for each in (await client.call(EMBEDDINGS, texts)).vectors]

async def gathered():
    return [each async for each in asynchronous()]

print(json.dumps([list(blocking()), asyncio.run(gathered())]))
"""
"""Asks in every way there is. The provider's name and its settings are all that changes."""


@frozen
class Vendors:
    """The servers on loopback, and how each provider is pointed at its own."""

    emulator: Emulator
    parley: Parley

    def settings(self, provider: str) -> dict[str, Any]:
        """Return what a client of *provider* is given."""
        emulator = self.emulator
        return {
            "acme": {"endpoint": emulator.openai_url, "api_key": emulator.api_key, **MODELS},
            "azure-apikey": {"endpoint": emulator.azure_url, "api_key": emulator.azure_api_key, **MODELS},
            "azure-entra": {"endpoint": emulator.azure_url, "token": emulator.token(), **MODELS},
            "openai": {"endpoint": emulator.openai_url, "api_key": emulator.api_key, **MODELS},
            "parley": {"endpoint": self.parley.url, "key_id": KEY_ID, "key": KEY},
        }[provider]

    def keys(self) -> dict[str, str]:
        """Return the environment of somebody who has an account everywhere."""
        return {
            **self.emulator.environment,
            "ACME_URL": self.emulator.openai_url,
            "ACME_API_KEY": self.emulator.api_key,
            "PARLEY_URL": self.parley.url,
            "PARLEY_KEY_ID": KEY_ID,
            "PARLEY_KEY": KEY,
        }


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Wheelhouse:
    """Wheels of all that is needed here, built once."""
    house = Wheelhouse(tmp_path_factory.mktemp("wheelhouse"))
    strangers = ["jackfield-rerank", "jackfield-budget", "jackfield-pigeon", "newsroom"]
    members = ["jackfield-core", "jackfield-cli", "jackfield-openai-wire", "jackfield-azure-common"]
    house.build([*members, *strangers, *(package for package, _ in PROVIDERS.values())])
    return house


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    """The vendors on loopback."""
    with Emulator() as emulator, Parley() as parley:
        yield Vendors(emulator, parley)


def asks_everything(environment: Environment, provider: str, settings: dict[str, Any]) -> set[str]:
    """Ask in every way there is, and return the texts that came."""
    blocking, asynchronous = json.loads(said(environment.run("-c", EVERYTHING, provider, json.dumps(settings))))
    assert blocking == asynchronous
    *texts, vectors = blocking
    assert [True, True] == vectors
    return set(texts)


# Providers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_alone_with_the_core(provider: str, wheelhouse: Wheelhouse, vendors: Vendors) -> None:
    """A provider works with the core alone, is the only one listed, and nothing of another is on disk."""
    package, brought = PROVIDERS[provider]
    environment = wheelhouse.environment(package, "jackfield-cli")

    assert {"jackfield-core", "jackfield-cli", package, *brought} == packages_of(environment)
    listed = json.loads(said(environment.run("-m", "jackfield_cli", "providers", "--json")))["providers"]
    packages = [{"name": package, "version": "0.1.0"}]
    assert [{"name": provider, "packages": packages, "conflict": False}] == listed
    assert 1 == len(asks_everything(environment, provider, vendors.settings(provider)))


def test_another_wire_altogether(wheelhouse: Wheelhouse, vendors: Vendors) -> None:
    """A vendor that shares nothing with the others, neither paths, words, frames nor credentials, is one more name."""
    environment = wheelhouse.environment("jackfield-parley", "jackfield-cli")
    texts = asks_everything(environment, "parley", vendors.settings("parley"))

    assert {"".join(ANSWER)} == texts
    paths = ["/v1/talks", "/v1/talks", "/v1/points"] * 2
    assert [(path, "fine") for path in paths] == vendors.parley.journal


def test_wrong_signatures_are_refused(wheelhouse: Wheelhouse, vendors: Vendors) -> None:
    """A signature by another key is an AuthenticationError with the vendor's own word, after two different attempts."""
    program = """
import sys
from jackfield import AuthenticationError, Client
try:
    Client("parley", endpoint=sys.argv[1], key_id="k-1", key="another-key").ask("Hi")
except AuthenticationError as error:
    print(error.code, error.request_id, len(error.meta.attempts))
"""
    environment = wheelhouse.environment("jackfield-parley", "jackfield-cli")

    assert "wrong-signature t-1 2\n" == said(environment.run("-c", program, vendors.parley.url))
    assert [("/v1/talks", "wrong-signature")] * 2 == vendors.parley.journal


def test_a_wrong_clock_does_no_harm(wheelhouse: Wheelhouse, vendors: Vendors) -> None:
    """A machine whose clock is a day late is told the time, and asks again."""
    program = """
import sys, time
now = time.time
time.time = lambda: now() - 86400
from jackfield import Client
client = Client("parley", endpoint=sys.argv[1], key_id="k-1", key=sys.argv[2])
print(client.ask("What is the capital of France?"))
"""
    environment = wheelhouse.environment("jackfield-parley", "jackfield-cli")

    assert "".join(ANSWER) + "\n" == said(environment.run("-c", program, vendors.parley.url, KEY))
    assert [("/v1/talks", "old"), ("/v1/talks", "fine")] == vendors.parley.journal


@pytest.mark.parametrize("stranger", WITH_TESTS)
def test_own_tests_pass(stranger: str, wheelhouse: Wheelhouse, tmp_path: Path) -> None:
    """A stranger's own tests pass, compliance suite and transport suite included, where only it is installed."""
    tests = shutil.copytree(STRANGERS / stranger / "tests", tmp_path / "tests")
    name = {"gateway": "acme"}.get(stranger, stranger)
    environment = wheelhouse.environment(f"jackfield-{name}[test]")
    done = environment.run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests), cwd=tmp_path)

    assert " passed" in said(done)


# Operations, plugins, transports -------------------------------------------------------------------------------------

RERANKS = """
import sys
from attrs import frozen
from jackfield import Client
from jackfield_openai_wire import Codec, Endpoint, HeaderKey, OpenAIWire
from jackfield_rerank import RERANK, RerankRequest

@frozen
class Shelf:
    endpoint: str

    def parts(self):
        codec = Codec(
            encode=lambda call, document: {"query": document["query"], "texts": document["documents"]},
            decode=lambda call, document: {
                "results": [{"index": each["index"], "relevance_score": each["score"]} for each in document]
            },
        )
        return Endpoint(self.endpoint), HeaderKey(None), OpenAIWire(codecs={RERANK.name: codec})

request = RerankRequest(query="e", documents=["Oslo", "Helsinki", "Ems"], model="r-1", top_n=2)
for provider in (*sys.argv[2:], Shelf(sys.argv[1] + "/shelf")):
    settings = {"endpoint": sys.argv[1] + "/v1", "api_key": "a-key"} if isinstance(provider, str) else {}
    with Client(provider, **settings) as client:
        answer = client.call(RERANK, request)
    print(answer.model, [each.index for each in answer.results], answer.results[0].relevance_score)
"""


class Ranking(BaseHTTPRequestHandler):
    """Ranks by how often the query stands in a document: in one vendor's words below /v1, in another's below /shelf."""

    server: Any

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.journal.append((self.path, self.headers["authorization"], asked))
        texts = asked["texts"] if "/shelf/rerank" == self.path else asked["documents"]
        scores = [text.lower().count(asked["query"]) for text in texts]
        order = sorted(range(len(texts)), key=lambda index: -scores[index])
        answer: Any = [{"index": index, "score": scores[index]} for index in order]
        if "/v1/rerank" == self.path:
            found = [{"index": index, "relevance_score": scores[index]} for index in order[: asked["top_n"]]]
            answer = {"model": asked["model"], "results": found}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def ranking() -> Iterator[Any]:
    """A server that ranks."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Ranking)
    server.journal = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_operation_without_touching_a_provider(wheelhouse: Wheelhouse, ranking: Any) -> None:
    """A stranger's operation works through our provider, another stranger's, and one whose server has other words."""
    environment = wheelhouse.environment("jackfield-rerank", "jackfield-openai", "jackfield-acme")
    url = f"http://127.0.0.1:{ranking.server_port}"
    printed = said(environment.run("-c", RERANKS, url, "openai", "acme"))

    assert ["r-1 [1, 2] 1", "r-1 [1, 2] 1", " [1, 2, 0] 1"] == printed.splitlines()
    documents = ["Oslo", "Helsinki", "Ems"]
    asked = {"query": "e", "documents": documents, "model": "r-1", "top_n": 2}
    expected = [("/v1/rerank", "Bearer a-key", asked)] * 2
    assert [*expected, ("/shelf/rerank", None, {"query": "e", "texts": documents})] == ranking.journal


def test_plugin_by_name(wheelhouse: Wheelhouse, vendors: Vendors) -> None:
    """A stranger's plugin is named, and refuses before anything is sent, whichever provider it is put around."""
    program = """
import json, sys
from jackfield import Client, JackfieldError
for name in ("acme", "parley"):
    client = Client(name, plugins=["budget"], **json.loads(sys.argv[1])[name])
    client.ask("What is the capital of France?")
    try:
        client.ask("What is the capital of France?")
    except JackfieldError as error:
        print(type(error).__name__, error.meta.attempts)
"""
    environment = wheelhouse.environment("jackfield-budget", "jackfield-acme", "jackfield-parley")
    settings = json.dumps({name: vendors.settings(name) for name in ("acme", "parley")})
    printed = said(environment.run("-c", program, settings, BUDGET_TOKENS="10"))

    assert ["OverBudgetError []"] * 2 == printed.splitlines()
    assert (1, 1) == (len(vendors.emulator.journal), len(vendors.parley.journal))


@pytest.mark.parametrize("provider", ["openai", "parley"])
def test_transport_by_name(provider: str, wheelhouse: Wheelhouse, vendors: Vendors) -> None:
    """A stranger's transport carries plain calls and streams of any provider, for both clients."""
    environment = wheelhouse.environment("jackfield-pigeon", "jackfield-openai", "jackfield-parley")

    assert 1 == len(asks_everything(environment, provider, {**vendors.settings(provider), "transport": "pigeon"}))


# An application ------------------------------------------------------------------------------------------------------

COMMANDS = [
    ("summary", "A cow escaped."),
    ("headlines", "A cow escaped.", "Rain."),
    ("nearest", "cow", "a cow", "rain"),
]
BY_NAME = "chat_model=gpt-4o-mini&embeddings_model=text-embedding-3-small"


def works(environment: Environment, vendors: Vendors, setting: str) -> list[str]:
    """Use the whole application, and return what it printed."""
    variables = {**vendors.keys(), **({"NEWSROOM_PROVIDER": setting} if setting else {})}
    with ThreadPoolExecutor() as pool:
        runs = pool.map(lambda command: environment.run("-m", "newsroom", *command, **variables), COMMANDS)
    printed = [said(done).splitlines() for done in runs]
    assert [1, 2, 1] == [len(lines) for lines in printed]
    assert all(line for lines in printed for line in lines)
    return printed[0]


def test_application_names_no_vendor(wheelhouse: Wheelhouse) -> None:
    """The application depends on the core alone, and no provider's name is in it."""
    environment = wheelhouse.environment("newsroom")

    assert {"newsroom", "jackfield-core"} == packages_of(environment)
    text = "".join(path.read_text("utf-8") for path in environment.site.joinpath("newsroom").glob("*.py"))
    assert [] == [name for name in ("openai", "azure", "parley") if name in text.lower()]


@pytest.mark.parametrize("provider", ["acme", "openai", "parley"])
def test_application_uses_what_is_installed(provider: str, wheelhouse: Wheelhouse, vendors: Vendors) -> None:
    """The same application works with whichever one provider is installed; the setting names no more than models."""
    environment = wheelhouse.environment("newsroom", PROVIDERS[provider][0])

    works(environment, vendors, "" if "parley" == provider else f"?{BY_NAME}")
    asked = vendors.parley.journal if "parley" == provider else vendors.emulator.journal
    assert 4 == len(asked)


def test_application_uses_what_the_setting_names(wheelhouse: Wheelhouse, vendors: Vendors) -> None:
    """Where several are installed, one setting decides, and without it the application asks for it in one line."""
    environment = wheelhouse.environment("newsroom", "jackfield-acme", "jackfield-openai", "jackfield-parley")
    acme = works(environment, vendors, f"acme?{BY_NAME}")
    openai = works(environment, vendors, f"openai?{BY_NAME}")
    parley = works(environment, vendors, "parley")

    assert acme == openai != parley
    undecided = environment.run("-m", "newsroom", *COMMANDS[0], **vendors.keys())
    listed = "acme, openai, parley"
    line = f"newsroom: several providers are installed; set NEWSROOM_PROVIDER to one of {listed}\n"
    assert (1, "", line) == (undecided.returncode, undecided.stdout, undecided.stderr)


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ({}, "no provider is installed; install the package of one, such as jackfield-NAME"),
        (
            {"NEWSROOM_PROVIDER": "acme"},
            "no provider named 'acme'; installed: none; pip install jackfield-acme",
        ),
    ],
    ids=["unset", "named"],
)
def test_application_without_a_provider(setting: dict[str, str], line: str, wheelhouse: Wheelhouse) -> None:
    """With no provider installed the application says so in one line."""
    done = wheelhouse.environment("newsroom").run("-m", "newsroom", *COMMANDS[0], **setting)

    assert (1, "", f"newsroom: {line}\n") == (done.returncode, done.stdout, done.stderr)
