"""Read a user's table; errors name the file, the column, the row and the remedy.

A CSV file: a header line with a name for every column, and quotes around a field that holds the separator. Separator,
decimal sign, encoding and the marks of missing values are those of its `TableFormat`. Rows are counted from 1 below
the header. Accents are composed (NFC), so that two spellings of one text are equal.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data import csv_structure
from relecture.data.config import TableSource, composed
from relecture.errors import UserError, closest

#: How files begin that are no text, and what they are.
_SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of an old version",
    b"\x1f\x8b": "compressed",
    b"PAR1": "a Parquet file",
    b"$FL2": "a file of SPSS",
    b"RDX": "a file of R",
    b"%PDF": "a PDF",
    b"SQLite": "a database",
}
_FIRST_OF_TEXT = 9  # text holds no byte below the tabulator
_MARKS = {b"\xff\xfe\x00\x00": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
#: Encodings in which any bytes are a text, so that a wrong one would go unnoticed.
_ONE_BYTE = ("cp125", "iso8859", "latin", "mac", "koi8", "cp437", "cp850")
_END_OF_FILE = "\x1a\r\n "  # CP/M and early DOS wrote a mark


def read(source: TableSource) -> pd.DataFrame:
    """Read all fields of a file as text, a column for each name in the header; strip the spaces around a field.

    Columns without a name and without a value are dropped, and rows without a value at the end: spreadsheets leave such
    behind.

    Raises:
        UserError: No such file, another encoding or separator, a row whose length differs from the header's, lines
            above or below the table, a duplicate name, several columns without a name, no rows.
    """
    try:
        return _parse(Path(source.path).read_bytes(), source)
    except FileNotFoundError:
        problem = "there is no such file"
    except OSError as error:
        problem = f"it cannot be read: {error.strerror}"
    except ValueError as error:
        problem = str(error)
    named_by = f"{source.named_by} names the file {source.path}" if source.named_by else source.path
    raise UserError(f"{named_by}: {problem}")


def unknown_column(column: str, table: pd.DataFrame) -> str:
    """Return the message about a column that the table does not have."""
    near = closest(column, table.columns)
    if near and not near.isprintable():
        hint = f"did you mean {near!a}, a name with an invisible character?"
    else:
        hint = f"did you mean `{near}`?" if near else f"there are {joined(list(table.columns))}"
    if not near and 2 * sum(name[-1:].isdigit() and not name[:1].isalpha() for name in table) >= table.shape[1]:
        hint += "; does the first line hold the names of the columns?"
    return f"it has no column `{column}`: {hint}"


def joined(names: list[str], n_max: int = 20) -> str:
    """Return the names separated by commas; those beyond `n_max` only as their count."""
    return ", ".join(names[:n_max]) + (f" and {len(names) - n_max} more" if len(names) > n_max else "")


def _parse(content: bytes, source: TableSource) -> pd.DataFrame:
    """Parse the content of a file; raise a ValueError that says what is wrong with it."""
    text = _decode(content, source)
    if kind := csv_structure.other_kind(text):
        raise ValueError(kind)
    try:
        lines = list(_lines(text, source.format.separator))
    except ValueError as error:  # quotes around fields that are separated otherwise
        crude = [line.split(source.format.separator) for line in text.splitlines() if line.strip()]
        raise ValueError(next(csv_structure.other_separator(crude, text, source), str(error))) from None
    if not any(map(any, lines)):
        raise ValueError("it is empty; it needs a header line with the names of the columns")
    if problem := next(csv_structure.problems(lines, text, source), None):
        raise ValueError(problem)
    header, *rows = lines
    names = [name for name in header if name]
    if duplicates := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        name = duplicates[0]
        numbers = " and ".join(str(number) for number, other in enumerate(header, start=1) if other == name)
        raise ValueError(f"the name `{name}` is used for the columns {numbers}: rename one of them")
    n_rows = len(rows)
    while len(header) > 1 and n_rows > 1 and not any(rows[n_rows - 1]):
        n_rows -= 1
    return _drop_empty_columns(pd.DataFrame(rows[:n_rows], columns=header, dtype=str))


def _lines(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the fields of each line that is not empty; a line of spaces is empty if the table has several columns."""
    # A carriage return ends a line only where no line ends with a line feed; elsewhere it is an error outside quotes.
    stream = io.StringIO(text, newline="\n" if "\n" in text else "")
    reader = csv.reader(stream, delimiter=separator, skipinitialspace=True, strict=True)
    clean = str.strip if text.isascii() else _strip_and_compose
    is_first, has_columns = True, False
    try:
        for line in reader:
            fields = [clean(field) for field in line]
            if not fields or (fields == [""] and (is_first or has_columns)):
                continue
            if is_first:
                is_first, has_columns = False, len(fields) > 1
            yield fields
    except csv.Error as error:
        raise ValueError(f"it cannot be read as CSV near line {reader.line_num}: {error}") from None


