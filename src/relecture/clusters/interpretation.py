"""The method `interpretation`: distinctive features and sampled members (Grimmer, Roberts and Stewart 2022)."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from relecture.clusters.config import InterpretationFitConfig
from relecture.clusters.data import Dataset, nearest_centroid
from relecture.clusters.kmeans_batched import kmeans, lloyd
from relecture.clusters.kmeans_trace import cluster_means
from relecture.clusters.labels import relabel_by_size
from relecture.data_files import write_csv
from relecture.records import FitResult

ALL = "all"
_NO_SPREAD = 1e-12
_BATCH_ELEMENTS = 20_000_000  # samples x rows in one batch: arrays of 160 MB


def fit(dataset: Dataset, config: InterpretationFitConfig) -> FitResult:
    """Fit the best of `n_init` k-means++ starts; a member per cluster, the largest first, and `all` for all of them.

    Metrics of `all`: sum of squares, and the adjusted Rand index (`ari`) where groups are known. Predictions: the
    table of `rank_members`. The model: centroids, and `features.csv`.
    """
    random, n_clusters = np.random.default_rng(config.seed), config.n_clusters
    runs = kmeans(dataset.x, n_clusters, config.n_init, random)
    labels = relabel_by_size(runs.labels[runs.best], n_clusters)
    centroids = cluster_means(dataset.x, labels, n_clusters)
    features = distinctive_features(dataset, labels, config.n_resamples, random)
    members = rank_members(dataset, labels, centroids, config.n_members, random)
    result = FitResult()
    agreement = {"ari": float(adjusted_rand_score(dataset.groups, labels))} if len(dataset.groups) else {}
    result.add(ALL, {"wss": float(runs.wss[runs.best]), "n_clusters": n_clusters, **agreement})
    for k in range(n_clusters):
        rows = members[members.cluster == k + 1]
        distance = rows.distance
        metrics = {"size": len(rows), "wss": float((distance**2).sum()), "mean_distance": float(distance.mean())}
        result.add(f"cluster-{k + 1}", metrics, rows)

    def save_model(folder: Path) -> None:
        np.savez(folder / "centroids.npz", centroids=centroids)
        write_csv(folder / "features.csv", features)

    result.save_model = save_model
    result.estimator = nearest_centroid(dataset, ALL, centroids)
    return result


def distinctive_features(
    dataset: Dataset, labels: np.ndarray, n_resamples: int, random: np.random.Generator
) -> pd.DataFrame:
    """Return the features of each cluster, a row per cluster and feature, the largest difference of a cluster first.

    `difference` is the mean inside minus the mean outside, in standard deviations of the feature. `low` and `high` are
    its simultaneous 95 % interval, which allows for all features of all clusters, since the largest are reported;
    `adjusted_p` likewise (see `simultaneous_intervals`). `share_largest` is the share of bootstrap samples in which
    the feature has the largest absolute difference of all, among clusters with more than one member. Every bootstrap
    sample is clustered again from the centroids of `labels`, so the interval includes the uncertainty of the
    clustering; it does not say that there are groups, for k-means makes clusters that differ on any data.
    `inside` and `outside` are means in the feature's own unit.
    """
    x, n_clusters = dataset.x, labels.max() + 1
    inside, outside, difference = _standardised_differences(x, labels[None], np.ones((1, len(x))), n_clusters)
    resampled = _resampled_differences(x, labels, n_resamples, random)
    low, high, adjusted_p = simultaneous_intervals(difference[0], resampled)
    several = np.bincount(labels, minlength=n_clusters) > 1
    sizes_of_differences = np.where(several[:, None], np.abs(resampled), -1).reshape(n_resamples, -1)
    share_largest = np.bincount(sizes_of_differences.argmax(1), minlength=difference[0].size) / n_resamples
    table = pd.DataFrame(
        {
            "cluster": np.repeat(np.arange(1, n_clusters + 1), x.shape[1]),
            "feature": np.tile(dataset.features, n_clusters),
            "difference": difference[0].ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "adjusted_p": adjusted_p.ravel(),
            "share_largest": share_largest,
            "inside": (inside[0] * dataset.scale + dataset.center).ravel(),
            "outside": (outside[0] * dataset.scale + dataset.center).ravel(),
        }
    )
    table["size"] = table.difference.abs()
    return table.sort_values(["cluster", "size"], ascending=[True, False], kind="stable").drop(columns="size")


def _resampled_differences(
    x: np.ndarray, labels: np.ndarray, n_resamples: int, random: np.random.Generator
) -> np.ndarray:
    """Return the standardised differences (samples, K, p) in bootstrap samples that are clustered again."""
    n_clusters, size = labels.max() + 1, max(1, _BATCH_ELEMENTS // len(x))
    centroids, batches = cluster_means(x, labels, n_clusters), []
    for first in range(0, n_resamples, size):
        n_batch = min(size, n_resamples - first)
        counts = random.multinomial(len(x), np.full(len(x), 1 / len(x)), size=n_batch).astype(float)
        weights = np.maximum(counts, 1e-9)  # a cluster without rows in a sample keeps its centroid
        bootstrap = lloyd(x, np.broadcast_to(centroids, (n_batch, *centroids.shape)), weights)
        batches.append(_standardised_differences(x, bootstrap.labels, weights, n_clusters)[2])
    return np.concatenate(batches)


def simultaneous_intervals(differences: np.ndarray, resampled: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ends of simultaneous 95 % intervals and adjusted p-values, each of the shape of `differences`.

    The largest absolute deviation of any resampled difference, in standard errors, has a bootstrap distribution. Its
    95 % quantile gives the width of all intervals; its share above a difference in standard errors is the adjusted
    p-value of no difference (Westfall and Young 1993, single step), at least 1 / (number of samples + 1).

    Args:
        differences: The estimates.
        resampled: The same in each bootstrap sample, the first axis.
    """
    errors = resampled.std(0, ddof=1)
    errors = np.where(errors > _NO_SPREAD, errors, np.inf)  # a constant feature has no difference
    largest = (np.abs(resampled - differences) / errors).reshape(len(resampled), -1).max(1)
    half = np.quantile(largest, 0.95) * np.where(np.isfinite(errors), errors, 0)
    exceeding = (largest[:, None] >= (np.abs(differences) / errors).ravel()).sum(0)
    adjusted_p = ((1 + exceeding) / (1 + len(largest))).reshape(differences.shape)
    return differences - half, differences + half, adjusted_p


