"""A change reruns what depends on it, and nothing else."""

import json
import re
import shlex
import shutil
from dataclasses import replace

import pytest
from job_server import PRELOADED, job_server

pytestmark = pytest.mark.slow

#: Tables of the comparisons that train networks, and of the counts of votes.
TABLES = {
    **{name: f"results/{name}/table.csv" for name in ("salaries", "digits", "tallies")},
    "count": "results/tallies/totals.csv",
    "seeds": "results/tallies/seeds.csv",
}
NETWORKS = ("plain", "dropout", "early_stopping", "early_stopping_error", "l1", "one_hidden_layer", "logistic")
ABOVE_SCORECARD = {"scorecard", "report_conclusions illustrations", "report_start_page"}
ABOVE_LASSO = {
    *(f"salaries_fit {protocol} lasso" for protocol in ("book", "resampled")),
    *(f"overviews_salaries_{protocol}" for protocol in ("book", "resampled")),
    "salaries_learning_curve",
    "overviews_salaries",
    "salaries_tables",
    "salaries_figures",
    "report_conclusions salaries",
    "sync",
    *ABOVE_SCORECARD,
}
ABOVE_DROPOUT = {
    "digits_fit dropout",
    "overviews_digits",
    "digits_tables",
    "digits_figures",
    "report_conclusions digits",
    "sync",
    *ABOVE_SCORECARD,
}


def planned(copy) -> set[str]:
    """The jobs that a run would start now."""
    result = copy.snakemake("--dry-run")
    assert result.code == 0, result.trouble
    return result.jobs


def rerun_command(copy, record: dict) -> list[str]:
    """The command that a record names."""
    program, *arguments = shlex.split(record["rerun"])
    return [*copy.start_of(program), *arguments]


def edit(copy, module: str) -> None:
    with (copy / "src/relecture" / module).open("a") as file:
        file.write("# a remark\n")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("digits.dropout", [0.5, 0.3], ABOVE_DROPOUT),
        ("salaries.lasso.n_lambda", 50, ABOVE_LASSO),
        ("preset", "mine", ABOVE_SCORECARD),
        ("data.mirrors", ["elsewhere"], set()),  # other mirrors do not make other data
    ],
)
def test_a_changed_value_reruns_only_what_depends_on_it(twin, key, value, expected):
    twin.configure(key, value)
    assert planned(twin) == expected


def test_a_value_in_another_notation_is_no_change(twin):
    file = twin / "config/tiny.yaml"
    file.write_text(file.read_text().replace("digits:\n", "digits:\n  dropout:\n    - 4e-1\n    - 0.30\n"))
    file.write_text(file.read_text().replace("salaries:\n", "salaries:\n  lasso: {n_lambda: 1e2}\n"))
    assert planned(twin) == set()


def test_an_edit_of_one_method_reruns_that_method_and_what_depends_on_it(twin):
    edit(twin, "salaries/lasso.py")
    assert planned(twin) == ABOVE_LASSO


def test_an_edit_of_the_digits_networks_reruns_neither_lda_nor_salaries(twin):
    edit(twin, "digits/networks.py")
    assert planned(twin) == {
        *(f"digits_fit {method}" for method in NETWORKS),
        "digits_ridge ridge",
        "digits_ridge_search ridge_search",
        "overviews_digits",
        "sync",
        "digits_tables",
        "digits_figures",
        "illustrations_early_stopping",
        "report_conclusions digits",
        "report_conclusions illustrations",
        *ABOVE_SCORECARD,
    }


def test_an_edit_of_the_figures_of_digits_only_redraws_and_syncs_them(twin):
    edit(twin, "digits/figures.py")
    assert planned(twin) == {
        "digits_figures",
        "overviews_digits",
        "sync",
        "report_start_page",
    }


def test_an_edit_of_the_style_of_all_figures_fits_nothing(twin):
    edit(twin, "plotting.py")
    jobs = planned(twin)
    assert {"salaries_figures", "digits_figures", "sync"} <= jobs
    assert not [
        job for job in jobs if re.search(r"_(fit|learning_curve|ridge|ridge_search|limits|data|splits|table)( |$)", job)
    ]


