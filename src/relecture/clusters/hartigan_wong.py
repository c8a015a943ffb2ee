"""Hartigan and Wong's k-means (1979, Algorithm AS 136), the default of R's `kmeans`, from many starts at once.

Lloyd's algorithm moves a point to the nearest centroid. This one moves a point if the sum of squares falls, where both
centroids move with the point: point i leaves cluster a for cluster b if d(i, b)² n_b / (n_b + 1) is below
d(i, a)² n_a / (n_a − 1). So every end is also an end of Lloyd's algorithm, but not the other way round.

No Python package with it is maintained. It is written for many starts: a loop over the rows, in which all starts that
transfer the row do so together. From the same centroids it ends in the same clusters as R 4.2.2 (`iter.max = 100`),
but for transfers that gain no more than a rounding error. Measured (one thread of a shared Intel Xeon, 2026-11-27):
book_r, K = 3, 1,000 random points 0.1 s; images (1,000 x 784), K = 10, 200 random points 7 s.
"""

from dataclasses import dataclass, fields

import numpy as np

from relecture.clusters.kmeans_batched import KMeansRuns, concatenate
from relecture.clusters.kmeans_trace import MAX_ITER

#: Rows up to which it is run: memory grows with their square, and the time with the number of rows and transfers.
MAX_ROWS = 1_000
_BATCH_ELEMENTS = 4_000_000  # starts x clusters x rows in one batch: an array of 32 MB
_ROUNDING = 1e-12  # relative: a smaller gain may be a rounding error, and then transfers could go on for ever


