"""The conclusions of the comparison `digits`, a sentence or two each, from its tables and choices."""

from pathlib import Path
from typing import Any

import pandas as pd

from relecture.data_files import read_csv, read_json
from relecture.digits.config import N_LAST_EPOCHS
from relecture.digits.result_tables import LOWEST_LOSS, NAMES, NETWORKS, PUBLISHED
from relecture.findings import read_choices
from relecture.text_format import count, interval, listed, number, percent, sentence, spread
from relecture.uncertainty import LEVEL

#: The figure that shows each conclusion, in their order.
FIGURES = ("test_error", "curves", "early_stopping", "lambda_choice")
_SUBJECTS = {
    "ridge": "the network with ridge",
    "dropout": "the one with dropout",
    "logistic": "multinomial logistic regression",
    "lda": "linear discriminant analysis",
}
_REGULARISERS = {
    "ridge": "ridge",
    "dropout": "dropout",
    "early_stopping": "early stopping by validation loss",
    "early_stopping_error": "early stopping by validation error",
}


def question(results: Path) -> str:
    """Return the question of the comparison."""
    return str(_params(results)["question"])


def conclusions(results: Path) -> tuple[str, ...]:
    """State the errors, what each regulariser changes, what early stopping keeps, and how lambda was chosen.

    Args:
        results: The folder of results; of `digits/` table.csv, differences.csv, early_stopping.csv, lambda_choice.csv,
            choices.csv, reproduced_values.csv and the parameters of one method are read.
    """
    folder = results / "digits"
    table = read_csv(folder / "table.csv", dtype={"test_error_published": str}).set_index("model")
    table = table.rename(index={words: method for method, words in NAMES.items()})
    sample = read_csv(folder / "reproduced_values.csv", dtype={"data": str}).data.dropna()
    gaps = read_csv(folder / "differences.csv")
    n_last = min(N_LAST_EPOCHS, int(_params(results)["config"]["training"]["epochs"]))
    late = "at the last epoch" if n_last == 1 else f"over the last {count(n_last)} epochs"
    stopping = read_csv(folder / "early_stopping.csv").set_index("monitor")
    candidates = read_csv(folder / "lambda_choice.csv")
    choice = read_choices(folder / "choices.csv").loc["ridge.lambda"]
    return (
        _errors(table, *sample.head(1)),
        _regularisers(table, gaps, late),
        _early_stopping(stopping, gaps, late),
        _lambda(candidates[candidates.penalty == "ridge"].set_index("lambda").share_of_wins, choice),
    )


def _params(results: Path) -> dict[str, Any]:
    params: dict[str, Any] = read_json(results / "digits" / "plain" / "params.json")
    return params


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


def _regularisers(table: pd.DataFrame, gaps: pd.DataFrame, late: str) -> str:
    """Describe the gaps over the last epochs; then those at the last epoch, as the book has it."""
    plain = table.loc["plain"]
    start = (
        f"Without any regularisation it is {spread(plain.test_error, plain.test_error_sd, 2)} % at the last epoch and "
        f"{spread(plain.test_error_last_ten, plain.test_error_last_ten_sd, 2)} % {late}"
    )
    gaps = gaps.set_index(["error", "a", "b"])
    averaged, last = gaps.loc["test_error_last_ten"], gaps.loc["test_error"]
    if averaged.low.isna().any():
        return f"{start}; with one network per method, no gap can be tested."
    effects = [_effect(name, averaged.loc["plain", method]) for method, name in _REGULARISERS.items()]
    effects[0] = effects[0].replace("(", "(95 % interval ", 1)
    significant = [
        _effect(_REGULARISERS[method], last.loc["plain", method])
        for method in NETWORKS[1:]
        if last.loc["plain", method].adjusted_p < LEVEL
    ]
    alone = f"At the last epoch alone, {listed(significant) if significant else 'none of them'}"
    return (
        f"{start}; {late}, paired over the same {count(int(averaged.n.iloc[0]))} seeds, {listed(effects)}. "
        f"{_ridge_and_dropout(averaged.loc['ridge', 'dropout'], late)} "
        f"{alone}{'' if significant else ' makes a significant difference'}."
    )


