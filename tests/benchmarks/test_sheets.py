"""The figures of the benchmark of sheets with known numbers."""

import pandas as pd
import pytest

from benchmarks.sheets import describe, join_layouts, read_numbers
from relecture.errors import UserError
from relecture.tallies.segmentation.layout import FormLayout

UPPER = FormLayout.one_table(100, 50, ("01", "02"), [[[10, 10, 9, 9]], [[10, 30, 9, 9]]])
LOWER = FormLayout.one_table(100, 50, ("valid",), [[[10, 10, 9, 9], [20, 10, 9, 9]]])


def test_the_figures_count_what_is_right_and_what_nobody_looks_at():
    known = pd.DataFrame(
        {
            "sheet": ["a", "a", "b", "b"],
            "true": [1, 2, 3, 4],
            "as_read": [1, 7, 3, 4],
            "value": [1, 2, 3, 9],
            "look": [False, False, True, False],
        }
    )
    figures = describe(known, n_true=5)
    assert figures["numbers_right_digit_by_digit_percent"] == 75
    assert figures["numbers_right_with_sums_percent"] == 75
    assert figures["numbers_right_with_sums_unread_sheets_counted_as_wrong_percent"] == 60
    assert (figures["numbers_nobody_looks_at"], figures["wrong_among_numbers_nobody_looks_at"]) == (3, 1)
    assert figures["sheets_that_need_a_person_percent"] == 50
    assert figures["sheets_wholly_right_digit_by_digit_percent"] == 50


def test_layouts_of_single_tables_are_joined_with_sums_over_both():
    form = join_layouts([UPPER, LOWER], ["valid = 01 + 02"], mark="0")
    assert form.row_names == ("01", "02", "valid")
    assert [str(rule) for rule in form.sums] == ["valid = 01 + 02"]
    assert form.mark_means == "0"
    with pytest.raises(UserError, match="no row 'total'"):
        join_layouts([UPPER], ["total = 01 + 02"])


def test_rows_of_the_truth_that_are_not_in_the_layout_are_left_out(tmp_path):
    path = tmp_path / "truth.csv"
    path.write_text("sheet,number,value,written\na,01,20,X20\na,valid,30,X30\n")
    assert read_numbers(path, UPPER).values.tolist() == [["a", "01", 20]]
    path.write_text("sheet,number\na,01\n")
    with pytest.raises(UserError, match="no column 'value'"):
        read_numbers(path, UPPER)
