"""The project before anything was run, for the tests of the workflow."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from copies import Copy, wait_for

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "Makefile", "pyproject.toml", "constraints.txt", "config", "workflow", "profiles", "src")
TINY = Path(__file__).with_name("tiny.yaml")


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    return wait_for


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory, hitters_csv: Path) -> Iterator[Copy]:
    """The project as it is now, with the overlay `config/tiny.yaml`; MNIST cannot be had."""
    folder = tmp_path_factory.mktemp("workflow")
    (folder / "mirror").mkdir()
    shutil.copy(hitters_csv, folder / "mirror" / "Hitters.csv")
    copy = Copy(folder / "project", folder / "mirror")
    copy.path.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy2(ROOT / part, copy / part)
    shutil.copy(TINY, copy / "config")
    yield copy
    copy.stop()


@pytest.fixture
def fresh(untouched: Copy, tmp_path: Path) -> Iterator[Copy]:
    """The project before anything was run."""
    copy = untouched.twin(tmp_path / "fresh")
    yield copy
    copy.stop()
