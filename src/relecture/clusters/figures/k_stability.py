"""The choice of the number of clusters by the largest K tried, and in resamples of the rows."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting
from relecture.clusters import TITLES
from relecture.clusters.k_criteria import CRITERIA, choices_by_k_max
from relecture.clusters.k_tables import K_MAX, LABELS, k_choice, shares_of_k
from relecture.clusters.record_access import (
    ClustersResults,
    criterion_curves,
    k_resamples,
    member_metrics,
)
from relecture.records import Record
from relecture.text_format import count, percent

#: Colour, marker, line and hatch of each criterion.
STYLES = {
    "elbow": (plotting.BLUE, "o", "-", ""),
    "silhouette": (plotting.ORANGE, "s", "--", "//"),
    "gap": (plotting.GREEN, "^", ":", ".."),
}


def k_max(results: ClustersResults) -> Figure:
    """Draw the K that each criterion chooses by the largest K tried, on every data set."""
    names = list(results.datasets_of("elbow"))
    figure, grid = plt.subplots(1, len(names), figsize=(13, 4.6), sharey=True)
    n_moving = 0
    for axes, name in zip(grid, names, strict=True):
        curves = criterion_curves(results.records[f"{name}/elbow"])
        choices = choices_by_k_max(curves, list(range(min(K_MAX[0], len(curves)), len(curves) + 1)))
        first, last = choices.elbow.iloc[0], choices.elbow.iloc[-1]
        n_moving += first != last and not (np.isnan(first) and np.isnan(last))
        for shift, (criterion, (colour, marker, line, _)) in zip((-0.12, 0, 0.12), STYLES.items(), strict=True):
            axes.plot(choices.index, choices[criterion] + shift, line, marker=marker, color=colour, markersize=5,
                      label=LABELS[criterion])  # fmt: skip
        true_k = member_metrics(results.records[f"{name}/elbow"], "data").get("true_k", np.nan)
        axes.axhline(true_k, color="black", linewidth=1, zorder=1, label="true K, where known")
        axes.set_title(TITLES[name], fontsize=12)
        axes.set_xlabel("largest K tried")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    grid[0].set_ylabel("K that is chosen")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    finding = f"The elbow moves with the largest K tried on {count(n_moving)} of {count(len(names))} data sets"
    figure.suptitle(finding, x=0.01, ha="left", fontweight="bold")
    return figure


def stability(results: ClustersResults) -> Figure:
    """Draw how often each criterion chooses each K in resamples of the rows."""
    records = {name: results.records[f"{name}/elbow"] for name in results.datasets_of("elbow") if name != "images"}
    records = {name: record for name, record in records.items() if len(k_resamples(record))}
    figure, grid = plt.subplots(1, max(len(records), 1), figsize=(13, 4.6), sharey=True, squeeze=False)
    shares: dict[tuple[str, str], float] = {}
    for axes, (name, record) in zip(grid[0], records.items(), strict=False):
        plot_resampled_k(axes, record)
        axes.set_title(TITLES[name], fontsize=12)
        shares |= {(name, criterion): k_choice(name, record, criterion).share_of_wins for criterion in CRITERIA}
    grid[0, 0].set_ylabel("share of resamples (%)")
    figure.suptitle(_stability_title(shares), x=0.01, ha="left", fontweight="bold")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def plot_resampled_k(axes: Axes, record: Record) -> None:
    """Plot the share of resamples in which each criterion chooses each K; a diamond marks the choice on all rows."""
    resamples = k_resamples(record)
    values = resamples.fillna(0).to_numpy()
    shown = [
        k for k in np.unique(values) if (values == k).mean(0).max() >= 0.02
    ]  # rarer ones would be no more than lines
    position = {f"{k:.0f}" if k else "none": i for i, k in enumerate(shown)}
    for i, criterion in enumerate(CRITERIA):
        colour, _, _, hatch = STYLES[criterion]
        shares = shares_of_k(resamples[criterion]).rename(index=position)
        shares = shares[[isinstance(index, int) for index in shares.index]]
        offsets = np.array(shares.index, float) + 0.28 * (i - 1)
        axes.bar(offsets, 100 * shares, 0.26, color=colour, hatch=hatch, edgecolor="white", label=LABELS[criterion])
        chosen = k_choice("", record, criterion)
        if chosen.value in position:
            axes.plot(position[chosen.value] + 0.28 * (i - 1), 100 * chosen.share_of_wins + 4,
                      **{**plotting.REFERENCE_MARKER, "markersize": 6})  # fmt: skip
    axes.set_xticks(range(len(shown)), list(position))
    axes.set(xlabel="K (diamond: choice on all rows)", xlim=(-0.5, len(shown) - 0.5), ylim=(0, 110))
    axes.grid(axis="x", visible=False)


def _stability_title(shares: dict[tuple[str, str], float]) -> str:
    """Return the finding: how many choices recur in most resamples, and which is the least firm."""
    known = pd.Series(shares, dtype=float).dropna()
    if known.empty:
        return "No data set was resampled"
    (name, criterion), least = known.idxmin(), known.min()
    n_firm = int((known >= 0.9).sum())
    return (
        f"{count(n_firm).capitalize()} of {count(len(known))} choices of K recur in at least 90 % of the resamples;\n"
        f"the least firm, {LABELS[criterion]} on {TITLES[name]}, in {percent(least)}"
    )
