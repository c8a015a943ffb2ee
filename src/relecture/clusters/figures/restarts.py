"""Many starts: the local optima that they reach, and the number of starts needed."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting
from relecture.clusters import RESTARTS, TITLES
from relecture.clusters.record_access import (
    ClustersResults,
    curve,
    local_optima,
    member_metrics,
    restart_label,
    restart_members,
)
from relecture.records import Record

#: Colour and marker of each initialisation method.
STYLES = {
    "random_partition": (plotting.BLUE, "o"),
    "random_points": (plotting.ORANGE, "s"),
    "kmeans_plusplus": (plotting.GREEN, "^"),
}
#: Line, hatch and face of the markers of each algorithm.
ALGORITHM_STYLES = {"lloyd": ("-", "", True), "hartigan_wong": ("--", "///", False)}
N_SHOWN_OPTIMA = 10
TICKS = (1, 2, 5, 10, 20, 50, 100)


def optima(results: ClustersResults) -> Figure:
    """Draw how often each algorithm and initialisation method ends in each of the best optima of the labs' data."""
    figure, grid = plt.subplots(1, 2, figsize=(13, 5), sharey=True)
    for axes, name in zip(grid, ("book_r", "book_python"), strict=True):
        record = results.records[f"{name}/restarts"]
        plot_optimum_shares(axes, record)
        axes.set_title(f"{TITLES[name]}: {len(local_optima(record))} local optima")
    grid[0].set_ylabel("share of starts that end there (%)")
    _legend_below(figure, grid[0])
    return figure


def plot_optimum_shares(axes: Axes, record: Record) -> None:
    """Plot a group of bars per optimum, for the best ones and for all others together."""
    table = local_optima(record)
    others = table.iloc[N_SHOWN_OPTIMA:]
    positions = np.arange(min(N_SHOWN_OPTIMA, len(table)) + (len(others) > 0))
    members = restart_members(record)
    width = 0.85 / len(members)
    for i, member in enumerate(members):
        algorithm, init = RESTARTS[member]
        heights = [*table[member].head(N_SHOWN_OPTIMA), *([others[member].sum()] if len(others) else [])]
        axes.bar(positions + width * (i - (len(members) - 1) / 2), 100 * np.array(heights), width,
                 color=STYLES[init][0], label=restart_label(member), edgecolor="white",
                 hatch=ALGORITHM_STYLES[algorithm][1])  # fmt: skip
    digits = 3 if table.wss.iloc[0] < 1000 else 0
    labels = [f"{value:,.{digits}f}" for value in table.wss.head(N_SHOWN_OPTIMA)]
    labels += [f"{len(others)} others"] if len(others) else []
    axes.set_xticks(positions, labels, rotation=45, ha="right")
    axes.set_xlabel("within-cluster sum of squares of the optimum, best first")
    axes.grid(axis="x", visible=False)


def success_probability(results: ClustersResults) -> Figure:
    """Draw the probability that the best of n starts is the best optimum, computed and observed."""
    figure, grid = plt.subplots(2, 3, figsize=(13, 7.6), sharey=True)
    for axes, name in zip(grid.flat, results.datasets_of("restarts"), strict=False):
        plot_success_probability(axes, results.records[f"{name}/restarts"])
        axes.set_title(f"{TITLES[name]}\n{axes.get_title(loc='left')}", fontsize=11)
        axes.set_xlabel("number of starts n")
    for axes in grid[:, 0]:
        axes.set_ylabel("best known optimum found (%)")
    legend = grid.flat[-1]
    legend.set_axis_off()
    handles, labels = grid[0, 0].get_legend_handles_labels()
    legend.legend(handles, labels, loc="center left", fontsize=11)
    text = "lines: computed, 1 − (1 − p)ⁿ\nmarkers: observed\ntitles: in the order of this list"
    legend.text(0.02, 0.02, text, fontsize=11, transform=legend.transAxes)
    return figure


def plot_success_probability(axes: Axes, record: Record) -> None:
    """Plot 1 - (1 - p)^n as a line and the observed rate as markers; the title has the starts needed for 95 %."""
    needed = []
    for member in restart_members(record):
        algorithm, init = RESTARTS[member]
        (colour, marker), (line, _, filled) = STYLES[init], ALGORITHM_STYLES[algorithm]
        computed, observed = (
            curve(record, metric, member) for metric in ("success_probability", "observed_success_rate")
        )
        axes.plot(computed.index, 100 * computed, line, color=colour)
        # Markers at whole numbers of starts that are evenly spaced on the log axis.
        n_starts = np.unique(np.geomspace(1, observed.index.max(), 14).round().astype(int))
        axes.plot(n_starts, 100 * observed[n_starts], marker, color=colour, markersize=6,
                  markerfacecolor=colour if filled else "white")  # fmt: skip
        axes.plot([], [], line, marker=marker, color=colour, markerfacecolor=colour if filled else "white",
                  label=restart_label(member))  # fmt: skip
        n_needed = member_metrics(record, member).n_starts_for_95
        needed.append(f"{n_needed:.0f}" if np.isfinite(n_needed) else "–")
    axes.axhline(95, color="black", linestyle="--", linewidth=1)
    axes.set(xscale="log", ylim=(-3, 103))
    axes.set_xticks(TICKS, [str(tick) for tick in TICKS])
    axes.minorticks_off()
    axes.set_title(f"95 % with {', '.join(needed)} starts", fontsize=12)


def _legend_below(figure: Figure, axes: Axes) -> None:
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
