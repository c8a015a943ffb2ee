"""Two stores to sync to: a SQLite file, and a real MLflow server, started once."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tracking_store import Command, StoreCase, free_port

from relecture.tracking.store import connect


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store, to be copied: MLflow needs seconds to create one."""
    file = tmp_path_factory.mktemp("empty") / "mlflow.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{file}")
        connect()
    return file


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_store: Path) -> Path:
    """An empty working folder with a space in its name and an empty store."""
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


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Iterator[str]:
    """The address of an MLflow server, started by `relecture tracking ui`; all its processes are stopped at the end."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    shutil.copy(empty_store, folder / "mlflow.db")
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "relecture", "tracking", "ui", "--port", str(port)],
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


@pytest.fixture
def case(request: pytest.FixtureRequest, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> StoreCase:
    """The store that is a file, or with ON_BOTH_STORES each; tests share the stores, but no experiment in them."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", request.getfixturevalue(getattr(request, "param", "file_store")))
    return StoreCase(
        connect(), workplace / "results", f"synthetic {request.node.name}".replace("[", " ").replace("]", "")
    )


@pytest.fixture
def command(workplace: Path) -> Command:
    """Runs `relecture tracking ...` in the workplace."""

    def call(*words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "relecture", "tracking", *words],
            cwd=workplace,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0 or not check, done.stderr
        return done

    return call
