"""Columns that look like something else: refused with the setting that settles it, or a warning."""

import numpy as np
import pandas as pd
import pytest

from relecture.data import column_checks
from relecture.data.config import TableFormat, TableSource
from relecture.data.text_column import TextColumn


def column(fields: list[str], name: str = "x", **table_format) -> TextColumn:
    source = TableSource(path="mine.csv", format=TableFormat(**table_format), setting="salaries.data.{}")
    return TextColumn(name, pd.Series(list(map(str, fields)), dtype=str), source)


@pytest.mark.parametrize(
    "mark",
    [
        *("NAN", "na", "N.A.", "None", "NULL", "<NA>", "NaT", "(blank)", "\\N", "-", "--", "\u2013", "?", "...", "*"),
        *(
            "#DIV/0!",
            "#REF!",
            "#VALUE!",
            "#NUM!",
            "#NAME?",
            "#N/A",
            "#NV",
            "#WERT!",
            "#\u00a1DIV/0!",
            "#N/D",
            "1.#QNAN",
        ),
    ],
)
def test_marks_of_missing_values_are_recognised_in_any_case(mark):
    assert column_checks.missing_marks([mark, mark.lower(), "north"]) == [mark, mark.lower(), "north"][:2]


@pytest.mark.parametrize("text", ["north", "Nan Goldin", "nothing", "$", "\U0001f44d", "0", "unknown", ""])
def test_other_texts_are_no_marks(text):
    assert column_checks.missing_marks([text]) == []


def test_a_mixture_of_numbers_and_units_is_named_by_the_unit():
    problem = column_checks.number_problem(column(["12", "13 kg", "14"]), "set it")
    assert problem == (
        'the column `x` holds numbers that are not read: units or other text beside the number ("13 kg" in row 2); '
        "write plain numbers with a decimal point, or set it"
    )


def test_numbers_that_can_be_read_in_two_ways_have_both_settings():
    problem = column_checks.number_problem(column(["1,250", "3,500"]), "")
    assert problem.endswith(
        'there are several ways to read them: set salaries.data.decimal: "," or set salaries.data.thousands: ","'
    )


def test_points_that_may_separate_thousands_have_both_settings():
    assert column_checks.value_problem(column(["990", "1.250", "12.400"]), "") == (
        'the column `x` may have points for thousands ("1.250" in row 2): if this is 1250, set '
        'salaries.data.thousands: "."; if it is 1.25, set salaries.data.decimal: "."'
    )
    assert column_checks.value_problem(column(["990", "1.250"], decimal="."), "") == ""
    assert column(["990", "1.250"], thousands=".").numbers.tolist() == [990, 1250]


def test_a_whole_number_with_more_digits_than_can_be_kept_is_refused():
    problem = column_checks.value_problem(column(["7", "12345678901234567"]), "leave it out")
    assert (
        problem == 'the column `x` has more digits than a number can keep ("12345678901234567" in row 2): leave it out'
    )


@pytest.mark.parametrize(
    ("levels", "difference"),
    [
        (["male", "Male"], '"male" and "Male", which differ only in capitals'),
        (["New York", "New  York"], "'New York' and 'New  York', which differ only in blanks or invisible characters"),
        (["yes", "yes\u200b"], "'yes' and 'yes\\u200b', which differ only in blanks or invisible characters"),
        (["A", "\u0410"], '"A" and "\u0410", which differ only in signs that look alike'),
        (["A\u2013B", "A-B"], '"A\u2013B" and "A-B", which differ only in signs that look alike'),
    ],
)
def test_levels_that_look_alike_are_refused(levels, difference):
    problem = column_checks.lookalike_problem(column(levels), "say so")
    assert problem == f'the column `x` holds {difference} ("{levels[1]}" in row 2): write them alike, or say so'


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        (range(1, 21), "x"),
        (range(10_000, 10_020), "x"),
        (range(0, 200, 10), "x"),
        (np.random.default_rng(0).permutation(20), "x"),
        ([*range(5), *range(7, 22)], "ID"),
        ([f"{number}.0" for number in range(20)], "x"),
        ([*range(7), "NA", *range(8, 20)], "id"),
    ],
)
def test_a_column_that_numbers_the_rows_is_a_warning(numbers, name):
    warning = column_checks.row_number_warning(column(list(numbers), name), "name it")
    assert warning.startswith(f"the column `{name}` seems to number the rows (")
    assert warning.endswith("): name it unless it is a measurement")


@pytest.mark.parametrize("numbers", [[*range(19), 18], [*range(5), *range(7, 22)], np.arange(20) / 2, range(5)])
def test_other_numbers_do_not_number_the_rows(numbers):
    assert column_checks.row_number_warning(column(list(numbers)), "") == ""


def test_leading_zeros_and_repeated_nines_are_warnings():
    assert 'has leading zeros ("01001" in row 2), as codes have' in column_checks.code_warning(
        column(["99501", "01001"]), ""
    )
    assert column_checks.code_warning(column(["0.5", "0", "10"]), "") == ""
    assert column_checks.sentinel_warning(column(["31", "-99", "45", "-99"])) == (
        'the column `x` has -99 in 2 rows, far from all others: set salaries.data.na_values: ["NA", "-99"] if it marks '
        "a missing value"
    )
    assert column_checks.sentinel_warning(column(["97", "99", "98", "99", "35"])) == ""


@pytest.fixture
def people():
    """Twelve people with age and income, and their region."""
    random = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "region": random.choice(["north", "south"], 12),
            "age": random.integers(18, 70, 12),
            "income": random.normal(3000, 500, 12).round(1),
        }
    )


def total(table: pd.DataFrame) -> str:
    return column_checks.total_row([column(table[name].astype(str).tolist(), name) for name in table])


@pytest.mark.parametrize("kind", ["sum", "mean"])
@pytest.mark.parametrize("position", ["last", "first"])
def test_a_row_that_sums_up_all_others_is_found(people, kind, position):
    row = people[["age", "income"]].agg(kind).round(1).astype(object).to_frame().T.assign(region="south")
    parts = [people, row] if position == "last" else [row, people]
    number = 13 if position == "last" else 1
    assert total(pd.concat(parts)[list(people)]).startswith(
        f"the {position} row ({number}) is the {kind} of all others"
    )


def test_a_row_that_sums_up_nothing_is_not_found(people):
    assert total(people) == ""
    assert total(people[["age"]]) == ""


def test_one_column_is_enough_where_a_text_says_total(people):
    table = pd.concat([people, pd.DataFrame({"region": ["Total"], "age": [people.age.sum()], "income": [1.0]})])
    assert total(table).startswith("the last row (13) is the sum of all others (age ")


def test_a_text_that_says_total_once_is_a_warning():
    columns = [column(["north", "Total", "south", "south"], "region")]
    assert list(column_checks.total_warnings(columns)) == [
        'row 2 has "Total" in the column `region`: remove it if it sums up other rows'
    ]
