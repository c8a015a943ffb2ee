"""The verdict on each published value: none is dropped without a word, and only what can be judged is judged."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from relecture.errors import UserError
from relecture.scorecard import verdicts
from relecture.scorecard.config import ScorecardConfig
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues

SETTINGS = {"salaries.book_seed": 13, "salaries.lasso.n_folds": 10}
ERROR = {"kind": "random", "better": "lower", "margin": 1.0, "margin_reason": "Twice the gap between two methods."}


def entry(id: str, value: str, kind: str = "deterministic", **more: object) -> PublishedValue:
    fields = {"id": id, "quantity": f"quantity {id}", "source": "Table 1", "value": value, "kind": kind, **more}
    return PublishedValue(**fields)


ENTRIES = [
    entry("salaries.size", "1,345", "arithmetic", note="With biases."),
    entry("salaries.a", "254.7", settings=SETTINGS),
    entry("salaries.b", "224.8", differs="A slip."),
    entry("salaries.never", "98", not_judged="nobody knows of what it is"),
    entry("digits.d", "1.8", **ERROR, settings={"digits.dropout": [0.4, 0.3]}, differs="The seeds."),
    entry("digits.size", "235,146", "arithmetic"),
]


@pytest.fixture
def reproduced(tmp_path):
    """Write reproduced values as a comparison does: `reproduced(("salaries.a", 254.6), data="")`."""

    def write(*rows: tuple, data: str = "") -> pd.DataFrame:
        values = ReproducedValues(data)
        for row in rows:
            values.add(*row)
        values.write(tmp_path / "reproduced_values.csv")
        return pd.read_csv(tmp_path / "reproduced_values.csv")

    return write


def card(values: pd.DataFrame, config: ScorecardConfig | None = None) -> pd.DataFrame:
    return verdicts.build(ENTRIES, values, config).set_index("id")


# The verdict on one value


@pytest.mark.parametrize(
    ("value", "reproduced", "expected"),
    [
        ("254.7", 254.66865, "exact"),
        ("254.7", 254.74999, "exact"),
        ("254.7", 254.75, "differs"),
        ("254.7", 254.64, "differs"),  # lower, and no praise
        ("252.2994", 252.2523, "differs"),
        ("20", 19.0, "differs"),
        ("1,345", 1345.0, "exact"),
        ("235,146", 235_145.0, "differs"),
        ("3.00", 2.996, "exact"),
        ("3.00", 3.01, "differs"),
        ("-226.67", -226.66977, "exact"),
    ],
)
@pytest.mark.parametrize("kind", ["arithmetic", "deterministic"])
def test_a_value_without_a_random_part_is_exact_or_differs(kind, value, reproduced, expected):
    assert verdicts.judge(entry("salaries.x", value, kind), reproduced).verdict == expected


@pytest.mark.parametrize(
    ("value", "better", "mean", "sd", "n", "low", "high", "expected"),
    [
        # Networks with ridge, ISL Table 10.1; the interval is mean ± 3.04 standard deviations for five seeds.
        ("2.3", "lower", 1.98, 0.11, 5, 1.65, 2.31, "consistent"),
        ("2.3", "lower", 2.03, 0.06, 5, 1.85, 2.21, "better"),  # 2.25 would round to 2.3
        ("2.3", "lower", 2.03, 0.073, 5, 1.81, 2.25, "consistent"),
        ("1.8", "lower", 1.87, 0.09, 5, 1.60, 2.14, "consistent"),
        ("1.8", "lower", 2.2, 0.09, 5, 1.93, 2.47, "worse"),
        ("0.54", "higher", 0.555, 0.004, 50, 0.547, 0.563, "better"),
        ("0.54", "higher", 0.525, 0.004, 50, 0.517, 0.533, "worse"),
        ("0.54", "neither", 0.555, 0.004, 50, 0.547, 0.563, "differs"),
        ("257.4", "lower", 257.5, 0.1, 3, 257.00, 258.00, "consistent"),
    ],
)
def test_a_random_value_is_compared_with_the_interval_for_one_new_run(value, better, mean, sd, n, low, high, expected):
    published = entry("digits.x", value, **{**ERROR, "better": better})
    judgement = verdicts.judge(published, mean, sd, n)
    assert judgement.verdict == expected
    half = stats.t.ppf(0.975, n - 1) * sd * (1 + 1 / n) ** 0.5
    assert (judgement.low, judgement.high) == pytest.approx((mean - half, mean + half))
    assert (judgement.low, judgement.high) == pytest.approx((low, high), abs=0.01)


def test_a_wide_interval_is_inconclusive_wherever_the_published_value_lies():
    for value in ("2.0", "9.0", "-9.0"):
        assert verdicts.judge(entry("digits.x", value, **ERROR), 2.0, 0.5, 3).verdict == "inconclusive"
    # Three members: 4.97 standard deviations to each side, so the width is 1 at 0.1006.
    assert verdicts.judge(entry("digits.x", "2.0", **ERROR), 2.0, 0.1005, 3).verdict == "consistent"
    assert verdicts.judge(entry("digits.x", "2.0", **ERROR), 2.0, 0.1007, 3).verdict == "inconclusive"


def test_one_run_is_not_judged():
    assert verdicts.judge(entry("digits.x", "2.0", **ERROR), 2.0, None, 1) == pytest.approx(
        ("not judged", float("nan"), float("nan")), nan_ok=True
    )


def test_members_of_a_value_without_a_random_part_must_not_differ():
    with pytest.raises(UserError, match=r"lists salaries\.x as deterministic, but its members differ"):
        verdicts.judge(entry("salaries.x", "2.0"), 2.0, 0.1, 5)


@given(units=st.integers(-(10**7), 10**7), digits=st.integers(0, 4), off=st.floats(-0.49, 0.49))
def test_a_value_that_rounds_to_the_published_one_is_exact(units, digits, off):
    number = Decimal(units).scaleb(-digits)
    judgement = verdicts.judge(entry("salaries.x", f"{number:,f}"), (units + off) / 10**digits)
    assert judgement.verdict == "exact"


@given(
    units=st.integers(-(10**7), 10**7),
    digits=st.integers(0, 4),
    off=st.floats(0.51, 1e4) | st.floats(-1e4, -0.51),
    better=st.sampled_from(["lower", "higher", "neither"]),
)
def test_members_that_agree_are_judged_by_the_published_digits(units, digits, off, better):
    published = entry("digits.x", f"{Decimal(units).scaleb(-digits):,f}", **{**ERROR, "better": better})
    assert verdicts.judge(published, units / 10**digits, 0.0, 9).verdict == "consistent"
    improved = (off < 0) == (better == "lower")
    expected = "differs" if better == "neither" else "better" if improved else "worse"
    assert verdicts.judge(published, (units + off) / 10**digits, 0.0, 9).verdict == expected


# The scorecard


def test_every_published_value_of_a_comparison_has_a_row_and_no_other_has(reproduced):
    scorecard = verdicts.build(ENTRIES, reproduced(("salaries.size", 1345.0), ("salaries.a", 254.66)))
    assert scorecard.id.tolist() == ["salaries.a", "salaries.b", "salaries.never", "salaries.size"]
    assert tuple(scorecard.columns) == verdicts.COLUMNS
    assert set(scorecard.verdict) <= set(verdicts.VERDICTS)


def test_arithmetic_is_a_part_of_its_own_after_the_results(reproduced):
    scorecard = verdicts.build(ENTRIES, reproduced(("salaries.size", 1345.0), ("digits.d", 1.87, 0.05, 5)))
    results, arithmetic = verdicts.parts(scorecard).values()
    assert results.id.tolist() == ["salaries.a", "salaries.b", "salaries.never", "digits.d"]
    assert arithmetic.id.tolist() == ["salaries.size", "digits.size"]
    assert scorecard.id.tolist() == [*results.id, *arithmetic.id]
    titles = [title for title, _ in verdicts.groups(scorecard)]
    assert titles == ["salaries", "digits", "Arithmetic: counts and identities"]
    text = verdicts.as_text_in_parts(scorecard)
    headings = text[(text.drop(columns="quantity") == "").all(axis=1)]
    assert headings.quantity.to_dict() == {0: "Results", 5: "Arithmetic: counts and identities"}


def test_every_row_names_the_preset(reproduced):
    config = ScorecardConfig.as_published(ENTRIES, preset="mine")
    assert card(reproduced(("salaries.a", 254.66)), config).preset.tolist() == ["mine"] * 4


def test_a_row_has_the_published_and_the_reproduced_value_and_its_interval(reproduced):
    row = card(reproduced(("digits.d", 1.87, 0.05, 5))).loc["digits.d"]
    assert (row.comparison, row.kind, row.quantity, row.source) == ("digits", "random", "quantity digits.d", "Table 1")
    assert (row.published, row.reproduced, row.sd, row.n, row.verdict) == ("1.8", 1.87, 0.05, 5, "consistent")
    assert (row.low, row.high) == pytest.approx((1.718, 2.022), abs=5e-4)


def test_a_value_without_members_has_neither_standard_deviation_nor_interval(reproduced):
    row = card(reproduced(("salaries.a", 254.66))).loc["salaries.a"]
    assert row[["sd", "low", "high"]].isna().all()
    assert (row.n, row.verdict) == (1, "exact")


def test_a_value_that_was_not_computed_keeps_its_row_and_says_so(reproduced):
    row = card(reproduced(("salaries.a", 254.66))).loc["salaries.b"]
    assert pd.isna(row.reproduced)
    assert (row.published, row.n, row.verdict) == ("224.8", 0, "not judged")
    assert row.note == "Not judged: not computed with these settings."


def test_a_value_that_cannot_be_judged_has_its_reason_computed_or_not(reproduced):
    for rows in ([("salaries.a", 254.66)], [("salaries.never", 98.0)]):
        row = card(reproduced(*rows)).loc["salaries.never"]
        assert (row.verdict, row.note) == ("not judged", "Not judged: nobody knows of what it is.")


def test_a_value_that_is_not_listed_is_a_user_error_that_names_it(reproduced):
    with pytest.raises(UserError, match=r"config/published\.yaml does not list .*: salaries\.z$"):
        card(reproduced(("salaries.a", 254.66), ("salaries.z", 1.0)))


def test_a_value_that_differs_has_a_reason(reproduced):
    notes = card(reproduced(("salaries.a", 260.0), ("salaries.b", 234.7), ("salaries.size", 1345.0))).note
    assert notes["salaries.a"] == "No reason is known."
    assert notes["salaries.b"] == "A slip."
    assert notes["salaries.size"] == "With biases."


@pytest.mark.parametrize(("mean", "verdict"), [(1.5, "better"), (2.1, "worse")])
def test_better_and_worse_both_say_that_the_published_value_is_not_reproduced(reproduced, mean, verdict):
    row = card(reproduced(("digits.d", mean, 0.05, 5))).loc["digits.d"]
    assert row.verdict == verdict
    assert row.note.startswith("The published value is not reproduced: it lies outside the interval for one new run")
    assert f"that the new value is {verdict} does not change this." in row.note
    assert row.note.endswith("The seeds.")


def test_an_inconclusive_row_names_its_margin_and_the_reason_for_it(reproduced):
    row = card(reproduced(("digits.d", 1.8, 0.5, 5))).loc["digits.d"]
    assert row.verdict == "inconclusive"
    assert row.note == "The interval is wider than the margin of 1. Twice the gap between two methods."


def test_values_from_other_data_are_not_judged(reproduced):
    row = card(reproduced(("digits.d", 1.8, 0.1, 3), data="MNIST-5k sample")).loc["digits.d"]
    assert (row.verdict, row.reproduced, row.note) == ("not judged", 1.8, "Not judged: other data (MNIST-5k sample).")
    assert pd.isna(row.low)


def test_one_run_of_a_random_value_says_why_it_is_not_judged(reproduced):
    row = card(reproduced(("digits.d", 1.8))).loc["digits.d"]
    assert (row.verdict, row.note) == ("not judged", "Not judged: one run has no spread.")


def test_with_other_settings_than_published_a_value_is_shown_and_the_note_names_them(reproduced):
    values = reproduced(("salaries.a", 254.66), ("salaries.b", 224.8), ("digits.d", 1.87, 0.05, 5))
    settings = {"salaries.book_seed": 7, "salaries.lasso.n_folds": 10, "digits.dropout": [0.5, 0.3]}
    rows = card(values, ScorecardConfig(preset="mine", settings=settings))
    assert rows.verdict["salaries.a"] == rows.verdict["digits.d"] == "not judged"
    assert rows.reproduced["salaries.a"] == 254.66
    assert rows.note["salaries.a"] == "Not judged: salaries.book_seed is 7, published with 13."
    assert rows.note["digits.d"] == "Not judged: digits.dropout is [0.5, 0.3], published with [0.4, 0.3]."
    assert rows.verdict["salaries.b"] == "exact"  # it depends on none of them


def test_a_number_is_the_same_setting_as_a_whole_number(reproduced):
    settings = {"salaries.book_seed": 13.0, "salaries.lasso.n_folds": 10}
    rows = card(reproduced(("salaries.a", 254.66)), ScorecardConfig(preset="mine", settings=settings))
    assert rows.verdict["salaries.a"] == "exact"


def test_a_setting_that_the_run_does_not_state_is_a_user_error(reproduced):
    config = ScorecardConfig(preset="mine", settings={"salaries.book_seed": 13})
    with pytest.raises(UserError, match=r"salaries\.a: no setting of the run is called salaries\.lasso\.n_folds"):
        card(reproduced(("salaries.a", 254.66)), config)


# The text


def as_text(*values: tuple) -> pd.DataFrame:
    columns = ["published", "reproduced", "sd", "n", "low", "high"]
    rows = pd.DataFrame([dict(zip(columns, value, strict=True)) for value in values])
    return verdicts.as_text(rows.assign(quantity="q", source="s", verdict="exact", note=""))


def test_one_value_has_the_published_digits_and_a_mean_has_one_more():
    text = as_text(
        ("254.7", 254.66865, None, 1, None, None),
        ("1,345", 1345.0, None, 1, None, None),
        ("1.8", 1.8349, 0.0612, 5, 1.6487, 2.0211),
        ("0.54", 0.5123, 0.0149, 50, 0.4821, 0.5425),
        ("-226.67", -226.66977, None, 1, None, None),
    )
    assert text.reproduced.tolist() == ["254.7", "1,345", "1.83 ± 0.06", "0.512 ± 0.015", "-226.67"]
    assert text["95 % interval"].tolist() == ["–", "–", "1.65 to 2.02", "0.482 to 0.542", "–"]


def test_a_value_that_was_not_computed_is_a_dash(reproduced):
    text = verdicts.as_text(card(reproduced(("salaries.a", 254.66))).reset_index()).set_index("quantity")
    assert text.loc["quantity salaries.b", ["reproduced", "n", "verdict"]].tolist() == ["–", "0", "not judged"]
    assert text.loc["quantity salaries.a", ["published", "verdict"]].tolist() == ["254.7", "exact"]


def test_every_verdict_is_explained():
    words = set(verdicts.EXPLANATION.replace(",", "").replace(":", "").split())
    assert set(verdicts.VERDICTS) - {"not judged"} <= words
