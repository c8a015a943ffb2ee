"""The method `elbow`: the number of clusters by the elbow of the curve, the silhouette and the gap statistic."""

import sys
import warnings

import numpy as np
import pandas as pd
from kneed import KneeLocator
from sklearn.metrics import pairwise_distances, silhouette_score

from relecture import records
from relecture.clusters.config import ElbowFitConfig
from relecture.clusters.data import Dataset
from relecture.clusters.kmeans_batched import kmeans
from relecture.records import FitResult

MEMBER = "data"


def fit(dataset: Dataset, config: ElbowFitConfig) -> FitResult:
    """Fit the best of `n_init` k-means++ starts for each K from 1 to `k_max`, and choose K by three criteria.

    Metrics: `elbow` (NaN when the curve has none), `silhouette`, `gap`, and `true_k` where the groups are known.
    History by K: `wss`, `silhouette`, `gap` with its standard error `gap_se`. Predictions: the labels for each K.
    """
    x, random = dataset.x, np.random.default_rng(config.seed)
    k_max = largest_k(x, config.k_max)
    ks = np.arange(1, k_max + 1)
    runs = [kmeans(x, int(k), config.n_init, random) for k in ks]
    wss = np.array([float(run.wss[run.best]) for run in runs])
    labels = [run.labels[run.best] for run in runs]
    distances = pairwise_distances(x)
    silhouette = [_silhouette(distances, codes) for codes in labels]
    gap, gap_se = gap_statistic(x, wss, config.n_init, config.n_references, random)
    metrics = {
        "elbow": kneedle_elbow(ks, wss),
        "silhouette": float(ks[np.nanargmax(silhouette)]),
        "gap": float(gap_k(gap, gap_se)),
    }
    if len(dataset.groups):
        metrics["true_k"] = len(np.unique(dataset.groups))
    predictions = [
        pd.DataFrame({"row": np.arange(len(x)), "n_clusters": k, "cluster": codes + 1})
        for k, codes in zip(ks, labels, strict=True)
    ]
    result = FitResult()
    result.add(MEMBER, metrics, pd.concat(predictions, ignore_index=True))
    rows = []
    for k, *values in zip(ks, wss, silhouette, gap, gap_se, strict=True):
        curves = dict(zip(("wss", "silhouette", "gap", "gap_se"), map(float, values), strict=True))
        rows += records.rows(MEMBER, curves, step=int(k))
    result.histories.append(pd.DataFrame(rows).dropna())
    return result


def largest_k(x: np.ndarray, k_max: int) -> int:
    """Return `k_max`, or the number of distinct rows of `x` (n, p) if that is smaller, which stderr then says."""
    distinct = len(np.unique(x, axis=0))
    if distinct < k_max:
        print(f"relecture: K ends at {distinct}, the number of distinct rows, before k_max = {k_max}", file=sys.stderr)
    return min(k_max, distinct)


def _silhouette(distances: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean silhouette; NaN where it is not defined: one cluster, or as many as rows."""
    if not 1 < len(np.unique(labels)) < len(labels):
        return np.nan
    return float(silhouette_score(distances, labels, metric="precomputed"))


def log_of_sum(wss: np.ndarray, total: float) -> np.ndarray:
    """Return the log of sums of squares; one that is zero but for rounding counts as that share of the `total`."""
    logs: np.ndarray = np.log(np.maximum(wss, np.finfo(float).eps * total))
    return logs


def kneedle_elbow(ks: np.ndarray, wss: np.ndarray) -> float:
    """Return the K where the falling curve bends most (Satopää et al. 2011, "Kneedle"); NaN for a straight line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # kneed warns when there is no elbow
        elbow = KneeLocator(ks, wss, curve="convex", direction="decreasing").elbow
    return np.nan if elbow is None else float(elbow)


def gap_statistic(
    x: np.ndarray, wss: np.ndarray, n_init: int, n_references: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return Gap(K) and its standard error s(K), each (k_max,) (Tibshirani, Walther and Hastie 2001).

    Gap(K) is mean log WSS of reference data sets without groups, uniform in the box around the principal components,
    minus log WSS.
    """
    centered = x - x.mean(0)
    _, _, axes = np.linalg.svd(centered, full_matrices=False)
    box = centered @ axes.T
    log_wss = np.empty((n_references, len(wss)))
    for row in log_wss:
        reference = random.uniform(box.min(0), box.max(0), size=box.shape)
        lowest = np.array([kmeans(reference, k, n_init, random).wss.min() for k in range(1, len(wss) + 1)])
        row[:] = log_of_sum(lowest, lowest[0])
    return log_wss.mean(0) - log_of_sum(wss, wss[0]), log_wss.std(0) * np.sqrt(1 + 1 / n_references)


def gap_k(gap: np.ndarray, gap_se: np.ndarray) -> int:
    """Return the smallest K with Gap(K) >= Gap(K + 1) - s(K + 1); the largest K tried if there is none."""
    candidates = np.flatnonzero(gap[:-1] >= gap[1:] - gap_se[1:])
    return int(candidates[0]) + 1 if len(candidates) else len(gap)
