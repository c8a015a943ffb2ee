"""Read a user's table; errors name the file, the column, the row and the remedy.

A CSV file: a header line with a name for every column, commas between the fields, UTF-8, quotes around a field that
holds a comma. A missing value is an empty field, or NA as R writes it. Rows are counted from 1 below the header.
"""

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.errors import UserError, closest

MISSING = ("", "NA")
#: Separators of files that are not separated by commas.
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read(path: Path, named_by: str = "") -> pd.DataFrame:
    """Read all fields of a file as text, a column for each name in the header; strip the spaces around a field.

    Columns without a name and without a value are dropped: spreadsheets leave such behind.

    Args:
        path: The file.
        named_by: The setting that names the file, for the message.

    Raises:
        UserError: No such file, not UTF-8, other separators, a row whose length differs from the header's, a duplicate
            name, several columns without a name, no rows.
    """
    try:
        return _parse(path.read_bytes())
    except FileNotFoundError:
        problem = "there is no such file"
    except OSError as error:
        problem = f"it cannot be read: {error.strerror}"
    except ValueError as error:
        problem = str(error)
    raise UserError(f"{named_by} names the file {path}: {problem}" if named_by else f"{path}: {problem}")


def is_missing(column: pd.Series) -> pd.Series:
    """Whether each field of a column of `read` is without a value."""
    return column.isin(MISSING)


def to_numbers(column: pd.Series) -> pd.Series:
    """Convert a column of `read` to numbers, integers if all are; NaN for missing values and text."""
    return pd.to_numeric(column.where(~is_missing(column)), errors="coerce")


def is_text(column: pd.Series) -> pd.Series:
    """Whether each field of a column of `read` has a value that is not a number."""
    return ~is_missing(column) & to_numbers(column).isna()


def first_row(mask: pd.Series) -> int:
    """Return the number of the first row in which `mask` is true."""
    return int(np.flatnonzero(mask)[0]) + 1


def unknown_column(column: str, table: pd.DataFrame) -> str:
    """Return the message about a column that the table does not have."""
    near = closest(column, table.columns)
    hint = f"did you mean `{near}`?" if near else f"there are {joined(list(table.columns))}"
    return f"it has no column `{column}`: {hint}"


def joined(names: list[str], n_max: int = 20) -> str:
    """Return the names separated by commas; those beyond `n_max` only as their count."""
    return ", ".join(names[:n_max]) + (f" and {len(names) - n_max} more" if len(names) > n_max else "")


def _parse(content: bytes) -> pd.DataFrame:
    """Parse the content of a file; raise a ValueError that says what is wrong with it."""
    reader = csv.reader(io.StringIO(_decode(content), newline=""), skipinitialspace=True, strict=True)
    try:
        lines = [[field.strip() for field in line] for line in reader if line]
    except csv.Error as error:
        raise ValueError(f"it cannot be read as CSV near line {reader.line_num}: {error}") from None
    if not lines:
        raise ValueError("it is empty; it needs a header line with the names of the columns")
    header, *rows = lines
    if header[0].lower().startswith("sep="):
        raise ValueError("its first line is a note to Excel: remove it, so that the names of the columns come first")
    if len(header) == 1:
        _refuse_other_separators(header)
    names = [name for name in header if name]
    if duplicates := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        name = duplicates[0]
        numbers = " and ".join(str(number) for number, other in enumerate(header, start=1) if other == name)
        raise ValueError(f"the name `{name}` is used for the columns {numbers}: rename one of them")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            _refuse_other_separators(row)
            has_trailing_comma = not header[-1] and len(row) == len(header) - 1
            raise ValueError(
                f"row {number} has {len(row)} field{'s' * (len(row) != 1)}, but the header {len(header)}: "
                + ("remove the comma at its end" if has_trailing_comma else "a field that holds a comma needs quotes")
            )
    if not rows:
        raise ValueError("it has a header line and no rows below it")
    return _drop_empty_columns(pd.DataFrame(rows, columns=header, dtype=str))


def _refuse_other_separators(line: list[str]) -> None:
    for separator, name in _OTHER_SEPARATORS.items():
        if any(separator in field for field in line):
            raise ValueError(
                f"its columns are separated by {name}: save it with commas between them (and with points in numbers)"
            )


def _drop_empty_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Drop the columns that have neither a name nor a value; at most one without a name may be left."""
    nameless = np.flatnonzero(table.columns == "")
    empty = [index for index in nameless if (table.iloc[:, index] == "").all()]
    left = [str(index + 1) for index in nameless if index not in empty]
    if len(left) > 1:
        raise ValueError(f"the columns {' and '.join(left)} have no name: give each one in the header line")
    return table.iloc[:, [index for index in range(table.shape[1]) if index not in empty]]


def _decode(content: bytes) -> str:
    if content.startswith(b"PK"):
        raise ValueError("it is a spreadsheet or an archive: export the table as CSV (in Excel: CSV UTF-8)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        where = f"byte 0x{content[error.start]:02x} in line {line}"
        raise ValueError(f"it is not UTF-8 ({where}): save it as UTF-8 (in Excel: CSV UTF-8)") from None
