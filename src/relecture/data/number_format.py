"""Recognise numbers in the fields of a table: those that are read, and those that only a person would read.

A number is read if it is written as the `TableFormat` says: optional sign, digits, optional decimal sign and exponent,
thousands separators in groups of three. Everything else that looks like a number (a unit, a percent sign, another
decimal sign) is recognised in order to be refused, never in order to be read.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from relecture.data.config import TableFormat

_MINUS = "\u2212"
#: Characters that a thousands separator stands for.
_SEPARATORS = {" ": " \u00a0\u2009\u202f", "'": "'\u2019"}
_INFINITY = r"(?i:inf|infinity)"
#: Decimal sign and thousands separator of the formats that are proposed.
_FORMATS: tuple[tuple[str, str], ...] = (
    *((",", ""), (".", "")),
    *((".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'"), (".", "_"), (",", "_")),
)
_POINT_OF_THREE = r"[+\-]?[1-9][0-9]{0,2}\.[0-9]{3}"
_BELOW_THOUSAND = r"[+\-]?[0-9]{1,3}"

_SPACES = " \u00a0\u2009\u202f"
_DIGITS = rf"(?:[0-9]+(?:[{_SPACES}.,'\u2019_\u00b7\u066b\u066c][0-9]+)*[.,]?|[.,][0-9]+)"
_EXPONENT = r"(?:\s?[eEdDqQ][+\-]?[0-9]+|\s?[×x*·]\s?10\^?[+\-\u2212]?[0-9]*|(?<=[.][0-9])[+\-][0-9]{2,3})?"
_ONE_NUMBER = re.compile(rf"(?P<before>[^0-9]{{0,15}}?){_DIGITS}{_EXPONENT}(?P<after>[^0-9]{{0,15}})")
_OTHER_EXPONENT = re.compile(r".*[0-9.](?:[dDqQ][+\-]?|(?<=\.[0-9])[+\-]|\s?[x×*·]\s?10\^?[+\-\u2212]?)[0-9]*")
_RANGE = re.compile(r"[^0-9]{0,3}[0-9.,]+\s*(?:-|–|—|to|bis)\s*[0-9.,]+[^0-9]{0,15}")
_ORDINAL = re.compile(r"[0-9]+\s?[snrt][tdh]", re.IGNORECASE)
_CLOCK = re.compile(r"[+\-]?[0-9]+:[0-9]{1,2}(?::[0-9]{1,2}(?:[.,][0-9]+)?)?(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)
_DATE = re.compile(
    r"[0-9]{1,4}([-./])[0-9]{1,2}\1[0-9]{1,4}\.?(?:[T ].*)?"
    r"|[0-9]{1,2}[-. /]{0,2}[^\W\d_]{3,9}[-., /]{0,2}[0-9]{2,4}"
    r"|[^\W\d_]{3,9}\.? [0-9]{1,2}, ?[0-9]{2,4}"
)
_DURATION = re.compile(r"(?:[0-9]+(?:[.,][0-9]+)?\s?(?:d|h|hrs?|m|min|mins|s|secs?)\.?\s*){2,}", re.IGNORECASE)
_SEVERAL = re.compile(rf"[^0-9]{{0,5}}{_DIGITS}\s*(?:±|\+/?-|\(|\[).*[0-9].*")
_HEXADECIMAL = re.compile(r"0x[0-9a-f]+", re.IGNORECASE)
_FRACTION = re.compile(r"[+\-]?(?:[0-9]+\s)?[0-9]+\s?[/\u2044]\s?[0-9]+")
_REASONS = (
    *((_CLOCK, "clock times"), (_DURATION, "clock times"), (_DATE, "dates"), (_FRACTION, "fractions")),
    *((_HEXADECIMAL, "hexadecimal numbers"), (_SEVERAL, "several numbers in a field")),
)
_MULTIPLES = {
    *("k", "m", "b", "t", "bn", "mn", "mm", "mil", "mio", "mrd", "tsd", "td"),
    *("thousand", "million", "millions", "billion", "billions", "lakh", "crore"),
}


def is_number(fields: pd.Series, table_format: TableFormat) -> pd.Series:
    """Return where a field is a number as the format says, or infinite."""
    pattern = rf"[+\-{_MINUS}]?(?:{_magnitude(table_format.decimal_sign, table_format.thousands)}|{_INFINITY})"
    return fields.str.fullmatch(pattern)


def to_numbers(fields: pd.Series, table_format: TableFormat) -> pd.Series:
    """Convert fields that are numbers or None to numbers, integers if all are whole; NaN for None."""
    text = fields
    if table_format.thousands:
        text = text.str.replace(_class_of(table_format.thousands), "", regex=True)
    if table_format.decimal_sign == ",":
        text = text.str.replace(",", ".", regex=False)
    values = text.to_numpy(object)
    try:
        numbers = values.astype(float)
    except ValueError:
        values = text.str.replace(_MINUS, "-", regex=False).to_numpy(object)
        numbers = values.astype(float)
    is_whole = len(numbers) > 0 and bool(np.isfinite(numbers).all()) and bool((numbers == np.floor(numbers)).all())
    if is_whole and text.str.fullmatch(r"[+\-]?[0-9]{1,18}").all():
        numbers = values.astype(np.int64)
    return pd.Series(numbers, index=fields.index, name=fields.name)


def has_points_of_thousands(known: pd.Series, table_format: TableFormat) -> bool:
    """Return whether the points in a column of numbers may separate thousands: 1.250 beside 875.

    That is so if every point stands before exactly three digits and after one to three that do not begin with 0, and
    all other numbers are whole and below 1000. A decimal sign or a thousands separator in the format settles it.
    """
    if table_format.decimal or table_format.thousands or not known.str.contains(".", regex=False).any():
        return False
    return bool(known.str.fullmatch(rf"(?:{_POINT_OF_THREE}|{_BELOW_THOUSAND})").all())


def loses_digits(known: pd.Series, numbers: pd.Series) -> pd.Series:
    """Return where a field has more digits than a number of double precision, or is too small for one."""
    lost = pd.Series(False, index=known.index)
    suspects = known[(numbers.abs() >= 2**53) | (numbers == 0)]
    for index, field in suspects[~suspects.isin(["0", "0.0"])].items():
        whole = field.lstrip("+-").isdecimal() and int(field) != int(float(field))
        lost[index] = whole or (float(numbers[index]) == 0 and re.match("[^eE]*[1-9]", field) is not None)
    return lost


def fitting_formats(fields: Sequence[str], current: TableFormat) -> list[dict[str, str]]:
    """Return the settings that would make numbers of all `fields`: keys and values that differ from the current ones.

    Only settings whose decimal sign or thousands separator occurs in the fields are returned; two of them for 1,250.
    """
    column, found = pd.Series(list(fields), dtype=str), []
    for decimal, thousands in _FORMATS:
        candidate = TableFormat.model_construct(**{**dict(current), "decimal": decimal, "thousands": thousands})
        signs = [sign for sign in (thousands, "," if decimal == "," and thousands != "." else "") if sign]
        if not all(column.str.contains(_class_of(sign), regex=True).any() for sign in signs):
            continue
        if is_number(column, candidate).all():
            needed: dict[str, str] = {} if thousands == current.thousands else {"thousands": thousands}
            implied = current.decimal or ("," if thousands == "." else ".")
            found.append(needed if decimal == implied else {"decimal": decimal, **needed})
    return [settings for settings in found if settings]


def clothing(fields: Iterable[str]) -> dict[str, str]:
    """Return the fields that a person reads as one number, each with the reason why it is not read as one.

    Numbers written as ordinals (1st) are no numbers, and where a field is a range (18-24) none is.
    """
    texts = {field: _plain_digits(field) for field in fields}
    if any(_RANGE.fullmatch(text) and not _DATE.fullmatch(text) for text in texts.values()):
        return {}
    return {field: reason for field, text in texts.items() if (reason := _reason(field, text))}


def _reason(field: str, text: str) -> str:
    """Return why a number is not read, in words; empty if the text is not one number."""
    for pattern, reason in _REASONS:
        if pattern.fullmatch(text):
            return reason
    match = _ONE_NUMBER.fullmatch(text)
    if not match or _ORDINAL.fullmatch(text):
        return ""
    before, after = match["before"].strip(), match["after"].strip()
    if text != field and any(character.isnumeric() and not character.isascii() for character in field):
        return "digits other than 0 to 9"
    if before.startswith("="):
        return "formulas"
    if any(character in "%‰" for character in before + after) or after.lower() in ("percent", "pct"):
        return "percent signs"
    if before.startswith("(") and after.endswith(")"):
        return "negative numbers in parentheses"
    if any(unicodedata.category(character) == "Sc" for character in before + after):
        return "currencies"
    if after in ("-", _MINUS, "–") or after.upper() in ("CR", "DR"):
        return "a minus behind the number"
    if not before and after.lower().rstrip(".") in _MULTIPLES:
        return "k or M for thousands or millions"
    if not after and _OTHER_EXPONENT.fullmatch(text):
        return "exponents other than e"
    if before in ("'", "\u2019", "`"):
        return "apostrophes"
    return "units or other text beside the number" if before + after else "separators in the number"


def _plain_digits(text: str) -> str:
    """Return a text with the digits 0 to 9 for all other signs of digits."""
    return "".join(
        str(unicodedata.digit(character, character)) if not character.isascii() else character
        for character in unicodedata.normalize("NFKC", text)
    )


def _magnitude(decimal: str, thousands: str) -> str:
    """Return the pattern of a number without sign."""
    sign = re.escape(decimal)
    plain = rf"(?:[0-9]+(?:{sign}[0-9]*)?|{sign}[0-9]+)(?:[eE][+\-]?[0-9]+)?"
    if not thousands:
        return plain
    return rf"(?:[0-9]{{1,3}}(?:{_class_of(thousands)}[0-9]{{3}})+(?:{sign}[0-9]*)?|{plain})"


def _class_of(separator: str) -> str:
    return f"[{_SEPARATORS.get(separator, separator)}]"
