"""The choice of K in resamples: copies of a row are weights, clear groups are chosen again, and nothing else is."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances, silhouette_score

from relecture.clusters.elbow import reference_data
from relecture.clusters.k_resamples import resampled_choices, weighted_silhouette


def choices(x: np.ndarray, n_resamples: int = 20, k_max: int = 8):
    random = np.random.default_rng(1)
    return resampled_choices(x, list(reference_data(x, 5, random)), k_max, n_resamples, random)


def test_with_clear_groups_the_same_k_is_chosen_again():
    random = np.random.default_rng(0)
    x = np.vstack([center + random.normal(size=(20, 2)) for center in ((0, 0), (30, 0), (0, 30))])
    chosen = choices(x)
    assert (chosen.silhouette == 3).all()
    assert (chosen.gap == 3).mean() > 0.9


def test_without_groups_the_silhouette_chooses_another_k_again_and_again():
    x = np.random.default_rng(0).normal(size=(60, 2))
    assert choices(x).silhouette.value_counts(normalize=True).iloc[0] < 0.9


def test_with_weights_of_one_it_is_the_silhouette_of_scikit_learn():
    random = np.random.default_rng(0)
    x, labels = random.normal(size=(40, 3)), random.integers(4, size=(2, 40))
    labels[1, labels[1] == 3] = 2
    labels[0, :2], labels[1, 0] = 3, 3  # and a cluster of one
    ours = weighted_silhouette(pairwise_distances(x), labels, np.ones((2, 40), dtype=int), 4)
    assert ours == pytest.approx([silhouette_score(x, row) for row in labels])


def test_copies_of_a_row_are_no_neighbours_of_it():
    # Each cluster is one row drawn twice: in the bootstrap sample that says nothing about tight clusters.
    distances = pairwise_distances(np.array([[0.0], [1.0], [5.0]]))
    assert weighted_silhouette(distances, np.array([[0, 1, 2]]), np.array([[2, 2, 2]]), 3) == pytest.approx([0])
    # Rows 0 (twice) and 1 are a cluster: a = 1 for both, b = 5 and 4, so s = 4/5 and 3/4.
    silhouette = weighted_silhouette(distances, np.array([[0, 0, 1]]), np.array([[2, 1, 1]]), 2)
    assert silhouette == pytest.approx([(2 * 4 / 5 + 3 / 4 + 0) / 4])


def test_a_table_with_few_different_rows_is_not_resampled():
    x = np.array([[0.0], [1.0], [5.0], [6.0]])
    assert choices(x).empty
    assert choices(np.arange(20.0)[:, None], n_resamples=0).empty