def rank_members(
    dataset: Dataset, labels: np.ndarray, centroids: np.ndarray, n_members: int, random: np.random.Generator
) -> pd.DataFrame:
    """Return a row per row of the data: columns row, name, group, cluster, distance, distance_rank, sampled.

    `distance` is the distance to the centroid of the cluster, `distance_rank` its rank in the cluster (1 = nearest),
    `sampled` true for `n_members` members of each cluster, drawn at random.
    """
    distance = np.sqrt(((dataset.x - centroids[labels]) ** 2).sum(1))
    groups = dataset.groups if len(dataset.groups) else np.full(len(labels), "")
    table = pd.DataFrame(
        {
            "row": np.arange(len(labels)),
            "name": dataset.rows,
            "group": groups,
            "cluster": labels + 1,
            "distance": distance,
        }
    )
    table["distance_rank"] = table.groupby("cluster").distance.rank(method="first").astype(int)
    table["sampled"] = False
    for _, members in table.groupby("cluster"):
        table.loc[random.permutation(members.row.to_numpy())[:n_members], "sampled"] = True
    return table


def _standardised_differences(
    x: np.ndarray, labels: np.ndarray, weights: np.ndarray, n_clusters: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return means inside and outside of each cluster, and their difference in sd: each (samples, K, p)."""
    sums, total = weights @ x, weights.sum(1, keepdims=True)
    sd = np.sqrt(np.maximum(weights @ x**2 / total - (sums / total) ** 2, 0))
    inside_means: list[np.ndarray] = []
    outside_means: list[np.ndarray] = []
    for k in range(n_clusters):
        member = (labels == k) * weights
        size = member.sum(1, keepdims=True)
        inside_means.append(member @ x / size)
        outside_means.append((sums - member @ x) / np.maximum(total - size, 1e-300))
    inside, outside = np.stack(inside_means, axis=1), np.stack(outside_means, axis=1)
    difference = np.divide(inside - outside, sd[:, None], out=np.zeros_like(inside), where=sd[:, None] > 1e-12)
    return inside, outside, difference
