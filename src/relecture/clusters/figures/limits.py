"""What k-means cannot do, against a Gaussian mixture; and the music tastes, which it finds."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relecture import plotting, records
from relecture.clusters.data import Dataset
from relecture.clusters.figures.scatter import bare, centres, same_numbers, scatter
from relecture.clusters.kmeans_trace import means
from relecture.clusters.limits import DOUBT, SHOWN_DISTANCE, SHOWN_SPREAD
from relecture.clusters.record_access import Found, values
from relecture.records import Record
from relecture.uncertainty import half_width

#: Metric, words, colour, line and mark of each method.
METHODS = {
    "kmeans": ("k-means", plotting.BLUE, "-", "o"),
    "mixture": ("mixture", plotting.RED, "-", "s"),
    "kmeans_spare": ("k-means, a group to spare", plotting.SKY, "--", "^"),
    "mixture_spare": ("mixture, a group to spare", plotting.ORANGE, "--", "D"),
}


def soft(found: Found, sets: dict[str, Dataset]) -> Figure:
    """Hard against soft assignment: k-means is wrong where the mixture would have said that it doubts."""
    record = found["limits"]
    points = _points(record, "soft")
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), width_ratios=(3, 2))
    x = points[["x", "y"]].to_numpy()
    seen = left.scatter(x[:, 0], x[:, 1], c=points.entropy, cmap="cividis_r", vmin=0, vmax=1, s=45, zorder=3)
    wrong = points[points.kmeans != points.group]
    left.plot(wrong.x, wrong.y, "x", color=plotting.RED, markersize=11, markeredgewidth=2.2, zorder=4,
              label="k-means is wrong")  # fmt: skip
    bare(left)
    left.legend(loc="upper left")
    left.set_title(f"Two groups, {SHOWN_DISTANCE} standard deviations apart")
    figure.colorbar(seen, ax=left, label="the mixture's doubt: entropy of membership (bits)")
    wide = record.metrics.pivot(index="member", columns="metric", values="value")
    for place, metric in enumerate(("soft.wrong_when_sure", "soft.wrong_in_doubt")):
        own = 100 * wide[metric].dropna()
        right.plot(place + np.linspace(-0.15, 0.15, len(own)), own, "o", color=plotting.SKY, markersize=6)
        right.errorbar(
            place, own.mean(), yerr=own.std(), fmt="s", color=plotting.BLUE, capsize=6, markersize=9, zorder=4
        )
        right.annotate(f"{own.mean():.0f} %", (place + 0.24, own.mean()), va="center", fontsize=14, fontweight="bold")
    labels = [f"sure\n(at most {DOUBT} bits)", f"in doubt\n(more than {DOUBT} bits)"]
    right.set_xticks([0, 1], [f"mixture {label}" for label in labels])
    right.set(xlim=(-0.5, 1.6), ylabel="points that k-means gets wrong (%)")
    right.set_title(f"{len(wide)} simulations")
    right.grid(axis="x", visible=False)
    return figure


def spread(found: Found, sets: dict[str, Dataset]) -> Figure:
    """Unequal spread: k-means gives the rim of the wide group to the narrow one."""
    record = found["limits"]
    points = _points(record, "spread")
    figure, grid = plt.subplots(1, 3, figsize=(13, 4.6), width_ratios=(1, 1, 1.15))
    x = points[["x", "y"]].to_numpy()
    for axes, method in zip(grid, ("kmeans", "mixture"), strict=False):
        labels = points[method].to_numpy()
        scatter(axes, x, labels)
        wrong = x[labels != points.group]
        axes.plot(wrong[:, 0], wrong[:, 1], "o", markerfacecolor="none", markeredgecolor="black", markersize=10,
                  label="wrong")  # fmt: skip
        bare(axes)
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_title(f"{METHODS[method][0]}: {len(wrong)} of {len(x)} wrong")
    grid[0].set_xlabel(f"left: {SHOWN_SPREAD} times as wide as right", loc="left")
    grid[1].set_xlabel("black rings: wrong", loc="left")
    growing(grid[2], record, "spread", ("kmeans", "mixture"))
    grid[2].set(xlabel="spread of the wide group / of the narrow one", ylabel="adjusted Rand index")
    grid[2].legend(loc="lower left")
    return figure


def outliers(found: Found, sets: dict[str, Dataset]) -> Figure:
    """Outliers: with enough of them k-means splits off outliers and merges groups."""
    record = found["limits"]
    points = _points(record, "outliers")
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.2), width_ratios=(2, 3))
    x, labels = points[["x", "y"]].to_numpy(), points.kmeans.to_numpy()
    scatter(left, x, labels)
    centres(left, means(x, labels, labels.max() + 1))
    bare(left)
    count = int((points.group == -1).sum())
    left.set_title(f"k-means with K = 3: three groups\nin the middle, {count} outliers")
    growing(right, record, "outliers", tuple(METHODS))
    right.set(xlabel="number of outliers", ylabel="adjusted Rand index, outliers left out")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.legend(loc="upper left", bbox_to_anchor=(0, -0.14), ncols=2)
    return figure


def music(found: Found, sets: dict[str, Dataset]) -> Figure:
    """The lecture's music tastes: the three groups that were simulated, and those that k-means finds."""
    dataset, record = sets["music"], found["music/interpretation"]
    names, truth = np.unique(dataset.groups, return_inverse=True)
    labels = record.predictions.sort_values("row").cluster.to_numpy() - 1
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.6), sharex=True, sharey=True)
    scatter(left, dataset.x, truth, alpha=0.75)
    for k, name in enumerate(names):
        middle = dataset.x[truth == k].mean(0)
        above = 62 if middle[1] < dataset.x[:, 1].mean() else -115  # points, towards the empty middle
        left.annotate(name.replace(", ", ",\n"), middle, (0, above), textcoords="offset points", ha="center")
    left.set_title("Three tastes, simulated")
    if labels.max() + 1 == len(names):
        labels = same_numbers(labels, truth)
    scatter(right, dataset.x, labels, alpha=0.75)
    centres(right, means(dataset.x, labels, labels.max() + 1))
    ari = values(record, "all").ari
    mean, sd, n = records.summarize(found["limits"]).loc["music.kmeans_ari"]
    right.set_title(f"K-means, K = {labels.max() + 1}: adjusted Rand index {ari:.2f}")
    right.annotate(f"{n:.0f} simulations: {mean:.3f} ± {sd:.3f}", (0.98, 0.96), xycoords="axes fraction", ha="right",
                   va="top")  # fmt: skip
    for axes in (left, right):
        axes.set_xlabel(dataset.features[0])
    left.set_ylabel(dataset.features[1])
    return figure


def growing(axes: Axes, record: Record, part: str, methods: tuple[str, ...]) -> None:
    """Mean and 95 % interval of the adjusted Rand index over the simulations, by step."""
    for method in methods:
        words, colour, line, mark = METHODS[method]
        own = record.history[record.history.metric == f"{part}.{method}_ari"].groupby("step").value
        mean, half = own.mean(), half_width(own.std(), own.count())
        axes.fill_between(mean.index, mean - half, mean + half, color=colour, alpha=0.18, linewidth=0)
        axes.plot(mean.index, mean, line, marker=mark, color=colour, label=words)
    axes.set_ylim(-0.05, 1.05)
    axes.set_title(f"mean of {own.count().iloc[0]} simulations, 95 % interval")


def _points(record: Record, part: str) -> pd.DataFrame:
    return record.predictions[record.predictions.part == part].reset_index(drop=True)
