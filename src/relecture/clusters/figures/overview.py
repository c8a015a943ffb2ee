"""The overview figure of one record, for its run in MLflow."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from relecture.clusters import TITLES
from relecture.clusters.figures.algorithm import plot_descent
from relecture.clusters.figures.interpretation import plot_difference_heatmap
from relecture.clusters.figures.k_selection import plot_criteria
from relecture.clusters.figures.restarts import plot_optimum_shares, plot_success_probability
from relecture.clusters.record_access import model_arrays
from relecture.records import Record

N_PIXELS = 784


def overview(record: Record) -> Figure:
    """Draw the curves and metrics of a record."""
    dataset, _, method = record.params["method"].rpartition("/")
    draw = {"steps": _steps, "restarts": _restarts, "elbow": _elbow, "interpretation": _interpretation,
            "types": _types, "limits": _limits}[method]  # fmt: skip
    figure = draw(record)
    title = f"{TITLES.get(dataset, dataset)}: {method}" if dataset else method
    if len(sizes := record.metrics.value[record.metrics.metric == "n_rows"]):
        title += f", a random sample of {sizes.iloc[0]:,.0f} rows"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def _steps(record: Record) -> Figure:
    figure, axes = plt.subplots(figsize=(9, 5))
    plot_descent(axes, record)
    axes.set(xlabel="iteration", ylabel="within-cluster sum of squares")
    axes.legend()
    return figure


def _restarts(record: Record) -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(14, 5.5))
    plot_optimum_shares(left, record)
    left.set_ylabel("share of starts that end there (%)")
    left.legend(fontsize=10)
    plot_success_probability(right, record)
    right.set(xlabel="number of starts n", ylabel="best optimum found (%)")
    return figure


def _elbow(record: Record) -> Figure:
    figure, row = plt.subplots(1, 3, figsize=(13, 4.2))
    plot_criteria(row, record)
    for axes in row:
        axes.set_xlabel("number of clusters K")
    row[0].set_ylabel("within-cluster sum of squares")
    return figure


def _interpretation(record: Record) -> Figure:
    centroids = model_arrays(record, "centroids.npz")["centroids"]
    if centroids.shape[1] != N_PIXELS:
        figure, axes = plt.subplots(figsize=(10, 1.5 + 0.5 * centroids.shape[1]))
        plot_difference_heatmap(axes, record)
        axes.set_title("mean inside minus outside, in standard deviations", fontsize=12)
        return figure
    figure, grid = plt.subplots(2, -(-len(centroids) // 2), figsize=(12, 5.5))
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, centroid in zip(grid.flat, centroids, strict=False):
        axes.imshow(np.reshape(centroid, (28, 28)), cmap="gray_r", vmin=0, vmax=1)
    return figure


def _types(record: Record) -> Figure:
    from relecture.clusters.figures.dendrograms import MAX_LEAVES, plot_dendrogram  # imports scipy

    figure, axes = plt.subplots(figsize=(13, 6.5))
    n_rows = record.predictions.row.nunique()
    if "ward" not in set(record.metrics.member):
        axes.set_axis_off()
        axes.text(0, 0.9, f"{n_rows:,} rows are too many for agglomerative clustering", va="top")
        return figure
    plot_dendrogram(axes, record, "ward", 13 if n_rows < 20 else 8)
    leaves = (
        "in brackets: number of rows" if n_rows > MAX_LEAVES else "colour and mark of a name: its cluster by k-means"
    )
    axes.set_title(f"Ward's linkage; {leaves}", fontsize=12)
    return figure


def _limits(record: Record) -> Figure:
    from relecture.clusters.figures.limits import METHODS, plot_ari  # imports scikit-learn

    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
    plot_ari(left, record, "spread", ("kmeans", "mixture"))
    left.set(xlabel="spread of the wide group / of the narrow one", ylabel="adjusted Rand index")
    plot_ari(right, record, "outliers", tuple(METHODS))
    right.set(xlabel="number of outliers", ylabel="adjusted Rand index without the outliers")
    for axes in (left, right):
        axes.legend()
    return figure
