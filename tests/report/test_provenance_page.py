"""Provenance: the configuration that a fit had, its seconds and memory, versions and the machine."""

from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

from relecture.errors import UserError
from relecture.provenance import installed, packages
from relecture.records import FitResult
from relecture.report import provenance_page
from relecture.report.provenance_page import fits, machine, provenance, read_preset


@pytest.fixture
def record(tmp_path) -> Path:
    """A record of two seeds, with the benchmark that Snakemake wrote of it."""
    fit = FitResult(parameters=1345)
    for seed in range(2):
        fit.add(f"seed-{seed}", {"mae": 250.0 + seed})
    config = {"hidden": [64], "training": {"epochs": 7}}
    source = {"name": "Hitters <all>", "digest": "0123456789abcdef", "sample": False}
    folder = tmp_path / "results/salaries/book/network"
    fit.save(folder, "salaries/book/network", config, source, "a_rule")
    (tmp_path / "results/benchmarks/salaries").mkdir(parents=True)
    measured = pd.DataFrame({"s": [6.25], "h:m:s": ["0:00:06"], "max_rss": [531.4]})
    measured.to_csv(tmp_path / "results/benchmarks/salaries/book_network.tsv", sep="\t", index=False)
    return folder


def test_a_fit_has_the_configuration_of_its_record(record):
    row = fits([record]).iloc[0]
    assert (row.fit, row.members, row.data) == ("salaries/book/network", 2, "Hitters <all>")
    assert row.configuration == "hidden: [64]; training.epochs: 7; parameters: 1345"
    assert (row.seconds, row.memory) == (6.25, 531.4)


def test_a_record_of_several_jobs_has_the_seconds_of_all_and_the_highest_memory_of_any(record, tmp_path):
    folder = tmp_path / "results/benchmarks/salaries"
    (folder / "book_network.tsv").unlink()
    for shard, (seconds, memory) in enumerate([(2.0, 300.0), (3.5, 200.0)]):
        (folder / f"book_network_{shard}.tsv").write_text(f"s\tmax_rss\n{seconds}\t{memory}\n")
    (folder / "book_networks.tsv").write_text("s\tmax_rss\n100\t100\n")  # of another
    row = fits([record]).iloc[0]
    assert (row.seconds, row.memory) == (5.5, 300.0)


def test_the_benchmarks_of_a_run_with_a_name_are_in_its_folder(record, tmp_path):
    (tmp_path / "results").rename(tmp_path / "quick")
    (tmp_path / "results").mkdir()
    (tmp_path / "quick").rename(tmp_path / "results/quick")
    row = fits([tmp_path / "results/quick/salaries/book/network"]).iloc[0]
    assert (row.seconds, row.memory) == (6.25, 531.4)


@pytest.mark.parametrize("measured", [None, "-"])
def test_what_was_not_measured_is_a_dash(record, tmp_path, scorecard, measured):
    file = tmp_path / "results/benchmarks/salaries/book_network.tsv"
    file.unlink() if measured is None else file.write_text(f"s\th:m:s\tmax_rss\n0.1\t0:00:00\t{measured}\n")
    page = provenance([record], scorecard)
    assert '<td class="number">–</td>' in page


def test_the_page_names_preset_machine_packages_and_fits_and_fetches_nothing(record, scorecard):
    page = provenance([record], scorecard)
    for text in (
        ">mine</td>",
        machine()["processor"],
        version("snakemake"),
        "training.epochs: 7",
        "Hitters &lt;all&gt;",
    ):
        assert text in page
    assert "http" not in page


def test_the_preset_is_that_of_the_scorecard(scorecard):
    assert read_preset(scorecard) == "mine"


def test_a_scorecard_of_an_older_version_without_a_preset_is_a_user_error(scorecard):
    pd.read_csv(scorecard).drop(columns="preset").to_csv(scorecard, index=False)
    with pytest.raises(UserError, match=r"scorecard\.csv has no column preset; rerun: "):
        read_preset(scorecard)


def test_the_page_of_a_package_that_is_not_installed_has_no_versions(record, scorecard, monkeypatch):
    monkeypatch.setattr(provenance_page, "packages", dict)
    assert "<h2>Packages</h2>" in provenance([record], scorecard)


def test_a_package_that_is_not_installed_has_no_version():
    assert installed("pandas") == version("pandas")
    assert installed("no-such-package-of-ours") is None


def test_the_packages_are_the_direct_dependencies_of_the_project():
    versions = packages()
    assert {"snakemake", "torch", "mlflow", "pandas"} <= set(versions)
    assert "pytest" not in versions
    assert versions["pandas"] == version("pandas")
