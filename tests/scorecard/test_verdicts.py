"""Number by number: nothing printed is dropped in silence, nothing is judged that cannot be."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from relecture.errors import UserError
from relecture.scorecard import verdicts
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues

ENTRIES = [
    PublishedValue(id="salaries.a", quantity="error a", source="Table 1", value="254.7", better="lower"),
    PublishedValue(
        id="salaries.b", quantity="error b", source="Table 1", value="224.8", better="lower", differs="A slip."
    ),
    PublishedValue(
        id="salaries.c", quantity="size c", source="Table 2", value="1,345", better="neither", note="With biases."
    ),
    PublishedValue(id="digits.d", quantity="error d", source="Table 3", value="1.8", better="lower"),
]


@pytest.fixture
def came_out(tmp_path):
    """Quantities as a comparison hands them over: `came_out(("salaries.a", 254.6), data="")`."""

    def write(*numbers: tuple, data: str = "") -> pd.DataFrame:
        collected = ReproducedValues(data)
        for number in numbers:
            collected.add(*number)
        collected.write(tmp_path / "quantities.csv")
        return pd.read_csv(tmp_path / "quantities.csv")

    return write


def card(quantities: pd.DataFrame, budget: str = "standard") -> pd.DataFrame:
    return verdicts.build(ENTRIES, quantities, budget).set_index("id")


def test_every_printed_number_of_a_comparison_has_a_row_and_no_other(came_out):
    found = verdicts.build(ENTRIES, came_out(("salaries.c", 1345.0), ("salaries.a", 254.66)))
    assert found.id.tolist() == ["salaries.a", "salaries.b", "salaries.c"]
    assert tuple(found.columns) == verdicts.COLUMNS


def test_a_row_has_what_was_printed_and_what_came_out(came_out):
    row = card(came_out(("digits.d", 1.87, 0.05, 5))).loc["digits.d"]
    assert (row.comparison, row.quantity, row.source, row.published) == ("digits", "error d", "Table 3", "1.8")
    assert (row.reproduced, row.sd, row.n, row.verdict) == (1.87, 0.05, 5, "within")


def test_a_number_without_members_has_no_standard_deviation(came_out):
    row = card(came_out(("salaries.a", 254.66))).loc["salaries.a"]
    assert pd.isna(row.sd)
    assert (row.n, row.verdict) == (1, "exact")


def test_a_number_that_did_not_come_out_keeps_its_row_and_says_so(came_out):
    row = card(came_out(("salaries.a", 254.66))).loc["salaries.b"]
    assert pd.isna(row.reproduced)
    assert (row.published, row.n, row.verdict, row.note) == ("224.8", 0, "", "Not computed with these settings.")


def test_a_number_that_is_not_listed_is_a_user_error_that_names_it(came_out):
    with pytest.raises(UserError, match=r"config/published\.yaml does not list .*: salaries\.z$"):
        card(came_out(("salaries.a", 254.66), ("salaries.z", 1.0)))


def test_a_number_that_differs_has_a_reason(came_out):
    numbers = came_out(("salaries.a", 260.0), ("salaries.b", 234.7), ("salaries.c", 1345.0))
    assert card(numbers).note.tolist() == ["No reason is known.", "A slip.", "With biases."]
    quick = card(numbers, "quick").note
    assert quick["salaries.a"] == "Made with smaller budgets than the standard run's."
    assert quick["salaries.b"] == "A slip."


def test_numbers_of_a_sample_are_not_judged(came_out):
    row = card(came_out(("digits.d", 1.8, 0.1, 3), data="MNIST-5k sample")).loc["digits.d"]
    assert (row.verdict, row.reproduced, row.note) == ("", 1.8, "MNIST-5k sample: not judged.")


def shown(*numbers: tuple) -> list[str]:
    columns = ["published", "reproduced", "sd", "n"]
    rows = pd.DataFrame([dict(zip(columns, number, strict=True)) for number in numbers])
    return verdicts.shown(rows.assign(quantity="q", source="s", verdict="", note="")).reproduced.tolist()


def test_one_number_is_shown_with_the_printed_digits_and_a_mean_with_one_more():
    assert shown(
        ("254.7", 254.66865, None, 1),
        ("1,345", 1345.0, None, 1),
        ("1.8", 1.8349, 0.0612, 5),
        ("0.54", 0.5123, 0.0149, 50),
        ("-226.67", -226.66977, None, 1),
    ) == ["254.7", "1,345", "1.83 ± 0.06", "0.512 ± 0.015", "-226.67"]


def test_what_did_not_come_out_is_shown_as_a_dash(came_out):
    text = verdicts.shown(card(came_out(("salaries.a", 254.66))).reset_index()).set_index("quantity")
    assert text.loc["error b", ["reproduced", "n", "verdict"]].tolist() == ["–", "0", "–"]
    assert text.loc["error a", ["printed", "verdict"]].tolist() == ["254.7", "exact"]


def run(*arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "relecture", "scorecard", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **(env or {})})


@pytest.fixture
def written(came_out, tmp_path):
    """A small scorecard, written by the command."""
    published = tmp_path / "published.yaml"
    published.write_text(json.dumps([entry.model_dump() for entry in ENTRIES]))
    came_out(("salaries.a", 254.66), ("salaries.b", 234.7015), ("salaries.c", 1345.0), ("digits.d", 1.87, 0.05, 5))
    done = run("write", tmp_path / "quantities.csv", "--published", published, "--budget", "standard",
               "--out", tmp_path / "scorecard")  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tmp_path / "scorecard.csv"


def test_the_command_writes_four_formats_and_shows_the_scorecard(written, tmp_path):
    table = pd.read_csv(written, dtype={"published": str}).set_index("id")
    assert table.verdict.tolist() == ["exact", "differs", "exact", "within"]
    assert table.published.tolist() == ["254.7", "224.8", "1,345", "1.8"]
    assert "| error b " in written.with_suffix(".md").read_text()
    for form in ("md", "tex", "html"):
        assert "Budget: standard." in written.with_suffix(f".{form}").read_text()

    done = run("show", "--scorecard", written, "--mnist", tmp_path / "no manifest yet")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    (row,) = [line for line in lines if line.startswith("error d")]
    assert row.split() == ["error", "d", "Table", "3", "1.8", "1.87", "±", "0.05", "5", "within"]
    assert [line for line in lines if line.startswith("differs")] == ["differs  error b: A slip."]
    assert any("results/scorecard.html" in line for line in lines)
    assert "THIS IS NOT ALL OF MNIST" not in done.stdout


def test_the_command_knows_that_a_quick_run_is_a_small_one(written, came_out, tmp_path):
    came_out(("salaries.a", 260.0))
    for budget, reason in (
        ("quick", "Made with smaller budgets than the standard run's."),
        ("standard", "No reason is known."),
        ("full", "No reason is known."),
    ):
        done = run("write", tmp_path / "quantities.csv", "--published", tmp_path / "published.yaml",
                   "--budget", budget, "--out", tmp_path / budget)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert pd.read_csv(tmp_path / f"{budget}.csv").note[0] == reason


def test_showing_the_scorecard_of_a_sample_says_that_it_is_one(written, tmp_path):
    (tmp_path / "mnist.json").write_text(json.dumps({"name": "mnist", "sample": True, "files": {}}))
    done = run("show", "--scorecard", written, "--mnist", tmp_path / "mnist.json")
    assert done.returncode == 0, done.stderr
    assert "THIS IS NOT ALL OF MNIST" in done.stdout


def test_showing_a_scorecard_that_is_not_there_is_one_line_and_a_failure(tmp_path):
    done = run("show", "--scorecard", tmp_path / "scorecard.csv", "--mnist", tmp_path / "mnist.json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"relecture: there is no {tmp_path / 'scorecard.csv'} yet; make it with: make replicate"
    ]
