"""Each way in which two runs can differ is told as it is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from relecture.compare.outcomes import compare, setting_differences
from relecture.compare.run_values import Quantity, RunValues, read_folder
from relecture.findings import Finding

LINEAR = "scorecard: salaries.linear.mae"


def values(run, tmp_path, name: str) -> RunValues:
    return read_folder(run.write(tmp_path / name))


@pytest.fixture
def outcomes(made, tmp_path):
    """Compares a made-up run with one that has other fields; returns the rows by id."""

    def get(b=None, **changes) -> pd.DataFrame:
        runs = made(), b or replace(made(), **changes)
        table = compare(*(values(run, tmp_path, name) for run, name in zip(runs, "ab", strict=True)))
        return table.set_index("id")

    return get


def scorecard(made, **changes: float) -> dict:
    return {
        id: (changes.get(id.replace(".", "_"), value), *others) for id, (value, *others) in made().scorecard.items()
    }


def test_a_run_is_identical_to_itself(outcomes):
    table = outcomes()
    assert set(table.outcome) == {"identical"}
    assert set(table.part) == {"quantity", "choice", "finding"}
    assert {LINEAR, "digits/ridge: test_error", "digits, table: ridge: test_error", "digits: elbow"} <= set(table.index)
    assert not any("published" in id for id in table.index)


def test_other_seeds_are_within_run_to_run_variation(made, outcomes):
    table = outcomes(made(1))
    assert table.outcome[LINEAR] == table.outcome["salaries/linear: mae"] == "identical"
    assert table.outcome["scorecard: tallies.votes.error"] == "not comparable"
    others = table.drop(index=["scorecard: tallies.votes.error"])
    assert set(others.outcome) == {"identical", "within run-to-run variation"}
    assert others.outcome["digits/plain: test_error"] == "within run-to-run variation"


def test_a_large_difference_of_means_is_different(made, outcomes):
    shifted = {**made().errors, "plain": [one + 3.0 for one in made().errors["plain"]]}
    table = outcomes(errors=shifted)
    row = table.loc["digits/plain: test_error"]
    assert (row.outcome, row.difference) == ("different", pytest.approx(3.0))
    assert row.low < 3.0 < row.high
    assert table.outcome["digits/ridge: test_error"] == "identical"


@pytest.mark.parametrize(
    ("factor", "expected"), [(1 + 1e-12, "equal"), (1 + 1e-6, "different"), (1 - 1e-6, "different")]
)
def test_a_deterministic_number_is_equal_within_a_billionth(made, outcomes, factor, expected):
    table = outcomes(
        scorecard=scorecard(made, salaries_linear_mae=254.66865288375192 * factor),
        linear=[one * factor for one in made().linear],
    )
    assert table.outcome[LINEAR] == table.outcome["salaries/linear: mae"] == expected
    assert set(table.outcome.drop([LINEAR, "salaries/linear: mae"])) == {"identical"}


def test_one_split_of_a_deterministic_method_that_changes_is_different(made, outcomes):
    assert (
        outcomes(linear=[*made().linear[:-1], made().linear[-1] + 1e-3]).outcome["salaries/linear: mae"] == "different"
    )


def test_a_deterministic_mean_over_fewer_splits_is_different_unless_the_settings_say_so(made, outcomes, tmp_path):
    fewer = outcomes(linear=made().linear[:5]).loc["salaries/linear: mae"]
    assert (fewer.outcome, fewer.note) == ("different", "another number of members")
    runs = [values(run, tmp_path, name) for run, name in (
        (made(), "with"), (replace(made(), preset="quick", linear=made().linear[:5]), "without")
    )]  # fmt: skip
    row = compare(*runs).set_index("id").loc["salaries/linear: mae"]
    assert (row.outcome, row.note) == ("within run-to-run variation", "another number of members")


def test_a_number_that_is_no_longer_finite_is_only_in_the_other_run(made, outcomes):
    table = outcomes(linear=[np.nan] * 8)
    assert table.outcome["salaries/linear: mae"] == "only in A"


def test_another_choice_is_named_with_its_shares(outcomes):
    table = outcomes(choices={"ridge.lambda": ("3e-05", 0.5), "elbow": ("5", 1.0)})
    ridge = table.loc["digits: ridge.lambda"]
    assert (ridge.a, ridge.a_share_of_wins, ridge.b, ridge.b_share_of_wins) == ("1e-05", 0.6, "3e-05", 0.5)
    assert (ridge.outcome, ridge.note) == ("within run-to-run variation", "another choice, not firm")
    assert (table.outcome["digits: elbow"], table.note["digits: elbow"]) == (
        "different",
        "another choice, firm in both",
    )


def test_a_choice_whose_firmness_is_unknown_is_not_comparable(outcomes):
    table = outcomes(choices={"ridge.lambda": ("3e-05", np.nan), "elbow": ("4", 0.9)})
    assert table.outcome["digits: ridge.lambda"] == "not comparable"
    assert (table.outcome["digits: elbow"], table.note["digits: elbow"]) == (
        "within run-to-run variation", "the same choice"
    )  # fmt: skip


def finding(estimate: float, words: str, n: int | None = 10) -> Finding:
    return Finding("a - b", estimate, estimate - 0.4, estimate + 0.4, 0.01 if words == "significant" else 0.3, words, n)


@pytest.mark.parametrize(
    ("a", "b", "outcome", "note"),
    [
        (finding(0.5, "significant"), finding(0.3, "not significant"), "within run-to-run variation",
         "significant → not significant"),
        (finding(0.5, "significant"), finding(-0.5, "significant"), "different", "significant in the other direction"),
        (finding(0.1, "not significant"), finding(-0.1, "not significant"), "within run-to-run variation", ""),
        (finding(0.4, "significant"), finding(-0.05, "not significant"), "within run-to-run variation",
         "significant → not significant, in the other direction"),
        (finding(0.5, "significant"), finding(5.0, "significant"), "different", ""),
        (finding(0.5, "significant"), finding(0.5 * (1 + 1e-12), "significant"), "equal", ""),
        (finding(0.5, "significant", None), finding(0.6, "significant", 10), "within run-to-run variation", ""),
        (finding(0.5, "significant", None), finding(0.6, "significant", None), "not comparable",
         "its interval is no t interval of several pairs"),
    ],
)  # fmt: skip
def test_findings_are_compared_as_findings(made, tmp_path, a, b, outcome, note):
    runs = [values(replace(made(), findings=[one]), tmp_path, name) for one, name in ((a, "a"), (b, "b"))]
    row = compare(*runs).set_index("id").loc["digits: a - b"]
    assert (row.outcome, row.note) == (outcome, note)


def test_what_one_run_lacks_is_listed(made, outcomes):
    errors = {name: list(one) for name, one in made().errors.items() if name != "ridge"}
    table = outcomes(errors={**errors, "l1": [2.0, 2.1, 1.9, 2.0, 2.2]})
    assert table.outcome["digits/ridge: test_error"] == "only in A"
    assert table.outcome["digits/l1: test_error"] == "only in B"
    assert table.outcome["digits/plain: test_error"] == "identical"


def test_settings_that_differ_head_the_table(outcomes):
    table = outcomes(preset="quick", n_epochs=10, digest="aa" * 8).reset_index()
    settings = table[table.part == "setting"]
    assert list(settings.index) == list(range(len(settings)))
    assert set(zip(settings.id, settings.a, settings.b, strict=True)) == {
        ("preset", "standard", "quick"),
        ("training.epochs", "30", "10"),
        ("data", "made up (0f0f0f0f0f0f0f0f)", "made up (aaaaaaaaaaaaaaaa)"),
    }
    assert settings.set_index("id").note["training.epochs"] == "digits/dropout, digits/plain, digits/ridge"


def test_a_setting_that_a_run_chose_itself_is_a_choice_and_no_setting(made, tmp_path):
    a = values(made(), tmp_path, "a")
    choices = {**made().choices, "ridge.lambda": ("3e-05", 0.5)}
    chosen = values(replace(made(), hidden_l2=3e-5, choices=choices), tmp_path, "chosen")
    given = values(replace(made(), hidden_l2=3e-5), tmp_path, "given")
    assert setting_differences(a, chosen) == []
    assert [row[:3] for row in setting_differences(a, given)] == [("hidden_l2", "1e-05", "3e-05")]


def run_of(quantities: dict[str, Quantity]) -> RunValues:
    return RunValues(preset="x", origin={}, settings={}, quantities=quantities, choices={}, findings={})


def random_quantities(random: np.random.Generator) -> dict[str, Quantity]:
    """Forty means over members: of few and many, as they are and rounded to what a test set of 400 can show."""
    quantities = {}
    for index in range(40):
        n = (2, 3, 5, 10)[index % 4]
        members = np.round(random.normal(0.95, 0.005, size=n) * 400) / 400 if index % 3 else random.normal(size=n)
        quantities[str(index)] = Quantity(value=members.mean(), sd=members.std(ddof=1), n=n, random=True)
    return quantities


def test_two_hundred_pairs_without_a_difference_give_at_most_sixteen_false_alarms(monkeypatch):
    monkeypatch.setattr("gc.collect", lambda: 0)  # of statsmodels after each adjustment: nine tenths of the time
    random = np.random.default_rng(1)
    pairs = [(run_of(random_quantities(random)), run_of(random_quantities(random))) for _ in range(200)]
    assert sum((compare(*pair).outcome == "different").any() for pair in pairs) <= 16


def test_members_that_do_not_vary_are_different_only_if_there_are_enough_of_them():
    # By a permutation test: p is 2 / 20 with three members in each run, 2 / 184,756 with ten.
    for n, outcome in ((3, "not comparable"), (10, "different")):
        a, b = (run_of({"x": Quantity(value=one, sd=0.0, n=n, random=True)}) for one in (1.0, 2.0))
        assert list(compare(a, b).outcome) == [outcome]
