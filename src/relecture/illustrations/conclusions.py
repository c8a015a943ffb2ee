"""The answer of the comparison `illustrations` in two sentences, from the numbers behind the drawings."""

from pathlib import Path

import pandas as pd

from relecture.illustrations import QUESTION
from relecture.text_format import listed, sentence, spread
from relecture.uncertainty import paired


def question(results: Path) -> str:
    """What the comparison wants to know, whatever the results."""
    return QUESTION


def answer(results: Path) -> tuple[str, str]:
    """How many printed numbers come out; then what three drawings only suggest, measured.

    Args:
        results: The folder of all results; `scorecard.csv` and, of `illustrations/`, representation.csv,
            interaction.csv and flexibility.csv are read.
    """
    folder = results / "illustrations"
    card = pd.read_csv(results / "scorecard.csv")
    measured = [
        _rings(pd.read_csv(folder / "representation.csv")),
        _network(pd.read_csv(folder / "interaction.csv")),
        _units(pd.read_csv(folder / "flexibility.csv")),
    ]
    return _printed(card[card.comparison == "illustrations"]), sentence("; ".join(measured))


def _printed(card: pd.DataFrame) -> str:
    """Of the numbers on the slides, those that come out, and by name those that do not."""
    other = card[card.verdict != "exact"]
    come = f"{len(card) - len(other)} of" if len(other) else "all"
    rest = f"; not so: {', '.join(other.quantity)}" if len(other) else ""
    return f"Computed from the definitions, {come} {len(card)} numbers on the slides come out as printed{rest}."


def _rings(found: pd.DataFrame) -> str:
    by = 100 * found.groupby("representation").accuracy.agg(["mean", "std"])
    shown = {name: f"{spread(mean, sd, 1)} %" for name, mean, sd in by.itertuples()}
    return (
        f"a straight line gets {shown['cartesian']} of the points in two rings right by their x and y, and "
        f"{shown['polar']} by distance and angle"
    )


def _network(found: pd.DataFrame) -> str:
    """Test R2 where the truth is the product of two variables."""
    of_product = found[found.truth == "product"].groupby("model").r2.agg(["mean", "std"])
    r2 = {name: spread(mean, sd, 2) for name, mean, sd in of_product.itertuples()}
    return (
        f"where two variables interact, a small network has an R² of {r2['network']}, squares and cubes alone "
        f"{r2['curves']}, and with the product as a term {r2['products']}"
    )


def _units(found: pd.DataFrame) -> str:
    """The size with the lowest error on new rows, and the sizes that the same draws do not tell apart from it."""
    test = found.pivot(index="member", columns="units", values="test")
    best = test.mean().idxmin()
    alike = [str(units) for units in test if units != best and not paired(test[units], test[best]).significant]
    rest = f", not told apart from {listed(alike)}" if alike else ""
    return (
        f"of {test.columns.min()} to {test.columns.max()} hidden units, {best} {'has' if best == 1 else 'have'} the "
        f"lowest error on new rows{rest}"
    )
