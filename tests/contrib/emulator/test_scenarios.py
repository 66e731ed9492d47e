"""Misbehaving on purpose: what is seen on the wire, by a client that is not ours."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import socket
import threading
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from jackfield_emulator import SCENARIOS, Emulator
from jackfield_emulator.command import emulate

ROOT = Path(__file__).parents[3]
RIGHT = tomllib.loads((ROOT / "tests/faults/right.toml").read_text("utf-8"))
BODIES = {
    "chat": ("/v1/chat/completions", {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hi"}]}),
    "stream": (
        "/v1/chat/completions",
        {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hi"}], "stream": True},
    ),
    "images": ("/v1/images/generations", {"model": "dall-e-2", "prompt": "x", "size": "256x256"}),
    "embeddings": ("/v1/embeddings", {"model": "text-embedding-3-small", "input": ["a", "b"]}),
    "picture": ("/pictures/64x64/0.png?se=1", None),
}


def ask(emulator: Emulator, mode: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask once, and read as much as comes within a moment; status 0 where there is no head."""
    path, body = BODIES[mode]
    connection = http.client.HTTPConnection("127.0.0.1", int(emulator.url.rpartition(":")[2]), timeout=0.3)
    named = {"authorization": f"Bearer {emulator.api_key}", "content-type": "application/json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection.connect()
    # A timeout of each receive never trips where a byte comes now and then.
    ending = threading.Timer(0.5, _shut, [connection.sock])
    ending.start()
    try:
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, named)
        try:
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            return 0, {}, type(error).__name__.encode()
        content = b""
        try:
            while data := response.read1(65536):
                content += data
                if len(content) > 1024**2:
                    break
        except (OSError, http.client.HTTPException) as error:
            content += f"<{type(error).__name__}>".encode()
        return response.status, dict(response.getheaders()), content
    finally:
        ending.cancel()
        connection.close()


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def test_every_scenario_is_judged_somewhere() -> None:
    """With the same words for what the server does, and in the same modes."""
    told = {name: (each.does, list(each.modes)) for name, each in SCENARIOS.items()}
    modes = ["chat", "stream", "images", "embeddings"]

    assert {name: (right["does"], right.get("modes", modes)) for name, right in RIGHT.items()} == told


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_scenario_differs_from_the_good_answer(name: str) -> None:
    """In its status, its headers or its body, where it applies; elsewhere the answer is the good one."""
    modes = SCENARIOS[name].modes
    with Emulator() as emulator:
        mode = modes[len(name) % len(modes)]
        spared = name in ("close-unannounced", "stream-open", "vectors-as-text")
        good, spoilt = ask(emulator, mode), ask(emulator, mode, x_jackfield_scenario=name)
        assert spared or _shape(good) != _shape(spoilt), f"{name} changes nothing in {mode}"
        for other in [each for each in BODIES if each not in modes][:1]:
            good, spoilt = ask(emulator, other), ask(emulator, other, x_jackfield_scenario=name)
            assert _shape(good) == _shape(spoilt), f"{name} is not for {other}"


def _shape(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, list[str], int, bytes]:
    """Return what two good answers to one question share."""
    status, headers, content = answer
    names = sorted(name.lower() for name in headers)
    return status, names, content.count(b"data:"), re.sub(rb"[^{}\[\]:,]", b"", content)[:40]


def test_what_happens_once_spares_every_other_request() -> None:
    """So that two calls in a row both meet it."""
    with Emulator(scenario="unavailable-once") as emulator:
        assert [503, 200, 503, 200] == [ask(emulator, "chat")[0] for _ in range(4)]
        emulator.scenario = None
        assert 200 == ask(emulator, "chat")[0]
        assert emulator.scenario is None
    assert [503, 200, 503, 200, 200] == [record.status for record in emulator.journal]


def test_a_wrong_key_stays_a_wrong_key() -> None:
    """Scenarios spoil good answers alone."""
    with Emulator(scenario="html-200") as emulator:
        assert 401 == ask(emulator, "chat", authorization="Bearer wrong")[0]


