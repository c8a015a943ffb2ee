"""Reading a user's table: valid files are read unchanged; errors name the place and the remedy."""

import csv
import json
import unicodedata

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relecture.data import user_csv
from relecture.data.config import TableFormat, TableSource
from relecture.data.text_column import text_columns
from relecture.errors import UserError


def source(path, named_by="salaries.data", **table_format) -> TableSource:
    return TableSource(
        path=str(path), format=TableFormat(**table_format), named_by=named_by, setting="salaries.data.{}"
    )


@pytest.fixture
def read(tmp_path):
    """Reads a file with this content: text as UTF-8, or bytes as they are."""

    def call(content: str | bytes, **table_format):
        path = tmp_path / "mine.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return user_csv.read(source(path, **table_format))

    return call


def message(call, *arguments, **more) -> str:
    """Return the message without its beginning, which names the file and the setting."""
    with pytest.raises(UserError) as caught:
        call(*arguments, **more)
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


def test_a_file_that_is_not_there_is_reported(tmp_path):
    assert message(user_csv.read, source(tmp_path / "mine.csv")) == "there is no such file"


def test_a_folder_is_reported(tmp_path):
    (tmp_path / "mine.csv").mkdir()
    assert message(user_csv.read, source(tmp_path / "mine.csv")) == "it cannot be read: Is a directory"


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_other_separators_are_named(read, separator, name):
    assert message(read, f"wage{separator}age\n1,5{separator}30\n") == (
        f"its columns are separated by {name}: set salaries.data.separator: {json.dumps(separator)} "
        'and salaries.data.decimal: ","'
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
        user_csv.read(source(tmp_path / "mine.csv", named_by=""))


def test_another_encoding_is_reported_with_the_byte_and_its_line(read):
    assert message(read, "name,age\nMax,3\nZoë,4\n".encode("latin-1")) == (
        "it is not UTF-8 (byte 0xeb in line 3): save it as UTF-8 (in Excel: CSV UTF-8), "
        'or, if it should read "Zoë,4", set salaries.data.encoding: "cp1252"'
    )


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


def test_a_file_without_settings_is_to_be_saved_in_another_way(tmp_path):
    (tmp_path / "mine.csv").write_text("a;b\n1;2\n")
    with pytest.raises(UserError, match="separated by semicolons: save it with commas between them"):
        user_csv.read(TableSource(path=str(tmp_path / "mine.csv")))


@pytest.mark.parametrize(
    ("separator", "encoding", "newline"),
    [(";", "cp1252", "\r\n"), ("\t", "utf-16", "\n"), ("|", "utf-8", "\r"), (" ", "mac_roman", "\n")],
)
def test_a_file_is_read_with_its_separator_and_its_encoding(read, separator, encoding, newline):
    rows = [["town", "age"], ["Köln", "3"], ["Zürich", "4"]]
    content = newline.join(separator.join(row) for row in rows).encode(encoding)
    table = read(content, separator=separator, encoding=encoding)
    assert [list(table.columns), *table.to_numpy().tolist()] == rows


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_recognised(read, encoding):
    content = "town,age\nBonn,3\nKöln,4\n".encode(encoding)
    assert message(read, content) == (
        f'it is not UTF-8 but UTF-16 without a mark: set salaries.data.encoding: "{encoding}"'
    )
    assert read(content, encoding=encoding).town.tolist() == ["Bonn", "Köln"]


def test_utf_16_with_a_mark_is_recognised(read):
    content = "town,age\nBonn,3\n".encode("utf-16")
    assert message(read, content) == 'it is not UTF-8 but UTF-16: set salaries.data.encoding: "utf-16"'


def test_utf_8_is_not_read_as_another_encoding(read):
    assert message(read, "town,age\nKöln,3\n", encoding="cp1252") == (
        'it is UTF-8, and would read differently as cp1252: set salaries.data.encoding: "utf-8"'
    )


def test_accents_are_equal_whether_composed_or_not(read):
    table = read("cafe\u0301,town\n1,Zu\u0308rich\n2,Z\u00fcrich\n")
    assert list(table.columns) == ["caf\u00e9", "town"]
    assert table.town.nunique() == 1


@pytest.mark.parametrize(
    "content",
    [
        "size,rent\n50,400\n60,500\n\x1a",
        "size,rent\n50,400\n   \n60,500\n",
        "size,rent\n50,400\n60,500\n,\n,\n",
    ],
    ids=["an end-of-file mark", "a line of spaces", "rows without a value at the end"],
)
def test_what_old_programs_and_spreadsheets_leave_behind_is_dropped(read, content):
    assert read(content).to_numpy().tolist() == [["50", "400"], ["60", "500"]]


def test_an_invisible_character_in_a_name_is_shown(read):
    table = read("rent\u200b,size\n1,2\n")
    assert user_csv.unknown_column("rent", table) == (
        "it has no column `rent`: did you mean 'rent\\u200b', a name with an invisible character?"
    )


def test_a_file_without_names_is_asked_about(read):
    table = read("1.5,a\n2.5,b\n")
    assert user_csv.unknown_column("rent", table) == (
        "it has no column `rent`: there are 1.5, a; does the first line hold the names of the columns?"
    )


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_content_is_a_table_or_a_user_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "mine.csv"
    path.write_bytes(content)
    try:
        table = user_csv.read(source(path))
    except UserError:
        return
    assert len(table) >= 1
    for column in text_columns(table, source(path)).values():
        assert len(column.numbers) == len(table)


#: Texts of all kinds but for control characters; of those only the ends of lines and the tabulator.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\r\n\t"), max_size=5)
LATIN = st.text(st.characters(codec="cp1252", exclude_categories=("Cc",)), max_size=5)
#: An encoding of pandas, ours, and the texts that it can write.
ENCODINGS = [("utf-8", "utf-8", TEXTS), ("utf-8-sig", "utf-8", TEXTS), ("utf-16", "utf-16", TEXTS)]
ENCODINGS += [("cp1252", "cp1252", LATIN)]


@st.composite
def written_tables(draw):
    """A table of numbers and texts with gaps, how pandas writes it, and the settings with which we read it."""
    written, encoding, texts = draw(st.sampled_from(ENCODINGS))
    n_rows, kinds = (
        draw(st.integers(1, 8)),
        draw(st.lists(st.sampled_from(["int", "float", "text"]), min_size=1, max_size=4)),
    )
    values = {"int": st.integers(-(10**12), 10**12), "float": st.floats(allow_nan=False), "text": texts}
    table = pd.DataFrame()
    for number, kind in enumerate(kinds):
        gap = st.none() if kind == "text" else st.just(float("nan")) if kind == "float" else st.nothing()
        column = draw(st.lists(values[kind] | gap, min_size=n_rows, max_size=n_rows))
        table[f"{kind}{number}"] = pd.Series(column, dtype={"text": object}.get(kind, kind))
    style = {
        "sep": draw(st.sampled_from(",;\t|")),
        "decimal": draw(st.sampled_from(".,")),
        "na_rep": draw(st.sampled_from(["", "NA", "n/a"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
        "lineterminator": draw(st.sampled_from(["\n", "\r\n"])),
        "encoding": written,
    }
    settings = {"separator": style["sep"], "decimal": style["decimal"], "encoding": encoding}
    return table, style, {**settings, "na_values": [style["na_rep"]]}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written_tables())
def test_a_table_that_pandas_writes_is_read_back_equal_or_refused(tmp_path_factory, written):
    table, style, table_format = written
    path = tmp_path_factory.mktemp("pandas") / "mine.csv"
    table.to_csv(path, index=False, **style)
    try:
        columns = text_columns(user_csv.read(source(path, **table_format)), source(path, **table_format))
    except UserError:
        return
    assert list(columns) == list(table)
    n_rows = len(next(iter(columns.values())).fields)
    for name, column in columns.items():
        expected = table[name][:n_rows]
        if name.startswith("text"):
            texts = [unicodedata.normalize("NFC", text).strip() for text in expected.fillna(style["na_rep"])]
            assert [text.strip() for text in column.fields] == texts
            assert column.missing.tolist() == [text in ("", style["na_rep"]) for text in texts]
        else:
            assert not column.text.any()
            pd.testing.assert_series_equal(column.numbers, expected, check_names=False, check_dtype=False, rtol=0)
    # Only rows without any value may be missing, at the end.
    assert (
        table[n_rows:]
        .astype(object)
        .fillna("")
        .map(lambda value: str(value).strip() in ("", style["na_rep"]))
        .all(axis=None)
    )
