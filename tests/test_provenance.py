"""The command that makes a record again names the settings that it was made with."""

import json
import shlex
from pathlib import Path

import pytest
from snakemake.cli import parse_config

from relecture import provenance
from relecture.records import FitResult

STANDARD = Path("config/config.yaml")
DATA = {"name": "Hitters", "digest": "0123456789abcdef", "sample": False}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> Path:
    """A working folder, and a run of no settings yet."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv(provenance.RUN_CONFIG, "")
    return tmp_path / "here"


@pytest.mark.parametrize("files", [[], ["config/config.yaml"]])
def test_with_the_standard_settings_it_names_no_file(here, files):
    provenance.export_run_config([here / file for file in files], STANDARD)
    assert provenance.rerun_command("results/x/metrics.csv") == "snakemake results/x/metrics.csv --force"


def test_it_names_further_files_last_and_in_their_order_and_each_once(here):
    # Snakemake hands over those of the command line with their whole paths, and then the Snakefile's own.
    provenance.export_run_config(
        [here / "config/quick.yaml", here / "my own.yaml", "config/quick.yaml", STANDARD], STANDARD
    )
    assert provenance.rerun_command("x.csv") == "snakemake x.csv --force --configfile config/quick.yaml 'my own.yaml'"


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        ("budget=mine", "budget=mine"),
        ("salaries={book_seed: 2, resampled: {splits: 20}}",
         """'salaries={"book_seed": "2", "resampled": {"splits": "20"}}'"""),
        ("salaries={network: {hidden: [64, 32]}}", """'salaries={"network": {"hidden": ["64", "32"]}}'"""),
        ("scale=0.5", "scale=0.5"),
        ("quiet=True", "quiet=True"),
        ("nothing=", "nothing="),
        ("name=it's mine", """'name=it'"'"'s mine'"""),
    ],
)  # fmt: skip
def test_values_of_the_command_line_are_named_so_that_snakemake_reads_them_again(here, entry, written):
    values = parse_config([entry])
    provenance.export_run_config([here / "my.yaml"], STANDARD, values)
    command = provenance.rerun_command("x.csv")
    assert command == f"snakemake x.csv --force --configfile my.yaml --config {written}"
    assert parse_config([shlex.split(command)[-1]]) == values


def test_a_file_outside_the_working_folder_goes_by_its_whole_path(here):
    provenance.export_run_config([here.parent / "shared.yaml"], STANDARD)
    assert provenance.rerun_command("x.csv") == f"snakemake x.csv --force --configfile {here.parent}/shared.yaml"


def test_the_same_run_in_two_folders_leaves_the_same_record(tmp_path, monkeypatch):
    contents = []
    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        provenance.export_run_config([tmp_path / name / "config/quick.yaml"], STANDARD)
        fit = FitResult()
        fit.add("fit", {"mae": 1.0})
        fit.save(Path("results/lasso"), "salaries/book/lasso", {}, DATA, "salaries_fit")
        contents.append(Path("results/lasso/params.json").read_bytes())
    assert contents[0] == contents[1]
    again = "snakemake results/lasso/metrics.csv --force --configfile config/quick.yaml"
    assert json.loads(contents[0])["rerun"] == again
