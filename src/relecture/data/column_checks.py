"""Find what is wrong or suspicious in the columns of a user's table, whatever is done with them.

A problem is a reason to refuse the table, with the settings that settle it. A warning is a sentence for the profile.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from relecture.data import number_format, user_csv
from relecture.data.text_column import TextColumn, first_row

#: What other programs write for a missing value or an error, in lower case and without blanks.
_MISSING_WORDS = {
    *("na", "n/a", "n.a.", "n.a", "n/d", "n.d.", "s/d", "s.d.", "k.a.", "nan", "-nan", "nat", "<na>", "none", "(none)"),
    *("nil", "null", "(null)", r"\n", "missing", "(missing)", "<missing>", "blank", "(blank)", "empty", "(empty)"),
    *("(leer)", "keineangabe", "notavailable", "nodata", "undefined"),
}
_ERROR = re.compile(
    r"#\S*[!?]|#n/[a-z]|#nv|#(?:n/a|wert|bezug|zahl|name|div/0).*|[+\-]?1[.,]#\w+|[+\-]?nan\(\w+\)", re.I
)
_PUNCTUATION = {"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Zs", "Sm", "Sk", "Cf"}  # categories of Unicode
_ROW_NUMBER_NAMES = {
    *("id", "_id", "index", "nr", "nr.", "no", "no.", "num", "number", "row", "rows", "row_id", "rowid"),
    *("rownames", "rowname", "rownumber", "row number", "row_number", "obs", "case", "caseid", "serial", "lfdnr"),
    *("unnamed: 0", "unnamed:0", "...1", "#"),
}
_TOTAL_WORDS = re.compile(
    r"(?:grand |sub ?|sub-)?(?:total|totals|totale|totaal|suma|sum|sums|summe|gesamt|insgesamt|all|overall|"
    r"average|mean|mittelwert|moyenne|media|razem|итого|всего|合計|合计|总计)s?:?",
    re.I,
)
#: Letters of other scripts that look like Latin ones, in lower case.
_LATIN = str.maketrans(
    "\u0430\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u03b1\u03bf\u03c1\u03bd",
    "aekmhopctyxiaopv",
)
_MIN_ROWS = 10  # for a pattern over all rows to mean something


def missing_marks(fields: Sequence[str]) -> list[str]:
    """Return the fields with which other programs mark a missing value or an error."""
    return [
        field
        for field in fields
        if field
        and (
            "".join(field.casefold().split()) in _MISSING_WORDS
            or _ERROR.fullmatch(field)
            or all(unicodedata.category(character) in _PUNCTUATION for character in field)
        )
    ]


def number_problem(column: TextColumn, as_category: str) -> str:
    """Return why the texts of a column are not its last word: numbers in another form, or marks of missing values.

    Args:
        column: The column.
        as_category: What to do if the texts are categories; empty if categories cannot be used.

    Returns:
        A sentence; empty for a column of numbers, and for one of texts that are texts.
    """
    if column.is_number:
        return ""
    source = column.source
    counts, texts = column.known.value_counts(), list(dict.fromkeys(column.fields[column.text]))
    numbers = [field for field in counts.index if field not in set(texts)]
    marks = missing_marks(texts)
    alternative = f", or {as_category}" if as_category else ""
    if marks and (as_category or numbers or len(marks) < len(texts)):
        remedy = source.propose(
            "leave the field empty if a value is missing", na_values=[*source.format.na_values, *marks]
        )
        where = f"the column `{column.name}` has {column.where(marks[0])}"
        return f"{where}: {remedy} if it marks a missing value{alternative}"
    clothed = number_format.clothing(texts)
    if not clothed or counts[[*clothed, *numbers]].sum() < len(column.known) / 2:
        return ""
    example = next(field for field in texts if field in clothed)
    where = f"the column `{column.name}` holds numbers that are not read: {clothed[example]} ({column.where(example)})"
    formats = number_format.fitting_formats([*clothed, *numbers], source.format) if len(clothed) == len(texts) else []
    if len(formats) > 1 and source.setting:
        ways = " or ".join(source.propose("", **settings) for settings in formats)
        return f"{where}; there are several ways to read them: {ways}{alternative}"
    remedy = f"write plain numbers with a decimal {'comma' if source.format.decimal_sign == ',' else 'point'}"
    if formats:
        remedy = source.propose(remedy, **formats[0])
    return f"{where}; {remedy}{alternative}"


def value_problem(column: TextColumn, remedy: str) -> str:
    """Return why the numbers of a column must not be read as they stand; empty if they may.

    Args:
        column: A column whose known fields are all numbers.
        remedy: What to do with a column of codes.
    """
    known, source = column.known, column.source
    if column.numbers.abs().max() < 1000 and number_format.has_points_of_thousands(known, source.format):
        example = next(field for field in known if "." in field)
        whole = f"{float(example) * 1000:.0f}"
        thousands = source.propose(f"write {whole}", thousands=".")
        decimal = source.propose(f"write {example}0", decimal=".")
        return (
            f"the column `{column.name}` may have points for thousands ({column.where(example)}): if this is {whole}, "
            f"{thousands}; if it is {float(example):g}, {decimal}"
        )
    if (lost := number_format.loses_digits(known, column.known_numbers)).any():
        example = known[lost].iloc[0]
        return f"the column `{column.name}` has more digits than a number can keep ({column.where(example)}): {remedy}"
    return ""


def lookalike_problem(column: TextColumn, as_category: str) -> str:
    """Return which texts of a column differ only in capitals, blanks or invisible characters; empty if none do."""
    if not (pairs := lookalikes(list(dict.fromkeys(column.known)))):
        return ""
    return (
        f"the column `{column.name}` holds {_difference(pairs[0])} ({column.where(pairs[0][1])}): "
        f"write them alike, or {as_category}"
    )


def lookalikes(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of texts that differ only in capitals, blanks, dashes, invisible characters or their encoding."""
    groups: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        groups[_skeleton(text)].append(text)
    return [(group[0], other) for group in groups.values() for other in group[1:]]


