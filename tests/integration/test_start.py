"""What a start costs, counted: modules, classes, calls and files do not depend on a machine's speed.

The figures are of Python 3.11 with some room. One that is exceeded is no mistake by itself: it asks what is new in
every start, and whether it can wait until somebody needs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from server import Server, plain

MESSAGE = {"role": "assistant", "content": "Hello!", "refusal": None}
CHAT = {
    "id": "c-1",
    "choices": [{"index": 0, "message": MESSAGE, "logprobs": None, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
}
HEAD = """
import json, sys
told, without, url = {}, *sys.argv[1:3]
if without:
    sys.modules["orjson"] = None
"""
IMPORT = """
from jackfield import AsyncClient, CHAT, ChatRequest, Client, Message
"""
SYNC = """
client = Client("openai", endpoint=url, api_key="sk-x", chat_model="m")
def chat():
    return client.call(CHAT, ChatRequest(messages=[Message.user("Hi")])).text
assert chat() == "Hello!"
"""
IN_ASYNCIO = """
import asyncio
async def once():
    async with AsyncClient("openai", endpoint=url, api_key="sk-x", chat_model="m") as client:
        return (await client.call(CHAT, ChatRequest(messages=[Message.user("Hi")]))).text
assert asyncio.run(once()) == "Hello!"
"""
TELL = """
print(json.dumps(told))
"""
COUNT = """
def calls(function):
    count = 0
    def watch(frame, event, argument):
        nonlocal count
        count += event == "call"
    sys.setprofile(watch)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count
"""
CLASSES = """
from attrs import has
made = {value for name, module in sorted(sys.modules.items()) if name.startswith("jackfield")
        for value in vars(module).values() if isinstance(value, type) and has(value)}
made = [each for each in made if each.__module__.startswith("jackfield")]
def compiled(cls, name):
    return "attrs generated" in getattr(getattr(vars(cls).get(name), "__code__", None), "co_filename", "")
told["classes"] = len(made)
told["own"] = sorted(each.__qualname__ for each in made
                     if compiled(each, "__repr__") or compiled(each, "__eq__") or compiled(each, "__hash__"))
"""
MODULES = """
told["modules"] = sorted(name for name, module in sys.modules.items() if module is not None)
"""
BOTH_CLIENTS = pytest.mark.parametrize("ask", [SYNC, IN_ASYNCIO], ids=["Client", "AsyncClient"])
EVERY_JSON = pytest.mark.parametrize("without", ["", "orjson"], ids=["orjson", "stdlib"])


@pytest.fixture
def told(serve: Callable[..., Server]) -> Callable[..., dict[str, Any]]:
    """Return a function that runs a program in a process of its own, beside a server, and returns what it told."""
    server = serve(plain(json.dumps(CHAT).encode(), headers={"content-type": "application/json"}))

    def run(*parts: str, without: str = "", path: Path | None = None) -> dict[str, Any]:
        places = [each for each in sys.path if each] + ([str(path)] if path else [])
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "JACKFIELD"))}
        done = subprocess.run(
            # -S: what an environment's own start-up files import is not ours.
            [sys.executable, "-S", "-c", "".join([HEAD, *parts, TELL]), without, f"{server.url}/v1"],
            capture_output=True,
            text=True,
            env={**kept, "PYTHONPATH": os.pathsep.join(places)},
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        return json.loads(done.stdout)

    return run


STATEMENTS = [
    ("import jackfield", 1, 22),
    ("from jackfield import Client, CHAT, ChatRequest", 42, 102),
    ("from jackfield import plugin", 19, 92),
]


@pytest.mark.parametrize(("statement", "ours", "every"), STATEMENTS)
def test_an_import_imports_little(told, statement: str, ours: int, every: int) -> None:
    """Modules of ours, modules altogether beyond those of a bare interpreter, and none that only a call needs."""
    before = set(told(MODULES)["modules"])
    modules = [each for each in told(f"\n{statement}\n", MODULES)["modules"] if each not in before]

    assert len([each for each in modules if each.startswith("jackfield")]) <= ours
    assert len(modules) <= every
    assert not {"ipaddress", "json", "pathlib", "urllib.parse"} & set(modules)


LATER = (
    "cattrs",
    "jackfield._fetching",
    "jackfield._streaming",
    "jackfield.activities.ask",
    "jackfield.operations.chat_fold",
    "jackfield.operations.embeddings",
    "jackfield.operations.generated",
    "jackfield.operations.images",
    "jackfield.operations.uploads",
    "jackfield.testing",
    "jackfield.typed",
    "jackfield_azure_apikey",
    "jackfield_azure_entra",
    "jackfield_cli",
    "jackfield_openai_wire._image_rules",
    "jackfield_openai_wire._multipart",
    "jackfield_openai_wire._refusal",
    "jackfield_openai_wire._stream",
    "jackfield_openai_wire._vectors",
    "structlog",
)
"""What a chat does without."""


@EVERY_JSON
@BOTH_CLIENTS
def test_a_first_chat_imports_what_a_chat_needs(told, ask: str, without: str) -> None:
    """Nothing of pictures, embeddings, files, tools' schemas, logs and other providers."""
    modules = told(IMPORT, ask, MODULES, without=without)["modules"]

    assert not set(LATER) & set(modules)
    assert ("asyncio" in modules) is (IN_ASYNCIO is ask)
    assert ("orjson" in modules) is (not without and find_spec("orjson") is not None)
    assert len([each for each in modules if each.startswith("jackfield")]) <= 70
    assert len(modules) <= 390


