"""Many starts: the local optima that they reach, and the number of starts needed."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting
from relecture.clusters import INIT_METHODS, TITLES, record_access
from relecture.clusters.record_access import ClustersResults, curve, member_metrics
from relecture.records import Record

#: Colour and marker of each initialisation method.
STYLES = {
    "random_partition": (plotting.BLUE, "o"),
    "random_points": (plotting.ORANGE, "s"),
    "kmeans_plusplus": (plotting.GREEN, "^"),
}
N_SHOWN_OPTIMA = 10
TICKS = (1, 2, 5, 10, 20, 50, 100)


def local_optima(results: ClustersResults) -> Figure:
    """Draw how often each initialisation method ends in each of the best optima of the labs' data."""
    figure, grid = plt.subplots(1, 2, figsize=(13, 5), sharey=True)
    for axes, name in zip(grid, ("book_r", "book_python"), strict=True):
        record = results.records[f"{name}/restarts"]
        plot_optimum_shares(axes, record)
        axes.set_title(f"{TITLES[name]}: {len(record_access.local_optima(record))} local optima")
    grid[0].set_ylabel("share of starts that end there (%)")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def plot_optimum_shares(axes: Axes, record: Record) -> None:
    """Plot a group of bars per optimum, for the best ones and for all others together."""
    optima = record_access.local_optima(record)
    others = optima.iloc[N_SHOWN_OPTIMA:]
    positions = np.arange(min(N_SHOWN_OPTIMA, len(optima)) + (len(others) > 0))
    for i, (init, label) in enumerate(INIT_METHODS.items()):
        heights = [*optima[init].head(N_SHOWN_OPTIMA), *([others[init].sum()] if len(others) else [])]
        axes.bar(positions + 0.28 * (i - 1), 100 * np.array(heights), 0.26, color=STYLES[init][0], label=label,
                 edgecolor="white", hatch=("", "//", "..")[i])  # fmt: skip
    digits = 3 if optima.wss.iloc[0] < 1000 else 0
    labels = [f"{value:,.{digits}f}" for value in optima.wss.head(N_SHOWN_OPTIMA)]
    labels += [f"{len(others)} others"] if len(others) else []
    axes.set_xticks(positions, labels, rotation=45, ha="right")
    axes.set_xlabel("within-cluster sum of squares of the optimum, best first")
    axes.grid(axis="x", visible=False)


def success_probability(results: ClustersResults) -> Figure:
    """Draw the probability that the best of n starts is the best optimum, computed and observed."""
    figure, grid = plt.subplots(2, 3, figsize=(13, 7.6), sharey=True)
    for axes, name in zip(grid.flat, results.datasets, strict=False):
        plot_success_probability(axes, results.records[f"{name}/restarts"])
        axes.set_title(f"{TITLES[name]}\n{axes.get_title(loc='left')}", fontsize=12)
        axes.set_xlabel("number of starts n")
    for axes in grid[:, 0]:
        axes.set_ylabel("best known optimum found (%)")
    legend = grid.flat[-1]
    legend.set_axis_off()
    legend.legend(*grid[0, 0].get_legend_handles_labels(), loc="center left", fontsize=12)
    return figure


def plot_success_probability(axes: Axes, record: Record) -> None:
    """Plot 1 - (1 - p)^n as a line and the observed rate as markers; the title has the starts needed for 95 %."""
    needed = []
    for init, label in INIT_METHODS.items():
        colour, marker = STYLES[init]
        computed, observed = curve(record, "success_probability", init), curve(record, "observed_success_rate", init)
        axes.plot(computed.index, 100 * computed, color=colour, label=f"{label}: 1 − (1 − p)ⁿ")
        # Markers at whole numbers of starts that are evenly spaced on the log axis.
        n_starts = np.unique(np.geomspace(1, observed.index.max(), 14).round().astype(int))
        axes.plot(n_starts, 100 * observed[n_starts], marker, color=colour, markersize=6, label=f"{label}: observed")
        n_needed = member_metrics(record, init).n_starts_for_95
        needed.append(f"{n_needed:.0f}" if np.isfinite(n_needed) else "–")
    axes.axhline(95, color="black", linestyle="--", linewidth=1)
    axes.set(xscale="log", ylim=(-3, 103))
    axes.set_xticks(TICKS, [str(tick) for tick in TICKS])
    axes.minorticks_off()
    axes.set_title(f"95 % with {', '.join(needed)} starts", fontsize=12)