def _ridge_and_dropout(gap: pd.Series, late: str) -> str:
    """Compare the two regularisers of the book; `gap` is the error of ridge minus that of dropout."""
    size = f"{number(abs(gap['mean']), 2)} points"
    low, high = (gap.low, gap.high) if gap["mean"] >= 0 else (-gap.high, -gap.low)
    order = f"{size} {'more' if gap['mean'] >= 0 else 'less'} than dropout ({interval(low, high, 2)})"
    if gap.adjusted_p < LEVEL:
        return f"Ridge has {order} {late}."
    return f"Ridge and dropout do not differ significantly {late}: ridge has {order}."


def _early_stopping(stopping: pd.DataFrame, gaps: pd.DataFrame, late: str) -> str:
    """Say which epochs are kept, what the validation error does after the lowest loss, and which monitor is better."""
    by_loss, by_error = stopping.loc["validation loss"], stopping.loc["validation error"]
    start = (
        f"Early stopping keeps {_epochs(by_loss)} by validation loss and {_epochs(by_error)} by validation error, with "
        f"{spread(by_loss.test_error, by_loss.test_error_sd, 2)} % and "
        f"{spread(by_error.test_error, by_error.test_error_sd, 2)} % of the test images misclassified"
    )
    gaps = gaps.set_index(["error", "a", "b"])
    fall = gaps.loc["validation_error"].loc[LOWEST_LOSS].iloc[0]
    monitors = gaps.loc["test_error", "early_stopping", "early_stopping_error"]
    if pd.isna(fall.low):
        return f"{start}; with one network per method, no gap can be tested."
    size = f"{number(abs(fall['mean']), 2)} points"
    low, high = (fall.low, fall.high) if fall["mean"] >= 0 else (-fall.high, -fall.low)
    verb = "falls" if fall["mean"] >= 0 else "rises"
    after = f"from the epoch of the lowest loss to the mean {late}"
    limits = interval(low, high, 2)
    if fall.adjusted_p < LEVEL:
        reason = f"Without stopping, the validation error {verb} by {size} {after} ({limits})"
    else:
        reason = (
            f"Without stopping, the validation error does not change significantly {after}: it {verb} by {size} "
            f"({limits})"
        )
    by_monitor = _effect("to stop by error instead of loss", monitors)
    return f"{start}. {reason}; {by_monitor}."


def _epochs(row: pd.Series) -> str:
    lowest, highest = int(row.best_epoch_lowest), int(row.best_epoch_highest)
    return f"epoch {lowest}" if lowest == highest else f"epochs {lowest} to {highest} (median {row.best_epoch:g})"


def _lambda(shares: pd.Series, choice: pd.Series) -> str:
    """Say which lambda was chosen of which, by which rule, and how firmly; `shares` of resamples are by lambda."""
    value, lowest = float(choice.value), float(choice.lowest)
    if len(shares) == 1:
        return f"Ridge has the only lambda that was tried, {value:g}."
    grid = f"{count(len(shares))} from {shares.index.min():g} to {shares.index.max():g}"
    at_end = ", at the border of the grid" if lowest in (shares.index.min(), shares.index.max()) else ""
    rule = (
        f"of {grid} it has the lowest validation error"
        if value == lowest
        else f"it is the largest of {grid} whose validation error is within one standard error of the lowest "
        f"({lowest:g}{at_end})"
    )
    more = shares[shares > choice.share_of_wins]
    others = f", and {more.idxmax():g} in {percent(more.max())}" if len(more) else ""
    border = ". It is on the border of the grid, so a better one may lie outside" if choice.on_border else ""
    return (
        f"Ridge's lambda is {value:g}: {rule}; the same rule chooses it in {percent(choice.share_of_wins)} of "
        f"resamples of seeds and validation images{others}{border}."
    )


def _effect(name: str, gap: pd.Series) -> str:
    """Describe what a regulariser changes; `gap` is the error without it minus the error with it, in points."""
    fewer = gap["mean"] >= 0
    low, high = (gap.low, gap.high) if fewer else (-gap.high, -gap.low)
    points = f"{number(abs(gap['mean']), 2)} points"
    if gap.adjusted_p < LEVEL:
        return f"{name} {'removes' if fewer else 'adds'} {points} ({interval(low, high, 2)})"
    return f"{name} makes no significant difference, {points} {'less' if fewer else 'more'} ({interval(low, high, 2)})"
