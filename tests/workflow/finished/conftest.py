"""One run of everything with tiny budgets, made once for all test processes; a test that changes it takes a twin."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from job_server import PRELOADED, TRACKING, job_server
from project_copy import DEAD_SERVER, CommandResult, Copy


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict]:
    """`once(name, make)` calls `make(folder)` in one test process and gives its result to all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def get(name: str, make: Callable[[Path], dict]) -> dict:
        result = shared / f"{name}.json"
        with FileLock(shared / f"{name}.lock"):
            if not result.exists():
                result.write_text(json.dumps(make(shared)))
        return json.loads(result.read_text())

    return get


@pytest.fixture(scope="session")
def first_run(once: Callable[..., dict], mirror: Path, starter: Path) -> Iterator[tuple[Copy, CommandResult, set[str]]]:
    """A run from nothing while MLflow's server is dead, and the names of the files that it leaves."""

    def make(folder: Path) -> dict:
        shutil.copytree(mirror, folder / "mirror")
        copy = Copy.create(folder / "finished", folder / "mirror")
        with job_server(folder / "jobs", *PRELOADED) as copy.executable:
            result = copy.launch(MLFLOW_TRACKING_URI=DEAD_SERVER)
        files = [str(path.relative_to(copy.path)) for path in copy.path.rglob("*") if path.is_file()]
        return {"folder": str(folder), "code": result.code, "output": result.output, "files": files}

    made = once("first_run", make)
    folder = Path(made["folder"])
    copy = Copy(folder / "finished", folder / "mirror", starter=starter)
    yield copy, CommandResult(made["code"], made["output"]), set(made["files"])
    copy.stop_started()


@pytest.fixture(scope="session")
def records(first_run: tuple[Copy, CommandResult, set[str]]) -> list[str]:
    """The folders of all records that the run has left."""
    _, _, files = first_run
    return sorted(name.removesuffix("/metrics.csv") for name in files if name.endswith("/metrics.csv"))


@pytest.fixture(scope="session")
def second_run(once: Callable[..., dict], first_run: tuple[Copy, CommandResult, set[str]]) -> CommandResult:
    """The same command again, now with the local store. After it everything is finished."""
    copy, _, _ = first_run

    def make(folder: Path) -> dict:
        with job_server(folder / "tracking_jobs", *TRACKING) as executable:
            result = replace(copy, executable=executable).launch()
        return {"code": result.code, "output": result.output}

    made = once("second_run", make)
    return CommandResult(made["code"], made["output"])


@pytest.fixture(scope="session")
def finished(first_run: tuple[Copy, CommandResult, set[str]], second_run: CommandResult) -> Copy:
    """A finished run, to be read only; a test that changes something takes `twin`."""
    copy, _, _ = first_run
    assert second_run.code == 0, second_run.trouble
    return copy


@pytest.fixture
def twin(finished: Copy, tmp_path: Path) -> Iterator[Copy]:
    """A finished run for this test alone. (Its MLflow store knows that it has moved, and takes no more runs.)"""
    copy = finished.twin(tmp_path / "twin")
    yield copy
    copy.stop()
    shutil.rmtree(copy.path)
