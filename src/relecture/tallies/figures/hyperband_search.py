"""Figures of the search: accuracy by hyperparameter, and by number of epochs."""

from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from relecture import plotting
from relecture.rank_correlation import RankCorrelation, rank_correlation
from relecture.records import Record
from relecture.tallies.networks.search_space import SAMPLED, Hyperparameter
from relecture.text_format import signed

ACCURACY = "accuracy on target validation cells (%)"
COLOURS = (plotting.SKY, plotting.BLUE, plotting.RED, plotting.ORANGE, plotting.GREEN, plotting.PINK, plotting.GREY)
MIN_TRIALS = 5  # trials with a hyperparameter, for its correlation


def hyperparameters(record: Record) -> Figure:
    """Draw accuracy against each hyperparameter, a point per trial, after the epochs that all trials had.

    The title names the hyperparameter with the strongest significant correlation: Spearman's rank correlation with a
    permutation test, at 5 % over all hyperparameters (Bonferroni).
    """
    epochs, trials = _trials(record)
    figure, grid = plt.subplots(2, 4, figsize=(13, 6.6), sharey=True)
    correlations: dict[str, RankCorrelation] = {}
    for axes, row in zip(grid.flat, SAMPLED, strict=True):
        with_row = trials[trials[row.name].notna()] if row.name in trials else trials.head(0)
        _draw_panel(axes, row, with_row)
        if len(with_row) >= MIN_TRIALS and with_row[row.name].nunique() > 1:
            correlations[row.label] = rank_correlation(with_row[row.name], with_row.accuracy)
            axes.set_title(f"{row.label}: ρ = {signed(correlations[row.label].rho, 2)}", fontsize=12)
    figure.supylabel(f"after {epochs} epochs: {ACCURACY}", fontsize=12)
    figure.legend(handles=_legend_handles(), loc="outside lower center", ncols=4)
    figure.suptitle(finding(correlations), x=0.01, ha="left", fontweight="bold")
    return figure


def budget(record: Record, choice: dict[str, Any]) -> Figure:
    """Draw accuracy by epoch, a line per trial that ends with the trial's last rung.

    `choice` is the result of `hyperband_results.select_network`: the selected training may be one from which the trial
    was continued.
    """
    _, trials = _trials(record)
    curves = record.history[record.history.metric == "validation_accuracy"]
    rungs = sorted(trials.epochs.unique())
    figure, axes = plt.subplots(figsize=(10, 5.6))
    for rung, colour in zip(rungs, cycle(COLOURS), strict=False):
        members = trials.index[trials.epochs == rung]
        for member in members:
            curve = curves[curves.member == member].sort_values("step")
            axes.plot(curve.step, 100 * curve.value, color=colour, linewidth=1.6)
            axes.plot(curve.step.iloc[-1], 100 * curve.value.iloc[-1], "o", color=colour, markersize=6)
        axes.plot([], [], "o-", color=colour, label=f"{len(members)} trained for {rung:.0f} epochs")
    selected = next(one for one in choice["finalists"] if one["trial"] == choice["trial"])
    point = choice["values"]["epochs"], 100 * selected["accuracy_in_search"]
    axes.plot(*point, "o", color="black", fillstyle="none", markersize=13, markeredgewidth=1.8)
    axes.annotate("selected", point, xytext=(0, 11), textcoords="offset points", ha="center", va="bottom")
    ticks = sorted({1, *map(int, rungs)})
    axes.set(xscale="log", xlabel="epochs of a trial", ylabel=ACCURACY)
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.margins(y=0.1)
    axes.legend(loc="upper left")
    gain = 100 * (trials.last_accuracy.max() - trials.accuracy.max())
    axes.set_title(
        f"The best trial after {min(rungs):.0f} epochs reaches {100 * trials.accuracy.max():.1f} %; "
        f"training some for up to {max(rungs):.0f} brings {signed(gain, 1)} points"
    )
    return figure


def finding(correlations: dict[str, RankCorrelation]) -> str:
    """Return the strongest significant correlation in words, or the strongest if none is significant."""
    correlations = {label: one for label, one in correlations.items() if not np.isnan(one.rho)}
    if not correlations:
        return "Accuracy against each hyperparameter"
    significant = {label: one for label, one in correlations.items() if one.p < 0.05 / len(correlations)}
    candidates = significant or correlations
    label = max(candidates, key=lambda name: abs(candidates[name].rho))
    details = f"ρ = {signed(candidates[label].rho, 2)}, {candidates[label].n} trials"
    if significant:
        return f"Accuracy correlates most with {label} ({details})"
    return f"No correlation is significant; the strongest is with {label} ({details})"


def _trials(record: Record) -> tuple[int, pd.DataFrame]:
    """Return the epochs of all trials, and by member: hyperparameters, accuracy then, last_accuracy, epochs."""
    settings = pd.DataFrame.from_dict(record.params["members"], orient="index")
    last = record.metrics.pivot(index="member", columns="metric", values="value")
    common = int(last.epochs.min())
    curves = record.history[record.history.metric == "validation_accuracy"]
    accuracy = curves[curves.step == common].set_index("member").value
    return common, settings.join(
        pd.DataFrame({"accuracy": accuracy, "last_accuracy": last.accuracy, "epochs": last.epochs})
    )


def _draw_panel(axes: Axes, row: Hyperparameter, trials: pd.DataFrame) -> None:
    low, high = row.min or row.max, row.max
    axes.axvline(row.published, color="black", linestyle="--", linewidth=1.2)
    continued = trials.epochs > trials.epochs.min()
    # A little to the side, so that trials with the same value do not hide each other.
    shift = np.linspace(-0.2, 0.2, len(trials)) * (row.step or 0)
    values = trials[row.name] + shift if len(trials) else trials.reindex(columns=[row.name])[row.name]
    axes.plot(values[~continued], 100 * trials.accuracy[~continued], "o", color=plotting.SKY, markersize=6)
    axes.plot(values[continued], 100 * trials.accuracy[continued], "s", color=plotting.BLUE, markersize=7)
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


def _legend_handles() -> list[Line2D]:
    return [
        Line2D([], [], marker="o", linestyle="none", color=plotting.SKY, markersize=6, label="trial, stopped"),
        Line2D([], [], marker="s", linestyle="none", color=plotting.BLUE, markersize=7, label="trial, continued"),
        Line2D([], [], linestyle="--", color="black", linewidth=1.2, label="selected in the paper"),
        Line2D([], [], linestyle="none", label="ρ: rank correlation"),
    ]
