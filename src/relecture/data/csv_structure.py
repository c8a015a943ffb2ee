"""Explain why the lines of a file are not a table: another separator, a title, a footnote, row names, ..."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

from relecture.data.config import TableSource

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
_SINGULAR = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
_COMMENTS = ("#", "%", "//", "--", "*")
_SHOWN = 40  # characters of a line in a message
_NEARLY_ALL = 0.8  # share of the rows


def other_kind(text: str) -> str:
    """Return why a text is no CSV file at all; empty if it may be one."""
    first = text[:100].lstrip().lower()
    if first.startswith("@relation"):
        return "it is an ARFF file: export the table as CSV, with the names of the columns in the first line"
    if first.startswith(("<!doctype", "<html", "<table", "<?xml")):
        return "it is a web page or XML: export the table as CSV"
    if first.startswith(("{", "[{")):
        return "it is JSON: export the table as CSV"
    return ""


def problems(lines: Sequence[list[str]], text: str, source: TableSource) -> Iterator[str]:
    """Yield what keeps the lines of a file from being a header and rows of its length, the likeliest cause first.

    Args:
        lines: The fields of each line that is not empty, as they are separated now.
        text: The content of the file.
        source: The format and its settings.
    """
    header, *rows = lines
    first = header[0].lower()
    if first.startswith("sep="):
        yield "its first line is a note to Excel: remove it, so that the names of the columns come first"
    yield from other_separator(lines, text, source)
    if not rows:
        yield "it has a header line and no rows below it"
    yield from _lines_above_header(header, rows)
    yield from _row_names(header, rows)
    yield from _lines_below_table(header, rows)
    yield from _other_lengths(header, rows, source.format.separator)
    for number, row in enumerate(rows, start=1):
        if row == header and any(header):
            yield f"row {number} repeats the names of the columns: remove it"


def other_separator(lines: Sequence[list[str]], text: str, source: TableSource) -> Iterator[str]:
    """Yield the separator that divides nearly all lines into equally many fields, if the present one does not."""
    width, share = _usual_width(lines)
    if width > 1 and share >= _NEARLY_ALL and len(lines[0]) == width:
        return
    has_one_column = all(len(line) == 1 for line in lines)
    best: tuple[float, str, list[list[str]]] = (0.0, "", [])
    for separator in _SEPARATORS:
        if separator == source.format.separator or separator not in text or (separator == " " and not has_one_column):
            continue
        divided = _divided(text, separator)
        width, share = _usual_width(divided)
        if separator == " " and not any(field[-1:].isdigit() for line in divided[1:] for field in line):
            continue  # a single column of texts with spaces
        if width > 1 and share > max(best[0], _NEARLY_ALL):
            best = (share, separator, divided)
    share, separator, divided = best
    if not separator:
        return
    settings = {"separator": separator}
    if separator != "," and any(_has_decimal_comma(field) for line in divided[1:] for field in line):
        settings["decimal"] = ","
    yield f"its columns are separated by {_SEPARATORS[separator]}: " + source.propose(
        "save it with commas between them (and with points in numbers)", **settings
    )


def _usual_width(lines: Sequence[list[str]]) -> tuple[int, float]:
    """Return the most frequent number of fields, and the share of the lines below the first that have it."""
    if not lines:
        return 0, 0.0
    rows = lines[1:] or lines
    width, count = Counter(map(len, rows)).most_common(1)[0]
    return width, count / len(rows)


def _divided(text: str, separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    try:
        return [line for line in reader if any(field.strip() for field in line)]
    except csv.Error:
        return []


def _has_decimal_comma(field: str) -> bool:
    before, comma, after = field.strip().lstrip("+-").partition(",")
    return bool(comma) and before.replace(".", "").isdigit() and after.isdigit()


def _lines_above_header(header: list[str], rows: Sequence[list[str]]) -> Iterator[str]:
    """Yield that the first line is a title or a comment."""
    if not rows:
        return
    width = _usual_width([header, *rows])[0]
    is_padded = len(header) == width > 1 and bool(header[0]) and not any(header[1:]) and any(rows[0][1:])
    has_names_below = len(rows[0]) == width and _is_header_of(rows[0], rows[1:])
    is_short = len(header) < width and (len(rows[0]) != width or (len(header) == 1 and width > 2))
    kind = "comment" if header[0].startswith(_COMMENTS) else "title"
    if is_short or is_padded or (len(header) != width and has_names_below):
        yield f"its first line is a {kind} ({_shown(header)}): remove it, so that the names of the columns come first"
    elif has_names_below and all(len(row) == width for row in rows):
        columns = [index for index in range(width) if all(_is_number(row[index]) for row in rows[1:])]
        if len(columns) > 1 and all(any(map(str.isalpha, rows[0][index])) for index in columns):
            yield (
                f"row 1 ({_shown(rows[0])}) holds text where all others hold numbers: if it has the names of the "
                "columns, remove what is above it; if it has units, remove it"
            )


def _is_header_of(row: list[str], others: Sequence[list[str]]) -> bool:
    """Whether a row has no number and the next ones have."""
    return not any(map(_is_number, row)) and any(_is_number(field) for other in others[:20] for field in other)


def _row_names(header: list[str], rows: Sequence[list[str]]) -> Iterator[str]:
    """Yield that every row is one field longer than the header."""
    if any(len(row) != len(header) + 1 for row in rows):
        return
    if not any(row[-1] for row in rows):
        yield "every row ends with a separator that the header does not have: remove it"
    elif len({row[0] for row in rows}) == len(rows):
        yield (
            f"every row has {len(header) + 1} fields, but the header {len(header)}: the row names have no header, as "
            "R's write.table leaves it; write the table with row.names = FALSE, or a name before the others"
        )


def _lines_below_table(header: list[str], rows: Sequence[list[str]]) -> Iterator[str]:
    """Yield that the last lines are a note."""
    width, index = len(header), len(rows)
    while index > 0 and (len(rows[index - 1]) < width or _only_first(rows[index - 1])):
        index -= 1
    before, after = rows[:index], rows[index:]
    if not before or not after or width < 2 or any(len(row) != width or _only_first(row) for row in before):
        return
    padded = all(len(row) == width for row in after)
    if padded and width == 2 and not (_is_number(before[0][0]) and not _is_number(after[0][0])):
        return  # an identifier without a value
    yield (
        f"row {index + 1} ({_shown(after[0])}) is a note below the table, or cut short: "
        "remove what is not part of the table"
    )


def _only_first(row: list[str]) -> bool:
    return bool(row[0]) and len(row) > 1 and not any(row[1:])


def _is_number(field: str) -> bool:
    return field.lstrip("+-(.,'$€£ ")[:1].isdigit()


def _other_lengths(header: list[str], rows: Sequence[list[str]], separator: str) -> Iterator[str]:
    """Yield the first row whose length is not the header's."""
    name = _SINGULAR.get(separator, "separator")
    for number, row in enumerate(rows, start=1):
        if len(row) == len(header):
            continue
        if row[0].startswith(_COMMENTS) and len(row) < len(header):
            yield f"row {number} ({_shown(row)}) is a comment: remove it"
            return
        if not header[-1] and len(row) == len(header) - 1:
            remedy = f"remove the {name} at its end"
        elif len(row) == len(header) + 1 and not row[-1]:
            remedy = f"remove the {name} at the end of the row"
        elif any(field.startswith("'") for field in row) and any(field.endswith("'") for field in row):
            remedy = f"a field that holds a {name} needs double quotes; single quotes are part of the text"
        else:
            remedy = f"a field that holds a {name} needs quotes"
        plural = "s" * (len(row) != 1)
        yield f"row {number} has {len(row)} field{plural}, but the header {len(header)}: {remedy}"
        return


def _shown(line: list[str]) -> str:
    text = ", ".join(field for field in line if field)
    return f'"{text[:_SHOWN]}{"..." if len(text) > _SHOWN else ""}"'
