"""The examples, each by the command that its README says, in a copy of the project."""

import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from relecture import records

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
README = (ROOT / "examples/README.md").read_text()
COMMANDS = dict(re.findall(r"^make replicate CONFIG=examples/(\w+)/config\.yaml ARGS=(\w+)$", README, re.M))


@pytest.fixture(scope="module")
def examples(untouched, tmp_path_factory):
    """A copy of the project with the examples, and a way to run one: `run("voters")`."""
    copy = untouched.twin(tmp_path_factory.mktemp("examples") / "project")
    shutil.copytree(ROOT / "examples", copy / "examples")

    def run(name: str, *overlays: str):
        files = [f"examples/{name}/config.yaml", *overlays]
        return copy.python("-m", "relecture", "run", "--cores", "2", "--configfile", *files, "--", COMMANDS[name])

    yield copy, run
    copy.stop()


@pytest.fixture(scope="module")
def voters(examples):
    copy, run = examples
    return copy, run("voters")


@pytest.fixture(scope="module")
def quarters(examples):
    copy, run = examples
    return copy, run("quarters")


@pytest.fixture(scope="module")
def own_sheets(examples):
    copy, run = examples
    written = copy.run(sys.executable, "examples/tallies/write.py")
    assert written.code == 0, written.output
    return copy, run("tallies")


@pytest.fixture(scope="module")
def compared(own_sheets):
    """The whole comparison on the same cells and sheets."""
    copy, _ = own_sheets
    return copy, copy.python("-m", "relecture", "run", "--cores", "2",
                             "--configfile", "examples/tallies/config.yaml", "--", "tallies")  # fmt: skip


def test_every_example_has_a_command_that_is_also_in_its_settings():
    assert set(COMMANDS) == {path.parent.name for path in (ROOT / "examples").glob("*/config.yaml")}
    for name, target in COMMANDS.items():
        settings = (ROOT / f"examples/{name}/config.yaml").read_text()
        assert f"make replicate CONFIG=examples/{name}/config.yaml ARGS={target}\n" in settings


@pytest.mark.parametrize("name", ["voters", "quarters"])
def test_the_table_of_an_example_is_what_its_script_writes(tmp_path, examples, name):
    copy, _ = examples
    written = copy / f"examples/{name}/{name}.csv"
    before = written.read_bytes()
    assert len(before) < 100_000
    written.unlink()
    done = copy.run(sys.executable, f"examples/{name}/write.py")
    assert done.code == 0, done.output
    assert written.read_bytes() == before


def test_voters_go_through_the_whole_comparison(voters):
    copy, ended = voters
    assert ended.code == 0, ended.trouble
    assert {"salaries_fit book lasso", "salaries_fit resampled network", "salaries_figures"} <= ended.jobs
    assert "fetch hitters" not in ended.jobs
    table = pd.read_csv(copy / "results/salaries/table.csv").set_index("model")
    assert table.parameters["Linear regression"] == 18  # 4 numbers, 6 + 6 + 1 columns of factors, the intercept
    assert table.mae.between(0.8, 1.0).all()
    assert table.r2.between(0.25, 0.45).all()
    said = (copy / "results/logs/salaries/data.log").read_text()
    assert "944 rows, target ideology" in said
    assert "party (7 levels, compared with Independent)" in said


def test_what_is_said_of_voters_says_nothing_of_players(voters):
    copy, _ = voters
    for name in ("table.html", "differences.md"):
        text = (copy / "results/salaries" / name).read_text().lower()
        assert "points of 7" in text
        assert not [word for word in ("player", "hitters", "dollars", "printed") if word in text]
    quantities = pd.read_csv(copy / "results/salaries/quantities.csv")
    assert quantities.reproduced.isna().all()
    assert set(quantities.data) == {"voters.csv"}


