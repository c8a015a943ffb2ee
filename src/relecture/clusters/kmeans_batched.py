"""K-means from many starts at once: the algorithm of `kmeans.py`, a batch of starts as a few matrix products."""

from dataclasses import dataclass, fields

import numpy as np

from relecture.clusters.kmeans_trace import MOST, filled

_CELLS = 4_000_000  # starts x clusters x rows in one batch: an array of 32 MB


@dataclass(frozen=True)
class Runs:
    """Where each start ended: labels (starts, n), centroids (starts, K, p), wss and iterations (starts,)."""

    labels: np.ndarray
    centroids: np.ndarray
    wss: np.ndarray
    iterations: np.ndarray

    @property
    def best(self) -> int:
        """The number of the first start with the lowest within-cluster sum of squares."""
        return int(self.wss.argmin())


def lloyd(x: np.ndarray, centroids: np.ndarray, weights: np.ndarray | None = None) -> Runs:
    """Lloyd's iterations from each of the `centroids` (starts, K, p), until no label changes.

    `weights` (starts, n), where given, say how much a row of `x` (n, p) counts in each run, all above 0.
    """
    middle = x.mean(0)  # near zero, squares lose no digits
    size = max(1, _CELLS // (len(x) * centroids.shape[1]))
    batches = []
    for first in range(0, len(centroids), size):
        part = slice(first, first + size)
        batches.append(_batch(x - middle, centroids[part] - middle, None if weights is None else weights[part]))
    joined = {field.name: np.concatenate([getattr(b, field.name) for b in batches]) for field in fields(Runs)}
    return Runs(**{**joined, "centroids": joined["centroids"] + middle})


def cluster(x: np.ndarray, clusters: int, starts: int, random: np.random.Generator, kind: str = "plus_plus") -> Runs:
    """K-means from `starts` starts of one kind: `assignment`, `points` or `plus_plus`."""
    return lloyd(x, START[kind](x, clusters, starts, random))


def assignment(x: np.ndarray, clusters: int, starts: int, random: np.random.Generator) -> np.ndarray:
    """Centroids (starts, K, p) of groups that the rows are thrown into at random: the lecture's step 1."""
    labels = random.integers(clusters, size=(starts, len(x)), dtype=np.int16)
    labels = _none_empty(labels, ((x - x.mean(0)) ** 2).sum(1) + np.zeros((starts, 1)), clusters)
    return _means(x, labels, clusters)


def points(x: np.ndarray, clusters: int, starts: int, random: np.random.Generator) -> np.ndarray:
    """Centroids (starts, K, p) that are rows of `x` drawn at random without replacement: what R's kmeans does."""
    return x[random.permuted(np.tile(np.arange(len(x)), (starts, 1)), axis=1)[:, :clusters]]


def plus_plus(x: np.ndarray, clusters: int, starts: int, random: np.random.Generator) -> np.ndarray:
    """Centroids (starts, K, p) by k-means++ (Arthur and Vassilvitskii 2007), greedy as in scikit-learn.

    One row after the other, each with probability proportional to its squared distance from those drawn before;
    of 2 + log K candidates the one that leaves the smallest sum of such distances.
    """
    squares = (x**2).sum(1)
    chosen = random.integers(len(x), size=(starts, 1))
    nearest = _from(x, squares, chosen[:, 0])
    for _ in range(1, clusters):
        best, kept, drawn = np.full(starts, np.inf), nearest, chosen[:, 0]
        up_to = nearest.cumsum(1)
        for _ in range(2 + int(np.log(clusters))):
            candidate = (up_to < random.random((starts, 1)) * up_to[:, -1:]).sum(1).clip(max=len(x) - 1)
            left = np.minimum(nearest, _from(x, squares, candidate))
            better = left.sum(1) < best
            best = np.where(better, left.sum(1), best)
            drawn = np.where(better, candidate, drawn)
            kept = np.where(better[:, None], left, kept)
        chosen, nearest = np.column_stack([chosen, drawn]), kept
    return x[chosen]


START = {"assignment": assignment, "points": points, "plus_plus": plus_plus}


def _from(x: np.ndarray, squares: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Squared distances (starts, n) of all rows from one row in each start."""
    return np.maximum(squares - 2 * x[rows] @ x.T + squares[rows][:, None], 0)


def _batch(x: np.ndarray, centroids: np.ndarray, weights: np.ndarray | None) -> Runs:
    starts, clusters, _ = centroids.shape
    centroids, labels = centroids.copy(), np.full((starts, len(x)), -1, dtype=np.int16)
    iterations, active = np.zeros(starts, dtype=np.int64), np.arange(starts)
    squares = (x**2).sum(1)
    for iteration in range(1, MOST + 1):
        nearest = _nearest(x, squares, centroids[active])
        iterations[active] = iteration
        changed = (nearest != labels[active]).any(1)
        active, nearest = active[changed], nearest[changed]
        if not len(active):
            break
        labels[active] = nearest
        centroids[active] = _means(x, nearest, clusters, None if weights is None else weights[active])
    wss = [((x - centre[label]) ** 2).sum() for centre, label in zip(centroids, labels, strict=True)]
    return Runs(labels, centroids, np.array(wss), iterations)


def _nearest(x: np.ndarray, squares: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """The nearest centroid of each row in each start (starts, n), with no cluster left empty."""
    starts, clusters, p = centroids.shape
    products = (centroids.reshape(-1, p) @ x.T).reshape(starts, clusters, len(x))
    labels = np.zeros((starts, len(x)), dtype=np.int16)
    best = np.full((starts, len(x)), np.inf)
    for k in range(clusters):  # faster than `argmin` along an axis this short
        distance = (centroids[:, k] ** 2).sum(1)[:, None] - 2 * products[:, k]
        labels[distance < best] = k
        np.minimum(best, distance, out=best)
    return _none_empty(labels, best + squares, clusters)


def _none_empty(labels: np.ndarray, distances: np.ndarray, clusters: int) -> np.ndarray:
    counts = np.stack([(labels == k).sum(1) for k in range(clusters)], axis=1)
    for start in np.flatnonzero((counts == 0).any(1)):
        labels[start] = filled(labels[start], distances[start], clusters)
    return labels


def _means(x: np.ndarray, labels: np.ndarray, clusters: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Mean of each cluster in each start (starts, K, p); of one without members, zero."""
    member = (labels[:, None] == np.arange(clusters, dtype=labels.dtype)[:, None]).astype(x.dtype)
    if weights is not None:
        member *= weights[:, None]
    sums = (member.reshape(-1, len(x)) @ x).reshape(len(labels), clusters, -1)
    return sums / np.maximum(member.sum(2), np.finfo(x.dtype).tiny)[:, :, None]
