"""The method `types`: the types of clustering on the same data, flat and hierarchical, hard and soft.

* k-means: flat, hard, an algorithm
* agglomerative clustering with Ward's, average and complete linkage: hierarchical, hard, an algorithm
* Gaussian mixture: flat, soft, a model
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import cophenet, fcluster, linkage
from scipy.spatial.distance import pdist
from scipy.stats import entropy
from sklearn.metrics import adjusted_rand_score

from relecture.clusters.config import TypesFitConfig
from relecture.clusters.data import MAX_PAIRWISE_ROWS, Dataset, scaling
from relecture.clusters.gaussian_mixture import UNCERTAIN_BITS, fit_gmm
from relecture.clusters.kmeans_batched import kmeans
from relecture.clusters.kmeans_trace import cluster_means, wss
from relecture.clusters.labels import align_labels, alignment, relabel_by_size
from relecture.prediction.estimators import Estimator
from relecture.records import FitResult

LINKAGES = ("ward", "average", "complete")


def fit(dataset: Dataset, config: TypesFitConfig) -> FitResult:
    """Fit a member per type: `kmeans`, the linkages, `mixture`; each gives `n_clusters` clusters.

    No linkage is fitted to more than MAX_PAIRWISE_ROWS rows: it needs the distances of all pairs. Metrics: the number
    of clusters and the sizes of the largest and the smallest, their sum of squares, the adjusted Rand index with
    k-means (`ari_kmeans`) and with known groups (`ari_groups`); of a linkage the cophenetic correlation; of the mixture
    the mean entropy of membership in bits, and the share of rows with more than UNCERTAIN_BITS. Predictions: the
    cluster of each row, numbered as in k-means where they agree, and its probability. The model: the merges of each
    linkage.
    """
    x, n_clusters, random = dataset.x, config.n_clusters, np.random.default_rng(config.seed)
    runs = kmeans(x, n_clusters, config.n_init, random)
    flat = relabel_by_size(runs.labels[runs.best].astype(np.int64), n_clusters)
    mixture = fit_gmm(x, n_clusters, config.n_init, np.random.RandomState(config.seed))
    membership = mixture.predict_proba(x)
    bits = entropy(membership, base=2, axis=1)
    labels: dict[str, np.ndarray] = {"kmeans": flat}
    scores: dict[str, dict[str, float]] = {"kmeans": {}}
    merges: dict[str, Any] = {}
    if len(x) <= MAX_PAIRWISE_ROWS:
        distances = pdist(x)
        for method in LINKAGES:
            merges[method] = linkage(distances, method)
            labels[method] = fcluster(merges[method], n_clusters, "maxclust") - 1
            scores[method] = {"cophenetic_correlation": float(cophenet(merges[method], distances)[0])}
    labels["mixture"] = membership.argmax(1)
    scores["mixture"] = {"entropy": float(bits.mean()), "uncertain_share": float((bits > UNCERTAIN_BITS).mean())}
    result = FitResult()
    for member, codes in labels.items():
        probability = membership.max(1) if member == "mixture" else np.ones(len(x))
        result.add(
            member, _metrics(dataset, codes, flat) | scores[member], _predictions(dataset, codes, flat, probability)
        )
    # Linkages merge the rows that there are; only the mixture and k-means say to which cluster a new one belongs.
    order = np.argsort(alignment(labels["mixture"], flat))
    mixture_arrays = {
        "weights": mixture.weights_[order],
        "means": mixture.means_[order],
        "variances": mixture.covariances_[order],
        **scaling(dataset),
    }
    result.estimator = Estimator("mixture", "cluster", "mixture", mixture_arrays)
    result.save_model = lambda folder: _save(folder, merges)
    return result


def _metrics(dataset: Dataset, labels: np.ndarray, flat: np.ndarray) -> dict[str, float]:
    """Return what can be said of every type: number and sizes of clusters, sum of squares, agreement."""
    codes = np.unique(labels, return_inverse=True)[1]
    sizes = np.bincount(codes)
    known = {"ari_groups": float(adjusted_rand_score(dataset.groups, labels))} if len(dataset.groups) else {}
    return {
        "n_clusters": len(sizes),
        "largest": int(sizes.max()),
        "smallest": int(sizes.min()),
        "wss": wss(dataset.x, codes, cluster_means(dataset.x, codes, len(sizes))),
        "ari_kmeans": float(adjusted_rand_score(flat, labels)),
        **known,
    }


def _predictions(dataset: Dataset, labels: np.ndarray, flat: np.ndarray, probability: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": np.arange(len(labels)),
            "name": dataset.rows,
            "cluster": align_labels(labels, flat) + 1,
            "probability": probability,
        }
    )


def _save(folder: Path, merges: dict[str, Any]) -> None:
    """Write the merges of each linkage, as scipy's linkage matrices."""
    np.savez(folder / "merges.npz", **merges)
