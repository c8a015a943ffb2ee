"""How it was made: the settings that a fit really had, its seconds and memory, versions and the machine."""

from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

from relecture.provenance import installed
from relecture.records import FitResult
from relecture.report.provenance_page import budget, fits, machine, making, packages


@pytest.fixture
def record(tmp_path) -> Path:
    """A record of two seeds, with what Snakemake measured of it."""
    fit = FitResult(parameters=1345)
    for seed in range(2):
        fit.add(f"seed-{seed}", {"mae": 250.0 + seed})
    config = {"hidden": [64], "training": {"epochs": 7}}
    source = {"name": "Hitters <all>", "digest": "0123456789abcdef", "sample": False}
    fit.save(tmp_path / "results" / "record", "salaries/book/network", config, source, "a_rule")
    (tmp_path / "benchmarks" / "salaries").mkdir(parents=True)
    measured = pd.DataFrame({"s": [6.25], "h:m:s": ["0:00:06"], "max_rss": [531.4]})
    measured.to_csv(tmp_path / "benchmarks" / "salaries" / "book_network.tsv", sep="\t", index=False)
    return tmp_path / "results" / "record"


def test_a_fit_has_the_settings_that_its_record_was_made_with(record, tmp_path):
    row = fits([record], tmp_path / "benchmarks").iloc[0]
    assert (row.fit, row.members, row.data) == ("salaries/book/network", 2, "Hitters <all>")
    assert row.settings == "hidden: [64]; training.epochs: 7; parameters: 1345"
    assert (row.seconds, row.memory) == (6.25, 531.4)


def test_a_record_that_took_several_jobs_has_the_seconds_of_all_and_the_most_memory_of_any(record, tmp_path):
    folder = tmp_path / "benchmarks/salaries"
    (folder / "book_network.tsv").unlink()
    for shard, (seconds, memory) in enumerate([(2.0, 300.0), (3.5, 200.0)]):
        (folder / f"book_network_{shard}.tsv").write_text(f"s\tmax_rss\n{seconds}\t{memory}\n")
    (folder / "book_networks.tsv").write_text("s\tmax_rss\n100\t100\n")  # of another
    row = fits([record], tmp_path / "benchmarks").iloc[0]
    assert (row.seconds, row.memory) == (5.5, 300.0)


@pytest.mark.parametrize("measured", [None, "-"])
def test_what_was_not_measured_is_a_dash(record, tmp_path, scorecard, measured):
    file = tmp_path / "benchmarks/salaries/book_network.tsv"
    file.unlink() if measured is None else file.write_text(f"s\th:m:s\tmax_rss\n0.1\t0:00:00\t{measured}\n")
    page = making([record], tmp_path / "benchmarks", scorecard.with_suffix(".md"))
    assert '<td class="number">–</td>' in page


def test_the_page_tells_budget_machine_packages_and_fits_and_fetches_nothing(record, tmp_path, scorecard):
    page = making([record], tmp_path / "benchmarks", scorecard.with_suffix(".md"))
    for text in (
        "<td>mine</td>",
        machine()["processor"],
        version("snakemake"),
        "training.epochs: 7",
        "Hitters &lt;all&gt;",
    ):
        assert text in page
    assert "http" not in page


def test_the_budget_is_the_one_that_the_scorecard_names(scorecard, tmp_path):
    assert budget(scorecard.with_suffix(".md")) == "mine"
    (tmp_path / "other.md").write_text("no note\n")
    assert budget(tmp_path / "other.md") == "unknown"


def test_a_package_that_is_not_there_has_no_version():
    assert installed("pandas") == version("pandas")
    assert installed("no-such-package-of-ours") is None


def test_the_packages_are_those_that_the_project_asks_for():
    found = packages()
    assert {"snakemake", "torch", "mlflow", "pandas"} <= set(found)
    assert "pytest" not in found
    assert found["pandas"] == version("pandas")
