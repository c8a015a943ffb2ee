"""The same inputs, configuration and machine give the same bytes."""

import contextlib
import os
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TARGETS = ("results/salaries/table.csv", "results/digits/table.csv")
KINDS = (".csv", ".md", ".tex", ".html")


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
    assert sum("/table." in name or "/differences." in name for name in once) == 16
    assert [name for name in once if once[name] != again[name]] == []
