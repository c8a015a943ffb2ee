"""Points of clusters and their centroids, drawn so that colour is never alone."""

import numpy as np
from matplotlib.axes import Axes

from relecture import plotting

MARKERS = "os^DvPX"
#: In the order of their difference, dark and light alternating.
COLOURS = (plotting.BLUE, plotting.ORANGE, plotting.GREEN, plotting.RED, plotting.SKY, plotting.PINK, plotting.GREY)


def scatter(axes: Axes, x: np.ndarray, labels: np.ndarray | None = None, size: float = 5, alpha: float = 0.9) -> None:
    """Points (n, 2) with a colour and a shape per label (n,) from 0; grey without labels."""
    if labels is None:
        axes.plot(x[:, 0], x[:, 1], "o", color="#6E6E6E", markersize=size, markeredgewidth=0)
    for k in [] if labels is None else np.unique(labels):
        own = x[labels == k]
        axes.plot(own[:, 0], own[:, 1], MARKERS[k % 7], color=COLOURS[k % 7], markersize=size, markeredgewidth=0,
                  alpha=alpha)  # fmt: skip


def centres(axes: Axes, centroids: np.ndarray) -> None:
    """Centroids (K, 2) as large marks with a black edge."""
    for k, (x, y) in enumerate(centroids):
        axes.plot(x, y, MARKERS[k % 7], color=COLOURS[k % 7], markersize=15, markeredgecolor="black",
                  markeredgewidth=1.8, zorder=6)  # fmt: skip


def bare(axes: Axes) -> None:
    """No ticks: the position means something only relative to the others."""
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    for side in axes.spines.values():
        side.set_visible(True)
        side.set_color("#BBBBBB")


def same_numbers(labels: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """The labels (n,) renumbered so that they agree with a reference as far as they can."""
    from relecture.clusters.limits import matched

    return matched(labels, reference)
