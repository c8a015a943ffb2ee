"""Reads a table of one's own; what is wrong with it is told with file, column and row, and what to do.

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
#: What stands between the fields of files that are not separated by commas.
_OTHERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read(path: Path, asked_by: str = "") -> pd.DataFrame:
    """All fields of a file as text, a column for each name in the header; the spaces around a field are dropped.

    Columns without a name and without a value are dropped: spreadsheets leave such behind.

    Args:
        path: The file.
        asked_by: What names it, for the message: a setting.

    Raises:
        UserError: No such file, not UTF-8, other separators, rows of another length than the header, a name that
            stands twice, several columns without one, nothing below the header.
    """
    try:
        return _table(path.read_bytes())
    except FileNotFoundError:
        problem = "there is no such file"
    except OSError as error:
        problem = f"it cannot be read: {error.strerror}"
    except ValueError as error:
        problem = str(error)
    raise UserError(f"{asked_by} names the file {path}: {problem}" if asked_by else f"{path}: {problem}")


def missing(column: pd.Series) -> pd.Series:
    """Where a column of `read` has no value."""
    return column.isin(MISSING)


def numbers(column: pd.Series) -> pd.Series:
    """A column of `read` as numbers, whole ones as integers if all are; NaN where there is none, or text."""
    return pd.to_numeric(column.where(~missing(column)), errors="coerce")


def holds_text(column: pd.Series) -> pd.Series:
    """Where a column of `read` has a value that is no number."""
    return ~missing(column) & numbers(column).isna()


def first(where: pd.Series) -> int:
    """The first row of which it is true."""
    return int(np.flatnonzero(where)[0]) + 1


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def no_such(column: str, table: pd.DataFrame) -> str:
    """What to say of a column that the table does not have."""
    near = closest(column, table.columns)
    meant = f"did you mean `{near}`?" if near else f"there are {listed(list(table.columns))}"
    return f"it has no column `{column}`: {meant}"


def listed(names: list[str], most: int = 20) -> str:
    """The names in a row, those beyond the first 20 as their number."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _table(content: bytes) -> pd.DataFrame:
    """The table in a file; a ValueError that says what is wrong."""
    reader = csv.reader(io.StringIO(_text(content), newline=""), skipinitialspace=True, strict=True)
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
        _refuse_others(header)
    named = [name for name in header if name]
    if twice := [name for name in dict.fromkeys(named) if named.count(name) > 1]:
        places = [str(place) for place, name in enumerate(header, start=1) if name == twice[0]]
        raise ValueError(f"the name `{twice[0]}` stands over the columns {' and '.join(places)}: rename one of them")
    for place, row in enumerate(rows, start=1):
        if len(row) != len(header):
            _refuse_others(row)
            trailing = not header[-1] and len(row) == len(header) - 1
            raise ValueError(
                f"row {place} has {counted(len(row), 'field')}, but the header {len(header)}: "
                + ("remove the comma at its end" if trailing else "a field that holds a comma needs quotes")
            )
    if not rows:
        raise ValueError("it has a header line and no rows below it")
    return _named(pd.DataFrame(rows, columns=header, dtype=str))


def _refuse_others(line: list[str]) -> None:
    for separator, name in _OTHERS.items():
        if any(separator in field for field in line):
            raise ValueError(
                f"its columns are separated by {name}: save it with commas between them (and with points in numbers)"
            )


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Without the columns that have neither a name nor a value; one without a name may be left."""
    nameless = np.flatnonzero(table.columns == "")
    empty = [place for place in nameless if (table.iloc[:, place] == "").all()]
    left = [str(place + 1) for place in nameless if place not in empty]
    if len(left) > 1:
        raise ValueError(f"the columns {' and '.join(left)} have no name: give each one in the header line")
    return table.iloc[:, [place for place in range(table.shape[1]) if place not in empty]]


def _text(content: bytes) -> str:
    if content.startswith(b"PK"):
        raise ValueError("it is a spreadsheet or an archive: export the table as CSV (in Excel: CSV UTF-8)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        where = f"byte 0x{content[error.start]:02x} in line {line}"
        raise ValueError(f"it is not UTF-8 ({where}): save it as UTF-8 (in Excel: CSV UTF-8)") from None
