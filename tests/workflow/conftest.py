"""The project before anything was run, for the tests of the workflow."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from project_copy import Copy, wait_until


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    return wait_until


@pytest.fixture(scope="session")
def mirror(hitters_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror folder that has Hitters.csv alone: MNIST and USPS are not available."""
    folder = tmp_path_factory.mktemp("mirror")
    shutil.copy(hitters_csv, folder / "Hitters.csv")
    return folder


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory, mirror: Path, starter: Path) -> Iterator[Copy]:
    """The project as it is now, with the overlay `config/tiny.yaml`, never run."""
    copy = Copy.create(tmp_path_factory.mktemp("workflow") / "project", mirror)
    copy.starter = starter
    yield copy
    copy.stop()


@pytest.fixture
def fresh(untouched: Copy, tmp_path: Path) -> Iterator[Copy]:
    """The project before anything was run."""
    copy = untouched.twin(tmp_path / "fresh")
    yield copy
    copy.stop()
    shutil.rmtree(copy.path)
