"""`python -m relecture.tracking`: the store, everything at once, several at once, and what can go wrong."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import synthetic
from conftest import Command, free_port

from relecture import records
from relecture.errors import UserError
from relecture.tracking import __main__ as commands
from relecture.tracking.publish import load, publish
from relecture.tracking.store import connect, shown
from relecture.tracking.ui import serve


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def active(store: Path) -> list[tuple[str, str]]:
    """Experiment and name of every active run, read from the file itself."""
    query = """SELECT experiments.name, runs.name FROM runs JOIN experiments USING (experiment_id)
               WHERE runs.lifecycle_stage = 'active' ORDER BY 1, 2"""
    with closing(sqlite3.connect(store)) as database:
        return database.execute(query).fetchall()


def test_the_store_is_made_with_its_experiments(workplace: Path) -> None:
    (workplace / "mlflow.db").unlink()
    commands.store(["salaries", "digits"], workplace / "results/tracking.json")
    written = json.loads((workplace / "results/tracking.json").read_text())
    assert written["tracking_uri"] == "sqlite:///mlflow.db"
    client = connect().client
    assert written["experiments"] == {
        name: client.get_experiment_by_name(name).experiment_id for name in ("salaries", "digits")
    }


def test_a_receipt_says_what_was_published(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = synthetic.leave(synthetic.network(seeds=1), workplace / "results")
    commands.publish(folder, [], folder / "published.json")
    receipt = json.loads((folder / "published.json").read_text())
    assert receipt["record_digest"] == records.digest(folder)
    assert receipt["tracking_uri"] == "sqlite:///mlflow.db"
    assert capsys.readouterr().out == f"digits/dropout: published (run {receipt['run_id']}, members: 1)\n"


@pytest.mark.slow
def test_a_deleted_store_is_rebuilt_from_the_records(
    workplace: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    for record in (synthetic.network(), synthetic.network(method="plain"), synthetic.regression()):
        synthetic.leave(record, workplace / "results")
    assert "3 published" in command("publish-all").stdout
    before = active(workplace / "mlflow.db")
    assert len(before) == 4 + 4 + 5
    (workplace / "mlflow.db").unlink()
    commands.publish_all(workplace / "results")
    assert active(workplace / "mlflow.db") == before
    assert "MLflow store sqlite:///mlflow.db: 3 published" in capsys.readouterr().out
    commands.publish_all(workplace / "results")
    assert active(workplace / "mlflow.db") == before
    assert "MLflow store sqlite:///mlflow.db: 3 unchanged" in capsys.readouterr().out


def test_a_broken_record_keeps_no_other_from_being_published(workplace: Path) -> None:
    broken = synthetic.leave(synthetic.network(method="broken"), workplace / "results")
    (broken / "params.json").write_text("{}")
    synthetic.leave(synthetic.network(method="whole", seeds=1), workplace / "results")
    with pytest.raises(UserError, match=r"not published:\n.*digits/broken lacks comparison"):
        commands.publish_all(workplace / "results")
    assert ("digits", "whole") in active(workplace / "mlflow.db")


def test_without_records_it_says_how_to_make_them(workplace: Path) -> None:
    with pytest.raises(UserError, match="make replicate"):
        commands.publish_all(workplace / "results")


def at_once(workplace: Path, methods: list[str]) -> list[str]:
    """Publish these records of `digits`, each in a process of its own; the outcomes, sorted."""
    command = [sys.executable, "-m", "relecture.tracking", "publish"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    publishers = [
        subprocess.Popen([*command, f"results/digits/{method}"], cwd=workplace, **pipes) for method in methods
    ]
    said = [publisher.communicate(timeout=120) for publisher in publishers]
    assert [errors for _, errors in said] == [""] * len(methods)
    return sorted(output.split()[1] for output, _ in said)


@pytest.mark.slow
def test_four_publishers_at_once_lose_nothing_and_write_nothing_twice(workplace: Path) -> None:
    for method in ("plain", "ridge", "dropout"):
        synthetic.leave(synthetic.network(method=method, seeds=20), workplace / "results")
    outcomes = at_once(workplace, ["plain", "ridge", "dropout", "dropout"])
    assert outcomes == ["published"] * 3 + ["unchanged"]
    runs = active(workplace / "mlflow.db")
    assert len(runs) == 3 * 21
    assert {("digits", "plain"), ("digits", "ridge"), ("digits", "dropout")} < set(runs)


@pytest.mark.slow
def test_publishers_may_start_before_there_is_a_store(workplace: Path) -> None:
    (workplace / "mlflow.db").unlink()
    for method in ("plain", "ridge"):
        synthetic.leave(synthetic.network(method=method), workplace / "results")
    assert at_once(workplace, ["plain", "ridge"]) == ["published"] * 2
    assert len(active(workplace / "mlflow.db")) == 8


@pytest.mark.slow
def test_a_publisher_killed_in_the_middle_is_completed_by_the_next(workplace: Path) -> None:
    folder = synthetic.leave(synthetic.regression(splits=80), workplace / "results")
    command = [sys.executable, "-m", "relecture.tracking", "publish", str(folder)]
    publisher = subprocess.Popen(command, cwd=workplace)
    deadline = time.monotonic() + 60
    while len(active(workplace / "mlflow.db")) < 10 and time.monotonic() < deadline:
        time.sleep(0.02)
    publisher.send_signal(signal.SIGKILL)
    publisher.wait()
    assert 10 <= len(active(workplace / "mlflow.db")) < 81
    publish(connect(), load(folder))
    assert len(active(workplace / "mlflow.db")) == 81


@pytest.mark.slow
def test_a_dead_server_is_one_message_and_a_later_publication_completes(
    workplace: Path,
    command: Command,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = synthetic.leave(synthetic.network(method=f"after death {os.getpid()}"), workplace / "results")
    before, started = content(folder), time.monotonic()
    dead = f"http://someone:secret@127.0.0.1:{free_port()}"
    done = command("publish", str(folder), "--receipt", "receipt.json", check=False, MLFLOW_TRACKING_URI=dead)
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

    folder = synthetic.leave(synthetic.network(), workplace / "results")
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
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

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
    folder = synthetic.leave(synthetic.network(seeds=1), workplace / "results")
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


def test_the_browser_of_a_server_is_the_server(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@runs.example:5000")
    serve(5000)
    assert "Open http://runs.example:5000 in a browser" in capsys.readouterr().out


@pytest.mark.slow
def test_the_browser_listens_on_this_machine_only(server: str) -> None:
    import psutil

    port = int(server.rpartition(":")[2])
    listening = {
        connection.laddr.ip
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    assert listening == {"127.0.0.1"}