def test_an_unknown_scenario_is_told_with_its_neighbours() -> None:
    """To the program that chooses it, and to the client that sends the header."""
    with pytest.raises(ValueError, match="no scenario 'stream-cutt'; there is stream-cut"):
        Emulator(scenario="stream-cutt")
    with Emulator() as emulator:
        status, _, content = ask(emulator, "chat", x_jackfield_scenario="nothing-like-it")
    assert 400 == status
    assert "there is no scenario 'nothing-like-it'" in json.loads(content)["error"]["message"]


def test_endless_answers_end_with_their_client_and_with_the_server() -> None:
    """No thread and no socket is left by a client that goes, nor by one that stays."""
    with Emulator(scenario="silent") as emulator:
        port = int(emulator.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as staying:
            body = json.dumps(BODIES["embeddings"][1]).encode()
            head = f"POST /v1/embeddings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {emulator.api_key}\r\n"
            head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            staying.sendall(head.encode() + body)
            assert 0 == ask(emulator, "chat")[0]
        assert [0, 0] == [record.status for record in emulator.journal]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    assert "jackfield-emulator" not in [thread.name for thread in threading.enumerate()]


def test_some_say_exactly_what_they_are_for() -> None:
    """The key that came, another origin of this machine, two calls at one index, a body that unpacks."""
    with Emulator() as emulator:
        _, headers, content = ask(emulator, "chat", x_jackfield_scenario="key-echo")
        assert f"Bearer {emulator.api_key}" == headers["x-echo"]
        assert emulator.api_key in json.loads(content)["error"]["message"]

        status, headers, _ = ask(emulator, "chat", x_jackfield_scenario="redirect")
        assert (307, f"{emulator.openai_url}/chat/completions".replace("127.0.0.1", "localhost")) == (
            status,
            headers["location"],
        )

        for name, index in (("tools-same-index", 0), ("tools-no-index", None)):
            _, _, content = ask(emulator, "stream", x_jackfield_scenario=name)
            events = [json.loads(each) for each in re.findall(rb"data: (\{.*\})", content)]
            calls = [
                call for event in events for each in event["choices"] for call in each["delta"].get("tool_calls", ())
            ]
            assert ["call_1", "call_2"] == [call["id"] for call in calls if "id" in call]
            assert {index} == {call.get("index") for call in calls}

        _, headers, content = ask(emulator, "chat", x_jackfield_scenario="bomb")
        assert "gzip" == headers["content-encoding"]
        assert len(gzip.decompress(content)) > 100 * len(content)


@pytest.mark.jackfield_emulator(scenario="stream-cut")
def test_the_fixture_takes_one(jackfield_emulator: Emulator) -> None:
    """As it takes every argument."""
    assert "stream-cut" == jackfield_emulator.scenario
    assert b"<IncompleteRead>" in ask(jackfield_emulator, "stream")[2]


def test_the_command_lists_them() -> None:
    """A line each, with what the server does."""
    shown = CliRunner().invoke(emulate, ["--list-scenarios"])

    assert 0 == shown.exit_code
    assert sorted(SCENARIOS) == sorted(line.split()[0] for line in shown.output.splitlines())
    assert "the connection is reset in the middle of an event" in shown.output


def test_the_command_refuses_an_unknown_one() -> None:
    """Before it listens."""
    shown = CliRunner().invoke(emulate, ["--port", "0", "--scenario", "streem-cut"])

    assert 2 == shown.exit_code
    assert "there is stream-cut" in shown.output


def test_the_documentation_has_them_all() -> None:
    """With the same words."""
    page = (ROOT / "docs/howto/use-the-emulator.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", page, re.MULTILINE))

    assert {name: each.does for name, each in SCENARIOS.items()} == {
        name: does for name, does in rows.items() if name in SCENARIOS
    }
    assert sorted(SCENARIOS) == sorted(name for name in rows if name in SCENARIOS)