def test_an_edit_of_the_tracking_only_syncs(twin):
    edit(twin, "tracking/run_content.py")
    assert planned(twin) == {"register", "sync", "report_start_page"}


def test_touched_but_unchanged_files_rerun_nothing(twin):
    names = ["src/relecture/records.py", "src/relecture/digits/networks.py", "config/published.yaml"]
    names += ["resources/hitters.json", "results/digits/data/mnist.npz", "results/digits/lda/metrics.csv"]
    for name in names:
        (twin / name).touch()
    assert planned(twin) == set()


def test_the_command_in_a_record_reruns_that_fit_with_the_same_configuration_and_nothing_else(twin):
    record = json.loads((twin / "results/digits/dropout/params.json").read_text())
    result = twin.run(*rerun_command(twin, record), "--cores", "2", "--dry-run")
    assert result.code == 0, result.trouble
    assert result.jobs == {"digits_fit dropout"}


def test_the_command_in_a_record_has_the_values_that_the_command_line_gave(twin):
    made = twin.snakemake("--config", "salaries={book_seed: 2}", "--", "results/salaries/book/linear/metrics.csv")
    assert made.code == 0, made.trouble
    assert made.jobs == {"salaries_splits book", "salaries_fit book linear"}
    record = json.loads((twin / "results/salaries/book/linear/params.json").read_text())
    result = twin.run(*rerun_command(twin, record), "--cores", "2", "--dry-run")
    assert result.code == 0, result.trouble
    assert result.jobs == {"salaries_fit book linear"}


def test_a_target_makes_a_missing_record_again_with_all_that_is_made_from_it(twin):
    for file in (twin / "results/salaries/book/linear").glob("*.*"):  # as of a fit that was cancelled
        file.unlink()
    result = twin.snakemake("--dry-run", "--", "salaries")
    assert result.code == 0, result.trouble
    assert result.jobs == {
        "salaries",
        "salaries_fit book linear",
        "overviews_salaries_book",
        "salaries_tables",
        "salaries_figures",
        "report_conclusions salaries",
    }


def test_the_same_configuration_in_a_file_of_another_name_reruns_nothing(twin):
    shutil.copy(twin / "config/tiny.yaml", twin / "config/mine.yaml")
    options = ("--configfile", "config/mine.yaml", "--cores", "2", "--dry-run")
    result = twin.run(*twin.start_of("snakemake"), *options)
    assert result.nothing_to_do, result.trouble


def test_a_forced_fit_and_all_tables_run_again_and_leave_the_same_bytes(twin, tmp_path):
    fit = [twin / "results/digits/dropout" / name for name in ("metrics.csv", "history.csv")]
    tables = [
        path for path in (twin / "results").glob("*/*") if path.suffix in (".csv", ".json", ".md", ".tex", ".html")
    ]
    # The profile of the salaries is written with the data, and the conclusions after the tables.
    others = ("profile", "conclusions")
    files = [*fit, *(path for path in tables if path.parent.name in TABLES and path.stem not in others)]
    assert len(files) > 50
    before, times = [file.read_bytes() for file in files], [file.stat().st_mtime_ns for file in files]
    with job_server(tmp_path / "jobs", *PRELOADED) as executable:
        copy = replace(twin, executable=executable)
        result = copy.snakemake("--force", "--", "results/digits/dropout/metrics.csv", *TABLES.values())
    assert result.code == 0, result.trouble
    assert result.jobs == {
        "digits_fit dropout",
        "digits_tables",
        "salaries_tables",
        "tallies_tables",
        "tallies_vote_tables",
        "tallies_seed_tables",
    }
    assert [file.read_bytes() for file in files] == before
    assert all(file.stat().st_mtime_ns > time for file, time in zip(files, times, strict=True))
    # The model is a folder, and only its modification time counts; the jobs that read nothing else see no change.
    assert planned(twin) <= ABOVE_DROPOUT - {"digits_fit dropout"}