def lookalike_sentence(texts: Sequence[str]) -> str:
    """Return the first two texts that look alike and in what they differ; empty if none do."""
    return next(map(_difference, lookalikes(texts)), "")


def name_warnings(names: Sequence[str]) -> Iterator[str]:
    """Yield the names of columns that look alike."""
    for pair in lookalikes(names):
        yield f"the names of the columns have {_difference(pair)}: rename one unless both are meant"


def row_number_warning(column: TextColumn, remedy: str) -> str:
    """Return that a column of numbers numbers the rows; empty if it does not.

    That is so if the numbers are whole, each once, and either consecutive in any order, or in order at equal
    distances, or the column has a name such as `id`.
    """
    numbers = column.known_numbers.to_numpy()
    if len(numbers) < _MIN_ROWS or (numbers != np.floor(numbers)).any() or np.abs(numbers).max() >= 2**53:
        return ""
    numbers = numbers.astype(np.int64)
    ordered, steps = np.sort(numbers), np.diff(numbers)
    if (np.diff(ordered) == 0).any():
        return ""
    is_consecutive = ordered[-1] - ordered[0] == len(numbers) - 1
    if not (is_consecutive or (steps == steps[0]).all() or column.name.casefold() in _ROW_NUMBER_NAMES):
        return ""
    shown = ", ".join(map(str, numbers[:3]))
    return f"the column `{column.name}` seems to number the rows ({shown}, ...): {remedy} unless it is a measurement"


def code_warning(column: TextColumn, remedy: str) -> str:
    """Return that numbers are written with leading zeros, as codes are; empty if they are not."""
    if (column.known_numbers != np.floor(column.known_numbers)).any():
        return ""
    zeros = column.fields.str.fullmatch("0[0-9]+").to_numpy(bool)
    if not zeros.any():
        return ""
    first = column.fields[zeros].iloc[0]
    return f"the column `{column.name}` has leading zeros ({column.where(first)}), as codes have: {remedy}"


def sentinel_warning(column: TextColumn) -> str:
    """Return that a repeated extreme number of nines, such as -999, may mark a missing value; empty if none does."""
    numbers = column.known_numbers
    for extreme in (numbers.min(), numbers.max()):
        others = numbers[numbers != extreme]
        if not re.fullmatch(r"-9\.0|-?9{2,}\.0", repr(float(extreme))) or others.empty:
            continue
        distance = max(extreme - others.max(), others.min() - extreme)
        if len(others) <= len(numbers) - 2 and distance > others.max() - others.min():
            fields = list(dict.fromkeys(column.known[numbers == extreme]))
            remedy = column.source.propose(
                "leave the field empty if a value is missing", na_values=[*column.source.format.na_values, *fields]
            )
            count = len(numbers) - len(others)
            return (
                f"the column `{column.name}` has {fields[0]} in {count} rows, far from all others: {remedy} "
                "if it marks a missing value"
            )
    return ""


def level_warning(column: TextColumn) -> str:
    """Return what looks suspicious in the levels of a factor: marks of missing values, or levels that look alike."""
    levels = list(dict.fromkeys(column.known))
    if marks := missing_marks(levels):
        return f"the column `{column.name}` has the level {column.where(marks[0])}, which often marks a missing value"
    if pairs := lookalikes(levels):
        return f"the column `{column.name}` has the levels {_difference(pairs[0])}"
    return ""


