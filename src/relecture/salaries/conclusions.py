"""Conclusions of the comparison `salaries`, from its tables.

A sentence says that one method is better than another, or improves on it, only if their difference is significant.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from relecture.data_files import read_csv, read_json
from relecture.text_format import count, interval, listed, number, spread
from relecture.uncertainty import LEVEL

#: The figure that shows each conclusion, in their order.
FIGURES = ("residuals", "splits", "epochs", "learning_curve")
_SUBJECTS = {
    "linear": "linear regression",
    "lasso": "the lasso",
    "relaxed_lasso": "the relaxed lasso",
    "ridge": "ridge regression",
    "knn": "k nearest neighbours",
    "tree": "the regression tree",
    "bagging": "bagging",
    "random_forest": "the random forest",
    "network": "the network",
    "network_standardised": "the network with a standardised target",
}
_PLURAL = {"network": "networks", "network_standardised": "networks with a standardised target"}
_VERBS = {"knn": "are"}
_LINEAR_MODELS = ("linear", "lasso", "relaxed_lasso")
#: The number of significant differences that are named, the largest first.
_N_NAMED = 3


@dataclass(frozen=True)
class _Wording:
    """Decimals, unit and rows of a table; `is_isl_table`: the lecture says something of it."""

    digits: int
    unit: str
    rows: str
    is_isl_table: bool


def question(results: Path) -> str:
    """Return the question of the comparison, of Hitters or of a user's table."""
    return str(_params(results)["question"])


def conclusions(results: Path) -> tuple[str, ...]:
    """Return sentences on the errors on one split, on random splits, of the networks, and with fewer training rows.

    Args:
        results: The folder of all results; of `salaries/` table.csv, differences.csv, size_differences.csv and the
            parameters of one method are read.
    """
    folder = results / "salaries"
    table = read_csv(folder / "table.csv", dtype={"mae_published": str}).set_index("method")
    gaps, sizes = (read_csv(folder / f"{name}.csv") for name in ("differences", "size_differences"))
    data = _params(results)["data"]
    # Hitters is in thousands of dollars, with one decimal; another table has three digits in its own unit.
    if "target" in data:
        digits = max(0, 2 - math.floor(math.log10(table.mae.min() or 1)))
        wording = _Wording(digits, data["unit"] or f"the unit of {data['target']}", data["rows"], is_isl_table=False)
    else:
        wording = _Wording(1, "thousands of dollars", "players", is_isl_table=True)
    return (
        _one_split(table, wording),
        _random_splits(table, gaps, wording),
        _networks(gaps, wording),
        _sizes(sizes, wording),
    )


def _params(results: Path) -> dict[str, Any]:
    params: dict[str, Any] = read_json(results / "salaries" / "book" / "linear" / "params.json")
    return params


def _one_split(table: pd.DataFrame, wording: _Wording) -> str:
    has_published = "mae_published" in table
    split = "the book's split" if has_published else "the first split"
    # Nothing is published of most methods, nor of a relaxed lasso with other predictors.
    with_value = table[[has_published and not pd.isna(row.get("mae_published")) for _, row in table.iterrows()]]
    shown = with_value if has_published else table
    errors: list[str] = []
    for method, row in shown.iterrows():
        published = f" ({'' if errors else 'published: '}{row.mae_published})" if has_published else ""
        errors.append(f"{_error(row, wording)} for {_subject(method, row)}{published}")
    sentence = f"On {split} the mean absolute error, in {wording.unit}, is {listed(errors)}"
    others = table.drop(index=shown.index)
    if others.empty:
        return f"{sentence}."
    method = others.mae.idxmin()
    lowest = f"{_error(others.loc[method], wording)} for {_subject(method, others.loc[method])}"
    return f"{sentence}; of the methods without a published value the lowest is {lowest}."


def _error(row: pd.Series, wording: _Wording) -> str:
    return spread(row.mae, row.mae_sd, wording.digits)


def _subject(method: Any, row: pd.Series) -> str:
    return _SUBJECTS[method] if row.n == 1 else f"{row.n} {_PLURAL[method]}"


def _random_splits(table: pd.DataFrame, gaps: pd.DataFrame, wording: _Wording) -> str:
    best, n_splits, digits = table.mae_random.idxmin(), int(table.n_random.iloc[0]), wording.digits
    error, sd = number(table.mae_random[best], digits), number(table.mae_random_sd.min(), digits)
    verb = "have" if best in _VERBS else "has"
    start = f"Over {n_splits} random splits {_SUBJECTS[best]} {verb} the lowest mean error, {error}"
    luck = f"every method's error varies between splits with a standard deviation of {sd} or more"
    significant = gaps[gaps.adjusted_p < LEVEL]
    if significant.empty:
        return f"{start}, but {luck}, and no tested difference between methods is significant."
    ordered = significant.sort_values("mean", key=abs, ascending=False, kind="stable").head(_N_NAMED)
    gap_texts = [_describe_gap(gap, wording) for _, gap in ordered.iterrows()]
    gap_texts[0] = gap_texts[0].replace("(", "(95 % interval ", 1)
    largest = "" if len(significant) <= _N_NAMED else f"; the {count(_N_NAMED)} largest"
    return (
        f"{start}, but {luck}, and {count(len(significant))} of the {count(len(gaps))} tested differences between "
        f"methods {'is' if len(significant) == 1 else 'are'} significant{largest}: {listed(gap_texts)}."
    )


