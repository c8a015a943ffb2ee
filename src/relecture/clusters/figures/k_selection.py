"""The number of clusters by three criteria, side by side."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting
from relecture.clusters import TITLES
from relecture.clusters.k_criteria import CRITERIA
from relecture.clusters.record_access import ClustersResults, curve, member_metrics
from relecture.records import Record

#: The data sets that are drawn, and their names in the title.
SHOWN = {"music": "the music tastes", "statecrime": "the US states", "images": "the handwritten digits"}


def elbow(results: ClustersResults) -> Figure:
    """Draw sum of squares, silhouette and gap statistic by K, on data with known groups and on real data."""
    figure, grid = plt.subplots(len(SHOWN), 3, figsize=(13, 9), sharex=True)
    for row, name in zip(grid, SHOWN, strict=True):
        record = results.records[f"{name}/elbow"]
        plot_criteria(row, record)
        metrics = member_metrics(record, "data")
        groups = f"{metrics.true_k:.0f} known groups" if "true_k" in metrics else "groups unknown"
        row[0].set_ylabel(f"{TITLES[name]}\n({groups})\n\nsum of squares")
    for axes in grid[-1]:
        axes.set_xlabel("number of clusters K")
    figure.suptitle(_title(results), x=0.01, ha="left", fontweight="bold")
    return figure


def plot_criteria(row: np.ndarray, record: Record) -> None:
    """Plot the three curves of a record of `elbow`, each with the K that it chooses."""
    metrics = member_metrics(record, "data")
    _plot_curve(row[0], curve(record, "wss"), metrics.get("elbow", np.nan), "elbow")
    _plot_curve(row[1], curve(record, "silhouette"), metrics.silhouette, "silhouette")
    gap, gap_se = curve(record, "gap"), curve(record, "gap_se")
    row[2].errorbar(gap.index, gap, yerr=gap_se, fmt="none", color=plotting.SKY, capsize=3)
    _plot_curve(row[2], gap, metrics.gap, "gap statistic")
    row[1].set_ylabel("mean silhouette")
    row[2].set_ylabel("gap ± its standard error")


def _plot_curve(axes: Axes, values: pd.Series, k: float, name: str) -> None:
    axes.plot(values.index, values, "o-", color=plotting.BLUE, markersize=4)
    if np.isfinite(k):
        axes.axvline(k, color=plotting.RED, linestyle="--", linewidth=1.5)
        axes.plot(k, values[k], "o", color=plotting.RED, markersize=9, zorder=4)
    axes.set_title(f"{name}: K = {k:.0f}" if np.isfinite(k) else f"{name}: none", fontsize=12)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _title(results: ClustersResults) -> str:
    """Return the finding: the data sets where the criteria agree, and where they disagree."""
    agree: list[str] = []
    disagree: list[str] = []
    for name, label in SHOWN.items():
        choices = member_metrics(results.records[f"{name}/elbow"], "data").reindex(list(CRITERIA))
        (agree if choices.notna().all() and choices.nunique() == 1 else disagree).append(label)
    parts = [
        f"agree on {' and '.join(agree)}" if agree else "",
        f"disagree on {' and '.join(disagree)}" if disagree else "",
    ]
    return f"The criteria {', '.join(part for part in parts if part)}"
