"""The answer of the comparison `tallies` in two sentences, from its tables."""

import json
from pathlib import Path

import pandas as pd

from relecture.tallies import QUESTION
from relecture.tallies.result_tables import NAMES
from relecture.text_format import number, percent, sentence, spread

_VARIANTS = {
    "pretrained": "before transfer",
    "transferred": "after it",
    "prior_corrected": "with known shares of the digits",
}


def question(results: Path) -> str:
    """What the comparison wants to know."""
    return QUESTION


def answer(results: Path) -> tuple[str, str]:
    """What a network reads before and after transfer; then what that means for the count.

    Args:
        results: The folder of all results; of `tallies/` table.csv, totals.csv, checking.csv and the settings of one
            base are read.
    """
    folder = results / "tallies"
    table = pd.read_csv(folder / "table.csv")
    table.index = list(NAMES)
    # A base was trained on MNIST and tested on the cells, so its record knows of a stand-in for either.
    data = json.loads((folder / "base" / "selected" / "params.json").read_text())["data"]
    sample = data["name"] if data["sample"] else ""
    return _networks(table, sample), _count(pd.read_csv(folder / "totals.csv"), pd.read_csv(folder / "checking.csv"))


def _networks(table: pd.DataFrame, sample: str) -> str:
    base, carried, scratch = (table.loc[name] for name in ("base/selected", "transfer/frozen", "transfer/scratch"))
    printed = base.validation_accuracy_printed
    beside = "" if pd.isna(printed) else f" (in print {100 * float(printed):.1f} %, of other handwriting)"
    where = f"with a sample in place of the real data ({sample}), " if sample else ""
    return sentence(
        f"{where}a network that has seen MNIST alone reads {_accuracy(base, 'mnist_accuracy')} of MNIST's digits and "
        f"{_accuracy(base)} of those on the sheets{beside}; carried over with "
        f"{int(carried.labelled_cells):,} labelled cells it reads {_accuracy(carried)}, and without the base "
        f"{_accuracy(scratch)}"
    )


def _count(totals: pd.DataFrame, checking: pd.DataFrame) -> str:
    parties = totals.iloc[:-1]  # the last row is that of all together
    if "true" not in totals:
        votes = number(parties.counted_transferred.sum(), 0)
        return f"It counts {votes} votes; how many are right cannot be said without the true ones."
    votes = parties.true.sum()
    off = {name: (parties[f"counted_{name}"] - parties.true).abs().sum() / votes for name in _VARIANTS}
    errors = [f"{percent(share, 1)} {_VARIANTS[name]}" for name, share in off.items()]
    near = checking[(checking.variant == "transferred") & (checking.target == "within 1 %")].set_index("order")
    return (
        f"The parties' totals are off by {errors[0]}, {errors[1]} and {errors[2]}, of all {number(votes, 0)} votes; "
        f"until every total is within 1 % a person checks {number(near.needed['quality'], 0)} of "
        f"{number(near.sheets['quality'], 0)} sheets, worst first, or {number(near.needed['random'], 0)} at random."
    )


def _accuracy(row: pd.Series, metric: str = "target_accuracy") -> str:
    return f"{spread(100 * row[metric], 100 * row[f'{metric}_sd'], 1)} %"
