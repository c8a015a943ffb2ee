"""Cluster labels: empty clusters, numbering by size, agreement with a reference."""

import numpy as np

from relecture.clusters.labels import align_labels, reassign_empty_clusters, relabel_by_size


def test_an_empty_cluster_never_takes_the_only_member_of_another():
    assert list(reassign_empty_clusters(np.array([0, 1, 1]), np.array([9.0, 1.0, 2.0]), 3)) == [0, 1, 2]


def test_clusters_are_numbered_by_their_size():
    assert list(relabel_by_size(np.array([2, 2, 0, 1, 1, 1]), 3)) == [1, 1, 2, 0, 0, 0]


def test_labels_are_renumbered_to_agree_with_the_reference():
    assert list(align_labels(np.array([1, 1, 0, 0, 2]), np.array([0, 0, 1, 1, 1]))[:4]) == [0, 0, 1, 1]
