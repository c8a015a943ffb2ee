"""The verdict on each published value: none is dropped without a word, and only what can be judged is judged."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
def reproduced(tmp_path):
    """Write reproduced values as a comparison does: `reproduced(("salaries.a", 254.6), data="")`."""

    def write(*rows: tuple, data: str = "") -> pd.DataFrame:
        values = ReproducedValues(data)
        for row in rows:
            values.add(*row)
        values.write(tmp_path / "reproduced_values.csv")
        return pd.read_csv(tmp_path / "reproduced_values.csv")

    return write


def card(values: pd.DataFrame, preset: str = "standard") -> pd.DataFrame:
    return verdicts.build(ENTRIES, values, preset).set_index("id")


def test_every_published_value_of_a_comparison_has_a_row_and_no_other_has(reproduced):
    scorecard = verdicts.build(ENTRIES, reproduced(("salaries.c", 1345.0), ("salaries.a", 254.66)))
    assert scorecard.id.tolist() == ["salaries.a", "salaries.b", "salaries.c"]
    assert tuple(scorecard.columns) == verdicts.COLUMNS


@pytest.mark.parametrize("preset", ["quick", "standard", "mine"])
def test_every_row_names_the_preset(reproduced, preset):
    assert card(reproduced(("salaries.a", 254.66)), preset).preset.tolist() == [preset] * 3


def test_a_row_has_the_published_and_the_reproduced_value(reproduced):
    row = card(reproduced(("digits.d", 1.87, 0.05, 5))).loc["digits.d"]
    assert (row.comparison, row.quantity, row.source, row.published) == ("digits", "error d", "Table 3", "1.8")
    assert (row.reproduced, row.sd, row.n, row.verdict) == (1.87, 0.05, 5, "within")


def test_a_value_without_members_has_no_standard_deviation(reproduced):
    row = card(reproduced(("salaries.a", 254.66))).loc["salaries.a"]
    assert pd.isna(row.sd)
    assert (row.n, row.verdict) == (1, "exact")


def test_a_value_that_was_not_computed_keeps_its_row_and_says_so(reproduced):
    row = card(reproduced(("salaries.a", 254.66))).loc["salaries.b"]
    assert pd.isna(row.reproduced)
    assert (row.published, row.n, row.verdict, row.note) == ("224.8", 0, "", "Not computed with these settings.")


def test_a_value_that_is_not_listed_is_a_user_error_that_names_it(reproduced):
    with pytest.raises(UserError, match=r"config/published\.yaml does not list .*: salaries\.z$"):
        card(reproduced(("salaries.a", 254.66), ("salaries.z", 1.0)))


def test_a_value_that_differs_has_a_reason(reproduced):
    numbers = reproduced(("salaries.a", 260.0), ("salaries.b", 234.7), ("salaries.c", 1345.0))
    assert card(numbers).note.tolist() == ["No reason is known.", "A slip.", "With biases."]
    quick = card(numbers, "quick").note
    assert quick["salaries.a"] == "The preset is smaller than the standard one."
    assert quick["salaries.b"] == "A slip."


def test_values_from_a_sample_are_not_judged(reproduced):
    row = card(reproduced(("digits.d", 1.8, 0.1, 3), data="MNIST-5k sample")).loc["digits.d"]
    assert (row.verdict, row.reproduced, row.note) == ("", 1.8, "MNIST-5k sample: not judged.")


def as_text(*values: tuple) -> list[str]:
    columns = ["published", "reproduced", "sd", "n"]
    rows = pd.DataFrame([dict(zip(columns, value, strict=True)) for value in values])
    return verdicts.as_text(rows.assign(quantity="q", source="s", verdict="", note="")).reproduced.tolist()


def test_one_value_has_the_published_digits_and_a_mean_has_one_more():
    assert as_text(
        ("254.7", 254.66865, None, 1),
        ("1,345", 1345.0, None, 1),
        ("1.8", 1.8349, 0.0612, 5),
        ("0.54", 0.5123, 0.0149, 50),
        ("-226.67", -226.66977, None, 1),
    ) == ["254.7", "1,345", "1.83 ± 0.06", "0.512 ± 0.015", "-226.67"]


def test_a_value_that_was_not_computed_is_a_dash(reproduced):
    text = verdicts.as_text(card(reproduced(("salaries.a", 254.66))).reset_index()).set_index("quantity")
    assert text.loc["error b", ["reproduced", "n", "verdict"]].tolist() == ["–", "0", "–"]
    assert text.loc["error a", ["published", "verdict"]].tolist() == ["254.7", "exact"]


def entry(value: str, better: str) -> PublishedValue:
    return PublishedValue(id="salaries.x", quantity="x", source="a page", value=value, better=better)


@pytest.mark.parametrize(
    ("value", "better", "reproduced", "sd", "expected"),
    [
        ("254.7", "lower", 254.66865, None, "exact"),
        ("254.7", "lower", 254.74999, None, "exact"),
        ("254.7", "lower", 254.75, None, "differs"),
        ("254.7", "lower", 254.64, None, "better"),
        ("0.56", "higher", 0.57, None, "better"),
        ("0.56", "higher", 0.55, None, "differs"),
        ("20", "neither", 19.0, None, "differs"),
        ("1,345", "neither", 1345.0, None, "exact"),
        ("235,146", "neither", 235_145.0, None, "differs"),
        ("3.00", "neither", 2.996, None, "exact"),
        ("3.00", "neither", 3.01, None, "differs"),
        ("-226.67", "neither", -226.66977, None, "exact"),
        ("1.8", "lower", 1.9, 0.05, "within"),
        ("1.8", "lower", 1.9, 0.04, "differs"),
        ("1.8", "lower", 1.7, 0.06, "within"),
        ("1.8", "lower", 1.7, 0.01, "better"),
        ("1.8", "lower", 1.84, 0.0, "exact"),
        ("257.4", "lower", 260.0, 1.31, "within"),
    ],
)
def test_the_verdict_on_a_value(value, better, reproduced, sd, expected):
    assert verdicts.verdict(entry(value, better), reproduced, sd) == expected


@given(
    units=st.integers(-(10**7), 10**7),
    digits=st.integers(0, 4),
    off=st.floats(-0.49, 0.49),
    better=st.sampled_from(["lower", "higher", "neither"]),
    sd=st.none() | st.floats(0, 100),
)
def test_a_value_that_rounds_to_the_published_one_is_exact(units, digits, off, better, sd):
    number = Decimal(units).scaleb(-digits)
    assert verdicts.verdict(entry(f"{number:,f}", better), (units + off) / 10**digits, sd) == "exact"


@given(
    units=st.integers(-(10**7), 10**7),
    digits=st.integers(0, 4),
    off=st.floats(0.51, 1e4) | st.floats(-1e4, -0.51),
    better=st.sampled_from(["lower", "higher", "neither"]),
)
def test_a_value_that_rounds_to_another_is_better_or_differs(units, digits, off, better):
    number = Decimal(units).scaleb(-digits)
    improved = (off < 0 and better == "lower") or (off > 0 and better == "higher")
    judged = verdicts.verdict(entry(f"{number:,f}", better), (units + off) / 10**digits, None)
    assert judged == ("better" if improved else "differs")
