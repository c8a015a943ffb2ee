"""The same inputs, configuration and machine give the same bytes."""

import contextlib
import os
import shutil
from pathlib import Path

import pytest

from relecture import tallies

pytestmark = pytest.mark.slow

TARGETS = ("results/salaries/table.csv", "results/digits/table.csv")
KINDS = (".csv", ".md", ".tex", ".html")
METHODS = {**tallies.SEARCH, **tallies.FINAL}
RECORDS = len(METHODS) + len(tallies.BASES) + len(tallies.TRANSFERS) + len(tallies.LABELS)


@pytest.fixture
def mirror(request: pytest.FixtureRequest, hitters_csv: Path, tmp_path: Path) -> Path:
    """A mirror folder with Hitters and, where a source has it, all of MNIST; else the sample will do."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    shutil.copy(hitters_csv, folder / "Hitters.csv")
    with contextlib.suppress(pytest.skip.Exception):
        shutil.copytree(request.getfixturevalue("mnist_manifest").parent / "mnist", folder / "mnist")
    return folder


def test_quick_run_in_two_folders_leaves_the_same_records_and_tables_byte_by_byte(untouched, mirror, tmp_path):
    contents = []
    for folder in ("once", "again"):
        copy = untouched.twin(tmp_path / folder)
        quick = ("--configfile", "config/quick.yaml", "--cores", "2")
        ended = copy.python("-m", "relecture.launch", *quick, *TARGETS, RELECTURE_MIRROR=str(mirror))
        copy.stop()
        assert ended.code == 0, ended.trouble
        files = sorted(path for path in (copy / "results").rglob("*") if path.suffix in KINDS)
        contents.append({os.path.relpath(path, copy.path): path.read_bytes() for path in files})
    once, again = contents
    assert list(once) == list(again)
    assert sum(name.endswith("/metrics.csv") for name in once) == 16
    assert sum(name.endswith("/history.csv") for name in once) == 16
    tables = [name for name in once if "/data/" not in name]  # salaries' data are a table, too
    assert sum("/table." in name or "/differences." in name for name in tables) == 16
    assert [name for name in once if once[name] != again[name]] == []


def test_tallies_in_another_folder_leave_the_same_records_and_tables_byte_by_byte(finished, fresh):
    ended = fresh.launch("results/tallies/table.csv")
    assert ended.code == 0, ended.trouble
    files = [path for path in (fresh / "results/tallies").rglob("*") if path.suffix in KINDS]
    names = [os.path.relpath(path, fresh.path) for path in files]
    assert sum(name.endswith("/metrics.csv") for name in names) == RECORDS
    assert sum(name.endswith("/history.csv") and "/shard-" not in name for name in names) == RECORDS
    assert {f"results/tallies/{name}" for name in ("search/trials.csv", "differences.md", "labels.tex")} <= set(names)
    assert [name for name in names if (fresh / name).read_bytes() != (finished / name).read_bytes()] == []