def clothing_warning(column: TextColumn, remedy: str) -> str:
    """Return that some texts of a column are numbers to a person; empty if fewer than three are."""
    clothed = list(number_format.clothing(dict.fromkeys(column.known)))
    if len(clothed) < 3:
        return ""
    return f"some texts of the column `{column.name}` hold a number ({column.where(clothed[0])}): {remedy}"


def total_row(columns: Sequence[TextColumn]) -> str:
    """Return the problem that the last or the first row is the sum or the mean of all others; empty if it is not.

    That is so if at least half of the columns of numbers agree, and at least two of them, or one and a text of the row
    that says so, or one that is the only one in a table of more than ten rows.

    Args:
        columns: All columns of the table.
    """
    numeric = [column for column in columns if column.is_number]
    n_rows = len(columns[0].fields)
    if n_rows < 4 or not numeric:
        return ""
    values = np.column_stack([column.numbers.to_numpy(float) for column in numeric])
    for row, others in ((n_rows - 1, values[:-1]), (0, values[1:])):
        says_so = any(_TOTAL_WORDS.fullmatch(column.fields.iloc[row]) for column in columns)
        known = ~np.isnan(others)
        n_known = np.maximum(known.sum(0), 1)
        with np.errstate(all="ignore"):
            varies = np.nanmax(np.where(known, others, -np.inf), 0) > np.nanmin(np.where(known, others, np.inf), 0)
            sums = np.nansum(others, 0)
            compared = varies & np.isfinite(values[row]) & np.isfinite(sums) & (values[row] != 0)
            for kind, expected, n_summed in (("sum", sums, n_known), ("mean", sums / n_known, np.ones(len(sums)))):
                off = np.abs(values[row] - expected)
                near = compared & (off <= 1e-3 * np.abs(expected))
                agreeing = [
                    numeric[i]
                    for i in np.flatnonzero(near)
                    if off[i] <= _tolerance(numeric[i], row, n_summed[i]) + 1e-9 * abs(expected[i])
                    and (kind == "sum" or not (others[:, i] == values[row, i]).any())
                ]
                certain = len(agreeing) >= (1 if says_so else 2) and 2 * len(agreeing) >= compared.sum()
                is_only = kind == "sum" and len(agreeing) == compared.sum() == 1 and n_rows > _MIN_ROWS
                if certain or is_only:
                    shown = [f"{column.name} {column.fields.iloc[row]}" for column in agreeing]
                    where = f"the {'last' if row else 'first'} row ({row + 1})"
                    return f"{where} is the {kind} of all others ({user_csv.joined(shown, 5)}): remove it"
    return ""


def _tolerance(column: TextColumn, row: int, n_summed: float) -> float:
    """Return what a number in a column may be off for the rounding of its last digit and of those of the summed."""
    _, _, decimals = column.fields.iloc[row].partition(column.source.format.decimal_sign)
    return float(0.5 * 10.0 ** -len(decimals) * max(1.0, np.sqrt(n_summed)))


def total_warnings(columns: Sequence[TextColumn]) -> Iterator[str]:
    """Yield the rows in which a text that occurs once says that they are totals."""
    for column in columns:
        counts = Counter(field for field in column.fields if _TOTAL_WORDS.fullmatch(field))
        for field, count in counts.items():
            if count == 1:
                row = first_row((column.fields == field).to_numpy(bool))
                yield f'row {row} has "{field}" in the column `{column.name}`: remove it if it sums up other rows'


def _skeleton(text: str) -> str:
    """Return a text without capitals, repeated blanks, kinds of dashes and of scripts, and invisible characters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    visible = (" " if unicodedata.category(c) in ("Zs", "Cc") else c for c in plain if unicodedata.category(c) != "Cf")
    same = ("-" if unicodedata.category(c) == "Pd" else "'" if c in "\u2019\u2018`" else c for c in visible)
    return unicodedata.normalize("NFC", " ".join("".join(same).split()).rstrip(".:;")).translate(_LATIN)


def _difference(pair: tuple[str, str]) -> str:
    """Return two texts and in what they differ."""
    first, second = pair
    if first.lower() == second.lower():
        return f'"{first}" and "{second}", which differ only in capitals'
    if first.isprintable() and second.isprintable() and " ".join(first.split()) != " ".join(second.split()):
        return f'"{first}" and "{second}", which differ only in signs that look alike'
    return f"{first!a} and {second!a}, which differ only in blanks or invisible characters"
