"""One run of everything with tiny budgets, finished and shared; a test that changes something takes a twin of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from copies import DEAD_SERVER, Copy, Ended


@pytest.fixture(scope="session")
def first_run(untouched: Copy) -> Iterator[tuple[Copy, Ended, set[str]]]:
    """A run from nothing while MLflow's server is dead; and the names of the files it has left."""
    copy = untouched.twin(untouched.path.with_name("finished"))
    ended = copy.launch(MLFLOW_TRACKING_URI=DEAD_SERVER)
    files = {str(path.relative_to(copy.path)) for path in copy.path.rglob("*") if path.is_file()}
    yield copy, ended, files
    copy.stop()


@pytest.fixture(scope="session")
def second_run(first_run: tuple[Copy, Ended, set[str]]) -> tuple[Copy, Ended]:
    """The same command again, now with the local store. After it everything is finished."""
    copy, _, _ = first_run
    return copy, copy.launch()


@pytest.fixture(scope="session")
def finished(second_run: tuple[Copy, Ended]) -> Copy:
    """A finished run, to be looked at; who changes something takes `twin`."""
    copy, ended = second_run
    assert ended.code == 0, ended.trouble
    return copy


@pytest.fixture
def twin(finished: Copy, tmp_path: Path) -> Iterator[Copy]:
    """A finished run of one's own. (Its MLflow store knows that it has moved, and takes no more runs.)"""
    copy = finished.twin(tmp_path / "twin")
    yield copy
    copy.stop()
    shutil.rmtree(copy.path)


@pytest.fixture(scope="session")
def records(first_run: tuple[Copy, Ended, set[str]]) -> list[str]:
    """The folders of all records that the run has left."""
    _, _, files = first_run
    return sorted(name.removesuffix("/metrics.csv") for name in files if name.endswith("/metrics.csv"))
