"""Lines that are no table: the message names the cause, not the nearest comma."""

import pytest

from relecture.data import user_csv
from relecture.data.config import TableFormat, TableSource
from relecture.errors import UserError

ROWS = ["50,a,400", "60,b,500", "70,a,650", "80,b,700", "90,a,810", "95,b,900"]
TABLE = "\n".join(["size,kind,rent", *ROWS])


@pytest.fixture
def problem(tmp_path):
    """The message about a file with this content, without its beginning."""

    def call(content: str, separator: str = ",") -> str:
        path = tmp_path / "mine.csv"
        path.write_text(content)
        with pytest.raises(UserError) as caught:
            user_csv.read(
                TableSource(path=str(path), format=TableFormat(separator=separator), setting="salaries.data.{}")
            )
        return str(caught.value).split("mine.csv: ")[1]

    return call


@pytest.mark.parametrize(
    "title", ["Rents of 2020", "Rents of 2020,,", "Rents, 2020", "Rents, a, b, c", "Rents\n\nof the city"]
)
def test_a_title_above_the_table(problem, title):
    assert problem(f"{title}\n\n{TABLE}").startswith('its first line is a title ("Rents')


def test_a_comment_above_the_table(problem):
    assert problem(f"% exported on Monday\n{TABLE}") == (
        'its first line is a comment ("% exported on Monday"): remove it, so that the names of the columns come first'
    )


@pytest.mark.parametrize(
    "note", ["Source: the city", "Source: the city,,", "* in euros,", "Source: x\nAll rights, ours"]
)
def test_a_note_below_the_table(problem, note):
    message = problem(f"{TABLE}\n{note}\n")
    assert message.startswith('row 7 ("')
    assert "is a note below the table, or cut short: remove what is not part of the table" in message


def test_row_names_without_a_header(problem):
    rows = [f'"{number}",{row}' for number, row in enumerate(ROWS, start=1)]
    assert problem("\n".join(["size,kind,rent", *rows])).startswith(
        "every row has 4 fields, but the header 3: the row names have no header, as R's write.table leaves it"
    )


def test_a_separator_at_the_end_of_every_row_or_of_one(problem):
    assert problem(TABLE.replace("\n", ",\n").replace("rent,", "rent") + ",") == (
        "every row ends with a separator that the header does not have: remove it"
    )
    assert problem(TABLE.replace("b,500", "b,500,")) == (
        "row 2 has 4 fields, but the header 3: remove the comma at the end of the row"
    )


def test_single_quotes(problem):
    assert problem(TABLE.replace("a,", "'a, b',")).endswith(
        "a field that holds a comma needs double quotes; single quotes are part of the text"
    )


def test_a_comment_inside_the_table(problem):
    assert problem(TABLE.replace("60,b", "# checked until here\n60,b")) == (
        'row 2 ("# checked until here") is a comment: remove it'
    )


@pytest.mark.parametrize("line", ["Rents, of, 2020", "# a, b, c"])
def test_a_line_above_the_names_that_is_as_long(problem, line):
    assert problem(f"{line}\n{TABLE}").startswith('row 1 ("size, kind, rent") holds text where all others hold numbers')


def test_a_line_of_units_below_the_names(problem):
    message = problem(TABLE.replace("50,a", "m2,,EUR\n50,a"))
    assert message.startswith('row 1 ("m2, EUR") holds text where all others hold numbers')
    assert message.endswith("if it has units, remove it")


def test_names_that_are_repeated_below(problem):
    assert problem(f"{TABLE}\nsize,kind,rent\n{ROWS[0]}") == "row 7 repeats the names of the columns: remove it"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("@RELATION rents\n@ATTRIBUTE size numeric\n@DATA\n50\n", "an ARFF file"),
        ("<!DOCTYPE html>\n<html><table>\n", "a web page or XML"),
        ('{"size": [50, 60]}\n', "JSON"),
        ('[{"size": 50}, {"size": 60}]', "JSON"),
    ],
)
def test_files_of_other_kinds(problem, content, kind):
    assert problem(content).startswith(f"it is {kind}: export the table as CSV")


def test_columns_separated_by_spaces_as_r_writes_them(problem):
    spaced = "\n".join(row.replace(",", " ") for row in TABLE.split("\n"))
    assert problem(spaced) == 'its columns are separated by spaces: set salaries.data.separator: " "'


def test_quotes_around_fields_with_another_separator(problem):
    rows = ['"size" "rent"', *(f'"{number}" "{10 * number}"' for number in range(50, 60))]
    assert problem("\n".join(rows)) == 'its columns are separated by spaces: set salaries.data.separator: " "'


def test_another_separator_than_the_one_that_is_set(problem):
    assert problem(TABLE, ";") == 'its columns are separated by commas: set salaries.data.separator: ","'


def test_text_with_spaces_is_one_column(tmp_path):
    (tmp_path / "mine.csv").write_text("full name\nJane Doe\nMax Roe\n")
    assert list(user_csv.read(TableSource(path=str(tmp_path / "mine.csv")))) == ["full name"]
