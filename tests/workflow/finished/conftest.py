"""One run of everything with tiny budgets, made once for all test processes; a test that changes it takes a twin."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from project_copy import DEAD_SERVER, CommandResult, Copy

SITE = Path(__file__).with_name("site")

#: One record of each comparison is synced by Snakemake. All others are synced by the same command, but in one process:
#: each job would import MLflow anew, which takes two seconds of a processor.
SYNCED_BY_SNAKEMAKE = ("salaries/book/lasso", "digits/lda", "tallies/final", "clusters/limits")
SYNC_OTHERS = """
import sys
from pathlib import Path
from relecture.tracking.cli import sync

for record in map(Path, sys.argv[1:]):
    sync([record], figure=[record / "overview.png"], out=record / "mlflow_run.json")
"""


def reporting(copy: Copy) -> dict[str, str]:
    """The variables with which every job reports the modules that it has loaded (site/sitecustomize.py)."""
    folder = copy.path.with_name("loaded")
    folder.mkdir(exist_ok=True)
    return {"PYTHONPATH": os.pathsep.join([str(copy / "src"), str(SITE)]), "LOADED_MODULES": str(folder)}


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
def first_run(once: Callable[..., dict], mirror: Path) -> Iterator[tuple[Copy, CommandResult, set[str]]]:
    """A run from nothing while MLflow's server is dead, and the names of the files that it leaves."""

    def make(folder: Path) -> dict:
        shutil.copytree(mirror, folder / "mirror")
        copy = Copy.create(folder / "finished", folder / "mirror")
        result = copy.launch(MLFLOW_TRACKING_URI=DEAD_SERVER, **reporting(copy))
        files = [str(path.relative_to(copy.path)) for path in copy.path.rglob("*") if path.is_file()]
        return {"folder": str(folder), "code": result.code, "output": result.output, "files": files}

    made = once("first_run", make)
    folder = Path(made["folder"])
    copy = Copy(folder / "finished", folder / "mirror")
    yield copy, CommandResult(made["code"], made["output"]), set(made["files"])
    copy.stop_started()


@pytest.fixture(scope="session")
def records(first_run: tuple[Copy, CommandResult, set[str]]) -> list[str]:
    """The folders of all records that the run has left."""
    _, _, files = first_run
    return sorted(name.removesuffix("/metrics.csv") for name in files if name.endswith("/metrics.csv"))


@pytest.fixture(scope="session")
def synced() -> list[str]:
    """The folders of the records that Snakemake syncs."""
    return [f"results/{name}" for name in SYNCED_BY_SNAKEMAKE]


@pytest.fixture(scope="session")
def second_run(
    once: Callable[..., dict],
    first_run: tuple[Copy, CommandResult, set[str]],
    records: list[str],
    synced: list[str],
) -> tuple[set[str], CommandResult]:
    """The jobs of the same command again, now with the local store; and the run that leaves everything finished."""
    copy, _, _ = first_run

    def make(folder: Path) -> dict:
        plan = copy.launch("--dry-run")
        targets = [f"{record}/mlflow_run.json" for record in synced]
        targets += ["mlflow.db", "results/tallies/validation/registered.json"]
        result = copy.launch("--", *targets, **reporting(copy))
        others = copy.python("-c", SYNC_OTHERS, *(record for record in records if record not in synced))
        code = plan.code or result.code or others.code
        return {"plan": sorted(plan.jobs), "code": code, "output": result.output + others.output}

    made = once("second_run", make)
    return set(made["plan"]), CommandResult(made["code"], made["output"])


@pytest.fixture(scope="session")
def finished(first_run: tuple[Copy, CommandResult, set[str]], second_run: tuple[set[str], CommandResult]) -> Copy:
    """A finished run, to be read only; a test that changes something takes `twin`."""
    copy, _, _ = first_run
    _, result = second_run
    assert result.code == 0, result.trouble
    return copy


@pytest.fixture
def twin(finished: Copy, tmp_path: Path) -> Iterator[Copy]:
    """A finished run for this test alone. (Its MLflow store knows that it has moved, and takes no more runs.)"""
    copy = finished.twin(tmp_path / "twin")
    yield copy
    copy.stop()
    shutil.rmtree(copy.path)
