"""The method `elbow`: how many clusters? The elbow of the curve, the silhouette and the gap statistic."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from kneed import KneeLocator
from sklearn.metrics import pairwise_distances, silhouette_score

from relecture import records
from relecture.clusters.data import Dataset
from relecture.clusters.kmeans_batched import Runs, cluster
from relecture.records import FitResult

MEMBER = "data"


def fit(dataset: Dataset, config: dict[str, Any]) -> FitResult:
    """The best of `starts` k-means++ starts for each K from 1 to `largest`, and three answers.

    Metrics: `elbow` (NaN when the curve has none), `silhouette`, `gap`, and `known` where the groups are known.
    History by K: `wss`, `silhouette`, `gap` with its standard error `gap_se`. Predictions: the labels for each K.
    """
    x, random = dataset.x, np.random.default_rng(config["seed"])
    largest = min(config["largest"], len(np.unique(x, axis=0)) - 1)
    counts = np.arange(1, largest + 1)
    best = [_best(cluster(x, int(k), config["starts"], random)) for k in counts]
    wss = np.array([value for value, _ in best])
    distances = pairwise_distances(x)
    silhouette = [np.nan] + [silhouette_score(distances, labels, metric="precomputed") for _, labels in best[1:]]
    gap, error = gap_statistic(x, wss, config["starts"], config["references"], random)
    result = FitResult()
    answers = {
        "elbow": elbow(counts, wss),
        "silhouette": float(counts[np.nanargmax(silhouette)]),
        "gap": float(gap_choice(gap, error)),
    }
    known = {"known": len(np.unique(dataset.groups))} if len(dataset.groups) else {}
    labels = [
        pd.DataFrame({"row": np.arange(len(x)), "clusters": k, "cluster": found + 1})
        for k, (_, found) in zip(counts, best, strict=True)
    ]
    result.add(MEMBER, {**answers, **known}, pd.concat(labels, ignore_index=True))
    curves: dict[str, Any] = {"wss": wss, "silhouette": silhouette, "gap": gap, "gap_se": error}
    rows = []
    for i, k in enumerate(counts):
        rows += records.rows(MEMBER, {name: float(curve[i]) for name, curve in curves.items()}, step=int(k))
    result.histories.append(pd.DataFrame(rows).dropna())
    return result


def elbow(counts: np.ndarray, wss: np.ndarray) -> float:
    """Where the falling curve bends most (Satopää et al. 2011, "Kneedle"); NaN when it nowhere does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # kneed warns when there is none
        found = KneeLocator(counts, wss, curve="convex", direction="decreasing").elbow
    return np.nan if found is None else float(found)


def gap_statistic(
    x: np.ndarray, wss: np.ndarray, starts: int, references: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Gap(K) and its standard error s(K), each (largest K,) (Tibshirani, Walther and Hastie 2001).

    How far log WSS is below that of data without groups: uniform in the box around the principal components.
    """
    _, _, axes = np.linalg.svd(x - x.mean(0), full_matrices=False)
    box = (x - x.mean(0)) @ axes.T
    logs = np.empty((references, len(wss)))
    for row in logs:
        reference = random.uniform(box.min(0), box.max(0), size=box.shape)
        row[:] = [np.log(cluster(reference, k, starts, random).wss.min()) for k in range(1, len(wss) + 1)]
    return logs.mean(0) - np.log(wss), logs.std(0) * np.sqrt(1 + 1 / references)


def gap_choice(gap: np.ndarray, error: np.ndarray) -> int:
    """The smallest K with Gap(K) >= Gap(K + 1) - s(K + 1); the largest tried when there is none."""
    enough = np.flatnonzero(gap[:-1] >= gap[1:] - error[1:])
    return int(enough[0]) + 1 if len(enough) else len(gap)


def _best(runs: Runs) -> tuple[float, np.ndarray]:
    return float(runs.wss[runs.best]), runs.labels[runs.best]
