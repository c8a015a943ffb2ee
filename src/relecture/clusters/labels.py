"""Cluster labels: no empty clusters, and numbers that can be compared."""

import numpy as np
from scipy.optimize import linear_sum_assignment


def reassign_empty_clusters(labels: np.ndarray, distances: np.ndarray, n_clusters: int) -> np.ndarray:
    """Return labels (n,) in which no cluster is empty.

    Each empty cluster takes the point with the largest of the `distances` (n,) to its own centroid, of a cluster
    that has another member left.
    """
    counts = np.bincount(labels, minlength=n_clusters)
    if counts.all():
        return labels
    labels = labels.copy()
    farthest = iter(np.argsort(-distances, kind="stable"))
    for empty in np.flatnonzero(counts == 0):
        point = next((point for point in farthest if counts[labels[point]] > 1), None)
        if point is None:  # fewer points than clusters
            return labels
        counts[labels[point]] -= 1
        labels[point], counts[empty] = empty, 1
    return labels


def relabel_by_size(labels: np.ndarray, n_clusters: int) -> np.ndarray:
    """Return the labels renumbered by cluster size, the largest 0; equal sizes in the order of their first member."""
    counts = np.bincount(labels, minlength=n_clusters)
    first = [np.flatnonzero(labels == k)[0] if counts[k] else len(labels) for k in range(n_clusters)]
    order = sorted(range(n_clusters), key=lambda k: (-counts[k], first[k]))
    relabelled: np.ndarray = np.argsort(order)[labels]
    return relabelled


def align_labels(labels: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the labels (n,) renumbered so that as many as possible equal the reference (n,)."""
    aligned: np.ndarray = alignment(labels, reference)[labels]
    return aligned


def alignment(labels: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the number that `align_labels` gives to each label."""
    size = max(labels.max(), reference.max()) + 1
    counts = np.zeros((size, size), dtype=int)
    np.add.at(counts, (labels, reference), 1)
    new: np.ndarray = linear_sum_assignment(-counts)[1]
    return new
