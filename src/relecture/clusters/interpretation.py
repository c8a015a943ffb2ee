"""The method `interpretation`: distinctive features and sampled members (Grimmer, Roberts and Stewart 2022)."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from relecture.clusters.data import Dataset
from relecture.clusters.kmeans_batched import cluster, lloyd
from relecture.clusters.kmeans_trace import by_size, means
from relecture.records import FitResult

ALL = "all"


def fit(dataset: Dataset, config: dict[str, Any]) -> FitResult:
    """The best of `starts` k-means++ starts; a member per cluster, the largest first, and one for all of them.

    Metrics of all: sum of squares, and the adjusted Rand index (`ari`) where groups are known. Predictions: a row
    per row of the data, with its cluster, its distance to the centroid, its place in the order of these distances
    (1 = nearest) and whether it was drawn as a member to be shown. The model: centroids, and `features.csv`.
    """
    random, clusters = np.random.default_rng(config["seed"]), config["clusters"]
    runs = cluster(dataset.x, clusters, config["starts"], random)
    labels = by_size(runs.labels[runs.best], clusters)
    centroids = means(dataset.x, labels, clusters)
    features = distinctive(dataset, labels, config["resamples"], random)
    cases = members(dataset, labels, centroids, config["shown"], random)
    result = FitResult()
    agreement = {"ari": float(adjusted_rand_score(dataset.groups, labels))} if len(dataset.groups) else {}
    result.add(ALL, {"wss": float(runs.wss[runs.best]), "clusters": clusters, **agreement})
    for k in range(clusters):
        own = cases[cases.cluster == k + 1]
        scores = {"size": len(own), "wss": float((own.distance**2).sum()), "mean_distance": float(own.distance.mean())}
        result.add(f"cluster-{k + 1}", scores, own)

    def save(folder) -> None:
        np.savez(folder / "centroids.npz", centroids=centroids)
        features.to_csv(folder / "features.csv", index=False)

    result.save_model = save
    return result


def distinctive(dataset: Dataset, labels: np.ndarray, resamples: int, random: np.random.Generator) -> pd.DataFrame:
    """What sets each cluster apart; a row per cluster and feature, the largest difference of a cluster first.

    `difference` is the mean inside minus the mean outside, in standard deviations of the feature; `low` and `high`
    are its 95 % bootstrap interval. Every bootstrap sample is clustered again, beginning with the centroids of
    `labels`, so the interval knows that the clusters were found in the same data. `inside` and `outside` are means
    in the feature's own unit.
    """
    x, clusters = dataset.x, labels.max() + 1
    counts = random.multinomial(len(x), np.full(len(x), 1 / len(x)), size=resamples).astype(float)
    weights = np.maximum(counts, 1e-9)  # a cluster that a sample misses stays where it is
    start = np.broadcast_to(means(x, labels, clusters), (resamples, clusters, x.shape[1]))
    again = lloyd(x, start, weights)
    inside, outside, found = _differences(x, labels[None], np.ones((1, len(x))), clusters)
    _, _, resampled = _differences(x, again.labels, weights, clusters)
    low, high = np.percentile(resampled, [2.5, 97.5], axis=0)
    units = [values[0] * dataset.scale + dataset.center for values in (inside, outside)]
    table = pd.DataFrame(
        {
            "cluster": np.repeat(np.arange(1, clusters + 1), x.shape[1]),
            "feature": np.tile(dataset.features, clusters),
            "difference": found[0].ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "inside": units[0].ravel(),
            "outside": units[1].ravel(),
        }
    )
    table["size"] = table.difference.abs()
    return table.sort_values(["cluster", "size"], ascending=[True, False], kind="stable").drop(columns="size")


def members(
    dataset: Dataset, labels: np.ndarray, centroids: np.ndarray, shown: int, random: np.random.Generator
) -> pd.DataFrame:
    """A row per row of the data: columns row, name, group, cluster, distance, nearness, drawn."""
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
    table["nearness"] = table.groupby("cluster").distance.rank(method="first").astype(int)
    table["drawn"] = False
    for _, own in table.groupby("cluster"):
        table.loc[random.permutation(own.row.to_numpy())[:shown], "drawn"] = True
    return table


def _differences(
    x: np.ndarray, labels: np.ndarray, weights: np.ndarray, clusters: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means inside and outside of each cluster, and their difference in sd: each (samples, K, p)."""
    every, total = weights @ x, weights.sum(1, keepdims=True)
    sd = np.sqrt(np.maximum(weights @ x**2 / total - (every / total) ** 2, 0))
    within: list[np.ndarray] = []
    beyond: list[np.ndarray] = []
    for k in range(clusters):
        member = (labels == k) * weights
        size = member.sum(1, keepdims=True)
        within.append(member @ x / size)
        beyond.append((every - member @ x) / np.maximum(total - size, 1e-300))
    inside, outside = np.stack(within, axis=1), np.stack(beyond, axis=1)
    gap = np.divide(inside - outside, sd[:, None], out=np.zeros_like(inside), where=sd[:, None] > 1e-12)
    return inside, outside, gap
