"""The messages of a store that cannot be used."""

import os
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import synthetic
from tracking_store import Command, free_port

from relecture.errors import UserError
from relecture.tracking import cli
from relecture.tracking.store import connect, redact
from relecture.tracking.sync import load_record, sync_record


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_dead_server_is_one_message_and_a_later_sync_completes(
    workplace: Path,
    command: Command,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = synthetic.save(synthetic.network(method=f"after death {os.getpid()}"), workplace / "results")
    before, started = contents(folder), time.monotonic()
    dead = f"http://someone:secret@127.0.0.1:{free_port()}"
    done = command("sync", str(folder), "--out", "receipt.json", check=False, MLFLOW_TRACKING_URI=dead)
    assert done.returncode == 1
    assert time.monotonic() - started < 30
    [message] = done.stderr.splitlines()
    assert "does not answer (Connection refused)" in message
    assert "make sync" in message
    assert "Traceback" not in message
    assert "secret" not in message
    assert contents(folder) == before
    assert not (workplace / "receipt.json").exists()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    cli.sync(results=workplace / "results")
    assert f"MLflow store {server}: 1 synced" in capsys.readouterr().out


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
        sync_record(store, load_record(folder))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (401, "refuses access.*MLFLOW_TRACKING_TOKEN"),
        (404, "is not an MLflow server"),
        (200, "is not an MLflow server"),
    ],
)
def test_an_address_that_is_not_an_open_mlflow_server_is_reported(
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
    with pytest.raises(UserError, match=r"mlflow\.db is not a usable MLflow store.*Delete.*make sync"):
        connect()


def test_a_store_copied_from_another_folder_is_refused(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = synthetic.save(synthetic.network(seeds=1), workplace / "results")
    sync_record(connect(), load_record(folder))
    copied = workplace / "elsewhere" / "mlflow.db"
    copied.parent.mkdir()
    copied.write_bytes((workplace / "mlflow.db").read_bytes())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{copied}")
    with pytest.raises(UserError, match=r"created in another folder.*make sync"):
        sync_record(connect(), load_record(folder))


def test_redacted_addresses_have_no_credentials() -> None:
    assert redact("https://me:secret@host:5000/mlflow?token=secret") == "https://host:5000/mlflow"
    assert redact("sqlite:///mlflow.db") == "sqlite:///mlflow.db"
