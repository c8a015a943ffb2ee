"""Conclusions of the comparison `illustrations`: two sentences from the numbers of its figures."""

from pathlib import Path

import pandas as pd

from relecture.illustrations import QUESTION
from relecture.text_format import listed, sentence, spread
from relecture.uncertainty import holm, paired


def question(results: Path) -> str:
    """Return the question of the comparison."""
    return QUESTION


def conclusions(results: Path) -> tuple[str, str]:
    """Return a sentence on the numbers on the slides, and one on the results of three figures.

    Args:
        results: The folder of all results; `scorecard.csv` and, of `illustrations/`, representation.csv,
            interaction.csv and flexibility.csv are read.
    """
    folder = results / "illustrations"
    scorecard = pd.read_csv(results / "scorecard.csv")
    clauses = [
        _representation(pd.read_csv(folder / "representation.csv")),
        _interaction(pd.read_csv(folder / "interaction.csv")),
        _flexibility(pd.read_csv(folder / "flexibility.csv")),
    ]
    return _reproduced(scorecard[scorecard.comparison == "illustrations"]), sentence("; ".join(clauses))


def _reproduced(scorecard: pd.DataFrame) -> str:
    """Count the numbers on the slides that are reproduced exactly, arithmetic apart; name the others."""
    is_arithmetic = scorecard.kind == "arithmetic"
    counts = [
        _share_exact(scorecard[is_arithmetic], "count or identity", "counts and identities"),
        _share_exact(scorecard[~is_arithmetic], "other result", "other results"),
    ]
    others = scorecard[scorecard.verdict != "exact"]
    exceptions = f"; the exceptions are {', '.join(others.quantity)}" if len(others) else ""
    return f"Of the numbers on the slides, {' and '.join(filter(None, counts))} are reproduced exactly{exceptions}."


def _share_exact(rows: pd.DataFrame, noun: str, plural: str) -> str:
    """Return `all 9 results`, `8 of 9 results`, `the one result`; nothing without rows."""
    n, n_exact = len(rows), int((rows.verdict == "exact").sum())
    if n_exact < n:
        return f"{n_exact} of {n} {plural}"
    return "" if n == 0 else f"the one {noun}" if n == 1 else f"all {n} {plural}"


def _representation(numbers: pd.DataFrame) -> str:
    summary = 100 * numbers.groupby("representation").accuracy.agg(["mean", "std"])
    accuracy = {name: f"{spread(mean, sd, 1)} %" for name, mean, sd in summary.itertuples()}
    return (
        f"a straight line classifies {accuracy['cartesian']} of the points in two rings correctly by their x and y, "
        f"and {accuracy['polar']} by distance and angle"
    )


def _interaction(numbers: pd.DataFrame) -> str:
    """Report test R2 for the truth that is the product of two variables."""
    summary = numbers[numbers.truth == "product"].groupby("model").r2.agg(["mean", "std"])
    r2 = {name: spread(mean, sd, 2) for name, mean, sd in summary.itertuples()}
    return (
        f"where two variables interact, a small network has an R² of {r2['network']}, squares and cubes alone "
        f"{r2['curves']}, and with the product as a term {r2['products']}"
    )


def _flexibility(numbers: pd.DataFrame) -> str:
    """Report the size with the lowest test error, and the sizes that do not differ significantly from it."""
    test = numbers.pivot(index="member", columns="units", values="test")
    best = test.mean().idxmin()
    others = [units for units in test if units != best]
    gaps = holm([paired(test[units], test[best]) for units in others])
    similar = [str(units) for units, gap in zip(others, gaps, strict=True) if gap.finding != "significant"]
    rest = f", not significantly different from {listed(similar)}" if similar else ""
    return (
        f"of {test.columns.min()} to {test.columns.max()} hidden units, {best} {'has' if best == 1 else 'have'} the "
        f"lowest test error{rest}"
    )
