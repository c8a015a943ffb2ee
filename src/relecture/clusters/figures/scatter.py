"""Scatter plots of clusters and their centroids; every cluster has a colour and a marker."""

import numpy as np
from matplotlib.axes import Axes

from relecture import plotting

MARKERS = "os^DvPX"
#: Ordered by contrast, dark and light alternating.
COLOURS = (plotting.BLUE, plotting.ORANGE, plotting.GREEN, plotting.RED, plotting.SKY, plotting.PINK, plotting.GREY)
#: For what is not emphasised: points, lines, frames.
DARK_GREY, MIDDLE_GREY, LIGHT_GREY = "#6E6E6E", "#A8A8A8", "#BBBBBB"


def plot_points(
    axes: Axes, x: np.ndarray, labels: np.ndarray | None = None, size: float = 5, alpha: float = 0.9
) -> None:
    """Plot points (n, 2) with a colour and a marker per label (n,) from 0; grey without labels."""
    if labels is None:
        axes.plot(x[:, 0], x[:, 1], "o", color=DARK_GREY, markersize=size, markeredgewidth=0)
        return
    for k in np.unique(labels):
        members = x[labels == k]
        axes.plot(members[:, 0], members[:, 1], MARKERS[k % 7], color=COLOURS[k % 7], markersize=size,
                  markeredgewidth=0, alpha=alpha)  # fmt: skip


def plot_centroids(axes: Axes, centroids: np.ndarray) -> None:
    """Plot centroids (K, 2) as large markers with a black edge."""
    for k, (x, y) in enumerate(centroids):
        axes.plot(x, y, MARKERS[k % 7], color=COLOURS[k % 7], markersize=15, markeredgecolor="black",
                  markeredgewidth=1.8, zorder=6)  # fmt: skip


def hide_ticks(axes: Axes) -> None:
    """Draw a frame without ticks: only relative positions matter."""
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    for side in axes.spines.values():
        side.set_visible(True)
        side.set_color(LIGHT_GREY)
