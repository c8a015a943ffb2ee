"""The examples, each by the command that its README names, in a copy of the project.

They are given less to train than their configurations say: SHORTER. Of `denmark` and `codes`, which differ from the
others only in how their tables are written, only the tables are read. The commands themselves are planned in
test_documented_commands.py.
"""

import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
from job_server import PRELOADED, job_server

from relecture import clusters, records

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
README = (ROOT / "examples/README.md").read_text()
COMMANDS = dict(re.findall(r"^make replicate CONFIG=examples/(\w+)/config\.yaml ARGS=(\w+)$", README, re.M))


SHORTER = """
salaries:
  resampled: {n_splits: 4}
  network: {n_seeds: 2, training: {epochs: 50}}
  bagging: {n_trees: 50}
  random_forest: {n_trees: 50, max_features: [0.33], min_samples_leaf: [5]}
  learning_curve: {n_splits: 2, train_sizes: [0.5]}
clusters:
  restarts: {n_init: 50}
  elbow: {n_init: 5, n_references: 3}
  interpretation: {n_init: 20, n_resamples: 20}
tallies:
  search: {n_images: 200}
  finalists: {n_trials: 1, n_seeds: 1}
  labelled_cells: {n_train: 600, n_validation: 200, n_test: 200}
  base: {n_images: 1000}
  final: {epochs: 15, n_marks: 100, n_variants: 50}
  transfer: {n_labelled: 50, epochs: 1}
  label_curve: {n_labelled: [20, 50], n_images: 50}
"""


def run(copy, name: str, *arguments: str, targets: tuple[str, ...] = ()):
    """Run the command of an example, or other targets with its configuration."""
    files = [f"examples/{name}/config.yaml", "config/shorter.yaml"]
    options = ("--cores", "2", *arguments, "--configfile", *files)
    return copy.python("-m", "relecture", "run", *options, "--", *(targets or [COMMANDS[name]]))


@pytest.fixture(scope="module")
def examples(untouched, tmp_path_factory):
    """A copy of the project with the examples."""
    copy = untouched.twin(tmp_path_factory.mktemp("examples") / "project")
    shutil.copytree(ROOT / "examples", copy / "examples")
    (copy / "config/shorter.yaml").write_text(SHORTER)
    with job_server(copy.path.with_name("jobs"), *PRELOADED) as copy.executable:
        yield copy
    copy.stop()


@pytest.fixture(scope="module")
def voters(examples):
    return run(examples, "voters")


@pytest.fixture(scope="module")
def quarters(examples):
    return run(examples, "quarters")


@pytest.fixture(scope="module")
def user_sheets(examples):
    written = examples.run(sys.executable, "examples/tallies/write.py")
    assert written.code == 0, written.output
    return run(examples, "tallies")


def test_every_example_has_a_command_that_its_configuration_names_too():
    assert set(COMMANDS) == {path.parent.name for path in (ROOT / "examples").glob("*/config.yaml")}
    for name, target in COMMANDS.items():
        settings = (ROOT / f"examples/{name}/config.yaml").read_text()
        assert f"make replicate CONFIG=examples/{name}/config.yaml ARGS={target}\n" in settings


@pytest.mark.parametrize("name", ["voters", "quarters", "denmark", "codes"])
def test_the_table_of_an_example_is_what_its_script_writes(examples, name):
    written = examples / f"examples/{name}/{name}.csv"
    before = written.read_bytes()
    assert len(before) < 100_000
    written.unlink()
    done = examples.run(sys.executable, f"examples/{name}/write.py")
    assert done.code == 0, done.output
    assert written.read_bytes() == before


def test_voters_go_through_the_whole_comparison(examples, voters):
    assert voters.code == 0, voters.trouble
    assert {"salaries_fit book lasso", "salaries_fit resampled network_standardised", "salaries_figures"} <= voters.jobs
    assert "fetch hitters" not in voters.jobs
    table = pd.read_csv(examples / "results/voters/salaries/table.csv").set_index("model")
    assert table.parameters["Linear regression"] == 18  # 4 numbers, 6 + 6 + 1 columns of factors, the intercept
    assert table.mae.between(0.8, 1.0).all()
    assert table.r2.between(0.25, 0.45).all()
    log = (examples / "results/voters/logs/salaries/data.log").read_text()
    assert "944 rows, 944 used" in log
    assert "party (factor): 7 levels, compared with Independent: strong Democrat (200)" in log
    profile = (examples / "results/voters/salaries/profile.html").read_text()
    assert "Nothing in it looks suspicious." in profile


def test_the_tables_of_voters_do_not_mention_players(examples, voters):
    assert voters.code == 0
    for name in ("table.html", "differences.md"):
        text = (examples / "results/voters/salaries" / name).read_text().lower()
        assert "points of 7" in text
        assert not [word for word in ("player", "hitters", "dollars", "printed") if word in text]
    values = pd.read_csv(examples / "results/voters/salaries/reproduced_values.csv")
    assert values.reproduced.isna().all()
    assert set(values.data) == {"voters.csv"}