def test_a_first_chat_makes_few_classes(told) -> None:
    """A class takes half a millisecond, half of that for methods that `jackfield._values` has for all."""
    counted = told(IMPORT, SYNC, CLASSES)

    assert counted["classes"] <= 72
    assert ["OpenAI"] == counted["own"]


@EVERY_JSON
def test_a_start_calls_few_functions(told, without: str) -> None:
    """A client with its first chat, and each chat after that."""
    body = "\n".join(f"    {line}" for line in SYNC.splitlines() if line)
    counted = told(
        IMPORT,
        COUNT,
        "import jackfield_openai, jackfield.transports.urllib3\n",
        f"def begin():\n    global client, chat\n{body}\n",
        "told['first'] = calls(begin)\nfor _ in range(3): chat()\ntold['next'] = calls(chat)\n",
        without=without,
    )

    assert counted["first"] <= 6_100
    assert counted["next"] <= 240


OPENED = """
opened, events = [], []
def watch(event, arguments):
    if event == "open":
        opened.append(str(arguments[0]))
    if event.startswith(("socket.", "subprocess.", "os.putenv", "os.unsetenv", "_thread.")):
        events.append(event)
sys.addaudithook(watch)
"""
WATCHED = """
told["opened"] = [each for each in opened if not each.endswith((".py", ".pyc", ".so"))]
told["events"] = sorted(set(events))
"""


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """Return a folder in which 200 providers are installed that cannot be imported."""
    for number in range(200):
        info = tmp_path / f"jackfield_crowd{number}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: jackfield-crowd{number}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            f"[jackfield.providers]\ncrowd{number} = jackfield_crowd{number}:Crowd\n"
        )
        (tmp_path / f"jackfield_crowd{number}.py").write_text("raise SystemExit('it was imported')\n")
    return tmp_path


@BOTH_CLIENTS
def test_of_many_providers_one_is_imported(told, crowd: Path, ask: str) -> None:
    """Of each other one its entry points are read, once."""
    seen = told(IMPORT, OPENED, ask, WATCHED, MODULES, path=crowd)

    read = [each for each in seen["opened"] if "jackfield_crowd" in each]
    assert 200 == len(read) == len(set(read))
    assert not [each for each in read if not each.endswith("entry_points.txt")]
    assert not [each for each in seen["modules"] if "crowd" in each]


def test_many_providers_cost_a_chat_nothing(told, crowd: Path) -> None:
    """The same calls, whether 3 are installed or 203; and a client no more than a few for each."""
    count = "for _ in range(3): chat()\ntold['chat'] = calls(chat)\n"
    make = "told['client'] = calls(lambda: Client('openai', endpoint=url, api_key='sk-x', chat_model='m'))\n"
    find = "from jackfield._installed import forget\nforget()\n"
    few, many = (told(IMPORT, COUNT, SYNC, count, find, make, path=each) for each in (None, crowd))

    assert few["chat"] == many["chat"]
    assert many["client"] - few["client"] <= 200 * 3


@EVERY_JSON
def test_an_import_opens_nothing_but_code(told, without: str) -> None:
    """No socket, no process, no thread, no variable."""
    seen = told(OPENED, IMPORT, WATCHED, without=without)

    assert [] == seen["opened"]
    assert [] == seen["events"]
