"""Lloyd's algorithm one step at a time (ISL Algorithm 12.2), with the state after every step."""

from dataclasses import dataclass

import numpy as np

from relecture.clusters.labels import reassign_empty_clusters

MAX_ITER = 300  # no data here need a tenth of it


@dataclass(frozen=True)
class Step:
    """State after a step: `labels` (n,), `centroids` (K, p) and the within-cluster sum of squares.

    `name` is `assigned` (step 1), `centroids` (step 2a) or `reassigned` (step 2b) of `iteration` (0 in step 1).
    The sum is around the centroids of the step, so in step 1 it is that of the random groups.
    """

    name: str
    iteration: int
    labels: np.ndarray
    centroids: np.ndarray
    wss: float


def trace(x: np.ndarray, labels: np.ndarray, n_clusters: int) -> list[Step]:
    """Return all steps from a first assignment of `x` (n, p) until an iteration changes nothing.

    `labels` (n,) are from 0 to `n_clusters` - 1. The last two steps are those of the iteration that changed nothing.
    A cluster that has lost all its members gets the point that lies farthest from its own centroid, as in
    scikit-learn; so no cluster is empty when there are as many points as clusters.
    """
    labels = reassign_empty_clusters(labels, _squared_distances_to_mean(x, labels, n_clusters), n_clusters)
    centroids = cluster_means(x, labels, n_clusters)
    steps = [Step("assigned", 0, labels, centroids, wss(x, labels, centroids))]
    for iteration in range(1, MAX_ITER + 1):
        centroids = cluster_means(x, labels, n_clusters)
        steps.append(Step("centroids", iteration, labels, centroids, wss(x, labels, centroids)))
        distances = ((x[:, None] - centroids) ** 2).sum(2)
        nearest = reassign_empty_clusters(distances.argmin(1), distances.min(1), n_clusters)
        moved = nearest != distances.argmin(1)
        if moved.any():  # into empty clusters, whose centroids move to these points
            centroids = centroids.copy()
            centroids[nearest[moved]] = x[moved]
        steps.append(Step("reassigned", iteration, nearest, centroids, wss(x, nearest, centroids)))
        if np.array_equal(nearest, labels):
            break
        labels = nearest
    return steps


def random_labels(n: int, n_clusters: int, seed: int) -> np.ndarray:
    """Return a random label from 0 to `n_clusters` - 1 for each of n rows: step 1."""
    return np.random.default_rng(seed).integers(n_clusters, size=n)


def cluster_means(x: np.ndarray, labels: np.ndarray, n_clusters: int) -> np.ndarray:
    """Return the mean of each cluster (K, p); of a cluster without members, the mean of all rows."""
    return np.array([x[labels == k].mean(0) if (labels == k).any() else x.mean(0) for k in range(n_clusters)])


def wss(x: np.ndarray, labels: np.ndarray, centroids: np.ndarray) -> float:
    """Return the within-cluster sum of squares: squared distances of all rows to their centroids, summed."""
    return float(((x - centroids[labels]) ** 2).sum())


def _squared_distances_to_mean(x: np.ndarray, labels: np.ndarray, n_clusters: int) -> np.ndarray:
    distances: np.ndarray = ((x - cluster_means(x, labels, n_clusters)[labels]) ** 2).sum(1)
    return distances
