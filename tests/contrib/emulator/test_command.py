"""The command, as a process of its own and in this one."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection

import pytest
from click.testing import CliRunner

from jackfield_emulator.command import emulate

COMMAND = [sys.executable, "-m", "jackfield_emulator", "--port", "0"]


@pytest.mark.skipif(os.name == "nt", reason="a signal to a process of its own is another thing there")
def test_serves_until_interrupted(at_rest):
    """It prints its addresses and lines to paste, tells each request on standard error, and Ctrl-C ends it well."""
    arguments = [*COMMAND, "--api-key", "sk-mine", "--deployment", "mine=gpt-4o", "--deployment", "dall-e-3"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        printed = [process.stdout.readline()]
        while "IDENTITY_HEADER" not in printed[-1]:
            printed.append(process.stdout.readline())
        text = "".join(printed)
        connection = HTTPConnection(re.search(r"http://(127\.0\.0\.1:\d+)", text)[1], timeout=5)
        connection.request("GET", "/openai/models?api-version=2024-10-21", headers={"api-key": "sk-mine"})
        status = connection.getresponse().status
        connection.close()
        at_rest(process)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=10)

    assert (200, 0) == (status, process.returncode)
    assert "200 GET /openai/models?api-version=2024-10-21\n" in told
    assert "Traceback" not in told
    assert 'Client("openai", endpoint="http://127.0.0.1:' in text
    assert "  export AZURE_OPENAI_API_KEY=sk-mine\n" in text
    assert "mine=gpt-4o, dall-e-3\n" in text


def test_taken_port():
    """A port that is taken is said in one line, with a way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(emulate, ["--port", str(taken.getsockname()[1])])

    assert 1 == result.exit_code
    assert "try --port 0" in result.output


@pytest.mark.parametrize("given", ["=gpt-4o", "mine="])
def test_deployment_must_be_whole(given):
    """A deployment without a name or without a model is refused."""
    result = CliRunner().invoke(emulate, ["--deployment", given])

    assert 2 == result.exit_code
    assert "is not NAME=MODEL" in result.output
