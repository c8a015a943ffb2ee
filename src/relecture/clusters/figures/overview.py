"""One record by itself, for its run in MLflow."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from relecture.clusters import TITLES
from relecture.clusters.figures.algorithm import falling
from relecture.clusters.figures.interpretation import heat
from relecture.clusters.figures.k_selection import criteria
from relecture.clusters.figures.limits import METHODS, growing
from relecture.clusters.figures.restarts import shares, within
from relecture.clusters.record_access import model
from relecture.records import Record

PIXELS = 784


def overview(record: Record) -> Figure:
    """The record's own curves and findings."""
    dataset, _, method = record.params["method"].rpartition("/")
    figure = {"steps": _steps, "restarts": _restarts, "elbow": _elbow, "interpretation": _interpretation,
              "limits": _limits}[method](record)  # fmt: skip
    title = f"{TITLES.get(dataset, dataset)}: {method}" if dataset else method
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def _steps(record: Record) -> Figure:
    figure, axes = plt.subplots(figsize=(9, 5))
    falling(axes, record)
    axes.set(xlabel="iteration", ylabel="within-cluster sum of squares")
    axes.legend()
    return figure


def _restarts(record: Record) -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(14, 5.5))
    shares(left, record)
    left.set_ylabel("share of starts that end there (%)")
    left.legend()
    within(right, record)
    right.set(xlabel="starts n", ylabel="best optimum found (%)")
    return figure


def _elbow(record: Record) -> Figure:
    figure, line = plt.subplots(1, 3, figsize=(13, 4.2))
    criteria(line, record)
    for axes in line:
        axes.set_xlabel("number of clusters K")
    line[0].set_ylabel("within-cluster sum of squares")
    return figure


def _interpretation(record: Record) -> Figure:
    centroids = model(record, "centroids.npz")["centroids"]
    if centroids.shape[1] != PIXELS:
        figure, axes = plt.subplots(figsize=(10, 1.5 + 0.5 * centroids.shape[1]))
        heat(axes, record)
        axes.set_title("mean inside minus outside, in standard deviations", fontsize=12)
        return figure
    figure, grid = plt.subplots(2, -(-len(centroids) // 2), figsize=(12, 5.5))
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, centroid in zip(grid.flat, centroids, strict=False):
        axes.imshow(np.reshape(centroid, (28, 28)), cmap="gray_r", vmin=0, vmax=1)
    return figure


def _limits(record: Record) -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
    growing(left, record, "spread", ("kmeans", "mixture"))
    left.set(xlabel="spread of the wide group / of the narrow one", ylabel="adjusted Rand index")
    growing(right, record, "outliers", tuple(METHODS))
    right.set(xlabel="number of outliers", ylabel="adjusted Rand index, outliers left out")
    for axes in (left, right):
        axes.legend()
    return figure
