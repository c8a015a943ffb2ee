"""The published values of the project, and how their file is read."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from relecture import digits, salaries
from relecture.config import COMPARISONS
from relecture.errors import UserError
from relecture.scorecard.published_values import PublishedValue, load, rounded

BOOK = {
    **{"salaries.linear.parameters": "20", "salaries.linear.mae": "254.7", "salaries.linear.r2": "0.56"},
    **{"salaries.lasso.parameters": "12", "salaries.lasso.mae": "252.3", "salaries.lasso.r2": "0.51"},
    **{"salaries.network.parameters": "1,345", "salaries.network.mae": "257.4", "salaries.network.r2": "0.54"},
    **{"salaries.relaxed_lasso.parameters": "5", "salaries.relaxed_lasso.mae": "224.8"},
    **{"salaries.table_10_3.intercept": "-226.67", "salaries.table_10_3.Hits": "3.06"},
    **{"salaries.table_10_3.Walks": "0.181", "salaries.table_10_3.CRuns": "0.859"},
    **{"salaries.table_10_3.PutOuts": "0.465", "salaries.lasso.mae_in_r": "252.2994"},
    **{"digits.ridge.test_error": "2.3", "digits.dropout.test_error": "1.8", "digits.logistic.test_error": "7.2"},
    **{"digits.lda.test_error": "12.7", "digits.network.parameters": "235,146", "digits.logistic.parameters": "7,065"},
}


def entry(value: str, better: str = "neither", **more: str) -> PublishedValue:
    return PublishedValue(
        **{"id": "salaries.x", "quantity": "x", "source": "a page", "value": value, "better": better, **more}
    )


@pytest.fixture
def in_tables(printed) -> list[PublishedValue]:
    """The published values of the two comparisons that the book has tables of."""
    return [one for one in printed if one.comparison in ("salaries", "digits")]


def test_the_numbers_of_the_book_are_listed_with_all_their_digits(in_tables):
    assert {one.id: one.value for one in in_tables} == BOOK


def test_every_id_is_listed_once_and_names_its_comparison(printed):
    ids = [one.id for one in printed]
    assert len(set(ids)) == len(ids)
    assert {one.comparison for one in printed} == set(COMPARISONS)


def test_errors_are_better_when_lower_and_r2_when_higher(in_tables):
    for one in in_tables:
        expected = {"mae": "lower", "mae_in_r": "lower", "test_error": "lower", "r2": "higher"}
        assert one.better == expected.get(one.id.rpartition(".")[2], "neither")


def test_exactly_the_published_values_are_reproduced(in_tables, printed, salaries_records, digits_records, tmp_path):
    from relecture.digits import result_tables as of_digits
    from relecture.salaries import result_tables as of_salaries

    salaries_results = of_salaries.load(list(salaries_records.values()), printed)
    of_salaries.reproduced_values(salaries_results, tmp_path / "salaries.csv")
    digits_results = of_digits.load([digits_records[name] for name in digits.METHODS], printed)
    of_digits.reproduced_values(digits_results, tmp_path / "digits.csv")
    ids = [*pd.read_csv(tmp_path / "salaries.csv").id, *pd.read_csv(tmp_path / "digits.csv").id]
    assert sorted(ids) == sorted(one.id for one in in_tables)


def test_every_method_whose_number_is_published_is_a_method(in_tables):
    methods = {one.id.split(".")[1] for one in in_tables} - {"table_10_3"}
    assert methods <= {*salaries.METHODS, *digits.METHODS, "network"}


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(2.5, 0, "3"), (3.5, 0, "4"), (-2.5, 0, "-3"), (0.125, 2, "0.13"), (1.005, 2, "1.01"), (2.675, 2, "2.68"),
     (0.285, 2, "0.29"), (99.95, 1, "100.0")],
)  # fmt: skip
def test_halves_are_rounded_up_as_a_reader_does(value, digits, expected):
    assert str(rounded(value, digits)) == expected


@pytest.mark.parametrize(("value", "digits"), [("20", 0), ("254.7", 1), ("3.00", 2), ("1,345", 0), ("0.0005", 4)])
def test_published_zeros_count_as_digits(value, digits):
    assert entry(value).digits == digits


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "published.yaml"
    path.write_text(text)
    return path


GOOD = '- {id: salaries.a, quantity: a, source: page 1, value: "1.50", better: lower}\n'


def test_a_list_is_read_as_it_is_written(tmp_path):
    (one,) = load(written(tmp_path, GOOD))
    assert (one.id, one.value, one.digits, one.number) == ("salaries.a", "1.50", 2, Decimal("1.5"))


MISTAKES = {
    "words": 'source: p. 1, value: "about 2", better: lower',
    "no number": 'source: p. 1, value: "nan", better: lower',
    "no quotes, so that a zero is lost": "source: p. 1, value: 1.50, better: lower",
    "unknown direction": 'source: p. 1, value: "1.50", better: smaller',
    "unknown key": 'source: p. 1, value: "1.50", better: lower, sd: 3',
    "no source": 'value: "1.50", better: lower',
}


@pytest.mark.parametrize("wrong", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_a_user_error_that_names_the_file_and_the_entry(tmp_path, wrong):
    path = written(tmp_path, f"{GOOD}- {{id: salaries.b, quantity: b, {wrong}}}\n")
    with pytest.raises(UserError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "salaries.b" in str(caught.value)


@pytest.mark.parametrize("text", ["", "- 3", "- [", "a: 3", "3"])
def test_what_is_no_list_of_numbers_is_a_user_error(tmp_path, text):
    with pytest.raises(UserError, match=r"published\.yaml"):
        load(written(tmp_path, text))


def test_a_missing_list_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.yaml"):
        load(tmp_path / "nowhere.yaml")


def test_an_id_that_is_listed_twice_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"more than once: salaries\.a"):
        load(written(tmp_path, GOOD + GOOD))
