"""The number of clusters that each criterion chooses in bootstrap samples of the rows: how firm the choice is.

A bootstrap sample holds some rows several times. Copies would pass for tight clusters, so a row that is drawn several
times counts with its weight: its copies are no neighbours in the silhouette, and the reference data of the gap
statistic are resampled too.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import pairwise_distances

from relecture.clusters.k_criteria import CRITERIA, choose_k, gap_statistic, log_of_sum
from relecture.clusters.kmeans_batched import kmeans_plusplus, lloyd

#: k-means++ starts for each K in each resample.
N_INIT = 5
_LEAST_WEIGHT = 1e-9  # of a row that is not drawn: its label does not matter
_MIN_K_MAX = 3


def resampled_choices(
    x: np.ndarray, references: list[np.ndarray], k_max: int, n_resamples: int, random: np.random.Generator
) -> pd.DataFrame:
    """Return the K that each criterion chooses in each bootstrap sample of the rows of `x`: a column per criterion.

    Lloyd's algorithm runs from N_INIT k-means++ starts for each K up to `k_max`, or up to the smallest number of
    distinct rows of a sample less one. No rows if that leaves fewer than three.
    """
    weights = random.multinomial(len(x), np.full(len(x), 1 / len(x)), size=n_resamples)
    k_max = min(k_max, *((row > 0).sum() - 1 for row in weights)) if n_resamples else 0
    if k_max < _MIN_K_MAX:
        return pd.DataFrame(columns=list(CRITERIA))
    wss, labels = _fit(x, weights, k_max, random)
    resampled = [random.multinomial(len(x), np.full(len(x), 1 / len(x)), size=1) for _ in references]
    log_wss_references = np.concatenate(
        [log_of_sum(_fit(one, row, k_max, random)[0]) for one, row in zip(references, resampled, strict=True)]
    )
    gap, gap_se = gap_statistic(log_of_sum(wss), log_wss_references)
    distances = pairwise_distances(x)
    silhouette = np.full(wss.shape, np.nan)
    for k in range(2, k_max + 1):
        silhouette[:, k - 1] = weighted_silhouette(distances, labels[k - 1], weights, k)
    return pd.DataFrame([choose_k(*curves, gap_se) for curves in zip(wss, silhouette, gap, strict=True)])


def weighted_silhouette(distances: np.ndarray, labels: np.ndarray, weights: np.ndarray, n_clusters: int) -> np.ndarray:
    """Return the mean silhouette of each sample (samples,), over its rows.

    Args:
        distances: Between all rows, (n, n).
        labels: Clusters of the rows in each sample, (samples, n).
        weights: How often each row is in each sample, (samples, n). The copies of a row are no neighbours of it.
        n_clusters: Number of clusters.
    """
    member = (labels[:, None] == np.arange(n_clusters)[:, None]) * weights[:, None]
    sizes, sums = member.sum(2), member @ distances
    own = labels[:, None]
    other_copies = np.take_along_axis(sizes, labels, axis=1) - weights
    inside = np.take_along_axis(sums, own, axis=1)[:, 0] / np.maximum(other_copies, 1)
    means = np.divide(sums, sizes[:, :, None], out=np.full(sums.shape, np.inf), where=sizes[:, :, None] > 0)
    np.put_along_axis(means, own, np.inf, axis=1)
    outside = means.min(1)
    largest = np.maximum(inside, outside)
    usable = (other_copies > 0) & np.isfinite(outside) & (largest > 0)
    silhouette = np.divide(outside - inside, largest, out=np.zeros_like(inside), where=usable)
    mean: np.ndarray = (silhouette * weights).sum(1) / weights.sum(1)
    return mean


def _fit(
    x: np.ndarray, weights: np.ndarray, k_max: int, random: np.random.Generator
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the lowest sum of squares of each sample by K (samples, k_max), and its labels by K, each (samples, n)."""
    n_samples, samples = len(weights), np.arange(len(weights))
    repeated = np.repeat(weights, N_INIT, axis=0).astype(float)
    wss, labels = np.empty((n_samples, k_max)), []
    for k in range(1, k_max + 1):
        starts = kmeans_plusplus(x, k, len(repeated), random, repeated)
        runs = lloyd(x, starts, np.maximum(repeated, _LEAST_WEIGHT))
        by_sample = runs.wss.reshape(n_samples, N_INIT)
        best = by_sample.argmin(1)
        wss[:, k - 1] = by_sample[samples, best]
        labels.append(runs.labels.reshape(n_samples, N_INIT, -1)[samples, best].astype(np.int64))
    return wss, labels
