"""The search: what each hyperparameter did, and what more epochs brought."""

from itertools import cycle
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import permutation_test, rankdata, zscore

from relecture import plotting
from relecture.records import Record
from relecture.tallies.networks.search_space import DRAWN, Hyperparameter

ACCURACY = "accuracy on target validation cells (%)"
SHADES = (plotting.SKY, plotting.BLUE, plotting.RED, plotting.ORANGE, plotting.GREEN, plotting.PINK, plotting.GREY)
FEW = 5  # trials that have a hyperparameter, below which no correlation is told
PERMUTATIONS = 19_999  # all of them, where there are fewer


class Correlation(NamedTuple):
    """Of one hyperparameter with accuracy, over the trials that have it."""

    rho: float
    p: float
    trials: int


def hyperparameters(record: Record) -> Figure:
    """Accuracy against each hyperparameter, a point per trial, after the epochs that all trials had.

    The title names the hyperparameter that goes with accuracy most, if any does beyond chance: Spearman's rank
    correlation by a permutation test, at 5 % over all hyperparameters together.
    """
    common, trials = _trials(record)
    figure, grid = plt.subplots(2, 4, figsize=(13, 6.6), sharey=True)
    found: dict[str, Correlation] = {}
    for axes, row in zip(grid.flat, DRAWN, strict=True):
        own = trials[trials[row.name].notna()] if row.name in trials else trials.head(0)
        _panel(axes, row, own)
        if len(own) >= FEW and own[row.name].nunique() > 1:
            found[row.label] = correlation(own[row.name], own.accuracy)
            axes.set_title(f"{row.label}: ρ = {_signed(found[row.label].rho)}", fontsize=12)
    figure.supylabel(f"after {common} epochs: {ACCURACY}", fontsize=12)
    figure.legend(handles=_key(), loc="outside lower center", ncols=4)
    figure.suptitle(finding(found), x=0.01, ha="left", fontweight="bold")
    return figure


def budget(record: Record, chosen: dict[str, Any]) -> Figure:
    """Accuracy by epoch, a line per trial that ends where Hyperband gave it up.

    `chosen` is what `search.selected` gives: the training that was selected may be one from which a trial went on.
    """
    _, trials = _trials(record)
    curves = record.history[record.history.metric == "validation_accuracy"]
    rungs = sorted(trials.epochs.unique())
    figure, axes = plt.subplots(figsize=(10, 5.6))
    for rung, colour in zip(rungs, cycle(SHADES), strict=False):
        own = trials.index[trials.epochs == rung]
        for member in own:
            curve = curves[curves.member == member].sort_values("step")
            axes.plot(curve.step, 100 * curve.value, color=colour, linewidth=1.6)
            axes.plot(curve.step.iloc[-1], 100 * curve.value.iloc[-1], "o", color=colour, markersize=6)
        axes.plot([], [], "o-", color=colour, label=f"{len(own)} trained for {rung:.0f} epochs")
    place = chosen["values"]["epochs"], 100 * chosen["accuracy"]
    axes.plot(*place, "o", color="black", fillstyle="none", markersize=13, markeredgewidth=1.8)
    axes.annotate("selected", place, xytext=(0, 11), textcoords="offset points", ha="center", va="bottom")
    ticks = sorted({1, *map(int, rungs)})
    axes.set(xscale="log", xlabel="epochs of a trial", ylabel=ACCURACY)
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.margins(y=0.1)
    axes.legend(loc="upper left")
    gain = 100 * (trials.last_accuracy.max() - trials.accuracy.max())
    few = min(rungs)
    axes.set_title(
        f"The best trial after {few:.0f} epochs reads {100 * trials.accuracy.max():.1f} %; "
        f"training some for up to {max(rungs):.0f} brings {_signed(gain, 1)} points"
    )
    return figure


def _trials(record: Record) -> tuple[int, pd.DataFrame]:
    """The epochs that all trials had, and by member: settings, accuracy after those epochs, last_accuracy, epochs."""
    settings = pd.DataFrame.from_dict(record.params["members"], orient="index")
    last = record.metrics.pivot(index="member", columns="metric", values="value")
    common = int(last.epochs.min())
    curves = record.history[record.history.metric == "validation_accuracy"]
    accuracy = curves[curves.step == common].set_index("member").value
    return common, settings.join(
        pd.DataFrame({"accuracy": accuracy, "last_accuracy": last.accuracy, "epochs": last.epochs})
    )


def _panel(axes: Axes, row: Hyperparameter, own: pd.DataFrame) -> None:
    low, high = row.min or row.max, row.max
    axes.axvline(row.printed, color="black", linestyle="--", linewidth=1.2)
    survived = own.epochs > own.epochs.min()
    # A little to the side, so that trials with the same value do not hide each other.
    shift = np.linspace(-0.2, 0.2, len(own)) * (row.step or 0)
    values = own[row.name] + shift if len(own) else own.reindex(columns=[row.name])[row.name]
    axes.plot(values[~survived], 100 * own.accuracy[~survived], "o", color=plotting.SKY, markersize=6)
    axes.plot(values[survived], 100 * own.accuracy[survived], "s", color=plotting.BLUE, markersize=7)
    if row.step is None:
        axes.set(xscale="log", xlim=(0.8 * low, 1.25 * high))
    else:
        axes.set(xlim=(low - 0.6 * row.step, high + 0.6 * row.step))
        if row.name == "blocks":
            axes.set_xticks([1, 2, 3])
        if row.name.startswith("filters"):
            axes.set_xticks(range(16, 129, 32))
        if row.name == "dropout":
            axes.set_xticks([0.1, 0.2, 0.3, 0.4, 0.5])
    axes.set_title(row.label, fontsize=12)


def _key() -> list[Line2D]:
    return [
        Line2D([], [], marker="o", linestyle="none", color=plotting.SKY, markersize=6, label="trial, given up"),
        Line2D([], [], marker="s", linestyle="none", color=plotting.BLUE, markersize=7, label="trial, trained on"),
        Line2D([], [], linestyle="--", color="black", linewidth=1.2, label="selected in the paper"),
        Line2D([], [], linestyle="none", label="ρ: rank correlation"),
    ]


def correlation(values: pd.Series, accuracy: pd.Series) -> Correlation:
    """Spearman's rank correlation, and its p by permuting trials: the usual formula is wrong for a handful of them."""
    a, b = (zscore(rankdata(numbers)) for numbers in (values, accuracy))
    test = permutation_test(
        (a,),
        lambda some, axis: (some * b).mean(axis),
        permutation_type="pairings",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        rng=np.random.default_rng(1),  # the same each time: a figure is part of the results
    )
    return Correlation(float(test.statistic), float(test.pvalue), len(values))


def finding(found: dict[str, Correlation]) -> str:
    """In words, which of the correlations is beyond chance."""
    if not found:
        return "Accuracy against each hyperparameter"
    clear = {label: one for label, one in found.items() if one.p < 0.05 / len(found)}
    among = clear or found
    label = max(among, key=lambda name: abs(among[name].rho))
    told = f"ρ = {_signed(among[label].rho)}, {among[label].trials} trials"
    if clear:
        return f"Accuracy goes most with {label} ({told})"
    return f"Chance alone could do this: the strongest correlation is with {label} ({told})"


def _signed(value: float, digits: int = 2) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")
