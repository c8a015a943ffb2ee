"""What the person reads when the store cannot be used, and what the browser's command says."""

import os
import socket
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest
import synthetic
from tracking_store import Command, free_port

from relecture.errors import UserError
from relecture.tracking import cli as commands
from relecture.tracking.store import connect, shown
from relecture.tracking.sync import load, publish
from relecture.tracking.ui import serve


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_dead_server_is_one_message_and_a_later_publication_completes(
    workplace: Path,
    command: Command,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = synthetic.save(synthetic.network(method=f"after death {os.getpid()}"), workplace / "results")
    before, started = content(folder), time.monotonic()
    dead = f"http://someone:secret@127.0.0.1:{free_port()}"
    done = command("publish", str(folder), "--out", "receipt.json", check=False, MLFLOW_TRACKING_URI=dead)
    assert done.returncode == 1
    assert time.monotonic() - started < 30
    [message] = done.stderr.splitlines()
    assert "does not answer (Connection refused)" in message
    assert "make publish" in message
    assert "Traceback" not in message
    assert "secret" not in message
    assert content(folder) == before
    assert not (workplace / "receipt.json").exists()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    commands.publish_all(workplace / "results")
    assert f"MLflow store {server}: 1 published" in capsys.readouterr().out


def test_a_server_that_dies_in_the_middle_is_one_message_too(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow.exceptions import MlflowException

    folder = synthetic.save(synthetic.network(), workplace / "results")
    store = connect()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://somewhere:5000")
    reason = "Max retries exceeded with url: /api (Caused by NewConnectionError('[Errno 111] Connection refused'))"

    def fails(*_, **__):
        raise MlflowException(reason)

    monkeypatch.setattr(store.client, "log_artifact", fails)
    with pytest.raises(UserError, match=r"server http://somewhere:5000 does not answer \(Connection refused\)"):
        publish(store, load(folder))


@pytest.mark.parametrize(
    ("answer", "message"),
    [(401, "refuses access.*MLFLOW_TRACKING_TOKEN"), (404, "is no MLflow server"), (200, "is no MLflow server")],
)
def test_an_address_that_is_no_open_mlflow_server_is_said_to_be_one(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, answer: int, message: str
) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(answer)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{other.server_port}")
        with pytest.raises(UserError, match=message):
            connect()
        other.shutdown()


@pytest.mark.parametrize("damage", [b"no database at all", None])
def test_a_damaged_store_is_named_with_what_to_do(workplace: Path, damage: bytes | None) -> None:
    file = workplace / "mlflow.db"
    file.write_bytes(damage or file.read_bytes()[:200_000])
    with pytest.raises(UserError, match=r"mlflow\.db is not a usable MLflow store.*Delete.*make publish"):
        connect()


def test_a_store_copied_from_another_folder_is_refused(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = synthetic.save(synthetic.network(seeds=1), workplace / "results")
    publish(connect(), load(folder))
    copied = workplace / "elsewhere" / "mlflow.db"
    copied.parent.mkdir()
    copied.write_bytes((workplace / "mlflow.db").read_bytes())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{copied}")
    with pytest.raises(UserError, match=r"made in another folder.*make publish"):
        publish(connect(), load(folder))


def test_addresses_are_shown_without_credentials() -> None:
    assert shown("https://me:secret@host:5000/mlflow?token=secret") == "https://host:5000/mlflow"
    assert shown("sqlite:///mlflow.db") == "sqlite:///mlflow.db"


def test_the_browser_on_a_taken_port_names_port_and_remedy(workplace: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"port {port} is taken.*make ui PORT="):
            serve(port)


def test_the_browser_without_a_store_says_how_to_make_one(workplace: Path) -> None:
    (workplace / "mlflow.db").unlink()
    with pytest.raises(UserError, match="make publish, or make replicate"):
        serve(free_port())


def test_the_browser_of_an_experiment_of_somebody_else_is_its_plain_table(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(connect(), load(synthetic.save(synthetic.network(seeds=1), workplace / "results")))
    connect().client.create_experiment("theirs")
    monkeypatch.setattr(os, "execve", lambda *_: None)
    serve(free_port())
    addresses = dict(line.strip().split(": ") for line in capsys.readouterr().out.splitlines() if ": http" in line)
    assert "viewStateShareKey=methods" in addresses["digits"]
    assert addresses["theirs"].endswith("/runs?workflowType=machine_learning")


def test_the_browser_of_a_server_is_the_server(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@runs.example:5000")
    serve(5000)
    assert "Open http://runs.example:5000 in a browser" in capsys.readouterr().out


@pytest.mark.slow
def test_the_browser_listens_on_this_machine_only(server: str) -> None:
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
