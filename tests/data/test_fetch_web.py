"""Web addresses: attempts, wrong content, servers with opinions. The server is on this machine."""

import contextlib
import gzip
import hashlib
import json
import os
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

from relecture.data import registry
from relecture.data.fetch import ATTEMPTS, Unavailable, fetch


def send(handler, content: bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(content) if length is None else length))
    for key, value in headers.items():
        handler.send_header(key.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)


def test_a_web_address_gives_the_file(toy, toy_urls, serve):
    url = serve(lambda handler: send(handler, toy.content))
    toy_urls(url)
    fetch(toy.name, toy.resources, [toy.mirror])
    assert toy.final.read_bytes() == toy.content
    assert json.loads(Path(f"{toy.final}.source.json").read_text())["source"] == url
    assert toy.hidden() == []


@pytest.mark.parametrize("trouble", ["busy", "broken off", "longer and broken off", "reset"])
def test_an_attempt_that_fails_is_repeated(toy, toy_urls, serve, trouble, capsys):
    requests = []

    def answer(handler):
        requests.append(handler.path)
        if len(requests) > 1:
            send(handler, toy.content)
        elif trouble == "busy":
            send(handler, b"later", status=503)
        elif trouble == "broken off":
            send(handler, toy.content[:100_000], length=len(toy.content))
        elif trouble == "longer and broken off":
            send(handler, toy.content * 2, length=3 * len(toy.content))
        else:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()

    toy_urls(serve(answer))
    fetch(toy.name, toy.resources, [])
    assert len(requests) == 2
    assert toy.final.read_bytes() == toy.content
    assert "trying again" in capsys.readouterr().err


def test_the_attempts_end_and_the_next_address_is_used(toy, toy_urls, serve):
    requests = []

    def broken(handler):
        requests.append(handler.path)
        send(handler, b"broken", status=500)

    toy_urls(serve(broken), serve(lambda handler: send(handler, toy.content)))
    fetch(toy.name, toy.resources, [])
    assert len(requests) == ATTEMPTS
    assert toy.final.read_bytes() == toy.content


def test_a_plain_no_is_not_asked_again(toy, toy_urls, serve):
    requests = []

    def gone(handler):
        requests.append(handler.path)
        send(handler, b"", status=404)

    toy_urls(serve(gone))
    with pytest.raises(Unavailable, match="the server answered 404 Not Found"):
        fetch(toy.name, toy.resources, [])
    assert len(requests) == 1


def test_wrong_content_is_reported_and_the_next_address_is_used(toy, toy_urls, serve, capsys):
    page = b"<html>Please log in to the network</html>"
    wrong = serve(lambda handler: send(handler, page))
    toy_urls(wrong, serve(lambda handler: send(handler, toy.content)))
    fetch(toy.name, toy.resources, [])
    assert toy.final.read_bytes() == toy.content
    (report,) = (line for line in capsys.readouterr().err.splitlines() if "wrong" in line)
    assert wrong in report
    assert hashlib.sha256(page).hexdigest() in report


def test_a_server_that_never_answers_is_given_up(toy, toy_urls, serve, monkeypatch):
    monkeypatch.setattr("relecture.data.fetch.READ_SECONDS", 0.1)
    monkeypatch.setattr("relecture.data.fetch.ATTEMPTS", 1)
    end = threading.Event()
    toy_urls(serve(lambda handler: end.wait(5)))
    with pytest.raises(Unavailable, match="timed out"):
        fetch(toy.name, toy.resources, [])
    end.set()


def test_a_packed_file_stays_packed_whatever_the_server_calls_it(toy, serve, monkeypatch):
    packed = gzip.compress(toy.content, mtime=0)
    url = serve(lambda handler: send(handler, packed, Content_Encoding="x-gzip"))
    file = registry.RawFile("toy/data.gz", hashlib.sha256(packed).hexdigest(), len(packed), (url,), "free")
    monkeypatch.setitem(registry.DATA_SETS, "toy", (file,))
    assert fetch(file.name, toy.resources, []).read_bytes() == packed


def test_a_server_that_sends_a_byte_now_and_then_is_given_up(toy, toy_urls, serve, monkeypatch):
    monkeypatch.setattr("relecture.data.fetch.START_SECONDS", 0.3)
    monkeypatch.setattr("relecture.data.fetch.LEAST_SPEED", 10**9)

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(50):
                handler.wfile.write(b"x")
                time.sleep(0.1)

    toy_urls(serve(drip))
    start = time.monotonic()
    with pytest.raises(Unavailable, match="the server did not send it within 0 seconds"):
        fetch(toy.name, toy.resources, [])
    assert time.monotonic() - start < 3
    assert toy.hidden() == []


def test_a_server_that_does_not_end_is_given_up(toy, toy_urls, serve):
    def flood(handler):
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(100_000):
                handler.wfile.write(bytes(1 << 16))

    toy_urls(serve(flood))
    with pytest.raises(Unavailable, match="the server sends more than"):
        fetch(toy.name, toy.resources, [])


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_mirror_s_file_that_is_no_regular_one_is_not_read(toy, kind):
    path = toy.mirror / toy.name
    path.parent.mkdir(parents=True, exist_ok=True)
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
    with pytest.raises(Unavailable, match="is not a regular file"):
        fetch(toy.name, toy.resources, [toy.mirror])
