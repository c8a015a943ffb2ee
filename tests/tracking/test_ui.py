"""The command that shows the runs in a browser."""

import os
import socket
from pathlib import Path

import psutil
import pytest
import synthetic
from tracking_store import free_port

from relecture.errors import UserError
from relecture.tracking.store import connect
from relecture.tracking.sync import load_record, sync_record
from relecture.tracking.ui import serve


def test_the_error_on_a_used_port_names_the_port_and_a_free_one(workplace: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"port {port} is used.*make ui PORT="):
            serve(port)


def test_the_error_without_a_store_says_how_to_create_one(workplace: Path) -> None:
    (workplace / "mlflow.db").unlink()
    with pytest.raises(UserError, match="make sync, or make replicate"):
        serve(free_port())


def test_a_database_of_another_program_is_not_shown(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (workplace / "photos.db").write_bytes(b"no database at all")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///photos.db")
    with pytest.raises(UserError, match=r"not a usable MLflow store.*It was not changed"):
        serve(free_port())


def test_an_experiment_without_our_views_opens_as_its_plain_table(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sync_record(connect(), load_record(synthetic.save(synthetic.network(seeds=1), workplace / "results")))
    connect().client.create_experiment("theirs")
    monkeypatch.setattr(os, "execve", lambda *_: None)
    serve(free_port())
    addresses = dict(line.strip().split(": ") for line in capsys.readouterr().out.splitlines() if ": http" in line)
    assert "viewStateShareKey=methods" in addresses["digits"]
    assert addresses["theirs"].endswith("/runs?workflowType=machine_learning")


def test_a_tracking_server_is_shown_by_its_address(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@runs.example:5000")
    serve(5000)
    assert "Open http://runs.example:5000 in a browser" in capsys.readouterr().out


@pytest.mark.slow
def test_the_server_listens_on_this_machine_only(server: str) -> None:
    port = int(server.rpartition(":")[2])
    listening = {
        connection.laddr.ip
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    assert listening == {"127.0.0.1"}
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
    others = {address.address for addresses in psutil.net_if_addrs().values() for address in addresses
              if address.family == socket.AF_INET}  # fmt: skip
    for other in {"127.0.0.2", *others} - {"127.0.0.1"}:  # this machine by its other addresses
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((other, port), timeout=5)
