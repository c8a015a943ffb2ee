"""The conclusions of the comparison `tallies` in two sentences, from its tables."""

from pathlib import Path

import pandas as pd

from relecture.data_files import read_csv, read_json
from relecture.tallies import METHOD_NAMES, QUESTION
from relecture.tallies.segmentation.cell_crops import describe_files
from relecture.text_format import interval, number, percent, sentence, spread

#: The figure that shows each conclusion, in their order.
FIGURES = ("transfer", "result")
_COUNTS = {
    "pretrained": "before transfer",
    "transferred": "after transfer",
    "prior_corrected": "with digit frequencies estimated from the sheets",
    "sum_constrained": "with the sums of the form",
}


def question(results: Path) -> str:
    """Return the question of the comparison."""
    return QUESTION


def conclusions(results: Path) -> tuple[str, str]:
    """Return the accuracy before and after transfer, and the error of the vote count, as one sentence each.

    Args:
        results: The folder of all results; of `tallies/` table.csv, totals.csv, checking.csv, seeds.csv, data/files.csv
            and the params.json of one base are read.
    """
    folder = results / "tallies"
    table = read_csv(folder / "table.csv")
    table.index = list(METHOD_NAMES)
    # A base is trained on MNIST and tested on the cells, so its record names a sample of either.
    data = read_json(folder / "base" / "selected" / "params.json")["data"]
    sample = data["name"] if data["sample"] else ""
    totals, checking, seeds = (read_csv(folder / f"{name}.csv") for name in ("totals", "checking", "seeds"))
    files = describe_files(read_csv(folder / "data" / "files.csv", dtype=str, keep_default_na=False))
    return _describe_networks(table, sample), " ".join(
        (_describe_count(totals, checking), *_describe_seeds(seeds), sentence(files))
    )


def _describe_networks(table: pd.DataFrame, sample: str) -> str:
    base, transferred, scratch = (table.loc[name] for name in ("base/selected", "transfer/frozen", "transfer/scratch"))
    data = f"with a sample in place of the real data ({sample}), " if sample else ""
    return sentence(
        f"{data}a network trained on MNIST alone classifies {_accuracy(base, 'mnist_accuracy')} of MNIST's digits, "
        f"{_accuracy(base, 'target_accuracy_as_cut')} of those on the sheets as they are cut from their boxes, and "
        f"{_accuracy(base)} once they are cropped, scaled and centred as MNIST's; fine-tuned on "
        f"{int(transferred.n_labelled):,} labelled cells it reaches {_accuracy(transferred)} (as cut "
        f"{_accuracy(transferred, 'target_accuracy_as_cut')}), and a network trained on these cells from scratch "
        f"{_accuracy(scratch)} (as cut {_accuracy(scratch, 'target_accuracy_as_cut')})"
    )


def _describe_count(totals: pd.DataFrame, checking: pd.DataFrame) -> str:
    parties = totals.iloc[:-1]  # the last row is the sum
    if "true" not in totals:
        votes = number(parties.counted_transferred.sum(), 0)
        return f"The network counts {votes} votes; their error is unknown without the true votes."
    votes = parties.true.sum()
    shares = {name: (parties[f"counted_{name}"] - parties.true).abs().sum() / votes for name in _COUNTS}
    errors = [f"{percent(share, 1)} {_COUNTS[name]}" for name, share in shares.items()]
    near = checking[(checking.variant == "transferred") & (checking.target == "within 1 %")].set_index("order")
    return (
        f"The absolute errors of the parties' totals sum to {', '.join(errors[:-1])} and {errors[-1]}, of all "
        f"{number(votes, 0)} votes; until every total is within 1 % a person audits "
        f"{number(near.needed['quality'], 0)} of {number(near.sheets['quality'], 0)} sheets, worst quality first, or "
        f"{number(near.needed['random'], 0)} in random order."
    )


def _describe_seeds(seeds: pd.DataFrame) -> list[str]:
    """Return a sentence on the networks that count together, and the error of all votes of each alone."""
    rows = seeds[seeds.method == "final"].set_index("variant")
    name, n_seeds = rows.network.iloc[0], int(rows.n_seeds.iloc[0])
    if "error" not in seeds:
        return [f"The network that counts: {name}." if n_seeds == 1 else f"{n_seeds} networks count together: {name}."]
    errors = [
        f"{spread(100 * row.error, 100 * row.error_sd, 2)} % {label} (95 % interval over {row.interval_over}: "
        f"{interval(100 * row.error_low, 100 * row.error_high, 2)})"
        for label, row in (
            ("digit by digit", rows.loc["transferred"]),
            ("with the sums of the form", rows.loc["sum_constrained"]),
        )
    ]
    if n_seeds == 1:
        return [f"The network that counts: {name}; the error of all votes is {' and '.join(errors)}."]
    return [
        f"{n_seeds} networks count together: {name}; with each of them alone the error of all votes is "
        f"{' and '.join(errors)}."
    ]


def _accuracy(row: pd.Series, metric: str = "target_accuracy") -> str:
    return f"{spread(100 * row[metric], 100 * row[f'{metric}_sd'], 1)} %"
