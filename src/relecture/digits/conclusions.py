"""The conclusions of the comparison `digits` in two sentences, from its tables."""

import json
from pathlib import Path

import pandas as pd

from relecture.digits.result_tables import NAMES, PUBLISHED
from relecture.text_format import interval, listed, number, sentence, spread
from relecture.uncertainty import LEVEL

_SUBJECTS = {
    "ridge": "the network with ridge",
    "dropout": "the one with dropout",
    "logistic": "multinomial logistic regression",
    "lda": "linear discriminant analysis",
}
_REGULARISERS = {"ridge": "ridge", "dropout": "dropout", "early_stopping": "early stopping"}


def question(results: Path) -> str:
    """Return the question of the comparison."""
    return str(json.loads((results / "digits" / "plain" / "params.json").read_text(encoding="utf-8"))["question"])


def conclusions(results: Path) -> tuple[str, str]:
    """State the test errors beside the published ones; then what each regulariser changes over the same seeds.

    Args:
        results: The folder of results; digits/table.csv, differences.csv and reproduced_values.csv are read.
    """
    folder = results / "digits"
    table = pd.read_csv(folder / "table.csv", dtype={"test_error_published": str}).set_index("model")
    table = table.rename(index={words: method for method, words in NAMES.items()})
    sample = pd.read_csv(folder / "reproduced_values.csv", dtype={"data": str}).data.dropna()
    return _errors(table, *sample.head(1)), _gaps(table, pd.read_csv(folder / "differences.csv"))


def _errors(table: pd.DataFrame, sample: str = "") -> str:
    errors = {method: f"{spread(row.test_error, row.test_error_sd, 2)} %" for method, row in table.iterrows()}
    first, *others = PUBLISHED
    parts = [
        f"{_SUBJECTS[first]} misclassifies {errors[first]} of the test images "
        f"(published: {table.test_error_published[first]})",
        *(f"{_SUBJECTS[method]} {errors[method]} ({table.test_error_published[method]})" for method in others),
    ]
    where = f"on the {sample}, which is not the published data, " if sample else ""
    return sentence(where + listed(parts))


def _gaps(table: pd.DataFrame, gaps: pd.DataFrame) -> str:
    plain = table.loc["plain"]
    start = f"Without any regularisation it is {spread(plain.test_error, plain.test_error_sd, 2)} %"
    against = gaps[gaps.a == "plain"].set_index("b")
    if against.low.isna().any():
        return f"{start}; with one network per method, no gap can be tested."
    effects = [_effect(name, against.loc[method]) for method, name in _REGULARISERS.items()]
    effects[0] = effects[0].replace("(", "(95 % interval ", 1)
    return f"{start}, and over the same {int(against.n.iloc[0])} seeds {listed(effects)}."


def _effect(name: str, gap: pd.Series) -> str:
    """Describe what a regulariser changes; `gap` is the error without it minus the error with it, in points."""
    fewer = gap["mean"] >= 0
    low, high = (gap.low, gap.high) if fewer else (-gap.high, -gap.low)
    points = f"{number(abs(gap['mean']), 2)} points"
    if gap.adjusted_p < LEVEL:
        return f"{name} {'removes' if fewer else 'adds'} {points} ({interval(low, high, 2)})"
    return f"{name} makes no significant difference, {points} {'less' if fewer else 'more'} ({interval(low, high, 2)})"
