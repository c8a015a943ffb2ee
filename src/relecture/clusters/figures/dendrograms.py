"""Hierarchical clustering beside k-means: dendrograms whose leaves have the colours of the clusters of k-means."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import dendrogram

from relecture.clusters import TITLES
from relecture.clusters.figures.scatter import COLOURS, DARK_GREY
from relecture.clusters.record_access import ClustersResults, member_metrics, model_arrays
from relecture.clusters.type_tables import STATES, TYPE_LABELS
from relecture.records import Record
from relecture.text_format import number

USERS = "users_by_artists"
#: Leaves of a dendrogram whose names can still be read; of more rows the last merges are shown.
MAX_LEAVES, N_LAST = 100, 40
_LONGEST = 30  # characters of a name
_MARKERS = "●■▲▼◆★✚"


def dendrograms(results: ClustersResults) -> Figure:
    """Draw the three hierarchies of the lecture's users by artists, and Ward's of the US states."""
    users, states = results.records[f"{USERS}/types"], results.records[f"{STATES}/types"]
    figure, axes = plt.subplot_mosaic(
        [["ward", "average", "complete"], ["states"] * 3], figsize=(13, 9), height_ratios=(2, 3)
    )
    for method in ("ward", "average", "complete"):
        plot_dendrogram(axes[method], users, method, 13)
        axes[method].set_title(f"{TITLES[USERS]}: {TYPE_LABELS[method]}")
    plot_dendrogram(axes["states"], states, "ward", 9)
    axes["states"].set_title(f"{TITLES[STATES]}: {TYPE_LABELS['ward']}")
    same, in_part = (number(member_metrics(record, "ward").ari_kmeans, 2) for record in (users, states))
    figure.suptitle(
        f"Agreement of Ward's clusters with k-means (adjusted Rand index): users {same}, states {in_part}",
        x=0.01, ha="left", fontweight="bold",
    )  # fmt: skip
    figure.supxlabel(
        "Colour and mark of a name: its cluster by k-means. Dashed: the cut into as many clusters.", fontsize=12
    )
    return figure


def plot_dendrogram(axes: Axes, record: Record, method: str, fontsize: float) -> None:
    """Plot the merges of a linkage from a record of `types`; its leaves are marked by their cluster of k-means.

    Of more than MAX_LEAVES rows only the last merges are shown, with the number of rows below each.
    """
    merges = model_arrays(record, "merges.npz")[method]
    flat = record.predictions[record.predictions.member == "kmeans"].sort_values("row")
    n_clusters = int(member_metrics(record, "kmeans").n_clusters)
    names = [f"{name[:_LONGEST]} {_MARKERS[(k - 1) % 7]}" for name, k in zip(flat.name, flat.cluster, strict=True)]

    def label_of(leaf: int) -> str:
        return names[leaf] if leaf < len(names) else f"({merges[leaf - len(names), 3]:.0f})"

    shown: dict[str, Any] = {"truncate_mode": "lastp", "p": N_LAST} if len(names) > MAX_LEAVES else {}
    drawn = dendrogram(merges, ax=axes, link_color_func=lambda _: DARK_GREY, leaf_font_size=fontsize,
                       leaf_rotation=90, leaf_label_func=label_of, **shown)  # fmt: skip
    for label, leaf in zip(axes.get_xticklabels(), drawn["leaves"], strict=True):
        label.set_parse_math(False)
        if leaf < len(names):  # a row, not a merge of several
            label.set_color(COLOURS[(flat.cluster.iloc[leaf] - 1) % 7])
    heights = merges[:, 2]
    axes.axhline(np.mean(heights[len(heights) - n_clusters : len(heights) - n_clusters + 2]), color="black",
                 linestyle="--", linewidth=1)  # fmt: skip
    axes.set_ylabel("height of the merge")
    axes.grid(axis="x", visible=False)