def _strip_and_compose(field: str) -> str:
    return composed(field).strip()


def _drop_empty_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Drop the columns that have neither a name nor a value; at most one without a name may be left."""
    nameless = np.flatnonzero(table.columns == "")
    empty = [index for index in nameless if (table.iloc[:, index] == "").all()]
    left = [str(index + 1) for index in nameless if index not in empty]
    if len(left) > 1:
        raise ValueError(f"the columns {' and '.join(left)} have no name: give each one in the header line")
    return table.iloc[:, [index for index in range(table.shape[1]) if index not in empty]]


def _decode(content: bytes, source: TableSource) -> str:
    encoding = source.format.encoding
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature) and not min(content[:1000]) >= _FIRST_OF_TEXT:
            raise ValueError(f"it is {kind}: export the table as CSV (in Excel: CSV UTF-8)")
    if encoding == "utf-8":
        _refuse_wide_characters(content, source)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(_not_decoded(content, error, source)) from None
    except UnicodeError as error:
        raise ValueError(f"it cannot be read with the encoding {encoding}: {error}") from None
    if encoding.lower().replace("-", "").startswith(_ONE_BYTE) and not content.isascii() and _is_utf8(content):
        remedy = source.propose("save it as UTF-8", encoding="utf-8")
        raise ValueError(f"it is UTF-8, and would read differently as {encoding}: {remedy}")
    text = text.lstrip("\ufeff").rstrip(_END_OF_FILE)
    if "\0" in text:
        raise ValueError("it holds characters of code 0, so it is no text of this encoding: export the table as CSV")
    return text


def _refuse_wide_characters(content: bytes, source: TableSource) -> None:
    """Raise a ValueError that proposes the encoding if every character has two or four bytes."""
    encoding = next((encoding for mark, encoding in _MARKS.items() if content.startswith(mark)), "")
    without_mark = ""
    if not encoding and b"\0" in content[:1000]:
        start = content[:1000]
        zeros = [start[offset::2].count(b"\0") / max(1, len(start) // 2) for offset in (0, 1)]
        if max(zeros) > 0.5 and min(zeros) < 0.1:
            encoding, without_mark = ("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"), " without a mark"
    if encoding:
        remedy = source.propose("save it as UTF-8 (in Excel: CSV UTF-8)", encoding=encoding)
        raise ValueError(f"it is not UTF-8 but {encoding[:6].upper()}{without_mark}: {remedy}")


def _not_decoded(content: bytes, error: UnicodeDecodeError, source: TableSource) -> str:
    line = content[: error.start].count(b"\n") + 1
    byte = content[error.start]
    where = f"byte 0x{byte:02x} in line {line}"
    if source.format.encoding != "utf-8":
        return f"it is not {source.format.encoding} ({where}): {source.propose('save it as UTF-8', encoding='utf-8')}"
    begin = max(content.rfind(b"\n", 0, error.start) + 1, error.start - 20)
    shown = content[begin : error.start + 10].splitlines()[0].decode("cp1252", errors="replace").strip()
    otherwise = "save it as UTF-8 (in Excel: CSV UTF-8)"
    remedy = source.propose("", encoding="cp1252")
    return f"it is not UTF-8 ({where}): {otherwise}" + (f', or, if it should read "{shown}", {remedy}' * bool(remedy))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
