"""Killed in the middle, and two at once."""

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from relecture import atomic_files
from relecture.data.fetch import CHUNK, fetch


def drafts_in(folder: Path) -> list[Path]:
    return list(folder.glob(".*.part")) if folder.exists() else []


def test_a_fetch_killed_in_the_middle_leaves_nothing_under_the_final_name(toy, serve):
    stop = threading.Event()

    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(toy.content)))
        handler.end_headers()
        handler.wfile.write(toy.content[: 2 * CHUNK])
        for at in range(2 * CHUNK, len(toy.content)):
            if stop.wait(0.05):
                return
            handler.wfile.write(toy.content[at : at + 1])

    child = toy.child("fetch(name, resources, [])", serve(drip))
    try:
        deadline = time.monotonic() + 15
        while not (left := [path for path in drafts_in(toy.final.parent) if path.stat().st_size >= CHUNK]):
            assert child.poll() is None, child.stderr.read()
            assert time.monotonic() < deadline, "the download did not begin"
            time.sleep(0.02)
        assert str(child.pid) in left[0].name
        # While it lives, another fetch does not touch its draft.
        atomic_files.sweep(toy.final.parent)
        assert left[0].exists()
    finally:
        child.kill()
        child.communicate()
        stop.set()
    assert not toy.final.exists()
    assert drafts_in(toy.final.parent) == left

    fetch(toy.name, toy.resources, [toy.in_mirror(toy.content)])
    assert toy.final.read_bytes() == toy.content
    assert toy.hidden() == []


def test_ctrl_c_leaves_nothing(toy, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(toy.name, toy.resources, [toy.in_mirror(toy.content)])
    assert not toy.final.exists()
    assert toy.hidden() == []


def test_two_fetches_at_once_both_succeed_with_one_intact_file(toy, serve):
    both_are_here = threading.Barrier(2, timeout=15)

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(toy.content)))
        handler.end_headers()
        handler.wfile.write(toy.content[:CHUNK])
        both_are_here.wait()  # so neither can be finished before the other has begun
        handler.wfile.write(toy.content[CHUNK:])

    url = serve(answer)
    children = [toy.child("assert fetch(name, resources, []).exists()", url) for _ in range(2)]
    for child in children:
        _, error = child.communicate(timeout=30)
        assert child.returncode == 0, error
    assert toy.final.read_bytes() == toy.content
    assert sorted(path.name for path in toy.final.parent.iterdir()) == ["data.bin", "data.bin.source.json"]


def test_only_the_drafts_of_dead_processes_are_swept(toy):
    child = toy.child("")
    child.communicate()
    folder = toy.final.parent
    folder.mkdir(parents=True)
    here = socket.gethostname()
    dead = folder / f".data.bin.{child.pid}-0123abcd@{here}.part"
    dead_folder = folder / f".data.bin.{child.pid}-0123abce@{here}.part"
    living = folder / f".data.bin.{os.getpid()}-0123abcd@{here}.part"
    elsewhere = folder / f".data.bin.{child.pid}-0123abcd@another-host.part"
    long_ago = folder / f".data.bin.{child.pid}-0123abcf@another-host.part"
    somebody_elses = folder / ".data.bin.part"
    for path in (dead, living, elsewhere, long_ago, somebody_elses):
        path.write_bytes(b"half")
    dead_folder.mkdir()
    (dead_folder / "package.whl").write_bytes(b"half")
    os.utime(long_ago, (0, 0))
    fetch(toy.name, toy.resources, [toy.in_mirror(toy.content)])
    assert {path for path in (dead, dead_folder, living, elsewhere, long_ago, somebody_elses) if path.exists()} == {
        living,
        elsewhere,
        somebody_elses,
    }
