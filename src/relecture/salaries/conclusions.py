"""Conclusions of the comparison `salaries`: two sentences from its tables."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from relecture.salaries.result_tables import NAMES
from relecture.text_format import count, interval, listed, number, spread
from relecture.uncertainty import LEVEL

_SUBJECTS = {
    "linear": "linear regression",
    "lasso": "the lasso",
    "relaxed_lasso": "the relaxed lasso",
    "network": "the network",
}


def question(results: Path) -> str:
    """Return the question of the comparison, of Hitters or of a user's table."""
    return str(_params(results)["question"])


def conclusions(results: Path) -> tuple[str, str]:
    """Return a sentence on the errors on one split, and one on the differences over random splits.

    Args:
        results: The folder of all results; of `salaries/` table.csv, differences.csv and the parameters of one method
            are read.
    """
    table = pd.read_csv(results / "salaries" / "table.csv", dtype={"mae_published": str})
    table.index = list(NAMES)
    gaps, data = pd.read_csv(results / "salaries" / "differences.csv"), _params(results)["data"]
    # Hitters is in thousands of dollars, with one decimal; another table has three digits in its own unit.
    is_isl_table = "target" not in data
    digits = 1 if is_isl_table else max(0, 2 - math.floor(math.log10(table.mae.min() or 1)))
    unit = "thousands of dollars" if is_isl_table else data["unit"] or f"the unit of {data['target']}"
    return _one_split(table, unit, digits), _random_splits(table, gaps, digits)


def _params(results: Path) -> dict[str, Any]:
    params: dict[str, Any] = json.loads(
        (results / "salaries" / "book" / "linear" / "params.json").read_text(encoding="utf-8")
    )
    return params


def _one_split(table: pd.DataFrame, unit: str, digits: int) -> str:
    has_published = "mae_published" in table
    errors: list[str] = []
    for method, row in table.iterrows():
        subject = _SUBJECTS[method] if row.n == 1 else f"{row.n} networks"
        # Nothing is published of a relaxed lasso with other predictors.
        has_value = has_published and not pd.isna(row.mae_published)
        published = f" ({'' if errors else 'published: '}{row.mae_published})" if has_value else ""
        errors.append(f"{spread(row.mae, row.mae_sd, digits)} for {subject}{published}")
    split = "the book's split" if has_published else "the first split"
    return f"On {split} the mean absolute error, in {unit}, is {listed(errors)}."


def _random_splits(table: pd.DataFrame, gaps: pd.DataFrame, digits: int) -> str:
    best, n_splits = table.mae_random.idxmin(), int(table.n_random.iloc[0])
    error, sd = number(table.mae_random[best], digits), number(table.mae_random_sd.min(), digits)
    start = f"Over {n_splits} random splits {_SUBJECTS[best]} has the lowest mean error, {error}"
    luck = f"every method's error varies between splits with a standard deviation of {sd} or more"
    significant = gaps[gaps.adjusted_p < LEVEL]
    if significant.empty:
        return f"{start}, but {luck}, and no difference between methods is significant."
    ordered = significant.sort_values("mean", key=abs, ascending=False, kind="stable")
    gap_texts = [_describe_gap(gap, digits) for _, gap in ordered.iterrows()]
    gap_texts[0] = gap_texts[0].replace("(", "(95 % interval ", 1)
    return (
        f"{start}, but {luck}, and {count(len(significant))} of the {count(len(gaps))} differences between methods "
        f"{'is' if len(significant) == 1 else 'are'} significant: {listed(gap_texts)}."
    )


def _describe_gap(gap: pd.Series, digits: int) -> str:
    """Return a clause whose subject is the method with the lower error."""
    better, worse, sign = (gap.a, gap.b, -1) if gap["mean"] < 0 else (gap.b, gap.a, 1)
    low, high = sorted((sign * gap.low, sign * gap.high))
    difference = f"{number(abs(gap['mean']), digits)} ({interval(low, high, digits)})"
    return f"{_SUBJECTS[better]} is better than {_SUBJECTS[worse]} by {difference}"
