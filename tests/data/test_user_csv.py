"""Reading a user's table: valid files are read unchanged; errors name the place and the remedy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relecture.data import user_csv
from relecture.errors import UserError


@pytest.fixture
def read(tmp_path):
    """Reads a file with this content: text as UTF-8, or bytes as they are."""

    def call(content: str | bytes):
        path = tmp_path / "mine.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return user_csv.read(path, "salaries.data")

    return call


def message(call, *arguments) -> str:
    """Return the message without its beginning, which names the file and the setting."""
    with pytest.raises(UserError) as caught:
        call(*arguments)
    before, problem = str(caught.value).split("mine.csv: ")
    assert before.startswith("salaries.data names the file /")
    return problem


def test_fields_are_read_as_they_stand_but_for_the_spaces_around_them(read):
    table = read('name, age \n"Doe, Jane", 30\n Max ,4.50\n')
    assert list(table.columns) == ["name", "age"]
    assert table.to_numpy().tolist() == [["Doe, Jane", "30"], ["Max", "4.50"]]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_byte_order_mark_and_empty_lines_do_no_harm(read, newline):
    table = read(b"\xef\xbb\xbf" + newline.join(["a,b", "1,2", "", "3,4", ""]).encode())
    assert table.a.tolist() == ["1", "3"]


def test_an_empty_field_and_na_are_missing_and_nothing_else_is(read):
    column = read('a,b\n,1\nNA,1\n"",1\nnan,1\n-,1\n0,1\n').a
    assert user_csv.is_missing(column).tolist() == [True, True, True, False, False, False]
    assert user_csv.is_text(column).tolist() == [False, False, False, True, True, False]
    assert user_csv.to_numbers(column).tolist()[-1] == 0


def test_whole_numbers_stay_whole(read):
    table = read("a,b\n1,1\n2,2.5\n")
    assert user_csv.to_numbers(table.a).dtype == np.int64
    assert user_csv.to_numbers(table.b).dtype == float


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=20))
def test_numbers_are_read_as_they_were_written(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("numbers") / "mine.csv"
    path.write_text("\n".join(["a", *map(repr, values)]))
    assert user_csv.to_numbers(user_csv.read(path, "a test").a).tolist() == pytest.approx(values, rel=1e-12, abs=1e-300)


def test_a_file_that_is_not_there_is_reported(tmp_path):
    assert message(user_csv.read, tmp_path / "mine.csv", "salaries.data") == "there is no such file"


def test_a_folder_is_reported(tmp_path):
    (tmp_path / "mine.csv").mkdir()
    assert message(user_csv.read, tmp_path / "mine.csv", "salaries.data") == "it cannot be read: Is a directory"


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_other_separators_are_named(read, separator, name):
    assert message(read, f"wage{separator}age\n1,5{separator}30\n") == (
        f"its columns are separated by {name}: save it with commas between them (and with points in numbers)"
    )


def test_other_separators_are_named_also_where_the_header_has_a_comma_in_it(read):
    assert message(read, "name;age, years\nDoe;30\n").startswith("its columns are separated by semicolons")


def test_a_note_to_excel_is_reported(read):
    assert message(read, "sep=,\na,b\n1,2\n") == (
        "its first line is a note to Excel: remove it, so that the names of the columns come first"
    )


def test_columns_without_name_and_value_are_dropped_and_one_without_a_name_is_left(read):
    assert list(read("a,b,,\n1,2,,\n3,4,,\n").columns) == ["a", "b"]
    assert read(",a,\n1,2,\n2,4,\n").to_numpy().tolist() == [["1", "2"], ["2", "4"]]


def test_several_columns_without_a_name_are_reported_by_number(read):
    assert message(read, "a,,b,\n1,2,3,4\n") == "the columns 2 and 4 have no name: give each one in the header line"


def test_a_comma_at_the_end_of_the_header_is_reported(read):
    assert message(read, "a,b,\n1,2\n") == "row 1 has 2 fields, but the header 3: remove the comma at its end"


def test_the_setting_that_names_the_file_is_optional(tmp_path):
    with pytest.raises(UserError, match=f"^{tmp_path / 'mine.csv'}: there is no such file$"):
        user_csv.read(tmp_path / "mine.csv")


def test_another_encoding_is_reported_with_the_byte_and_its_line(read):
    assert message(read, "name,age\nMax,3\nZoë,4\n".encode("latin-1")) == (
        "it is not UTF-8 (byte 0xeb in line 3): save it as UTF-8 (in Excel: CSV UTF-8)"
    )
    assert message(read, "a,b\n1,2\n".encode("utf-16")).startswith("it is not UTF-8 (byte 0xff in line 1)")


def test_a_spreadsheet_is_reported(read):
    assert message(read, b"PK\x03\x04\x14\x00") == (
        "it is a spreadsheet or an archive: export the table as CSV (in Excel: CSV UTF-8)"
    )


def test_a_name_that_is_used_twice_is_named_with_its_columns(read):
    expected = "the name `age` is used for the columns 1 and 3: rename one of them"
    assert message(read, "age,wage,age\n1,2,3\n") == expected


def test_a_row_of_another_length_is_reported(read):
    assert message(read, "a,b\n1,2\nDoe, Jane,3\n") == (
        "row 2 has 3 fields, but the header 2: a field that holds a comma needs quotes"
    )


def test_a_quote_that_never_ends_is_reported_with_its_line(read):
    assert message(read, 'a,b\n"1,2\n').startswith("it cannot be read as CSV near line 2: ")


def test_an_empty_file_and_a_header_alone_are_reported(read):
    assert message(read, "") == "it is empty; it needs a header line with the names of the columns"
    assert message(read, "a,b\n") == "it has a header line and no rows below it"


def test_a_table_of_300_columns_is_read(read):
    names = [f"x{i}" for i in range(300)]
    table = read("\n".join([",".join(names), *(",".join(["1"] * 300) for _ in range(5))]))
    assert table.shape == (5, 300)
    assert user_csv.unknown_column("x3O0", table).startswith("it has no column `x3O0`: did you mean `x3")
    assert user_csv.unknown_column("wage", table).endswith("x19 and 280 more")


@given(st.binary(max_size=200))
def test_any_content_is_a_table_or_a_user_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "mine.csv"
    path.write_bytes(content)
    try:
        table = user_csv.read(path, "a test")
    except UserError:
        return
    assert len(table) >= 1
    for index in range(table.shape[1]):
        user_csv.to_numbers(table.iloc[:, index])