def _describe_gap(gap: pd.Series, wording: _Wording) -> str:
    """Return a clause whose subject is the method with the lower error."""
    better, worse = (gap.a, gap.b) if gap["mean"] < 0 else (gap.b, gap.a)
    return f"{_SUBJECTS[better]} {_VERBS.get(better, 'is')} better than {_SUBJECTS[worse]} by {_size(gap, wording)}"


def _size(gap: pd.Series, wording: _Wording) -> str:
    """Return the size of a difference with its interval, as a positive number."""
    sign = -1 if gap["mean"] < 0 else 1
    low, high = sorted((sign * gap.low, sign * gap.high))
    return f"{number(abs(gap['mean']), wording.digits)} ({interval(low, high, wording.digits)})"


def _networks(gaps: pd.DataFrame, wording: _Wording) -> str:
    """Say whether the networks improve on the linear models, which the lecture denies."""
    if not wording.is_isl_table:
        return f"{_improvements(gaps, 'network_standardised', wording)}."
    improves = bool(len(_against_linear_models(gaps, "network", better=True)))
    verdict = "does not hold" if improves else "holds"
    raw = f'the lecture\'s "no improvement" over linear models {verdict} for it'
    standardised = _improvements(gaps, "network_standardised", wording)
    (change,) = _rows(gaps, "network", "network_standardised")
    if change.adjusted_p < LEVEL:
        compared = "better" if change["mean"] > 0 else "worse"
        changed = f"standardising the target makes it {compared} by {_size(change, wording)}"
    else:
        changed = (
            f"standardising the target changes its error by {number(-change['mean'], wording.digits)} "
            f"({interval(-change.high, -change.low, wording.digits)}), which is not significant"
        )
    return f"{_improvements(gaps, 'network', wording)}, so {raw}; {changed}, and {_lower_first(standardised)}."


def _improvements(gaps: pd.DataFrame, network: str, wording: _Wording) -> str:
    """Return a clause on the differences between a network and the linear models that it is compared with."""
    subject = _SUBJECTS[network]
    better, worse = (_against_linear_models(gaps, network, better=wanted) for wanted in (True, False))
    others = [
        _SUBJECTS[model]
        for model in _LINEAR_MODELS
        if _rows(gaps, model, network) and model not in {row.a for row in (*better, *worse)}
    ]
    clauses = []
    if better:
        over = listed([f"{_SUBJECTS[row.a]} by {_size(row, wording)}" for row in better])
        clauses.append(f"is better than {over}")
    if others:
        clauses.append(f"is not significantly different from {_either(others)}")
    if worse:
        behind = listed([f"{_SUBJECTS[row.a]} by {_size(row, wording)}" for row in worse])
        clauses.append(f"is worse than {behind}")
    return f"{subject[0].upper()}{subject[1:]} {listed(clauses)}"


def _against_linear_models(gaps: pd.DataFrame, network: str, *, better: bool) -> list[pd.Series]:
    """Return the significant differences to linear models, those where the network is better or those where worse."""
    rows = [row for model in _LINEAR_MODELS for row in _rows(gaps, model, network)]
    return [row for row in rows if row.adjusted_p < LEVEL and (row["mean"] > 0) == better]


def _rows(gaps: pd.DataFrame, a: str, b: str) -> list[pd.Series]:
    """Return the difference between two methods in a list, which is empty if it was not tested."""
    return [row for _, row in gaps[(gaps.a == a) & (gaps.b == b)].iterrows()]


def _sizes(sizes: pd.DataFrame, wording: _Wording) -> str:
    """Say how the network with a standardised target compares with others on smaller training sets.

    The lecture says that networks are not competitive when data are small. That holds against a method if this network,
    the better one, is worse on a smaller training set than that of the table.
    """
    ours = sizes[sizes.a == "network_standardised"]
    largest = int(ours.n_train.max())
    smaller = ours[ours.n_train < largest] if ours.n_train.nunique() > 1 else ours
    numbers = [str(n) for n in sorted(set(smaller.n_train))]
    others = list(dict.fromkeys(smaller.b))
    clauses = [_compared(smaller[smaller.b == other], other, wording) for other in others]
    subject = _SUBJECTS["network_standardised"]
    sentence = f"With {listed(numbers)} of {largest} training {wording.rows} {subject} {listed(clauses)}"
    if not wording.is_isl_table:
        return f"{sentence}."
    worse = set(smaller.b[(smaller.adjusted_p < LEVEL) & (smaller["mean"] > 0)])
    claim = 'the lecture\'s "when data are small, networks are not competitive"'
    if not worse:
        return f"{sentence}; {claim} is not supported here."
    against = listed([_SUBJECTS[other] for other in others if other in worse])
    rest = [_SUBJECTS[other] for other in others if other not in worse]
    return f"{sentence}; {claim} holds against {against}{f', not against {_either(rest)}' if rest else ''}."


def _compared(rows: pd.DataFrame, other: str, wording: _Wording) -> str:
    """Return a clause on the differences between the network and one method at several sizes."""
    clauses = []
    for compared, sign in (("better", -1), ("worse", 1)):
        some = rows[(rows.adjusted_p < LEVEL) & (sign * rows["mean"] > 0)].sort_values("n_train")
        if len(some):
            by = listed([f"{_size(row, wording)} with {row.n_train}" for _, row in some.iterrows()])
            clauses.append(f"is {compared} than {_SUBJECTS[other]} by {by}")
    return listed(clauses) if clauses else f"is not significantly different from {_SUBJECTS[other]}"


def _either(words: list[str]) -> str:
    *before, last = words
    return f"{', '.join(before)} or {last}" if before else last


def _lower_first(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"
