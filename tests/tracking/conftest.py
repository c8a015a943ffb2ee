"""Two stores to publish to: a SQLite file, and a real MLflow server, started once."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import synthetic

from relecture.records import Record
from relecture.tracking.publish import Published, load, publish
from relecture.tracking.store import Store, connect

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store's file, to be copied: making one takes MLflow seconds."""
    file = tmp_path_factory.mktemp("empty") / "mlflow.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{file}")
        connect()
    return file


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_store: Path) -> Path:
    """An empty folder with a space in its name to work in, with an empty store of its own."""
    folder = tmp_path / "work place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(empty_store, folder / "mlflow.db")
    return folder


@pytest.fixture(scope="session")
def file_store(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> str:
    """The address of a SQLite file that many tests share."""
    file = tmp_path_factory.mktemp("file store") / "mlflow.db"
    shutil.copy(empty_store, file)
    return f"sqlite:///{file}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Iterator[str]:
    """The address of an MLflow server, started by our own `ui`; it ends, with all its processes, at the end."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    shutil.copy(empty_store, folder / "mlflow.db")
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "relecture.tracking", "ui", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
        while not _healthy(address):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the server did not start:\n{(folder / 'log').read_text()}")
            time.sleep(0.2)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _healthy(address: str) -> bool:
    try:
        return urllib.request.urlopen(f"{address}/health", timeout=5).status == 200
    except OSError:
        return False


class Shop:
    """A store, a folder of results, and an experiment that no other test uses."""

    def __init__(self, store: Store, results: Path, comparison: str):
        self.store, self.results, self.comparison = store, results, comparison

    def publish(self, record: Record, **more: Any) -> Published:
        """Leave the record and publish it."""
        return publish(self.store, load(synthetic.leave(record, self.results)), **more)

    def network(self, **more: Any) -> Record:
        return synthetic.network(self.comparison, **more)

    def experiment(self) -> str:
        return self.store.client.get_experiment_by_name(self.comparison).experiment_id

    def runs(self) -> list[Any]:
        """The active runs."""
        return list(self.store.client.search_runs([self.experiment()], max_results=1000))

    def names(self) -> list[str]:
        """Their names, sorted."""
        return sorted(run.info.run_name for run in self.runs())

    def parent(self) -> Any:
        [parent] = [run for run in self.runs() if "mlflow.parentRunId" not in run.data.tags]
        return parent

    def children(self) -> dict[str, Any]:
        parent = self.parent().info.run_id
        return {run.info.run_name: run for run in self.runs() if run.data.tags.get("mlflow.parentRunId") == parent}


@pytest.fixture(params=["file_store", pytest.param("server", marks=pytest.mark.slow)])
def shop(request: pytest.FixtureRequest, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A place to publish to, in both kinds of store; tests share the stores, but no experiment in them."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", request.getfixturevalue(request.param))
    return Shop(connect(), workplace / "results", f"made-up {request.node.name}".replace("[", " ").replace("]", ""))


@pytest.fixture
def command(workplace: Path) -> Command:
    """`python -m relecture.tracking ...` in the workplace."""

    def call(*words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "relecture.tracking", *words],
            cwd=workplace,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0 or not check, done.stderr
        return done

    return call
