"""One client on one engine for all tests of the local model."""

import json
import threading
import time

import pytest

from jackfield import Client
from jackfield.plugin import HttpRequest
from jackfield_local import Local


@pytest.fixture(scope="session")
def client():
    """A client of the provider `local`, as users make it."""
    with Client("local") as made:
        yield made


@pytest.fixture(scope="session")
def transport():
    """The provider's transport, on the same engine."""
    return Local().transport


@pytest.fixture
def post(transport):
    """Send a document and give (status, answer), the answer decoded where it is no stream."""

    def send(path, document, timeout=60.0):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        head, answer = transport.send(HttpRequest("POST", f"local:{path}", body=body), timeout)
        data = b""
        while piece := answer.read(4096, timeout):
            data += piece
        return head.status, json.loads(data) if head.headers["content-type"] == "application/json" else data

    return send


@pytest.fixture(autouse=True)
def _no_thread_left():
    """Every test ends with the threads it began with."""
    before = threading.active_count()
    yield
    end = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert before >= threading.active_count()