def test_quarters_go_through_every_method_and_keep_their_names(examples, quarters):
    assert quarters.code == 0, quarters.trouble
    assert quarters.jobs == {
        "clusters_user",
        "clusters_data quarters",
        *(f"clusters_fit quarters {method}" for method in clusters.METHODS),
        "overviews_clusters_quarters",
    }
    record = records.read(examples / "results/quarters/clusters/quarters/interpretation")
    assert record.params["data"]["name"] == "quarters.csv"
    times = record.predictions.set_index("name").cluster
    assert len(times) == 202
    # Stagflation is one group, and the calm years of the late nineties are another.
    assert times["1974 Q4"] == times["1980 Q1"] == times["1981 Q2"]
    assert times["1997 Q2"] == times["1998 Q3"] != times["1980 Q1"]


def test_a_european_table_is_read_with_two_settings(examples):
    profile = "results/denmark/clusters/data/denmark_profile.csv"
    done = run(examples, "denmark", targets=(profile,))
    assert done.code == 0, done.trouble
    assert done.jobs == {"clusters_data denmark"}
    columns = pd.read_csv(examples / profile).set_index("column")
    written = pd.read_csv(ROOT / "examples/denmark/denmark.csv", sep=";", decimal=",")
    assert columns["max"].to_dict() == written[columns.index].max().to_dict()


def test_codes_become_factors(examples):
    done = run(examples, "codes", targets=("results/codes/salaries/profile.csv",))
    assert done.code == 0, done.trouble
    assert done.jobs == {"salaries_data"}
    table = pd.read_csv(examples / "results/codes/salaries/data/table.csv")
    codes = pd.read_csv(ROOT / "examples/codes/codes.csv")
    assert list(table.filter(like="party")) == [f"party{code}" for code in range(1, 7)]
    assert table.party6.tolist() == (codes.party == 6).astype(int).tolist()
    assert "respondent" not in table


def test_the_users_cells_are_learned_and_the_users_sheets_counted(examples, user_sheets):
    assert user_sheets.code == 0, user_sheets.trouble
    assert not {"tallies_sheets", "fetch usps", "tallies_base default", "tallies_figures"} & user_sheets.jobs
    counts = pd.read_csv(examples / "results/sheets/tallies/count/transferred/counts.csv")
    unread = 12 - counts.sheet.nunique()
    assert unread <= 2
    assert counts.party.nunique() == 6
    totals = pd.read_csv(examples / "results/sheets/tallies/totals.csv").set_index("party")
    truth = pd.read_csv(examples / "examples/tallies/sheets/truth.csv")
    known = truth[truth.sheet.isin(counts.sheet)].groupby("party").votes.sum()
    assert totals.true[known.index].to_dict() == known.to_dict()
    predictions = records.read(examples / "results/sheets/tallies/final").predictions
    assert (predictions.label == predictions.predicted).mean() > 0.5  # of the sample; 0.94 of all MNIST


def test_the_whole_comparison_takes_the_users_cells_and_sheets_as_well(examples, user_sheets):
    assert user_sheets.code == 0, user_sheets.trouble
    planned = run(examples, "tallies", "--dry-run", targets=("tallies",))
    assert planned.code == 0, planned.output
    assert {"tallies_base default", "tallies_transfer frozen", "tallies_tables", "tallies_figures"} <= planned.jobs
    assert not {"tallies_final", "tallies_count transferred", "tallies_sheets", "fetch usps"} & planned.jobs


def one_image_more(example: Path) -> None:
    shutil.copy(next((example / "cells/3").iterdir()), example / "cells/3/more.png")


def one_image_less(example: Path) -> None:
    next((example / "cells/7").iterdir()).unlink()


def another_layout(example: Path) -> None:
    with (example / "sheets/layout.json").open("a") as file:
        file.write("\n")


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (lambda example: None, set()),
        (one_image_more, {"tallies_cells"}),
        (one_image_less, {"tallies_cells"}),
        (another_layout, {"tallies_segment"}),
    ],
    ids=["nothing", "one image more", "one image less", "another layout"],
)
def test_a_change_among_the_users_files_is_read_again(examples, user_sheets, tmp_path, change, rules):
    twin = examples.twin(tmp_path / "twin")
    change(twin / "examples/tallies")
    planned = run(twin, "tallies", "--dry-run")
    assert planned.code == 0, planned.output
    assert planned.jobs & {"tallies_cells", "tallies_segment"} == rules
    assert planned.nothing_to_do == (not rules)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("voters", None, "salaries.data names the file examples/voters/voters.csv: there is no such file"),
        (
            "quarters",
            None,
            "`quarters` in clusters.datasets names the file examples/quarters/quarters.csv: there is no",
        ),
        ("voters", "ideology;age\n1;2\n", "its columns are separated by semicolons"),
        ("quarters", "quarter,growth\n1959 Q2,1\n", "it has no column `inflation`"),
    ],
)
def test_a_bad_table_is_reported_by_the_run(examples, name, content, message):
    table = examples / f"examples/{name}/{name}.csv"
    before = table.read_bytes()
    try:
        table.unlink() if content is None else table.write_text(content)
        shutil.rmtree(examples / "results", ignore_errors=True)
        result = run(examples, name)
        assert result.code == 1
        assert message in result.output
        assert "Traceback" not in result.output
    finally:
        table.write_bytes(before)
