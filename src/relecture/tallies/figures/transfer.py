"""Figures of transfer: accuracy by variant, and by number of labelled cells."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from relecture import plotting
from relecture.records import Record
from relecture.tallies import AS_CUT, METHOD_NAMES, VARIANTS
from relecture.tallies.result_tables import N_FEW, WITH_FEW, gaps
from relecture.text_format import interval, number
from relecture.uncertainty import half_width, paired

Records = dict[str, Record]
BASE, PAPER = "base/selected", "transfer/frozen"
ACCURACY = "accuracy on target test cells (%)"
STYLES = {
    "frozen": (plotting.BLUE, "o", "-"),
    "unfrozen": (plotting.GREEN, "^", "--"),
    "scratch": (plotting.RED, "s", ":"),
    f"frozen{AS_CUT}": (plotting.SKY, "v", "-"),
    f"scratch{AS_CUT}": (plotting.ORANGE, "D", ":"),
}


def transfer(by_method: Records) -> Figure:
    """Draw the accuracy before and after each variant of transfer, and the paired differences to the paper's variant.

    Every network is drawn twice, with normalised cells and with cells as cut. `by_method` has the records
    `base/selected`, `transfer/<variant>` and `transfer/<variant>_as_cut`.
    """
    methods = [BASE, *(f"transfer/{variant}" for variant in VARIANTS)]
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4.8), sharey=True, width_ratios=(3, 2))
    for y, method in enumerate(reversed(methods)):
        values = _accuracies(by_method[method])
        left.plot(values, np.full(len(values), y), "o", color=plotting.SKY, markersize=6)
        half = half_width(values.std(), len(values))
        left.errorbar(values.mean(), y, xerr=half, fmt="s", color=plotting.BLUE, capsize=5, markersize=7)
        as_cut = _as_cut(by_method, method)
        half = half_width(as_cut.std(), len(as_cut))
        left.errorbar(as_cut.mean(), y - 0.2, xerr=half, fmt="D", color=plotting.ORANGE, markerfacecolor="white",
                      capsize=5, markersize=6)  # fmt: skip
        left.annotate(METHOD_NAMES[method], (0, y), xycoords=("axes fraction", "data"), xytext=(-8, 0),
                      textcoords="offset points", ha="right", va="center")  # fmt: skip
        if method not in (BASE, PAPER):
            gap = paired(values, _accuracies(by_method[PAPER]))
            errors = np.nan_to_num([[gap.mean - gap.low], [gap.high - gap.mean]])
            right.errorbar(gap.mean, y, xerr=errors, fmt="s", color=plotting.BLUE, capsize=5, markersize=7)
    right.axvline(0, color="black", linewidth=1)
    left.set(yticks=[], ylim=(-0.6, len(methods) - 0.4), xlabel=ACCURACY)
    right.set(xlabel="difference to the paper's variant (points)")
    right.tick_params(left=False)
    left.plot([], [], "o", color=plotting.SKY, label="one seed")
    left.errorbar([], [], xerr=[], fmt="s", color=plotting.BLUE, capsize=5, label="normalised: mean, 95 % interval")
    left.errorbar([], [], xerr=[], fmt="D", color=plotting.ORANGE, markerfacecolor="white", capsize=5, label="as cut")
    figure.legend(loc="outside lower center", ncols=3)
    n_labelled = int(_values(by_method[PAPER], "n_labelled").iloc[0])
    before, after = _accuracies(by_method[BASE]).mean(), _accuracies(by_method[PAPER]).mean()
    figure.suptitle(
        f"Without labels {_as_cut(by_method, BASE).mean():.0f} % of the cells as cut are classified correctly, "
        f"{before:.0f} % of the normalised ones,\nand {after:.0f} % with {n_labelled:,} labelled cells",
        x=0.01,
        ha="left",
        fontweight="bold",
    )
    return figure


def label_curve(by_method: Records) -> Figure:
    """Draw accuracy against the number of labelled cells: means over seeds with 95 % intervals.

    `by_method` has the records `base/selected`, `transfer/<variant>` and `label_curve/<variant>`.
    """
    figure, axes = plt.subplots(figsize=(10, 5.8))
    curves = {variant: _curve(by_method[f"label_curve/{variant}"]) for variant in STYLES}
    for index, (variant, curve) in enumerate(curves.items()):
        colour, marker, line = STYLES[variant]
        shifted = curve.index * 1.03 ** (index - 2)  # so that intervals do not overlap
        axes.errorbar(shifted, curve["mean"], yerr=curve.half, color=colour, marker=marker, linestyle=line, capsize=4,
                      linewidth=1.8, markersize=7, label=_curve_name(variant))  # fmt: skip
    before = _accuracies(by_method[BASE]).mean()
    counts = sorted({count for curve in curves.values() for count in curve.index})
    axes.axhline(before, color="black", linestyle="--", linewidth=1.2)
    axes.annotate(f"before transfer, normalised: {before:.0f} %", (1, before), xycoords=("axes fraction", "data"),
                  xytext=(-4, 4), textcoords="offset points", ha="right", va="bottom")  # fmt: skip
    axes.set(xscale="log", xlabel="labelled cells", ylabel=ACCURACY, xticks=counts)
    axes.set_xticklabels([f"{count:,}" for count in counts])
    axes.minorticks_off()
    axes.set_ylim(top=min(100.5, axes.get_ylim()[1]))
    figure.legend(loc="outside lower center", ncols=2)
    axes.set_title(_finding(by_method))
    return figure


def _finding(by_method: Records) -> str:
    """Return what the base adds to the accuracy with few labels, as the table of differences has it."""
    gap = gaps(by_method).get(WITH_FEW)
    if gap is None or gap.finding == "not tested":
        return "Accuracy by number of labelled cells"
    few, limits = f"With {N_FEW:,} labelled cells the base", f"95 % interval {interval(gap.low, gap.high, 1)}"
    if not gap.significant:
        return f"{few} makes no significant difference\n({number(gap.mean, 1)} points, {limits})"
    return f"{few} is worth {number(gap.mean, 1)} points ({limits})"


def _curve(record: Record) -> pd.DataFrame:
    """Return the mean and the half width of its interval by number of cells."""
    wide = record.metrics.pivot(index="member", columns="metric", values="value")
    groups = (100 * wide.target_accuracy).groupby(wide.n_labelled.astype(int))
    return pd.DataFrame({"mean": groups.mean(), "half": half_width(groups.std(), groups.count())})


def _curve_name(variant: str) -> str:
    name = METHOD_NAMES[f"transfer/{variant.removesuffix(AS_CUT)}"]
    return f"{name}, cells as cut" if variant.endswith(AS_CUT) else name


def _as_cut(by_method: Records, method: str) -> pd.Series:
    """Return the accuracy of a network on cells as cut: of a base its own, of a variant that of its twin."""
    if method == BASE:
        return 100 * _values(by_method[BASE], "target_accuracy_as_cut")
    return _accuracies(by_method[f"{method}{AS_CUT}"])


def _accuracies(record: Record) -> pd.Series:
    return 100 * _values(record, "target_accuracy")


def _values(record: Record, metric: str) -> pd.Series:
    return record.metrics[record.metrics.metric == metric].set_index("member").value
