"""Lloyd's algorithm from many starts at once, as a few matrix products per iteration.

It is kept beside scikit-learn's KMeans because that would take about two minutes longer over the whole comparison.
Measured in one process with one thread (two cores of an Intel Xeon with AMX, 2026-11-27, other work running; minimum
of 3), the same starts with `KMeans(init=..., n_init=1, tol=0)` and the same sums of squares:

* book_r, K = 3, 3 x 1000 starts: 0.13 s here, 8.1 s in scikit-learn
* images (1000 x 784), K = 10, 3 x 200 starts: 32 s here, 53 s in scikit-learn
* book_r, K = 1 to 20, 20 k-means++ starts each (once per reference data set of the gap statistic): 0.12 s and 1.16 s
"""

from dataclasses import dataclass, fields

import numpy as np

from relecture.clusters.kmeans_trace import MAX_ITER
from relecture.clusters.labels import reassign_empty_clusters

_BATCH_ELEMENTS = 4_000_000  # starts x clusters x rows in one batch: an array of 32 MB
_INIT_ELEMENTS = 20_000_000  # starts x rows that are drawn together: arrays of 160 MB


@dataclass(frozen=True)
class KMeansRuns:
    """End of each start: labels (starts, n), centroids (starts, K, p), wss and iterations (starts,)."""

    labels: np.ndarray
    centroids: np.ndarray
    wss: np.ndarray
    n_iter: np.ndarray

    @property
    def best(self) -> int:
        """Index of the first start with the lowest within-cluster sum of squares."""
        return int(np.nanargmin(self.wss))


