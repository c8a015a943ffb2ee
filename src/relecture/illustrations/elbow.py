"""The elbow: the sum of squares of k-means against the number of clusters, on made-up points in four groups."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from kneed import KneeLocator
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from sklearn.cluster import KMeans

from relecture import plotting
from relecture.illustrations.config import ElbowFigureConfig
from relecture.illustrations.figure_findings import elbows
from relecture.illustrations.illustration import Illustration

CENTRES = np.array([[0.0, 0.0], [5.0, 1.0], [1.0, 5.0], [6.0, 6.0]])
SD = 0.8  # of the points around the centre of their group
N_INIT = 10
MARKERS = "os^Dvp*hX<>d"


def sample_points(n_points: int, seed: int) -> np.ndarray:
    """Draw `n_points` points per group, (groups x n_points, 2)."""
    noise = np.random.RandomState(seed).standard_normal((len(CENTRES) * n_points, 2))
    return np.repeat(CENTRES, n_points, axis=0) + SD * noise


def fit_kmeans(points: np.ndarray, n_clusters: int, seed: int) -> KMeans:
    """Return the best of N_INIT starts of k-means."""
    return KMeans(n_clusters, n_init=N_INIT, random_state=seed).fit(points)


def find_elbow(wss: pd.Series) -> int | None:
    """Return the number of clusters (the index) at the elbow of a falling curve (kneed); None if it has none."""
    elbow = KneeLocator(wss.index, wss, curve="convex", direction="decreasing").elbow
    return None if elbow is None else int(elbow)


def sums_of_squares(config: ElbowFigureConfig) -> pd.DataFrame:
    """Return the columns member, n_clusters, wss (within-cluster sum of squares), is_elbow; a member has its points."""
    tables = []
    for seed in range(config.seed, config.seed + config.n_seeds):
        points = sample_points(config.n_points, seed)
        counts = range(1, config.k_max + 1)
        wss = pd.Series({count: float(fit_kmeans(points, count, seed).inertia_) for count in counts})
        table = wss.rename_axis("n_clusters").rename("wss").reset_index()
        tables.append(table.assign(member=f"seed-{seed}", is_elbow=table.n_clusters == find_elbow(wss)))
    return pd.concat(tables, ignore_index=True)[["member", "n_clusters", "wss", "is_elbow"]]


def draw(config: ElbowFigureConfig, data: Path | None = None) -> Illustration:
    """Draw the points of the first draw in their clusters, and the sum of squares of every draw."""
    numbers = sums_of_squares(config)
    found, first = elbows(numbers), f"seed-{config.seed}"
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5.4))
    for member, curve in numbers.groupby("member", sort=False):
        style = {"linewidth": 2.5, "marker": "o"} if member == first else {"linewidth": 1, "alpha": 0.25}
        right.plot(curve.n_clusters, curve.wss, color=plotting.BLUE, **style)
    if first in found.index:
        _mark_elbow(right, numbers[(numbers.member == first) & numbers.is_elbow].iloc[0], found)
    right.set(
        title=_title(found.get(first)),
        xlabel="number of clusters K",
        ylabel="within-cluster sum of squares",
        ylim=(0, None),
    )
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    points = sample_points(config.n_points, config.seed)
    _draw_clusters(left, points, fit_kmeans(points, int(found.get(first, len(CENTRES))), config.seed))
    return Illustration(figure, numbers)


def _title(elbow: int | None) -> str:
    if elbow is None:
        return "The curve has no elbow"
    truth = "the number of groups" if elbow == len(CENTRES) else f"but there are {len(CENTRES)} groups"
    return f"The elbow is at K = {elbow}, {truth}"


def _mark_elbow(axes: Axes, elbow: pd.Series, found: pd.Series) -> None:
    at = elbow.n_clusters, elbow.wss
    axes.plot(*at, "o", markersize=18, markerfacecolor="none", markeredgecolor=plotting.RED, markeredgewidth=3)
    n_same = int((found == elbow.n_clusters).sum())
    axes.annotate(
        f"elbow: K = {elbow.n_clusters}\n(in {n_same} of {len(found)} draws)",
        at,
        xytext=(45, 70),
        textcoords="offset points",
        arrowprops={"arrowstyle": "->", "shrinkB": 10},
        bbox={"color": "white", "pad": 2},
    )


def _draw_clusters(axes: Axes, points: np.ndarray, model: KMeans) -> None:
    for cluster in range(model.n_clusters):
        members = points[model.labels_ == cluster]
        colour = plotting.COLOURS[cluster % len(plotting.COLOURS)]
        axes.plot(*members.T, MARKERS[cluster % len(MARKERS)], color=colour, markersize=6, alpha=0.8)
    axes.plot(*model.cluster_centers_.T, "X", color="black", markersize=13, markeredgecolor="white")
    axes.set(title=f"{model.n_clusters} clusters of k-means and their means", xlabel="X₁", ylabel="X₂", aspect="equal")
