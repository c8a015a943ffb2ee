"""K-means as the lecture shows it (ISL Algorithm 12.2), one step at a time, with everything that happens kept."""

from dataclasses import dataclass

import numpy as np

MOST = 300  # iterations; no data here need a tenth of it


@dataclass(frozen=True)
class Step:
    """What stands after a step: `labels` (n,), `centroids` (K, p) and the within-cluster sum of squares.

    `what` is `assigned` (step 1), `centroids` (step 2a) or `reassigned` (step 2b) of `iteration` (0 in step 1).
    The sum is around the centroids of the step, so in step 1 it is that of the random groups.
    """

    what: str
    iteration: int
    labels: np.ndarray
    centroids: np.ndarray
    wss: float


def trace(x: np.ndarray, labels: np.ndarray, clusters: int) -> list[Step]:
    """All steps from a first assignment of `x` (n, p) until an iteration changes nothing.

    `labels` (n,) are from 0 to `clusters` - 1. The last two steps are those of the iteration that changed nothing.
    A cluster that has lost all its members gets the point that lies farthest from its own centroid, as in
    scikit-learn; so no cluster ever is empty when there are as many points as clusters.
    """
    labels = filled(labels, _to_own(x, labels, clusters), clusters)
    centroids = means(x, labels, clusters)
    steps = [Step("assigned", 0, labels, centroids, wss(x, labels, centroids))]
    for iteration in range(1, MOST + 1):
        centroids = means(x, labels, clusters)
        steps.append(Step("centroids", iteration, labels, centroids, wss(x, labels, centroids)))
        distances = ((x[:, None] - centroids) ** 2).sum(2)
        nearest = filled(distances.argmin(1), distances.min(1), clusters)
        moved = nearest != distances.argmin(1)
        if moved.any():  # into empty clusters, whose centroids come to them
            centroids = centroids.copy()
            centroids[nearest[moved]] = x[moved]
        steps.append(Step("reassigned", iteration, nearest, centroids, wss(x, nearest, centroids)))
        if np.array_equal(nearest, labels):
            break
        labels = nearest
    return steps


def random_assignment(n: int, clusters: int, seed: int) -> np.ndarray:
    """Step 1: a number from 0 to `clusters` - 1 for each of n rows."""
    return np.random.default_rng(seed).integers(clusters, size=n)


def means(x: np.ndarray, labels: np.ndarray, clusters: int) -> np.ndarray:
    """The mean of each cluster (K, p); of a cluster without members, the mean of all."""
    return np.array([x[labels == k].mean(0) if (labels == k).any() else x.mean(0) for k in range(clusters)])


def wss(x: np.ndarray, labels: np.ndarray, centroids: np.ndarray) -> float:
    """Within-cluster sum of squares: squared distances of all rows to the centroids of their clusters, summed."""
    return float(((x - centroids[labels]) ** 2).sum())


def filled(labels: np.ndarray, distances: np.ndarray, clusters: int) -> np.ndarray:
    """Labels (n,) in which no cluster is empty.

    Each empty cluster takes the point with the largest of the `distances` (n,) to its own centroid, of a cluster
    that has another member left.
    """
    counts = np.bincount(labels, minlength=clusters)
    if counts.all():
        return labels
    labels = labels.copy()
    farthest = iter(np.argsort(-distances, kind="stable"))
    for empty in np.flatnonzero(counts == 0):
        point = next((point for point in farthest if counts[labels[point]] > 1), None)
        if point is None:  # fewer points than clusters
            return labels
        counts[labels[point]] -= 1
        labels[point], counts[empty] = empty, 1
    return labels


def by_size(labels: np.ndarray, clusters: int) -> np.ndarray:
    """The same clusters numbered by their size, the largest 0; equal ones in the order of their first member."""
    counts = np.bincount(labels, minlength=clusters)
    first = [np.flatnonzero(labels == k)[0] if counts[k] else len(labels) for k in range(clusters)]
    order = sorted(range(clusters), key=lambda k: (-counts[k], first[k]))
    return np.argsort(order)[labels]


def _to_own(x: np.ndarray, labels: np.ndarray, clusters: int) -> np.ndarray:
    return ((x - means(x, labels, clusters)[labels]) ** 2).sum(1)
