"""The profile of a table: rows and columns in numbers and for reading, with warnings."""

import pandas as pd
import pytest

from relecture.data.table_profile import N_SHOWN, ColumnProfile, TableProfile


@pytest.fixture
def profile():
    columns = [
        ColumnProfile("rent", "target", pd.Series([400.0, 1500.5, 900.0]), 1),
        ColumnProfile("kind", "factor", pd.Series(["flat", "house", "flat"]), 0, "flat"),
    ]
    return TableProfile("rents.csv", 4, 3, columns, "1 of 4 rows have a missing value", ["look at row 3"])


def test_it_has_a_row_per_column_for_reading(profile):
    assert profile.text().to_numpy().tolist() == [
        ["rent", "target", "400 to 1,500.5 (3 different)", "1"],
        ["kind", "factor", "2 levels, compared with flat: flat (2), house (1)", "0"],
    ]
    assert profile.note() == ("rents.csv: 4 rows, 3 used; 1 of 4 rows have a missing value. Warning: look at row 3.")


def test_its_numbers_are_complete(profile):
    numbers = profile.numbers()
    assert numbers[["min", "max", "n_known", "n_missing"]].iloc[0].tolist() == [400, 1500.5, 3, 1]
    assert numbers.warning.dropna().tolist() == ["look at row 3"]


def test_the_log_has_a_line_per_column_and_warning(profile):
    assert list(profile.lines())[1:] == [
        "  rent (target): 400 to 1,500.5 (3 different); 1 missing",
        "  kind (factor): 2 levels, compared with flat: flat (2), house (1)",
        "relecture: warning: look at row 3",
    ]


def test_a_wide_table_is_cut_short_for_reading_only():
    columns = [ColumnProfile(f"x{i}", "number", pd.Series([1, 2]), 0) for i in range(N_SHOWN + 3)]
    wide = TableProfile("wide.csv", 2, 2, columns, warnings=[])
    assert wide.text().column.tolist()[-1] == "3 more columns"
    assert len(wide.text()) == N_SHOWN + 1
    assert len(wide.numbers()) == N_SHOWN + 3
    assert wide.note().endswith("Nothing in it looks suspicious.")
