"""The search: what each hyperparameter did, and what more epochs brought."""

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import spearmanr

from relecture import figures
from relecture.records import Record
from relecture.tallies.space import DRAWN, Hyperparameter

ACCURACY = "accuracy on target validation cells (%)"
SHADES = (figures.SKY, figures.BLUE, figures.RED, figures.ORANGE, figures.GREEN, figures.PINK, figures.GREY)
FEW = 5  # trials that have a hyperparameter, below which no correlation is told


def hyperparameters(record: Record) -> Figure:
    """Accuracy against each hyperparameter, a point per trial, after the epochs that all trials had.

    The title names the hyperparameter that goes with accuracy most, if any does beyond chance: Spearman's rank
    correlation, at 5 % over all hyperparameters together.
    """
    common, trials = _trials(record)
    figure, grid = plt.subplots(2, 4, figsize=(13, 6.6), sharey=True)
    found = {}
    for axes, row in zip(grid.flat, DRAWN, strict=True):
        own = trials[trials[row.name].notna()] if row.name in trials else trials.head(0)
        _panel(axes, row, own)
        if len(own) >= FEW and own[row.name].nunique() > 1:
            test = spearmanr(own[row.name], own.accuracy)
            found[row.label] = test.statistic, test.pvalue
            axes.set_title(f"{row.label}: ρ = {_signed(test.statistic)}", fontsize=12)
    figure.supylabel(f"after {common} epochs: {ACCURACY}", fontsize=12)
    figure.legend(handles=_key(), loc="outside lower center", ncols=4)
    figure.suptitle(_finding(found, len(trials)), x=0.01, ha="left", fontweight="bold")
    return figure


def budget(record: Record) -> Figure:
    """Accuracy by epoch, a line per trial that ends where Hyperband gave it up."""
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
    best = trials.last_accuracy.idxmax()
    place = trials.epochs[best], 100 * trials.last_accuracy[best]
    axes.plot(*place, "o", color="black", fillstyle="none", markersize=13, markeredgewidth=1.8)
    axes.annotate("selected", place, xytext=(0, 11), textcoords="offset points", ha="center", va="bottom")
    ticks = sorted({1, *map(int, rungs)})
    axes.set(xscale="log", xlabel="epochs of a trial", ylabel=ACCURACY, xticks=ticks)
    axes.set_xticklabels(ticks)
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
    axes.axvline(row.printed, color="black", linestyle="--", linewidth=1.2)
    survived = own.epochs > own.epochs.min()
    # A little to the side, so that trials with the same value do not hide each other.
    shift = np.linspace(-0.2, 0.2, len(own)) * (row.step or 0)
    values = own[row.name] + shift if len(own) else own.reindex(columns=[row.name])[row.name]
    axes.plot(values[~survived], 100 * own.accuracy[~survived], "o", color=figures.SKY, markersize=6)
    axes.plot(values[survived], 100 * own.accuracy[survived], "s", color=figures.BLUE, markersize=7)
    if row.step is None:
        axes.set(xscale="log", xlim=(0.8 * row.min, 1.25 * row.max))
    else:
        axes.set(xlim=(row.min - 0.6 * row.step, row.max + 0.6 * row.step))
        if row.name == "blocks":
            axes.set_xticks([1, 2, 3])
        if row.name.startswith("filters"):
            axes.set_xticks(range(16, 129, 32))
        if row.name == "dropout":
            axes.set_xticks([0.1, 0.2, 0.3, 0.4, 0.5])
    axes.set_title(row.label, fontsize=12)


def _key() -> list[Line2D]:
    return [
        Line2D([], [], marker="o", linestyle="none", color=figures.SKY, markersize=6, label="trial, given up"),
        Line2D([], [], marker="s", linestyle="none", color=figures.BLUE, markersize=7, label="trial, trained on"),
        Line2D([], [], linestyle="--", color="black", linewidth=1.2, label="selected in the paper"),
        Line2D([], [], linestyle="none", label="ρ: rank correlation"),
    ]


def _finding(found: dict[str, tuple[float, float]], trials: int) -> str:
    """In words, from the numbers."""
    if not found:
        return "Accuracy against each hyperparameter"
    label = max(found, key=lambda name: abs(found[name][0]))
    correlation, p = found[label]
    if p < 0.05 / len(found):
        return f"Accuracy goes most with {label} (ρ = {_signed(correlation)}, {trials} trials)"
    return (
        f"{trials} trials do not tell which hyperparameter matters: the strongest ρ is {_signed(correlation)} ({label})"
    )


def _signed(value: float, digits: int = 2) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")
