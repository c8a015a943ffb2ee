"""The messages of a store that cannot be used."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import synthetic
from tracking_store import Command, free_port

from relecture.errors import UserError
from relecture.tracking import cli, store
from relecture.tracking.address import redact
from relecture.tracking.store import connect, require_mlflow_database
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
    opened = connect()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://somewhere:5000")
    reason = "Max retries exceeded with url: /api (Caused by NewConnectionError('[Errno 111] Connection refused'))"

    def fails(*_, **__):
        raise MlflowException(reason)

    monkeypatch.setattr(opened.client, "log_artifact", fails)
    with pytest.raises(UserError, match=r"server http://somewhere:5000 does not answer \(Connection refused\)"):
        sync_record(opened, load_record(folder))


@pytest.fixture
def answering() -> Iterator[Callable[[int], str]]:
    """Starts servers that give every request the same answer; returns their address."""
    servers = []

    def start(status: int) -> str:
        class Other(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b"hello")

            def log_message(self, *_) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Other))
        Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"127.0.0.1:{servers[-1].server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (401, "does not know this login.*MLFLOW_TRACKING_TOKEN"),
        (403, "knows this login but does not permit.*permission EDIT"),
        (404, "is not an MLflow server"),
        (200, "is not an MLflow server"),
    ],
)
def test_an_address_that_is_not_an_open_mlflow_server_is_reported(
    workplace: Path,
    monkeypatch: pytest.MonkeyPatch,
    answering: Callable[[int], str],
    answer: int,
    message: str,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{answering(answer)}")
    with pytest.raises(UserError, match=message):
        connect()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_a_server_on_this_machine_is_reached_without_the_proxy(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, answering: Callable[[int], str], host: str, variable: str
) -> None:
    no_proxies(monkeypatch)
    monkeypatch.setenv(variable, f"http://{answering(503)}")
    monkeypatch.setenv("no_proxy", "intranet.example")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{answering(404)}".replace("127.0.0.1", host))
    with pytest.raises(UserError, match=rf"http://{host}:\d+ is not an MLflow server") as error:
        connect()
    assert "proxy" not in str(error.value)
    assert os.environ["no_proxy"] == f"intranet.example,{host}"


@pytest.mark.parametrize("answer", [403, 404, 503, None])
def test_the_error_on_another_server_names_the_proxy_on_the_way(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, answering: Callable[[int], str], answer: int | None
) -> None:
    no_proxies(monkeypatch)
    proxy = answering(answer) if answer else f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@{proxy}")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://runs.example:5000")
    with pytest.raises(
        UserError, match=rf"the proxy http://{proxy}, which HTTP_PROXY names.*runs\.example to no_proxy"
    ):
        connect()


def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("http", "https", "all"):
        for name in (f"{kind}_proxy", f"{kind}_proxy".upper()):
            monkeypatch.delenv(name, raising=False)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")  # and so that the code's change of it is undone


@pytest.mark.parametrize("damage", [b"no database at all", None])
def test_a_damaged_store_is_named_with_what_to_do(workplace: Path, damage: bytes | None) -> None:
    file = workplace / "mlflow.db"
    file.write_bytes(damage or file.read_bytes()[:200_000])
    with pytest.raises(UserError, match=r"mlflow\.db is not a usable MLflow store.*Delete.*make sync"):
        connect()


def make_database(file: Path, *statements: str) -> bytes:
    with closing(sqlite3.connect(file)) as database, database:
        for statement in statements:
            database.execute(statement)
    return file.read_bytes()


FOREIGN = {
    "photos": ("CREATE TABLE photos (name TEXT)",),
    "a laboratory": ("CREATE TABLE experiments (name TEXT)", "CREATE TABLE runs (name TEXT)"),
}
FIRST_SCHEMA, FUTURE_SCHEMA = "451aebb31d03", "ffffffffffff"  # of MLflow 1.0, and of a version to come


@pytest.mark.parametrize("statements", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("name", ["mlflow.db", "everything.db"])
def test_a_database_of_another_program_stays_as_it_is(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, name: str, statements: tuple[str, ...]
) -> None:
    (workplace / "mlflow.db").unlink()
    before = make_database(workplace / name, *statements)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{workplace / name}")
    with pytest.raises(UserError, match=rf"{name} is a database of another program.*make sync") as error:
        connect()
    assert "elete" not in str(error.value)
    assert ("MLFLOW_TRACKING_URI" in str(error.value)) == (name != "mlflow.db")
    assert (workplace / name).read_bytes() == before


@pytest.mark.parametrize("name", ["mlflow.db", "everything.db"])
def test_a_store_of_a_newer_mlflow_is_named_as_such_and_not_changed(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (workplace / "mlflow.db").rename(workplace / name)
    before = make_database(workplace / name, f"UPDATE alembic_version SET version_num = '{FUTURE_SCHEMA}'")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{workplace / name}")
    with pytest.raises(UserError, match=rf"{name} is a store of a newer MLflow.*{FUTURE_SCHEMA}") as error:
        connect()
    assert "elete" not in str(error.value)
    assert (workplace / name).read_bytes() == before


def test_an_older_store_elsewhere_is_not_changed(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (workplace / "mlflow.db").rename(workplace / "everything.db")
    before = make_database(workplace / "everything.db", f"UPDATE alembic_version SET version_num = '{FIRST_SCHEMA}'")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{workplace / 'everything.db'}")
    with pytest.raises(
        UserError, match=rf"older MLflow.*{FIRST_SCHEMA}.*not changed; copy it.*mlflow db upgrade"
    ) as error:
        connect()
    assert "elete" not in str(error.value)
    assert (workplace / "everything.db").read_bytes() == before


@pytest.mark.slow
def test_an_interrupted_creation_without_runs_is_made_anew_and_the_old_file_is_kept(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = make_database(workplace / "mlflow.db", f"UPDATE alembic_version SET version_num = '{FIRST_SCHEMA}'")
    assert connect().client.search_experiments()
    assert (
        f"had no runs and is created anew; the old one is kept as mlflow-{FIRST_SCHEMA}.db" in capsys.readouterr().out
    )
    assert (workplace / f"mlflow-{FIRST_SCHEMA}.db").read_bytes() == before


def test_an_older_store_with_runs_that_cannot_be_upgraded_stays(workplace: Path) -> None:
    client = connect().client
    client.create_run("0")
    before = make_database(workplace / "mlflow.db", f"UPDATE alembic_version SET version_num = '{FIRST_SCHEMA}'")
    with pytest.raises(UserError, match=r"older MLflow.*cannot be upgraded \(.*not changed") as error:
        connect()
    assert "elete" not in str(error.value)
    assert (workplace / "mlflow.db").read_bytes() == before
    assert not list(workplace.glob(".mlflow*"))


@pytest.mark.parametrize("damage", [b"no database at all", b"SQLite format 3\0 and no more"])
def test_a_damaged_database_elsewhere_is_not_ours_to_delete(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes
) -> None:
    (workplace / "mine.db").write_bytes(damage)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{workplace / 'mine.db'}")
    with pytest.raises(
        UserError, match=r"mine\.db is not a usable MLflow store.*not changed.*MLFLOW_TRACKING_URI"
    ) as error:
        connect()
    assert "elete" not in str(error.value)


def test_a_store_that_another_program_has_locked_is_not_damaged(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.2)
    with closing(sqlite3.connect(workplace / "mlflow.db", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UserError, match=r"cannot be read now \(database is locked for more than") as error:
            require_mlflow_database(workplace / "mlflow.db")
    assert "elete" not in str(error.value)


@pytest.mark.parametrize("name", ["a?b #1 100%25 &=; Größe 年"])
def test_the_store_of_a_folder_is_inside_it_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_store: Path, name: str
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / name)
    Path("mlflow.db").write_bytes(empty_store.read_bytes())
    folder = synthetic.save(synthetic.network(seeds=1), tmp_path / name / "results")
    figure = tmp_path / name / "figure.svg"
    figure.write_text("<svg/>", encoding="utf-8")
    client, result = connect().client, sync_record(connect(), load_record(folder), [figure])
    assert [file.path for file in client.list_artifacts(result.run_id, "figures")] == [
        "figures/figure.svg",
        "figures/overview.png",
    ]
    made = {"mlflow.db", "mlartifacts", "results", "figure.svg", ".relecture-id"}
    assert {path.name for path in (tmp_path / name).iterdir()} == made
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_question_mark_in_the_address_of_a_store_is_refused(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////home/me/a?b/x.db")
    with pytest.raises(UserError, match="a question mark ends the path"):
        connect()


def test_a_store_copied_from_another_folder_is_refused(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = synthetic.save(synthetic.network(seeds=1), workplace / "results")
    sync_record(connect(), load_record(folder))
    copied = workplace / "elsewhere" / "mlflow.db"
    copied.parent.mkdir()
    copied.write_bytes((workplace / "mlflow.db").read_bytes())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{copied}")
    with pytest.raises(UserError, match=r"created in another folder.*MLFLOW_TRACKING_URI.*make sync") as error:
        sync_record(connect(), load_record(folder))
    assert "elete" not in str(error.value)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    monkeypatch.chdir(copied.parent)
    with pytest.raises(UserError, match=r"created in another folder.*Delete mlflow\.db here.*make sync"):
        sync_record(connect(), load_record(folder))


def test_redacted_addresses_have_no_credentials() -> None:
    assert redact("https://me:secret@host:5000/mlflow?token=secret") == "https://host:5000/mlflow"
    assert redact("http://alice:sec#r@et/@host:5000") == "http://host:5000"
    assert redact("postgresql://alice:secret@host/runs") == "postgresql://host/runs"
    assert redact("sqlite:///mlflow.db") == "sqlite:///mlflow.db"
    assert redact("sqlite:////home/me@work/mlflow.db") == "sqlite:////home/me@work/mlflow.db"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgresql://alice:secret@host/runs", "postgresql://host/runs needs the driver psycopg2.*psycopg2-binary"),
        ("http://[::1", "no address"),
        ("http://alice:sec#ret@127.0.0.1:9", "no valid address.*write # in them as %23"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_message_without_the_password(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, address: str, message: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    with pytest.raises(UserError, match=message) as error:
        connect()
    assert "sec" not in str(error.value)


def test_a_server_that_answers_a_byte_a_second_is_not_waited_for(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            for _ in range(30):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.2)

        def log_message(self, *_) -> None:
            pass

    monkeypatch.setattr(store, "ANSWER_SECONDS", 1.0)
    server = HTTPServer(("127.0.0.1", 0), Slow)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.server_port}")
    with pytest.raises(UserError, match=r"does not answer \(timed out\)"):
        connect()
    server.server_close()
