"""Limits of k-means against a Gaussian mixture; and the music tastes, which k-means recovers."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting, records
from relecture.clusters.figures.scatter import hide_ticks, plot_centroids, plot_points
from relecture.clusters.gaussian_mixture import UNCERTAIN_BITS
from relecture.clusters.kmeans_trace import cluster_means
from relecture.clusters.labels import align_labels
from relecture.clusters.limits import SHOWN_DISTANCE, SHOWN_SPREAD
from relecture.clusters.record_access import ClustersResults, member_metrics
from relecture.records import Record
from relecture.uncertainty import half_width

#: Label, colour, line and marker of each method.
METHODS = {
    "kmeans": ("k-means", plotting.BLUE, "-", "o"),
    "mixture": ("mixture", plotting.RED, "-", "s"),
    "kmeans_extra": ("k-means, K + 1", plotting.SKY, "--", "^"),
    "mixture_extra": ("mixture, K + 1", plotting.ORANGE, "--", "D"),
}


def soft(results: ClustersResults) -> Figure:
    """Draw hard against soft assignment: k-means errs most where the mixture is uncertain."""
    record = results.records["limits"]
    points = _points(record, "soft")
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), width_ratios=(3, 2))
    x = points[["x", "y"]].to_numpy()
    collection = left.scatter(x[:, 0], x[:, 1], c=points.entropy, cmap="cividis_r", vmin=0, vmax=1, s=45, zorder=3)
    wrong = points[points.kmeans != points.group]
    left.plot(wrong.x, wrong.y, "x", color=plotting.RED, markersize=11, markeredgewidth=2.2, zorder=4,
              label="k-means is wrong")  # fmt: skip
    hide_ticks(left)
    left.legend(loc="upper left")
    left.set_title(f"Two groups, {SHOWN_DISTANCE} standard deviations apart")
    figure.colorbar(collection, ax=left, label="entropy of membership (bits)")
    by_member = record.metrics.pivot(index="member", columns="metric", values="value")
    for position, metric in enumerate(("soft.kmeans_error_certain", "soft.kmeans_error_uncertain")):
        rates = 100 * by_member[metric].dropna()
        right.plot(position + np.linspace(-0.15, 0.15, len(rates)), rates, "o", color=plotting.SKY, markersize=6)
        right.errorbar(
            position, rates.mean(), yerr=rates.std(), fmt="s", color=plotting.BLUE, capsize=6, markersize=9, zorder=4
        )
        right.annotate(
            f"{rates.mean():.0f} %", (position + 0.24, rates.mean()), va="center", fontsize=14, fontweight="bold"
        )
    labels = [f"certain\n(at most {UNCERTAIN_BITS} bits)", f"uncertain\n(more than {UNCERTAIN_BITS} bits)"]
    right.set_xticks([0, 1], [f"mixture {label}" for label in labels])
    right.set(xlim=(-0.5, 1.6), ylabel="error rate of k-means (%)")
    right.set_title(f"{len(by_member)} simulations")
    right.grid(axis="x", visible=False)
    return figure


def spread(results: ClustersResults) -> Figure:
    """Draw unequal spread: k-means assigns the rim of the wide group to the narrow one."""
    record = results.records["limits"]
    points = _points(record, "spread")
    figure, grid = plt.subplots(1, 3, figsize=(13, 4.6), width_ratios=(1, 1, 1.15))
    x = points[["x", "y"]].to_numpy()
    for axes, method in zip(grid, ("kmeans", "mixture"), strict=False):
        labels = points[method].to_numpy()
        plot_points(axes, x, labels)
        wrong = x[labels != points.group]
        axes.plot(wrong[:, 0], wrong[:, 1], "o", markerfacecolor="none", markeredgecolor="black", markersize=10,
                  label="wrong")  # fmt: skip
        hide_ticks(axes)
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_title(f"{METHODS[method][0]}: {len(wrong)} of {len(x)} wrong")
    grid[0].set_xlabel(f"left: {SHOWN_SPREAD} times as wide as right", loc="left")
    grid[1].set_xlabel("black rings: wrong", loc="left")
    plot_ari(grid[2], record, "spread", ("kmeans", "mixture"))
    grid[2].set(xlabel="spread of the wide group / of the narrow one", ylabel="adjusted Rand index")
    grid[2].legend(loc="lower left")
    return figure


def outliers(results: ClustersResults) -> Figure:
    """Draw outliers: with many of them k-means gives clusters to outliers and merges groups."""
    record = results.records["limits"]
    points = _points(record, "outliers")
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.2), width_ratios=(2, 3))
    x, labels = points[["x", "y"]].to_numpy(), points.kmeans.to_numpy()
    plot_points(left, x, labels)
    plot_centroids(left, cluster_means(x, labels, labels.max() + 1))
    hide_ticks(left)
    count = int((points.group == -1).sum())
    left.set_title(f"k-means with K = 3: three groups\nin the middle, {count} outliers")
    plot_ari(right, record, "outliers", tuple(METHODS))
    right.set(xlabel="number of outliers", ylabel="adjusted Rand index without the outliers")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.legend(loc="upper left", bbox_to_anchor=(0, -0.14), ncols=2)
    return figure


def music(results: ClustersResults) -> Figure:
    """Draw the lecture's music tastes: the three simulated groups, and the clusters of k-means."""
    dataset, record = results.datasets["music"], results.records["music/interpretation"]
    names, truth = np.unique(dataset.groups, return_inverse=True)
    labels = record.predictions.sort_values("row").cluster.to_numpy() - 1
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.6), sharex=True, sharey=True)
    plot_points(left, dataset.x, truth, alpha=0.75)
    for k, name in enumerate(names):
        center = dataset.x[truth == k].mean(0)
        offset = 62 if center[1] < dataset.x[:, 1].mean() else -115  # points, towards the empty middle
        left.annotate(name.replace(", ", ",\n"), center, (0, offset), textcoords="offset points", ha="center")
    left.set_title("Three tastes, simulated")
    if labels.max() + 1 == len(names):
        labels = align_labels(labels, truth)
    plot_points(right, dataset.x, labels, alpha=0.75)
    plot_centroids(right, cluster_means(dataset.x, labels, labels.max() + 1))
    ari = member_metrics(record, "all").ari
    mean, sd, n = records.summarize(results.records["limits"]).loc["music.kmeans_ari"]
    right.set_title(f"K-means, K = {labels.max() + 1}: adjusted Rand index {ari:.2f}")
    right.annotate(f"{n:.0f} simulations: {mean:.3f} ± {sd:.3f}", (0.98, 0.96), xycoords="axes fraction", ha="right",
                   va="top")  # fmt: skip
    for axes in (left, right):
        axes.set_xlabel(dataset.features[0])
    left.set_ylabel(dataset.features[1])
    return figure


def plot_ari(axes: Axes, record: Record, part: str, methods: tuple[str, ...]) -> None:
    """Plot mean and 95 % interval of the adjusted Rand index over the simulations, by step."""
    for method in methods:
        label, colour, line, marker = METHODS[method]
        values = record.history[record.history.metric == f"{part}.{method}_ari"].groupby("step").value
        mean, half = values.mean(), half_width(values.std(), values.count())
        axes.fill_between(mean.index, mean - half, mean + half, color=colour, alpha=0.18, linewidth=0)
        axes.plot(mean.index, mean, line, marker=marker, color=colour, label=label)
    axes.set_ylim(-0.05, 1.05)
    axes.set_title(f"mean of {values.count().iloc[0]} simulations, 95 % interval")


def _points(record: Record, part: str) -> pd.DataFrame:
    """Return the points of one limit that are drawn."""
    return record.predictions[record.predictions.part == part].reset_index(drop=True)
