"""Format numbers for sentences (minus sign, standard deviation, interval) and lists of words."""

import re
from collections.abc import Sequence

import pandas as pd

from relecture import tables

_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number(value: float, digits: int) -> str:
    """Format a number: `−3.10`, `1,345`; a dash for NaN, and no sign before a number that rounds to zero."""
    return minus(tables.number(value, digits))


def minus(text: str) -> str:
    """Replace the hyphen of every negative number by a minus sign; `1e-07` and `k-means` do not change."""
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)


def spread(mean: float, sd: float, digits: int) -> str:
    """Format a mean and its standard deviation: `1.86 ± 0.10`, or the mean alone if `sd` is NaN."""
    return number(mean, digits) + ("" if pd.isna(sd) else f" ± {number(sd, digits)}")


def interval(low: float, high: float, digits: int) -> str:
    """Format an interval: `−0.12 to 0.24`."""
    return f"{number(low, digits)} to {number(high, digits)}"


def percent(share: float, digits: int = 0) -> str:
    """Format a share of 0.12 as `12 %`; a positive share that would round to zero is `under 1 %`."""
    least = 10**-digits
    return f"under {least:g} %" if 0 < 100 * share < least / 2 else f"{number(100 * share, digits)} %"


def p_value(p: float | None) -> str:
    """Format a p-value: `0.024`, `under 0.001`; a dash for None and NaN."""
    return "under 0.001" if p is not None and p < 0.001 else tables.number(p, 3)


def count(n: int) -> str:
    """Format a count: as a word up to twelve (`none`, `one`), in digits above."""
    return _WORDS[n] if n < len(_WORDS) else f"{n:,}"


def signed(value: float, digits: int) -> str:
    """Format a number with its sign: `+3.1`, `−3.1`; a dash for NaN."""
    return minus(f"{value:+z,.{digits}f}") if not pd.isna(value) else "–"


def counted(n: int, noun: str) -> str:
    """Format a count with its noun: `1 row`, `2 rows`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def listed(words: Sequence[str]) -> str:
    """Join words as in a sentence: `a`, `a and b`, `a, b and c`."""
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def sentence(text: str) -> str:
    """Capitalise the first letter and add a full stop."""
    return f"{text[0].upper()}{text[1:]}."
