"""The command that makes a record again names the settings that it was made with."""

import json
from pathlib import Path

import pytest

from relecture import rerun
from relecture.records import Fit

STANDARD = Path("config/config.yaml")
DATA = {"name": "Hitters", "digest": "0123456789abcdef", "sample": False}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> Path:
    """A working folder, and a run of no settings yet."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv(rerun.FILES, "")
    return tmp_path / "here"


@pytest.mark.parametrize("files", [[], ["config/config.yaml"]])
def test_with_the_standard_settings_it_names_no_file(here, files):
    rerun.remember([here / file for file in files], STANDARD)
    assert rerun.rerun("results/x/metrics.csv") == "snakemake results/x/metrics.csv --force"


def test_it_names_further_files_last_and_in_their_order_and_each_once(here):
    # Snakemake hands over those of the command line with their whole paths, and then the Snakefile's own.
    rerun.remember([here / "config/quick.yaml", here / "my own.yaml", "config/quick.yaml", STANDARD], STANDARD)
    assert rerun.rerun("x.csv") == "snakemake x.csv --force --configfile config/quick.yaml 'my own.yaml'"


def test_a_file_outside_the_working_folder_goes_by_its_whole_path(here):
    rerun.remember([here.parent / "shared.yaml"], STANDARD)
    assert rerun.rerun("x.csv") == f"snakemake x.csv --force --configfile {here.parent}/shared.yaml"


def test_the_same_run_in_two_folders_leaves_the_same_record(tmp_path, monkeypatch):
    contents = []
    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        rerun.remember([tmp_path / name / "config/quick.yaml"], STANDARD)
        fit = Fit()
        fit.add("fit", {"mae": 1.0})
        fit.leave(Path("results/lasso"), "salaries/book/lasso", {}, DATA, "salaries_fit")
        contents.append(Path("results/lasso/params.json").read_bytes())
    assert contents[0] == contents[1]
    again = "snakemake results/lasso/metrics.csv --force --configfile config/quick.yaml"
    assert json.loads(contents[0])["rerun"] == again
