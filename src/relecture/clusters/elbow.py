"""The method `elbow`: the number of clusters by the elbow of the curve, the silhouette and the gap statistic."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import pairwise_distances, silhouette_score

from relecture import records
from relecture.clusters.config import ElbowFitConfig
from relecture.clusters.data import MAX_PAIRWISE_ROWS, Dataset
from relecture.clusters.hartigan_wong import hartigan_wong
from relecture.clusters.k_criteria import choose_k, gap_statistic, log_of_sum
from relecture.clusters.k_resamples import resampled_choices
from relecture.clusters.kmeans_batched import kmeans
from relecture.data_files import write_csv
from relecture.records import FitResult

MEMBER = "data"
#: Up to this number of rows Hartigan and Wong's algorithm goes on from the ends of Lloyd's, and the rows are resampled.
MAX_REFINED_ROWS = 500
#: Up to this number of clusters `n_init` starts are run, and proportionally more for more clusters.
CLUSTERS_PER_N_INIT = 8


def fit(dataset: Dataset, config: ElbowFitConfig) -> FitResult:
    """Fit each K from 1 to `k_max`, and choose K by three criteria.

    Metrics: `elbow` (NaN when the curve has none), `silhouette`, `gap`, and `true_k` where the groups are known.
    History by K: `wss`, `silhouette`, `gap` with its standard error `gap_se`. Predictions: the labels for each K.
    The model is `resamples.csv`: the K that each criterion chooses in each resample of the rows, if there are no more
    than MAX_REFINED_ROWS.
    """
    x, random = dataset.x, np.random.default_rng(config.seed)
    k_max = largest_k(x, config.k_max)
    ks = np.arange(1, k_max + 1)
    runs = [kmeans(x, int(k), n_starts(int(k), config.n_init), random) for k in ks]
    # The gap statistic compares like with like: Lloyd's algorithm from `n_init` starts, as on the reference data.
    log_wss = log_of_sum(np.array([float(run.wss[: config.n_init].min()) for run in runs]))
    small, log_wss_references, references = len(x) <= MAX_REFINED_ROWS, [], []
    for reference in reference_data(x, config.n_references, random):
        log_wss_references.append(log_wss_curve(reference, k_max, config.n_init, random))
        references += [reference] if small else []  # all of them would be too large to keep
    gap, gap_se = gap_statistic(log_wss, np.array(log_wss_references))
    if small:
        runs = [hartigan_wong(x, run.centroids) if len(run.centroids[0]) > 1 else run for run in runs]
    wss = np.array([float(run.wss[run.best]) for run in runs])
    labels = [run.labels[run.best] for run in runs]
    silhouette = silhouettes(x, labels, random)
    metrics = choose_k(wss, silhouette, gap, gap_se)
    if len(dataset.groups):
        metrics["true_k"] = len(np.unique(dataset.groups))
    predictions = [
        pd.DataFrame({"row": np.arange(len(x)), "n_clusters": k, "cluster": codes + 1})
        for k, codes in zip(ks, labels, strict=True)
    ]
    result = FitResult(
        why_no_estimator="it compares numbers of clusters, and settles on none; use the method `interpretation`"
    )
    result.add(MEMBER, metrics, pd.concat(predictions, ignore_index=True))
    rows = []
    for k, *values in zip(ks, wss, silhouette, gap, gap_se, strict=True):
        curves = dict(zip(("wss", "silhouette", "gap", "gap_se"), map(float, values), strict=True))
        rows += records.rows(MEMBER, curves, step=int(k))
    result.histories.append(pd.DataFrame(rows).dropna())
    resamples = resampled_choices(x, references, k_max, config.n_resamples if small else 0, random)

    def save_model(folder: Path) -> None:
        write_csv(folder / "resamples.csv", resamples)

    result.save_model = save_model
    return result


def largest_k(x: np.ndarray, k_max: int) -> int:
    """Return `k_max`, or the number of distinct rows of `x` (n, p) if that is smaller, which stderr then says."""
    distinct = len(np.unique(x, axis=0))
    if distinct < k_max:
        print(f"relecture: K ends at {distinct}, the number of distinct rows, before k_max = {k_max}", file=sys.stderr)
    return min(k_max, distinct)


def n_starts(k: int, n_init: int) -> int:
    """Return the number of starts for K clusters: the more clusters, the further a few starts are from the best."""
    return max(n_init, -(-n_init * k // CLUSTERS_PER_N_INIT))


def reference_data(x: np.ndarray, n_references: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield data sets without groups: uniform in the box around the principal components of `x` (n, p)."""
    centred = x - x.mean(0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    box = centred @ axes.T
    for _ in range(n_references):
        yield random.uniform(box.min(0), box.max(0), size=box.shape)


def log_wss_curve(x: np.ndarray, k_max: int, n_init: int, random: np.random.Generator) -> np.ndarray:
    """Return log WSS for K from 1 to `k_max`, by the best of `n_init` k-means++ starts of Lloyd's algorithm."""
    return log_of_sum(np.array([kmeans(x, k, n_init, random).wss.min() for k in range(1, k_max + 1)]))


def silhouettes(x: np.ndarray, labels: list[np.ndarray], random: np.random.Generator) -> np.ndarray:
    """Return the mean silhouette for K = 1, 2, ... from the labels (n,) for each K; NaN for one cluster.

    Of more than MAX_PAIRWISE_ROWS rows, that number is drawn at random.
    """
    rows = np.sort(random.permutation(len(x))[:MAX_PAIRWISE_ROWS])
    distances = pairwise_distances(x[rows])
    return np.array([_silhouette(distances, codes[rows]) for codes in labels])


def _silhouette(distances: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean silhouette; NaN where it is not defined: one cluster, or as many as rows."""
    if not 1 < len(np.unique(labels)) < len(labels):
        return np.nan
    return float(silhouette_score(distances, labels, metric="precomputed"))