def hartigan_wong(x: np.ndarray, centroids: np.ndarray) -> KMeansRuns:
    """Run the algorithm on `x` (n, p) from each of the `centroids` (starts, K, p), until no transfer helps.

    First every row is assigned to its nearest centroid. A start with an empty cluster then gives no result, as in R:
    its sum of squares is NaN. `n_iter` counts optimal-transfer stages. All pairs of rows are held in memory.
    """
    centred = x - x.mean(0)
    products = centred @ centred.T
    size = max(1, _BATCH_ELEMENTS // (len(x) * centroids.shape[1]))
    batches = [
        _run(centred, products, centroids[first : first + size] - x.mean(0)) for first in range(0, len(centroids), size)
    ]
    return concatenate(batches, x.mean(0))


def _run(x: np.ndarray, products: np.ndarray, centroids: np.ndarray) -> KMeansRuns:
    n_starts, n_clusters, _ = centroids.shape
    labels, second = _two_nearest(x, centroids)
    complete = np.array([len(np.unique(row)) == n_clusters for row in labels])
    n_iter, active = np.zeros(n_starts, dtype=np.int64), np.flatnonzero(complete)
    state = _State.of(products, labels[active], second[active], n_clusters)
    for iteration in range(1, MAX_ITER + 1):
        if not len(active):
            break
        n_iter[active] = iteration
        state.optimal_transfer_stage()
        converged = state.unchanged >= len(x)
        if not converged.all():
            state.quick_transfer_stage(np.flatnonzero(~converged))
        if n_clusters == 2:  # a quick transfer already compares both clusters
            converged[:] = True
        labels[active[converged]] = state.labels[converged]
        active, state = active[~converged], state.of_starts(~converged)
    labels[active] = state.labels
    means = np.stack([_means(x, row, n_clusters) for row in labels])
    wss = np.array([((x - mean[row]) ** 2).sum() for mean, row in zip(means, labels, strict=True)])
    return KMeansRuns(labels.astype(np.int16), means, np.where(complete, wss, np.nan), n_iter)


@dataclass
class _State:
    """State of many starts: labels (starts, n) and what both stages need.

    `second` (starts, n) is the cluster that a row was last found to be closest to besides its own. `products` (n, n)
    are those of rows. `sizes` (starts, K) are the sizes of clusters; `squares` (starts, K) are the squared lengths of
    the sums of their rows, and `scores` (starts, K, n) the products of rows with these sums: a transfer is an addition.
    `live_until` (starts, K): a cluster is in the live set of the optimal-transfer stage for the rows before this one.
    `changed_until` (starts, K): a cluster has changed since a row was visited, for the steps of the quick-transfer
    stage before this one. `unchanged` (starts,) counts successive rows that stayed where they are.
    """

    products: np.ndarray
    labels: np.ndarray
    second: np.ndarray
    sizes: np.ndarray
    squares: np.ndarray
    scores: np.ndarray
    live_until: np.ndarray
    changed_until: np.ndarray
    unchanged: np.ndarray

    @classmethod
    def of(cls, products: np.ndarray, labels: np.ndarray, second: np.ndarray, n_clusters: int) -> "_State":
        """Return the state before the first stage."""
        n_starts, n = labels.shape
        member = (labels[:, None] == np.arange(n_clusters)[:, None]).astype(float)
        sizes = member.sum(2)
        scores = (member.reshape(-1, n) @ products).reshape(n_starts, n_clusters, n)
        squares = (member * scores).sum(2)
        return cls(
            products,
            labels.copy(),
            second.copy(),
            sizes,
            squares,
            scores,
            np.full((n_starts, n_clusters), n),
            np.zeros((n_starts, n_clusters), dtype=np.int64),
            np.zeros(n_starts, dtype=np.int64),
        )

    def of_starts(self, selected: np.ndarray) -> "_State":
        """Return the state of some of the starts."""
        if selected.all():
            return self
        return _State(
            self.products,
            *(getattr(self, field.name)[selected] for field in fields(self) if field.name != "products"),
        )

    def optimal_transfer_stage(self) -> None:
        """Go through the rows once; transfer each to the best of all clusters if the sum of squares falls."""
        n_starts, n = self.labels.shape
        starts = np.arange(n_starts)
        self.changed_until[:] = 0
        for i in range(n):
            own, other = self.labels[:, i], self.second[:, i]
            squared = self.products[i, i] + (self.squares / self.sizes - 2 * self.scores[:, :, i]) / self.sizes
            costs = squared * (self.sizes / (self.sizes + 1))
            dead = i >= self.live_until
            # A row whose cluster has not changed needs a look at those that have, and at the second nearest only.
            costs[dead & dead[starts, own][:, None] & (np.arange(costs.shape[1]) != other[:, None])] = np.inf
            costs[starts, own] = np.inf
            best = costs.argmin(1)
            best = np.where(costs[starts, other] <= costs[starts, best], other, best)
            free = (self.sizes[starts, own] > 1) & (self.unchanged < n)
            helps = free & (costs[starts, best] < self._gain(starts, i))
            self.unchanged[self.unchanged < n] += 1
            self.second[:, i] = np.where(free, best, other)
            if helps.any():
                moved = np.flatnonzero(helps)
                self.live_until[moved, own[moved]] = self.live_until[moved, best[moved]] = n + i
                self.changed_until[moved, own[moved]] = self.changed_until[moved, best[moved]] = i
                self._transfer(moved, i, best[moved])
        self.live_until -= n

    def quick_transfer_stage(self, active: np.ndarray) -> None:
        """Go round the rows until none gains from a swap of its own cluster for its second one."""
        n = self.labels.shape[1]
        step = 0
        while len(active):
            for i in range(n):
                own, other = self.labels[active, i], self.second[active, i]
                changed = np.maximum(self.changed_until[active, own], self.changed_until[active, other]) > step
                looking = changed & (self.sizes[active, own] > 1)
                step += 1
                if not looking.any():
                    continue
                starts, other = active[looking], other[looking]
                helps = self._cost(starts, other, i) < self._gain(starts, i)
                if helps.any():
                    moved, targets = starts[helps], other[helps]
                    own = self.labels[moved, i]
                    self.live_until[moved, own] = self.live_until[moved, targets] = n
                    self.changed_until[moved, own] = self.changed_until[moved, targets] = step - 1 + n
                    self._transfer(moved, i, targets)
            active = active[self.changed_until[active].max(1) > step]

    def _cost(self, starts: np.ndarray, clusters: np.ndarray, i: int) -> np.ndarray:
        """Return what the sum of squares rises by in each start if row i joins a cluster."""
        sizes = self.sizes[starts, clusters]
        cost: np.ndarray = self._squared_distances(starts, clusters, i) * sizes / (sizes + 1)
        return cost

    def _gain(self, starts: np.ndarray, i: int) -> np.ndarray:
        """Return what the sum of squares falls by in each start if row i leaves its cluster, less rounding."""
        own = self.labels[starts, i]
        sizes = self.sizes[starts, own]
        squared = self._squared_distances(starts, own, i)
        gain: np.ndarray = squared * sizes / np.maximum(sizes - 1, 1) * (1 - _ROUNDING)
        return gain

    def _squared_distances(self, starts: np.ndarray, clusters: np.ndarray, i: int) -> np.ndarray:
        """Return the squared distance of row i from the centroid of one cluster of each start."""
        sizes = self.sizes[starts, clusters]
        less = self.squares[starts, clusters] / sizes - 2 * self.scores[starts, clusters, i]
        distances: np.ndarray = self.products[i, i] + less / sizes
        return distances

    def _transfer(self, starts: np.ndarray, i: int, targets: np.ndarray) -> None:
        """Transfer row i in each of the `starts` to its target, and move both centroids."""
        own = self.labels[starts, i]
        for clusters, sign in ((own, -1), (targets, 1)):
            self.squares[starts, clusters] += 2 * sign * self.scores[starts, clusters, i] + self.products[i, i]
            self.scores[starts, clusters] += sign * self.products[i]
            self.sizes[starts, clusters] += sign
        self.labels[starts, i], self.second[starts, i] = targets, own
        self.unchanged[starts] = 0


def _two_nearest(x: np.ndarray, centroids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest and the second nearest centroid of each row in each start, both (starts, n)."""
    n_starts, n_clusters, p = centroids.shape
    distances = (centroids**2).sum(2)[:, :, None] - 2 * (centroids.reshape(-1, p) @ x.T).reshape(
        n_starts, n_clusters, -1
    )
    nearest = distances.argmin(1)
    np.put_along_axis(distances, nearest[:, None], np.inf, axis=1)
    return nearest, distances.argmin(1)


def _means(x: np.ndarray, labels: np.ndarray, n_clusters: int) -> np.ndarray:
    """Return the mean of each cluster (K, p); zero for a cluster without members."""
    member = (labels == np.arange(n_clusters)[:, None]).astype(float)
    means: np.ndarray = member @ x / np.maximum(member.sum(1), 1)[:, None]
    return means