def lloyd(x: np.ndarray, centroids: np.ndarray, weights: np.ndarray | None = None) -> KMeansRuns:
    """Run Lloyd's iterations from each of the `centroids` (starts, K, p), until no label changes.

    `weights` (starts, n), all above 0, are the weights of the rows of `x` (n, p) in each run, in its sum of squares
    too; 1 unless given.
    """
    mean = x.mean(0)  # squares of numbers near zero lose fewer digits
    size = max(1, _BATCH_ELEMENTS // (len(x) * centroids.shape[1]))
    batches = []
    for first in range(0, len(centroids), size):
        part = slice(first, first + size)
        batches.append(_lloyd_batch(x - mean, centroids[part] - mean, None if weights is None else weights[part]))
    return concatenate(batches, mean)


def concatenate(batches: list[KMeansRuns], mean: np.ndarray) -> KMeansRuns:
    """Return the runs of all batches, which ran on data that were centred at `mean` (p,)."""
    joined = {
        field.name: np.concatenate([getattr(batch, field.name) for batch in batches]) for field in fields(KMeansRuns)
    }
    return KMeansRuns(**{**joined, "centroids": joined["centroids"] + mean})


def kmeans(
    x: np.ndarray, n_clusters: int, n_init: int, random: np.random.Generator, init: str = "kmeans_plusplus"
) -> KMeansRuns:
    """Run k-means from `n_init` starts of the initialisation method `init`, a key of INIT."""
    size = max(1, _INIT_ELEMENTS // len(x))
    starts = [INIT[init](x, n_clusters, min(size, n_init - done), random) for done in range(0, n_init, size)]
    return lloyd(x, np.concatenate(starts))


def random_partition(x: np.ndarray, n_clusters: int, n_init: int, random: np.random.Generator) -> np.ndarray:
    """Return the centroids (n_init, K, p) of random partitions of the rows: the lecture's step 1."""
    labels = random.integers(n_clusters, size=(n_init, len(x)), dtype=np.int16)
    labels = _reassign_empty(labels, ((x - x.mean(0)) ** 2).sum(1) + np.zeros((n_init, 1)), n_clusters)
    return _batch_means(x, labels, n_clusters)


def random_points(x: np.ndarray, n_clusters: int, n_init: int, random: np.random.Generator) -> np.ndarray:
    """Return centroids (n_init, K, p) that are rows of `x` drawn without replacement: R's starts."""
    rows = random.permuted(np.tile(np.arange(len(x)), (n_init, 1)), axis=1)[:, :n_clusters]
    centroids: np.ndarray = x[rows]
    return centroids


def kmeans_plusplus(
    x: np.ndarray, n_clusters: int, n_init: int, random: np.random.Generator, weights: np.ndarray | None = None
) -> np.ndarray:
    """Return centroids (n_init, K, p) by k-means++ (Arthur and Vassilvitskii 2007), greedy as in scikit-learn.

    One row after the other, each drawn with a probability proportional to its squared distance from the nearest row
    drawn before; of 2 + log K candidates the one that leaves the smallest sum of such distances. `weights` (n_init, n)
    multiply the probabilities and the distances in the sum.
    """
    squares = (x**2).sum(1)
    chosen = random.integers(len(x), size=n_init) if weights is None else _draw_rows(weights, random)
    chosen = chosen[:, None]
    nearest = _squared_distances_from(x, squares, chosen[:, 0])
    for _ in range(1, n_clusters):
        best_sum, best_nearest, best_row = np.full(n_init, np.inf), nearest, chosen[:, 0]
        chances = nearest if weights is None else nearest * weights
        for _ in range(2 + int(np.log(n_clusters))):
            candidate = _draw_rows(chances, random)
            candidate_nearest = np.minimum(nearest, _squared_distances_from(x, squares, candidate))
            candidate_sum = (candidate_nearest if weights is None else candidate_nearest * weights).sum(1)
            better = candidate_sum < best_sum
            best_sum = np.where(better, candidate_sum, best_sum)
            best_row = np.where(better, candidate, best_row)
            best_nearest = np.where(better[:, None], candidate_nearest, best_nearest)
        chosen, nearest = np.column_stack([chosen, best_row]), best_nearest
    return x[chosen]


INIT = {"random_partition": random_partition, "random_points": random_points, "kmeans_plusplus": kmeans_plusplus}


def _draw_rows(chances: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw a row per start (starts,) with probabilities proportional to `chances` (starts, n)."""
    cumulative = chances.cumsum(1)
    rows: np.ndarray = (cumulative < random.random((len(chances), 1)) * cumulative[:, -1:]).sum(1)
    return rows.clip(max=chances.shape[1] - 1)


def _squared_distances_from(x: np.ndarray, squares: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the squared distances (starts, n) of all rows from one row per start."""
    distances: np.ndarray = np.maximum(squares - 2 * x[rows] @ x.T + squares[rows][:, None], 0)
    return distances


def _lloyd_batch(x: np.ndarray, centroids: np.ndarray, weights: np.ndarray | None) -> KMeansRuns:
    n_init, n_clusters, _ = centroids.shape
    centroids, labels = centroids.copy(), np.full((n_init, len(x)), -1, dtype=np.int16)
    n_iter, active = np.zeros(n_init, dtype=np.int64), np.arange(n_init)
    squares = (x**2).sum(1)
    for iteration in range(1, MAX_ITER + 1):
        nearest = _nearest_centroids(x, squares, centroids[active])
        n_iter[active] = iteration
        changed = (nearest != labels[active]).any(1)
        active, nearest = active[changed], nearest[changed]
        if not len(active):
            break
        labels[active] = nearest
        centroids[active] = _batch_means(x, nearest, n_clusters, None if weights is None else weights[active])
    wss = np.empty(n_init)
    for start, (means, label) in enumerate(zip(centroids, labels, strict=True)):
        distances = ((x - means[label]) ** 2).sum(1)
        wss[start] = distances.sum() if weights is None else distances @ weights[start]
    return KMeansRuns(labels, centroids, wss, n_iter)


def _nearest_centroids(x: np.ndarray, squares: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the nearest centroid of each row in each start (starts, n), with no cluster left empty."""
    n_init, n_clusters, p = centroids.shape
    products = (centroids.reshape(-1, p) @ x.T).reshape(n_init, n_clusters, len(x))
    labels = np.zeros((n_init, len(x)), dtype=np.int16)
    lowest = np.full((n_init, len(x)), np.inf)
    for k in range(n_clusters):  # faster than `argmin` along an axis this short
        distance = (centroids[:, k] ** 2).sum(1)[:, None] - 2 * products[:, k]
        labels[distance < lowest] = k
        np.minimum(lowest, distance, out=lowest)
    return _reassign_empty(labels, lowest + squares, n_clusters)


def _reassign_empty(labels: np.ndarray, distances: np.ndarray, n_clusters: int) -> np.ndarray:
    counts = np.stack([(labels == k).sum(1) for k in range(n_clusters)], axis=1)
    for start in np.flatnonzero((counts == 0).any(1)):
        labels[start] = reassign_empty_clusters(labels[start], distances[start], n_clusters)
    return labels


def _batch_means(x: np.ndarray, labels: np.ndarray, n_clusters: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the mean of each cluster in each start (starts, K, p); zero for a cluster without members."""
    member = (labels[:, None] == np.arange(n_clusters, dtype=labels.dtype)[:, None]).astype(x.dtype)
    if weights is not None:
        member *= weights[:, None]
    sums = (member.reshape(-1, len(x)) @ x).reshape(len(labels), n_clusters, -1)
    means: np.ndarray = sums / np.maximum(member.sum(2), np.finfo(x.dtype).tiny)[:, :, None]
    return means
