"""The labs' fits of k-means, one start and the best of twenty, with the labs' own random numbers."""

import numpy as np
from sklearn.cluster import KMeans

from relecture.clusters import LAB_N_CLUSTERS
from relecture.clusters.hartigan_wong import hartigan_wong
from relecture.data.r_random import RStream

N_INIT = 20


def book_r(x: np.ndarray, seed: int) -> dict[str, float]:
    """Return the sums of squares of `set.seed(seed); kmeans(x, 3, nstart = 1); kmeans(x, 3, nstart = 20)`.

    R draws its starts with `sample.int(n, 3)`, one after the other from one stream, and runs Hartigan and Wong's
    algorithm.
    """
    stream = RStream(seed)
    rows = [stream.sample(range(len(x)), LAB_N_CLUSTERS) for _ in range(1 + N_INIT)]
    wss = hartigan_wong(x, x[np.array(rows)]).wss
    return {"one_start": float(wss[0]), "twenty_starts": float(wss[1:].min())}


def book_python(x: np.ndarray, seed: int) -> dict[str, float]:
    """Return `inertia_` of `KMeans(n_clusters=3, random_state=seed, n_init=1)`, and of `n_init=20`."""
    one, twenty = (KMeans(LAB_N_CLUSTERS, random_state=seed, n_init=n_init).fit(x) for n_init in (1, N_INIT))
    return {"one_start": float(one.inertia_), "twenty_starts": float(twenty.inertia_)}


LABS = {"book_r": book_r, "book_python": book_python}
