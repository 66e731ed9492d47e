"""The emulator as an object: its journal, its beginning and its end, and how an answer can be altered."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from attrs import evolve

import jackfield_emulator as package
from jackfield_emulator import Emulator
from jackfield_emulator._plan import Write

MESSAGES = [{"role": "user", "content": "Hello."}]


def test_journal(ask, emulator):
    """A record has everything that a test may ask about a request."""
    ask("/v1/embeddings?a=1&b=two%20words", {"model": "x"}, authorization="Bearer sk-emulator", X_Mine="1")
    (record,) = emulator.journal

    assert ("openai", "embeddings", "POST", "/v1/embeddings") == (
        record.surface,
        record.operation,
        record.method,
        record.path,
    )
    assert ({"a": "1", "b": "two words"}, {"model": "x"}, 404) == (record.query, record.body, record.status)
    assert ("1", "Bearer sk-emulator", ("bearer",)) == (
        record.headers["x-mine"],
        record.headers["authorization"],
        record.credentials,
    )


def test_journal_tells_three_forms(connect, emulator):
    """The same call on three surfaces has three paths, and the deployment where it is one."""
    for surface in ("openai", "azure-dated", "azure-v1"):
        connect(surface).chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)

    assert [
        ("/v1/chat/completions", {}, None),
        ("/openai/deployments/gpt-4o-mini/chat/completions", {"api-version": "2024-10-21"}, "gpt-4o-mini"),
        ("/openai/v1/chat/completions", {}, "gpt-4o-mini"),
    ] == [(record.path, record.query, record.deployment) for record in emulator.journal]


def test_journal_of_nobodys_path(ask, emulator):
    """A path that is nobody's is in the journal too, with a body that is no JSON as text."""
    ask("/elsewhere", b"text", method="PUT")

    assert (None, None, "PUT", "text", 404) == (
        emulator.journal[-1].surface,
        emulator.journal[-1].operation,
        emulator.journal[-1].method,
        emulator.journal[-1].body,
        emulator.journal[-1].status,
    )


def test_journal_shows_no_credentials(ask, emulator):
    """A record's repr, which a failing test prints, has no headers."""
    ask("/v1/models", authorization="Bearer sk-emulator")

    assert "sk-emulator" not in repr(emulator.journal)


def test_journal_can_be_cleared(ask, emulator):
    """A cleared journal is empty."""
    ask("/v1/models")
    emulator.journal.clear()

    assert [] == list(emulator.journal[:])


def test_ends_with_its_block():
    """After its block no thread is left and nobody listens, even where a client keeps its connection open."""
    before = threading.active_count()
    with Emulator() as emulator:
        connection = HTTPConnection(emulator.url.removeprefix("http://"), timeout=5)
        connection.request("GET", "/v1/models")
        connection.getresponse().read()
        port = connection.port
    connection.close()

    assert before == threading.active_count()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_ends_in_the_middle_of_a_stream():
    """An answer under way does not keep it from ending."""
    with Emulator(pace=60) as emulator:
        connection = HTTPConnection(emulator.url.removeprefix("http://"), timeout=5)
        body = b'{"model": "gpt-4o", "stream": true, "messages": [{"role": "user", "content": "Hello."}]}'
        headers = {"authorization": "Bearer sk-emulator", "content-type": "application/json"}
        connection.request("POST", "/v1/chat/completions", body, headers)
        assert connection.getresponse().readline().startswith(b"data: ")
    connection.close()

    assert "jackfield-emulator" not in [thread.name for thread in threading.enumerate()]


def test_many_clients(ask, emulator):
    """Requests from many threads are all answered, and all in the journal."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask("/v1/models", authorization="Bearer sk-emulator").status, range(40)))

    assert ([200] * 40, 40) == (answers, len(emulator.journal))


def test_two_at_once():
    """Two emulators are two, each with its own key and journal."""
    with Emulator(api_key="a") as one, Emulator(api_key="b") as two:
        connection = HTTPConnection(one.url.removeprefix("http://"), timeout=5)
        connection.request("GET", "/v1/models", headers={"authorization": "Bearer a"})
        assert 200 == connection.getresponse().status
        connection.close()

        assert (1, 0) == (len(one.journal), len(two.journal))


def test_taken_port():
    """A port that is taken is an OSError, and leaves no thread behind."""
    before = threading.active_count()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Emulator(port=taken.getsockname()[1]).start()

    assert before == threading.active_count()


def test_no_address_before_the_start():
    """Before it serves it has no address, and says so; ending what has not begun does nothing."""
    emulator = Emulator()
    emulator.close()

    with pytest.raises(RuntimeError, match="inside `with`"):
        _ = emulator.openai_url


def test_start_twice():
    """Starting what serves changes nothing."""
    with Emulator() as emulator:
        assert emulator.url == emulator.start().url


def test_plan_can_be_altered(ask):
    """What alters an answer gets the request and the plan, and returns the plan that is carried out."""

    def shorten(asked, plan):
        assert "/v1/models" == asked.path
        return evolve(plan, status=418, headers=(("X-Pot", "tea"),), actions=(Write(b"short"), Write(b" and stout")))

    with Emulator(alter=shorten) as emulator:
        connection = HTTPConnection(emulator.url.removeprefix("http://"), timeout=5)
        connection.request("GET", "/v1/models")
        response = connection.getresponse()
        got = (response.status, response.headers["x-pot"], response.read(), emulator.journal[-1].status)
        connection.close()

    assert (418, "tea", b"short and stout", 418) == got


def test_watched():
    """Whoever watches gets each record."""
    seen = []
    with Emulator(watch=seen.append) as emulator:
        connection = HTTPConnection(emulator.url.removeprefix("http://"), timeout=5)
        connection.request("GET", "/v1/models")
        connection.getresponse().read()
        connection.close()

        assert list(emulator.journal) == seen


def test_settings(emulator):
    """There are settings for each of our providers, and the key is in none but where it belongs."""
    assert {"openai", "azure-apikey", "azure-entra"} == set(emulator.settings)
    assert emulator.api_key not in map(str, emulator.settings["azure-entra"].values())


def test_imported_late():
    """Importing the package and its pytest plugin imports no server."""
    program = (
        "import sys, jackfield_emulator, jackfield_emulator.pytest_plugin, jackfield_emulator.command;"
        "sys.exit('aiohttp' in sys.modules)"
    )

    assert 0 == subprocess.run([sys.executable, "-c", program], check=False).returncode


def test_knows_nothing_of_ours():
    """The emulator imports nothing of Jackfield, so that the two can disagree."""
    program = "import sys, jackfield_emulator.emulator, jackfield_emulator.command;sys.exit('jackfield' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", program], check=False).returncode


def test_names():
    """The package has the names that it lists, and no others."""
    assert dir(package) == sorted(package.__all__) == sorted(name for name in package.__all__ if getattr(package, name))
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = package.Nothing
