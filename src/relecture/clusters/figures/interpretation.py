"""What the clusters are: distinctive features, members, pictures, and the digits they meet."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relecture import plotting as look
from relecture.clusters.data import Dataset
from relecture.clusters.record_access import Found, model, values
from relecture.clusters.record_access import features as table_of
from relecture.clusters.record_access import members as members_of
from relecture.records import Record

STATES = "statecrime"
PICTURES = 4


def features(found: Found, sets: dict[str, Dataset]) -> Figure:
    """The US states: what sets each cluster apart, largest first, with intervals; and who is in it."""
    record = found[f"{STATES}/interpretation"]
    table = table_of(record)
    clusters = table.cluster.unique()
    columns = 2
    rows = -(-len(clusters) // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(13, 4 * rows), squeeze=False)
    for axes in grid.flat[len(clusters) :]:
        axes.set_axis_off()
    for axes, cluster in zip(grid.flat, clusters, strict=False):
        differences(axes, table[table.cluster == cluster])
        nearest, drawn = members_of(record, int(cluster))
        size = len(nearest)
        axes.set_title(f"Cluster {cluster}: {size} {'state' if size == 1 else 'states'}")
        lines = [f"nearest: {', '.join(nearest[:4])}", f"at random: {', '.join(drawn[:4])}"]
        text = nearest[0] if size == 1 else "\n".join(textwrap.fill(line, 46) for line in lines)
        axes.set_xlabel(text, loc="left", fontsize=11)
    caption = "mean inside minus outside, in standard deviations, with 95 % bootstrap intervals"
    figure.suptitle(f"What sets the clusters of states apart ({caption})", x=0.01, ha="left", fontsize=13)
    return figure


def differences(axes: Axes, table: pd.DataFrame) -> None:
    """A dot with an interval per feature, the largest difference on top; grey where the interval has zero in it."""
    for place, row in enumerate(table.iloc[::-1].itertuples()):
        clear = row.low > 0 or row.high < 0
        colour = "#A8A8A8" if not clear else look.RED if row.difference > 0 else look.BLUE
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2.5)
        axes.plot(row.difference, place, "o", color=colour, markersize=8)
    axes.axvline(0, color="black", linewidth=1)
    axes.set_yticks(range(len(table)), table.feature.iloc[::-1])
    axes.tick_params(labelbottom=True)


def images(found: Found, sets: dict[str, Dataset]) -> Figure:
    """The images: each centroid as a picture, the images nearest to it, and some members at random."""
    record, x = found["images/interpretation"], sets["images"].x
    centroids = model(record, "centroids.npz")["centroids"]
    kinds = ["centroid", *["nearest"] * PICTURES, *["at random"] * PICTURES]
    figure, grid = plt.subplots(len(kinds), len(centroids), figsize=(11.5, 9.6), squeeze=False)
    for k, column in enumerate(grid.T):
        own = record.predictions[record.predictions.cluster == k + 1]
        nearest = own.sort_values("nearness").row.to_numpy()[:PICTURES]
        drawn = own.row[own.drawn].to_numpy()[:PICTURES]
        pictures = [centroids[k], *x[nearest], *[None] * (PICTURES - len(nearest)), *x[drawn]]
        for axes, picture in zip(column, pictures, strict=False):
            if picture is not None:
                axes.imshow(picture.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
        shares = own.group.value_counts(normalize=True)
        column[0].set_title(f"{len(own)} images\n{100 * shares.iloc[0]:.0f} % are {shares.index[0]}",
                            fontsize=10, loc="center", fontweight="normal")  # fmt: skip
    for axes in grid.flat:
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
        for side in axes.spines.values():
            side.set_visible(False)
    for axes in grid[0]:
        for side in axes.spines.values():
            side.set(visible=True, color=look.BLUE, linewidth=2)
    for row, kind in zip(grid, kinds, strict=True):
        row[0].set_ylabel(kind, rotation=0, ha="right", va="center", fontsize=11)
    return figure


def crosstab(found: Found, sets: dict[str, Dataset]) -> Figure:
    """How the clusters of the images meet the digits."""
    record = found["images/interpretation"]
    counts = pd.crosstab(record.predictions.cluster, record.predictions.group)
    order = np.lexsort([-counts.to_numpy().max(1), counts.to_numpy().argmax(1)])
    counts = counts.iloc[order]
    figure, axes = plt.subplots(figsize=(8.5, 6.5))
    shown = counts.to_numpy()
    axes.imshow(shown, cmap="Blues", aspect="auto")
    for row, column in np.ndindex(shown.shape):
        if shown[row, column]:
            colour = "white" if shown[row, column] > 0.6 * shown.max() else "black"
            axes.text(column, row, shown[row, column], ha="center", va="center", color=colour, fontsize=11)
    axes.set_xticks(range(shown.shape[1]), counts.columns)
    axes.set_yticks(range(shown.shape[0]), counts.index)
    axes.set(xlabel="digit", ylabel="cluster")
    axes.grid(False)
    missing = [digit for digit in counts.columns if digit not in set(counts.idxmax(axis=1))]
    lost = f"commonest in no cluster: {', '.join(missing)}" if missing else "every digit is commonest in one"
    axes.set_title(f"Adjusted Rand index {values(record, 'all').ari:.2f}; {lost}")
    return figure


def heat(axes: Axes, record: Record) -> None:
    """Standardised differences of all features by cluster, for a overview."""
    wide = table_of(record).pivot(index="feature", columns="cluster", values="difference")
    limit = np.abs(wide.to_numpy()).max()
    axes.imshow(wide, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
    for row, column in np.ndindex(wide.shape):
        value = wide.iloc[row, column]
        axes.text(column, row, f"{value:+.1f}", ha="center", va="center",
                  color="white" if abs(value) > 0.65 * limit else "black")  # fmt: skip
    axes.set_yticks(range(len(wide)), wide.index)
    axes.set_xticks(range(wide.shape[1]), wide.columns)
    axes.set(xlabel="cluster")
    axes.grid(False)