def test_quarters_go_through_every_method_and_keep_their_names(quarters):
    copy, ended = quarters
    assert ended.code == 0, ended.trouble
    assert ended.jobs == {
        "clusters_own",
        "clusters_data quarters",
        *(f"clusters_fit quarters {method}" for method in ("steps", "restarts", "elbow", "interpretation")),
        *(f"clusters_overview results/clusters/quarters/{m}" for m in ("steps", "restarts", "elbow", "interpretation")),
    }
    found = records.read(copy / "results/clusters/quarters/interpretation")
    assert found.params["data"]["name"] == "quarters.csv"
    times = found.predictions.set_index("name").cluster
    assert len(times) == 202
    # Stagflation is one group, and the calm years of the late nineties are another.
    assert times["1974 Q4"] == times["1980 Q1"] == times["1981 Q2"]
    assert times["1997 Q2"] == times["1998 Q3"] != times["1980 Q1"]


def test_cells_and_sheets_of_ones_own_are_learned_from_and_counted(own_sheets):
    copy, ended = own_sheets
    assert ended.code == 0, ended.trouble
    assert not {"tallies_sheets", "fetch usps", "tallies_base default", "tallies_figures"} & ended.jobs
    counts = pd.read_csv(copy / "results/tallies/count/after/counts.csv")
    unread = 12 - counts.sheet.nunique()
    assert unread <= 2
    assert counts.party.nunique() == 6
    totals = pd.read_csv(copy / "results/tallies/totals.csv").set_index("party")
    truth = pd.read_csv(copy / "examples/tallies/sheets/truth.csv")
    known = truth[truth.sheet.isin(counts.sheet)].groupby("party").votes.sum()
    assert totals.true[known.index].to_dict() == known.to_dict()
    answers = records.read(copy / "results/tallies/final").predictions
    assert (answers.label == answers.predicted).mean() > 0.5  # of the sample; 0.94 of all MNIST


def test_on_cells_and_sheets_of_ones_own_all_ways_are_compared_and_drawn(compared):
    copy, ended = compared
    assert ended.code == 0, ended.trouble
    assert {"tallies_base default", "tallies_transfer frozen", "tallies_table", "tallies_figures"} <= ended.jobs
    assert not {"tallies_final", "tallies_count after", "tallies_sheets", "fetch usps"} & ended.jobs
    assert len(pd.read_csv(copy / "results/tallies/table.csv")) == 7


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (lambda own: None, set()),
        (lambda own: shutil.copy(next((own / "cells/3").iterdir()), own / "cells/3/more.png"),
         {"tallies_cells"}),
        (lambda own: next((own / "cells/7").iterdir()).unlink(), {"tallies_cells"}),
        (lambda own: (own / "sheets/layout.json").write_text((own / "sheets/layout.json").read_text() + "\n"),
         {"tallies_cut"}),
    ],
    ids=["nothing", "an image more", "one less", "another layout"],
)  # fmt: skip
def test_what_is_changed_among_ones_own_files_is_read_again(own_sheets, tmp_path, change, rules):
    twin = own_sheets[0].twin(tmp_path / "twin")
    change(twin / "examples/tallies")
    planned = twin.python("-m", "relecture", "run", "--cores", "2", "--dry-run",
                          "--configfile", "examples/tallies/config.yaml", "--", "tallies")  # fmt: skip
    assert planned.code == 0, planned.output
    assert planned.jobs & {"tallies_cells", "tallies_cut"} == rules


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
def test_a_bad_table_is_told_by_the_run(examples, tmp_path, name, content, message):
    copy, run = examples
    table = copy / f"examples/{name}/{name}.csv"
    kept = table.read_bytes()
    try:
        table.unlink() if content is None else table.write_text(content)
        shutil.rmtree(copy / "results", ignore_errors=True)
        ended = run(name)
        assert ended.code == 1
        assert message in ended.output
        assert "Traceback" not in ended.output
    finally:
        table.write_bytes(kept)
