"""A change reruns what depends on it, and nothing else."""

import json
import re
import shlex
import shutil

import pytest
import yaml

pytestmark = pytest.mark.slow

NETWORKS = ("plain", "dropout", "early_stopping", "logistic")
ABOVE_LASSO = {
    *(f"salaries_fit {protocol} lasso" for protocol in ("book", "resampled")),
    *(f"salaries_overview {protocol} lasso" for protocol in ("book", "resampled")),
    *(f"publish_record results/salaries/{protocol}/lasso" for protocol in ("book", "resampled")),
    "salaries_table",
    "salaries_figures",
    "scorecard",
}
ABOVE_DROPOUT = {
    "digits_fit dropout",
    "digits_overview dropout",
    "publish_record results/digits/dropout",
    "digits_table",
    "digits_figures",
    "scorecard",
}


def planned(copy) -> set[str]:
    """What a run would do now."""
    ended = copy.snakemake("--dry-run")
    assert ended.code == 0, ended.trouble
    return ended.jobs


def edit(copy, module: str) -> None:
    with (copy / "src/relecture" / module).open("a") as file:
        file.write("# a remark\n")


def configure(copy, key: str, value: object) -> None:
    """Set `digits.dropout` or another value in the configuration that the finished run had."""
    file = copy / "config/tiny.yaml"
    config = yaml.safe_load(file.read_text())
    *blocks, name = key.split(".")
    block = config
    for inner in blocks:
        block = block.setdefault(inner, {})
    block[name] = value
    file.write_text(yaml.safe_dump(config))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("digits.dropout", [0.5, 0.3], ABOVE_DROPOUT),
        ("salaries.lasso.n_lambda", 50, ABOVE_LASSO),
        ("budget", "mine", {"scorecard"}),
        ("data.mirrors", ["elsewhere"], set()),  # other mirrors do not make other data
    ],
)
def test_a_changed_value_reruns_only_what_depends_on_it(twin, key, value, expected):
    configure(twin, key, value)
    assert planned(twin) == expected


def test_a_value_that_is_only_written_otherwise_is_no_change(twin):
    file = twin / "config/tiny.yaml"
    file.write_text(file.read_text().replace("digits:\n", "digits:\n  dropout:\n    - 4e-1\n    - 0.30\n"))
    file.write_text(file.read_text().replace("salaries:\n", "salaries:\n  lasso: {n_lambda: 1e2}\n"))
    assert planned(twin) == set()


def test_an_edit_of_one_method_reruns_that_method_and_what_is_made_of_it(twin):
    edit(twin, "salaries/lasso.py")
    assert planned(twin) == ABOVE_LASSO


def test_an_edit_of_the_digits_networks_reruns_neither_lda_nor_salaries(twin):
    edit(twin, "digits/networks.py")
    methods = [*NETWORKS, "ridge", "ridge_search"]
    assert planned(twin) == {
        *(f"digits_fit {method}" for method in NETWORKS),
        "digits_ridge",
        "digits_ridge_search",
        *(f"digits_overview {method}" for method in methods),
        *(f"publish_record results/digits/{method}" for method in methods),
        "digits_table",
        "digits_figures",
        "illustrations_early_stopping",
        "scorecard",
    }


def test_an_edit_of_the_figures_of_digits_only_draws_them_and_publishes(twin):
    edit(twin, "digits/figures.py")
    methods = [*NETWORKS, "ridge", "ridge_search", "lda", "sklearn_logistic"]
    assert planned(twin) == {
        "digits_figures",
        *(f"digits_overview {method}" for method in methods),
        *(f"publish_record results/digits/{method}" for method in methods),
    }


def test_an_edit_of_the_look_of_all_figures_fits_nothing(twin, records):
    edit(twin, "figures.py")
    jobs = planned(twin)
    assert {"salaries_figures", "digits_figures"} <= jobs
    assert {job for job in jobs if job.startswith("publish")} == {f"publish_record {record}" for record in records}
    assert not [job for job in jobs if re.search(r"_(fit|ridge|ridge_search|limits|data|splits|table)( |$)", job)]


def test_an_edit_of_the_tracking_only_publishes(twin, records):
    edit(twin, "tracking/content.py")
    assert planned(twin) == {"register", *(f"publish_record {record}" for record in records)}


def test_files_that_are_touched_but_not_changed_rerun_nothing(twin):
    names = ["src/relecture/records.py", "src/relecture/digits/networks.py", "config/published.yaml"]
    names += ["resources/hitters.json", "results/digits/data/mnist.npz", "results/digits/lda/metrics.csv"]
    for name in names:
        (twin / name).touch()
    assert planned(twin) == set()


def test_the_command_in_a_record_runs_that_fit_again_with_the_same_settings_and_nothing_else(twin):
    record = json.loads((twin / "results/digits/dropout/params.json").read_text())
    ended = twin.python("-m", *shlex.split(record["rerun"]), "--cores", "2", "--dry-run")
    assert ended.code == 0, ended.trouble
    assert ended.jobs == {"digits_fit dropout"}


def test_the_command_in_a_record_has_the_values_that_the_command_line_gave(twin):
    ended = twin.snakemake("--config", "salaries={book_seed: 2}", "--", "results/salaries/book/linear/metrics.csv")
    assert ended.code == 0, ended.trouble
    assert ended.jobs == {"salaries_splits book", "salaries_fit book linear"}
    record = json.loads((twin / "results/salaries/book/linear/params.json").read_text())
    ended = twin.python("-m", *shlex.split(record["rerun"]), "--cores", "2", "--dry-run")
    assert ended.code == 0, ended.trouble
    assert ended.jobs == {"salaries_fit book linear"}


def test_the_same_settings_in_a_file_of_another_name_rerun_nothing(twin):
    shutil.copy(twin / "config/tiny.yaml", twin / "config/mine.yaml")
    ended = twin.python("-m", "snakemake", "--configfile", "config/mine.yaml", "--cores", "2", "--dry-run")
    assert ended.nothing_to_do, ended.trouble


def test_forced_one_fit_runs_again_and_leaves_the_same_bytes(twin):
    files = [twin / "results/digits/dropout" / name for name in ("metrics.csv", "history.csv")]
    before, times = [file.read_bytes() for file in files], [file.stat().st_mtime_ns for file in files]
    ended = twin.snakemake("--force", "--", "results/digits/dropout/metrics.csv")
    assert ended.code == 0, ended.trouble
    assert ended.jobs == {"digits_fit dropout"}
    assert [file.read_bytes() for file in files] == before
    assert all(file.stat().st_mtime_ns > time for file, time in zip(files, times, strict=True))
    # The model is a folder, whose time alone counts; everything else sees that nothing has changed.
    assert planned(twin) <= {"digits_figures"}
