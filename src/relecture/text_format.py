"""Numbers inside sentences: with a true minus sign, a spread, an interval; and several things in a row."""

import re
from collections.abc import Sequence

import pandas as pd

from relecture import tables

_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(value: float, digits: int) -> str:
    """`−3.10`, `1,345`; a dash where there is none, and no sign before a number that rounds to zero."""
    return minus(tables.number(value, digits))


def minus(text: str) -> str:
    """The same with a true minus sign before every negative number; `1e-07` and `k-means` stay as they are."""
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)


def spread(mean: float, sd: float, digits: int) -> str:
    """`1.86 ± 0.10`, or the mean alone where there is no standard deviation."""
    return number(mean, digits) + ("" if pd.isna(sd) else f" ± {number(sd, digits)}")


def interval(low: float, high: float, digits: int) -> str:
    """`−0.12 to 0.24`."""
    return f"{number(low, digits)} to {number(high, digits)}"


def percent(share: float, digits: int = 0) -> str:
    """`12 %` from a share of 0.12; a small share that would round to nothing is `under 1 %`."""
    least = 10**-digits
    return f"under {least:g} %" if 0 < 100 * share < least / 2 else f"{number(100 * share, digits)} %"


def count(n: int) -> str:
    """A whole number that stands by itself, `none of`: as a word up to twelve, as in print."""
    return _WORDS[n] if n < len(_WORDS) else f"{n:,}"


def signed(value: float, digits: int) -> str:
    """`+3.1`, `−3.1`; a dash where there is none."""
    return minus(f"{value:+z,.{digits}f}") if not pd.isna(value) else "–"


def counted(n: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def listed(things: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *before, last = things
    return f"{', '.join(before)} and {last}" if before else last


def sentence(words: str) -> str:
    """With a capital in front and a full stop behind."""
    return f"{words[0].upper()}{words[1:]}."
