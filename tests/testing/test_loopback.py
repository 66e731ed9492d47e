"""The server on loopback that transports are checked against."""

from __future__ import annotations

import socket
import struct
import threading
from urllib.parse import urlsplit

import pytest

from jackfield.testing.loopback import Loopback, closed_port


def _connected(server):
    sock = socket.create_connection(("127.0.0.1", urlsplit(server.url).port))
    sock.sendall(b"GET /a?b HTTP/1.1\r\nX-Name: value\r\n\r\n")
    return sock


def _stays(_):
    """Neither close nor send anything."""


def _closes(sock):
    sock.close()


def _resets(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def _speaks(sock):
    sock.sendall(b"more")


@pytest.mark.parametrize(("does", "closed"), [(_stays, False), (_speaks, False), (_closes, True), (_resets, True)])
def test_other_side_s_close_is_noticed(does, closed):
    """A handler can wait for its client to close, politely or not."""
    noticed, told = threading.Event(), []

    def handler(connection, _):
        told.append(connection.is_closed_by_the_other_side(0.3))
        noticed.set()

    with Loopback(handler) as server:
        sock = _connected(server)
        does(sock)
        assert noticed.wait(5)
        sock.close()
    assert [closed] == told


def test_a_body_that_comes_later_is_waited_for():
    """All of it is told, however it was cut."""
    came = threading.Event()
    with (
        Loopback(lambda *_: came.set()) as server,
        socket.create_connection(("127.0.0.1", urlsplit(server.url).port)) as sock,
    ):
        for piece in (b"POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\n", b"ab", b"cd"):
            sock.sendall(piece)
            assert not came.wait(0.05) or b"cd" == piece
        assert came.wait(5)
    assert b"abcd" == server.seen[0].body


def test_request_is_told_as_it_came():
    """Method, target, headers and the number of its connection are kept."""
    came = threading.Event()
    with Loopback(lambda *_: came.set()) as server, _connected(server):
        assert came.wait(5)
    seen = server.seen[0]
    assert ("GET", "/a?b", {"x-name": "value"}, b"", 0) == (
        seen.method,
        seen.target,
        seen.headers,
        seen.body,
        seen.connection,
    )


def test_saying_something_to_nobody_is_no_failure():
    """A handler whose client has left goes on quietly."""
    ended = threading.Event()

    def handler(connection, _):
        connection.is_closed_by_the_other_side(5)
        for _ in range(20):
            connection.say(bytes(1 << 20))
        ended.set()

    with Loopback(handler) as server:
        _connected(server).close()
        assert ended.wait(5)


def test_half_a_request_is_none():
    """A client that leaves in the middle of a request has made none."""
    with Loopback(lambda *_: None) as server:
        with socket.create_connection(("127.0.0.1", urlsplit(server.url).port)) as sock:
            sock.sendall(b"GET / HT")
        assert [] == server.seen


def test_closed_port_is_closed():
    """Nobody listens on it."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", closed_port()))
