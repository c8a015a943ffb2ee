"""The restart study in two variants: 1,000 starts of each of three initialisation methods, on the data of the R lab.

(a) `kmeans`: all starts of a method at once; (b) a loop over scikit-learn's `KMeans(n_init=1)`, one start after
the other. The variants take turns; the first round is not counted.
"""

import warnings
from functools import partial

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from benchmarks.timing import Timing, run_in_turns, time_call, timing
from relecture.clusters.config import LabDataConfig
from relecture.clusters.datasets import book_r
from relecture.clusters.kmeans_batched import INIT, kmeans, random_partition

N_CLUSTERS = 3


def measure(n_init: int, rounds: int) -> dict[str, Timing]:
    """Return the seconds per study of each variant.

    Raises:
        RuntimeError: The variants do not reach the same lowest sum of squares.
    """
    x = book_r(LabDataConfig(seed=2)).x
    variants = {
        "study": partial(time_call, partial(_study, x, n_init)),
        "loop": partial(time_call, partial(_loop, x, n_init)),
    }
    results = run_in_turns(variants, rounds)
    lowest = {name: runs[-1][1] for name, runs in results.items()}
    if not np.isclose(lowest["study"], lowest["loop"]):
        raise RuntimeError(f"the variants reach different lowest sums of squares: {lowest}")
    return {name: timing([seconds for seconds, _ in runs]) for name, runs in results.items()}


def _study(x: np.ndarray, n_init: int) -> float:
    random = np.random.default_rng(1)
    return float(min(kmeans(x, N_CLUSTERS, n_init, random, init).wss.min() for init in INIT))


def _loop(x: np.ndarray, n_init: int) -> float:
    lowest = np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for centroids in random_partition(x, N_CLUSTERS, n_init, np.random.default_rng(1)):
            lowest = min(lowest, KMeans(N_CLUSTERS, init=centroids, n_init=1).fit(x).inertia_)
        for init in ("random", "k-means++"):
            for seed in range(n_init):
                lowest = min(lowest, KMeans(N_CLUSTERS, init=init, n_init=1, random_state=seed).fit(x).inertia_)
    return float(lowest)
