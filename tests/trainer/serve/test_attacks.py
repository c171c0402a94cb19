"""Clients with bad intentions, on real sockets: an answer or a closed connection."""

import json
import socket
import time

import psutil
import pytest

from tests.trainer.serve.serving import FakeStreamingSpeaker, a_voice, served
from trainer.serve import server

pytestmark = [pytest.mark.model, pytest.mark.timeout(120)]

SPEECH = b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\n"
JSON = b"Content-Type: application/json\r\n"
GET = b"GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
CHUNK = b"10000\r\n" + b" " * 65_536 + b"\r\n"
FOREIGN = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil@localhost", ""]


@pytest.fixture
def address(tmp_path, monkeypatch):
    """Host and port of a server that waits a second for slow clients."""
    monkeypatch.setattr(server, "REQUEST_S", 1.0)
    monkeypatch.setattr(server, "STALLED_S", 1.0)
    with served(a_voice(tmp_path, FakeStreamingSpeaker())) as (url, worker):
        yield tuple(url.removeprefix("http://").split(":"))
        assert worker.waiting == 0


def connected(address) -> socket.socket:
    connection = socket.create_connection((address[0], int(address[1])), timeout=30)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return connection


def received(connection) -> bytes:
    """All until the server closes."""
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass  # it was broken off
    return b"".join(parts)


def answer(address, data: bytes) -> tuple[int, bytes]:
    """Status and all that is received; 0 without an answer."""
    with connected(address) as connection:
        connection.sendall(data)
        got = received(connection)
    return (int(got.split(b" ", 2)[1]) if got else 0), got


def assert_alive(address) -> None:
    status, got = answer(address, GET % (b"/health", b"localhost"))
    assert status == 200
    assert b'"status":"ok"' in got


def sent_until_closed(address, head: bytes, piece: bytes, most: int) -> int:
    """Bytes that the server took before it closed the connection."""
    sent = 0
    with connected(address) as connection:
        try:
            connection.sendall(head)
            while sent < most:
                connection.sendall(piece)
                sent += len(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was broken off
    return sent


def test_endless_headers(address):
    most = 64 << 20
    assert sent_until_closed(address, SPEECH, b"X-A: " + b"a" * 8000 + b"\r\n", most) < most
    assert sent_until_closed(address, b"GET /", b"a" * 8000, most) < most
    assert_alive(address)


@pytest.mark.parametrize("head", [JSON, b"", JSON + b"Authorization: Bearer x\r\n"])
def test_an_endless_body_in_chunks(address, head):
    """Also one that is refused before it is read."""
    before, started = psutil.Process().memory_info().rss, time.monotonic()
    head = SPEECH + head + b"Transfer-Encoding: chunked\r\n\r\n"
    with connected(address) as connection:
        connection.settimeout(20)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):  # noqa: PT012
            connection.sendall(head)
            while time.monotonic() < started + 60:
                connection.sendall(CHUNK)
    assert psutil.Process().memory_info().rss - before < 64 << 20
    assert_alive(address)


def test_a_body_of_a_stated_terabyte(address):
    status, _ = answer(address, SPEECH + JSON + b"Content-Length: 1099511627776\r\n\r\n" + b" " * 9)
    assert status in (0, 413)
    assert_alive(address)


@pytest.mark.parametrize("data", [b"", b"GET /hea", SPEECH + JSON + b"Content-Length: 9\r\n\r\n{"])
def test_a_client_that_sends_nothing_more_is_left(address, data):
    assert answer(address, data)[0] == 0
    assert_alive(address)


def test_a_client_that_sends_a_byte_now_and_then_is_left(address):
    started = time.monotonic()
    with connected(address) as connection, pytest.raises((BrokenPipeError, ConnectionResetError)):  # noqa: PT012
        connection.sendall(SPEECH)
        while time.monotonic() < started + 60:
            connection.sendall(b"X-A: b\r\n")
            time.sleep(0.05)
    assert_alive(address)


def test_a_client_that_does_not_read_is_left(address):
    body = json.dumps({"input": "Good evening. " * 250, "response_format": "wav"}).encode()
    head = SPEECH + JSON + b"Content-Length: %d\r\n\r\n" % len(body)
    with connected(address) as connection:
        connection.sendall(head + body)
        until = time.monotonic() + 60
        process = psutil.Process()
        port = connection.getsockname()[1]
        while any(c.raddr and c.raddr.port == port for c in process.net_connections("tcp")):
            assert time.monotonic() < until
            time.sleep(0.1)
    assert_alive(address)


def test_many_idle_connections_stop_nobody_for_long(address):
    idle = [connected(address) for _ in range(2 * server.MAX_CONNECTIONS)]
    until = time.monotonic() + 60
    while answer(address, GET % (b"/health", b"localhost"))[0] != 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    for connection in idle:
        connection.close()
    assert_alive(address)


@pytest.mark.parametrize(
    "path",
    [
        b"/../../../../etc/passwd",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"/v1/models/..%2f..%2fetc%2fpasswd",
        b"/v1/models/..",
        b"//etc/passwd",
        b"/page.html",
        b"/..\\..\\letter.txt",
        b"/health/../../x",
        b"http://evil.example/etc/passwd",
        b"/v1/models/%00",
        b"/v1/models/%ff%fe",
        b"/%0d%0aX-A:b",
    ],
)
def test_no_path_leads_to_a_file(address, path):
    status, got = answer(address, GET % (path, b"localhost"))
    assert status in (400, 404)
    assert b"root:" not in got
    assert b"\r\nX-A" not in got
    assert_alive(address)


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", [b"/", b"/health", b"/v1/models"])
def test_another_name_of_this_machine_is_refused(address, host, path):
    """A page elsewhere that makes its name lead to 127.0.0.1 learns nothing."""
    status, got = answer(address, GET % (path, host.encode()))
    assert status == 400
    assert b"calm" not in got
    assert b"<html" not in got


def test_pages_elsewhere_may_neither_read_nor_ask(address):
    origin = b"Origin: https://evil.example\r\n"
    asked = b"OPTIONS /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\n" + origin
    asked += b"Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n"
    status, got = answer(address, asked)
    assert status == 405
    assert b"access-control" not in got.lower()
    for kind in (b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data"):
        head = (
            SPEECH
            + origin
            + b"Connection: close\r\nContent-Type: %s\r\nContent-Length: 16\r\n\r\n" % kind
        )
        assert answer(address, head + b'{"input": "Yes"}')[0] == 415
    status, got = answer(address, GET % (b"/health", b"localhost\r\n" + origin[:-2]))
    assert status == 200
    assert b"access-control" not in got.lower()


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"\0" * 70_000,
        b"GET / HTTP/9.9\r\n\r\n",
        SPEECH + JSON + b"Content-Length: -1\r\n\r\n",
        SPEECH + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        SPEECH + JSON + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET / HTTP/1.1\r\nA b: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        SPEECH + JSON + b"Content-Length: 5000\r\nConnection: close\r\n\r\n" + b"[" * 5000,
    ],
)
def test_broken_requests_are_answered_or_closed(address, data):
    assert answer(address, data)[0] in (0, 200, 400)
    assert_alive(address)
