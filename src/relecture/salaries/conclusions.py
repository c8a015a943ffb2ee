"""The answer of the comparison `salaries` in two sentences, from its tables."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from relecture.salaries.result_tables import NAMES
from relecture.text_format import count, interval, listed, number, spread

_SUBJECTS = {
    "linear": "linear regression",
    "lasso": "the lasso",
    "relaxed_lasso": "the relaxed lasso",
    "network": "the network",
}


def question(results: Path) -> str:
    """What the comparison wants to know, of the players or of a table of one's own."""
    return _params(results)["question"]


def answer(results: Path) -> tuple[str, str]:
    """The errors on one split, beside what is printed where it is the book's; then what random splits say of the gaps.

    Args:
        results: The folder of all results; of `salaries/` table.csv, differences.csv and the settings of one method
            are read.
    """
    table = pd.read_csv(results / "salaries" / "table.csv", dtype={"mae_printed": str})
    table.index = list(NAMES)
    gaps, data = pd.read_csv(results / "salaries" / "differences.csv"), _params(results)["data"]
    # The book's table is in thousands of dollars, with one decimal; another has three digits in its own unit.
    known = "target" not in data
    digits = 1 if known else max(0, 2 - math.floor(math.log10(table.mae.min() or 1)))
    unit = "thousands of dollars" if known else data["unit"] or f"the unit of {data['target']}"
    return _one_split(table, unit, digits), _random_splits(table, gaps, digits)


def _params(results: Path) -> dict[str, Any]:
    return json.loads((results / "salaries" / "book" / "linear" / "params.json").read_text())


def _one_split(table: pd.DataFrame, unit: str, digits: int) -> str:
    compared = "mae_printed" in table
    errors: list[str] = []
    for method, row in table.iterrows():
        subject = _SUBJECTS[method] if row.n == 1 else f"{row.n} networks"
        beside = compared and not pd.isna(
            row.mae_printed
        )  # nothing is printed of a lasso relaxed with other predictors
        printed = f" ({'' if errors else 'printed: '}{row.mae_printed})" if beside else ""
        errors.append(f"{spread(row.mae, row.mae_sd, digits)} for {subject}{printed}")
    where = "the book's own split" if compared else "the first split"
    return f"On {where} the mean absolute error, in {unit}, is {listed(errors)}."


def _random_splits(table: pd.DataFrame, gaps: pd.DataFrame, digits: int) -> str:
    best, splits = table.mae_random.idxmin(), int(table.n_random.iloc[0])
    error, moves = number(table.mae_random[best], digits), number(table.mae_random_sd.min(), digits)
    start = f"Over {splits} random splits {_SUBJECTS[best]} errs least, by {error} on average"
    luck = f"every error moves by a standard deviation of {moves} or more with the split"
    clear = gaps[(gaps.low > 0) | (gaps.high < 0)]
    if clear.empty:
        return f"{start}, but {luck}, and no gap between methods is clear of zero."
    ordered = clear.sort_values("mean", key=abs, ascending=False, kind="stable")
    told = [_told(gap, digits) for _, gap in ordered.iterrows()]
    told[0] = told[0].replace("(", "(95 % interval ", 1)
    return (
        f"{start}, but {luck}, and {count(len(clear))} of the {count(len(gaps))} gaps between methods "
        f"{'is' if len(clear) == 1 else 'are'} clear of zero: {listed(told)}."
    )


def _told(gap: pd.Series, digits: int) -> str:
    """A gap from the side of the better method, which has the lower error."""
    better, worse, sign = (gap.a, gap.b, -1) if gap["mean"] < 0 else (gap.b, gap.a, 1)
    low, high = sorted((sign * gap.low, sign * gap.high))
    by = f"{number(abs(gap['mean']), digits)} ({interval(low, high, digits)})"
    return f"{_SUBJECTS[better]} is better than {_SUBJECTS[worse]} by {by}"
