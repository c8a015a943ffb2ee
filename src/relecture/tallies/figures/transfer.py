"""Transfer: what each way of it brings, and how many labelled cells are worth it."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from relecture import plotting
from relecture.records import Record
from relecture.tallies import TRANSFERS
from relecture.tallies.result_tables import FEW, NAMES, with_cells
from relecture.uncertainty import half_width, paired

Records = dict[str, Record]
BEFORE, PAPER = "base/selected", "transfer/frozen"
ACCURACY = "accuracy on target test cells (%)"
LOOK = {
    "frozen": (plotting.BLUE, "o", "-"),
    "unfrozen": (plotting.GREEN, "^", "--"),
    "scratch": (plotting.RED, "s", ":"),
}


def transfer(found: Records) -> Figure:
    """Accuracy before and after each way of transfer, and each way's paired difference to the paper's.

    `found` has records by method: `base/selected` and `transfer/<way>`.
    """
    methods = [BEFORE, *(f"transfer/{way}" for way in TRANSFERS)]
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4.8), sharey=True, width_ratios=(3, 2))
    for place, method in enumerate(reversed(methods)):
        values = _scores(found[method])
        left.plot(values, np.full(len(values), place), "o", color=plotting.SKY, markersize=6)
        interval = half_width(values.std(), len(values))
        left.errorbar(values.mean(), place, xerr=interval, fmt="s", color=plotting.BLUE, capsize=5, markersize=7)
        left.annotate(NAMES[method], (0, place), xycoords=("axes fraction", "data"), xytext=(-8, 0),
                      textcoords="offset points", ha="right", va="center")  # fmt: skip
        if method not in (BEFORE, PAPER):
            gap = paired(values, _scores(found[PAPER]))
            half = np.nan_to_num([[gap.mean - gap.low], [gap.high - gap.mean]])
            right.errorbar(gap.mean, place, xerr=half, fmt="s", color=plotting.BLUE, capsize=5, markersize=7)
    right.axvline(0, color="black", linewidth=1)
    left.set(yticks=[], ylim=(-0.6, len(methods) - 0.4), xlabel=ACCURACY)
    right.set(xlabel="difference to the paper's way (points)")
    right.tick_params(left=False)
    left.plot([], [], "o", color=plotting.SKY, label="one seed")
    left.errorbar([], [], xerr=[], fmt="s", color=plotting.BLUE, capsize=5, label="mean, 95 % interval")
    figure.legend(loc="outside lower center", ncols=2)
    cells = int(_values(found[PAPER], "cells").iloc[0])
    before, after = _scores(found[BEFORE]).mean(), _scores(found[PAPER]).mean()
    figure.suptitle(
        f"{cells:,} labelled cells bring the network from {before:.0f} % to {after:.0f} % of the digits",
        x=0.01,
        ha="left",
        fontweight="bold",
    )
    return figure


def labels(found: Records) -> Figure:
    """Accuracy against the number of labelled cells: means over seeds with 95 % intervals.

    `found` has records by method: `base/selected` and `labels/<way>`.
    """
    figure, axes = plt.subplots(figsize=(10, 5.8))
    curves = {way: _curve(found[f"labels/{way}"]) for way in LOOK}
    for place, (way, curve) in enumerate(curves.items()):
        colour, marker, line = LOOK[way]
        shifted = curve.index * 1.03 ** (place - 1)  # intervals beside each other
        axes.errorbar(shifted, curve["mean"], yerr=curve.half, color=colour, marker=marker, linestyle=line, capsize=4,
                      linewidth=1.8, markersize=7, label=NAMES[f"transfer/{way}"])  # fmt: skip
    before = _scores(found[BEFORE]).mean()
    counts = sorted({count for curve in curves.values() for count in curve.index})
    axes.axhline(before, color="black", linestyle="--", linewidth=1.2)
    axes.annotate(f"before transfer: {before:.0f} %", (1, before), xycoords=("axes fraction", "data"), xytext=(-4, 4),
                  textcoords="offset points", ha="right", va="bottom")  # fmt: skip
    axes.set(xscale="log", xlabel="labelled cells", ylabel=ACCURACY, xticks=counts)
    axes.set_xticklabels([f"{count:,}" for count in counts])
    axes.minorticks_off()
    axes.set_ylim(top=min(100.5, axes.get_ylim()[1]))
    figure.legend(loc="outside lower center", ncols=3)
    axes.set_title(_finding(found, counts))
    return figure


def _finding(found: Records, counts: list[int]) -> str:
    """In words, from the numbers: what the base is worth where labels are few, over the same seeds."""
    few = min(counts, key=lambda count: abs(count - FEW))
    gap = paired(*(100 * with_cells(found[f"labels/{way}"], few) for way in ("frozen", "scratch")))
    interval = "" if np.isnan(gap.low) else f" (95 % interval {gap.low:.1f} to {gap.high:.1f})".replace("-", "−")
    return f"With {few:,} labelled cells the base is worth {gap.mean:.1f} points{interval}"


def _curve(record: Record) -> pd.DataFrame:
    """By number of cells: mean and half the interval."""
    wide = record.metrics.pivot(index="member", columns="metric", values="value")
    groups = (100 * wide.target_accuracy).groupby(wide.cells.astype(int))
    return pd.DataFrame({"mean": groups.mean(), "half": half_width(groups.std(), groups.count())})


def _scores(record: Record) -> pd.Series:
    return 100 * _values(record, "target_accuracy")


def _values(record: Record, metric: str) -> pd.Series:
    return record.metrics[record.metrics.metric == metric].set_index("member").value
