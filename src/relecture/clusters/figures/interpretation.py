"""Interpretation of the clusters: distinctive features, members, pictures, and digits per cluster."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting
from relecture.clusters.figures.scatter import MIDDLE_GREY
from relecture.clusters.record_access import (
    ClustersResults,
    distinctive_features,
    member_metrics,
    member_names,
    model_arrays,
)
from relecture.records import Record
from relecture.text_format import signed

STATES = "statecrime"
N_PICTURES = 4


def features(results: ClustersResults) -> Figure:
    """Draw the distinctive features of the clusters of US states, largest first, with intervals; and members."""
    record = results.records[f"{STATES}/interpretation"]
    table = distinctive_features(record)
    clusters = table.cluster.unique()
    n_columns = 2
    n_rows = -(-len(clusters) // n_columns)
    figure, grid = plt.subplots(n_rows, n_columns, figsize=(13, 4 * n_rows), squeeze=False)
    for axes in grid.flat[len(clusters) :]:
        axes.set_axis_off()
    for axes, cluster in zip(grid.flat, clusters, strict=False):
        plot_differences(axes, table[table.cluster == cluster])
        nearest, sampled = member_names(record, int(cluster))
        size = len(nearest)
        axes.set_title(f"Cluster {cluster}: {size} {'state' if size == 1 else 'states'}")
        lines = [f"nearest: {', '.join(nearest[:4])}", f"at random: {', '.join(sampled[:4])}"]
        text = nearest[0] if size == 1 else "\n".join(textwrap.fill(line, 46) for line in lines)
        axes.set_xlabel(text, loc="left", fontsize=11)
    caption = "mean inside minus outside, in standard deviations; 95 % intervals for all features at once"
    figure.suptitle(f"Distinctive features of the clusters of states ({caption})", x=0.01, ha="left", fontsize=13)
    return figure


def plot_differences(axes: Axes, table: pd.DataFrame) -> None:
    """Plot each feature with its interval, the largest difference on top; grey where the interval contains zero."""
    for position, row in enumerate(table.iloc[::-1].itertuples()):
        significant = row.low > 0 or row.high < 0
        colour = MIDDLE_GREY if not significant else plotting.RED if row.difference > 0 else plotting.BLUE
        axes.plot([row.low, row.high], [position, position], color=colour, linewidth=2.5)
        axes.plot(row.difference, position, "o", color=colour, markersize=8)
    axes.axvline(0, color="black", linewidth=1)
    axes.set_yticks(range(len(table)), table.feature.iloc[::-1])
    axes.tick_params(labelbottom=True)


def images(results: ClustersResults) -> Figure:
    """Draw each centroid of the images as a picture, the images nearest to it, and members at random."""
    record, x = results.records["images/interpretation"], results.datasets["images"].x
    centroids = model_arrays(record, "centroids.npz")["centroids"]
    row_labels = ["centroid", *["nearest"] * N_PICTURES, *["at random"] * N_PICTURES]
    figure, grid = plt.subplots(len(row_labels), len(centroids), figsize=(11.5, 9.6), squeeze=False)
    for k, column in enumerate(grid.T):
        members = record.predictions[record.predictions.cluster == k + 1]
        nearest = members.sort_values("distance_rank").row.to_numpy()[:N_PICTURES]
        sampled = members.row[members.sampled].to_numpy()[:N_PICTURES]
        pictures = [centroids[k], *x[nearest], *[None] * (N_PICTURES - len(nearest)), *x[sampled]]
        for axes, picture in zip(column, pictures, strict=False):
            if picture is not None:
                axes.imshow(picture.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
        shares = members.group.value_counts(normalize=True)
        column[0].set_title(f"{len(members)} images\n{100 * shares.iloc[0]:.0f} % are {shares.index[0]}",
                            fontsize=10, loc="center", fontweight="normal")  # fmt: skip
    for axes in grid.flat:
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
        for side in axes.spines.values():
            side.set_visible(False)
    for axes in grid[0]:
        for side in axes.spines.values():
            side.set(visible=True, color=plotting.BLUE, linewidth=2)
    for row, label in zip(grid, row_labels, strict=True):
        row[0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize=11)
    return figure


def crosstab(results: ClustersResults) -> Figure:
    """Draw the number of images per cluster and digit."""
    record = results.records["images/interpretation"]
    counts = pd.crosstab(record.predictions.cluster, record.predictions.group)
    order = np.lexsort([-counts.to_numpy().max(1), counts.to_numpy().argmax(1)])
    counts = counts.iloc[order]
    figure, axes = plt.subplots(figsize=(8.5, 6.5))
    plotting.annotated_heatmap(axes, counts.to_numpy(), lambda n: f"{n:.0f}" if n else "", fontsize=11)
    axes.set_xticks(range(counts.shape[1]), counts.columns)
    axes.set_yticks(range(counts.shape[0]), counts.index)
    axes.set(xlabel="digit", ylabel="cluster")
    missing = [digit for digit in counts.columns if digit not in set(counts.idxmax(axis=1))]
    finding = (
        f"most frequent in no cluster: {', '.join(missing)}" if missing else "every digit is most frequent in a cluster"
    )
    axes.set_title(f"Adjusted Rand index {member_metrics(record, 'all').ari:.2f}; {finding}")
    return figure


def plot_difference_heatmap(axes: Axes, record: Record) -> None:
    """Plot the standardised differences of all features by cluster."""
    table = distinctive_features(record).pivot(index="feature", columns="cluster", values="difference")
    limit = np.abs(table.to_numpy()).max()
    plotting.annotated_heatmap(
        axes,
        table.to_numpy(),
        lambda value: signed(value, 1),
        cmap="RdBu_r",
        limits=(-limit, limit),
        white_above=0.65,
        fontsize=12,
    )
    axes.set_yticks(range(len(table)), table.index)
    axes.set_xticks(range(table.shape[1]), table.columns)
    axes.set(xlabel="cluster")
