"""The restart study, 1,000 starts of each of three kinds on the data of the book's R lab, in two ways.

(a) `run_all_starts`: all starts of a kind at once; (b) a loop over scikit-learn's `KMeans(n_init=1)`, one start after
the other. The ways take turns; the first round is not counted.
"""

import statistics
import time
import warnings
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from relecture.clusters.config import LabDataConfig
from relecture.clusters.datasets import book_r
from relecture.clusters.kmeans_batched import random_partition
from relecture.clusters.restarts import run_all_starts

CLUSTERS = 3


def measure(starts: int, rounds: int) -> dict[str, Any]:
    """Seconds per study: all counted rounds and their median, for each way; and the lowest sum of squares of each."""
    x = book_r(LabDataConfig(seed=2)).x
    ways = {"study": lambda: _study(x, starts), "loop": lambda: _loop(x, starts)}
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    lowest: dict[str, float] = {}
    for turn in range(rounds + 1):
        for way, run in ways.items():
            start = time.perf_counter()
            lowest[way] = run()
            if turn:
                seconds[way].append(time.perf_counter() - start)
    if not np.isclose(lowest["study"], lowest["loop"]):
        raise AssertionError(f"the two ways end in different optima: {lowest}")
    return {way: {"median_s": statistics.median(values), "s": values} for way, values in seconds.items()}


def _study(x: np.ndarray, starts: int) -> float:
    return float(min(ends.wss.min() for ends in run_all_starts(x, CLUSTERS, starts, seed=1).values()))


def _loop(x: np.ndarray, starts: int) -> float:
    lowest = np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for first in random_partition(x, CLUSTERS, starts, np.random.default_rng(1)):
            lowest = min(lowest, KMeans(CLUSTERS, init=first, n_init=1).fit(x).inertia_)
        for init in ("random", "k-means++"):
            for seed in range(starts):
                lowest = min(lowest, KMeans(CLUSTERS, init=init, n_init=1, random_state=seed).fit(x).inertia_)
    return float(lowest)
