"""What the book's labs call: one start, and the best of twenty, with the labs' own random numbers."""

import numpy as np
from sklearn.cluster import KMeans

from relecture.clusters import LAB_CLUSTERS
from relecture.clusters.kmeans_batched import lloyd
from relecture.data.r_random import RStream

STARTS = 20


def book_r(x: np.ndarray, seed: int) -> dict[str, float]:
    """`set.seed(seed); kmeans(x, 3, nstart = 1); kmeans(x, 3, nstart = 20)`: each total sum of squares.

    R draws its starts with `sample.int(n, 3)`, one after the other from one stream. It then runs Hartigan and
    Wong's algorithm, and here Lloyd's runs: from these starts both end in the same optima.
    """
    stream = RStream(seed)
    rows = [stream.sample(range(len(x)), LAB_CLUSTERS) for _ in range(1 + STARTS)]
    ends = lloyd(x, x[np.array(rows)]).wss
    return {"one_start": float(ends[0]), "twenty_starts": float(ends[1:].min())}


def book_python(x: np.ndarray, seed: int) -> dict[str, float]:
    """`KMeans(n_clusters=3, random_state=seed, n_init=1)`, and with `n_init=20`: each `inertia_`."""
    one, twenty = (KMeans(LAB_CLUSTERS, random_state=seed, n_init=starts).fit(x) for starts in (1, STARTS))
    return {"one_start": float(one.inertia_), "twenty_starts": float(twenty.inertia_)}


LABS = {"book_r": book_r, "book_python": book_python}
