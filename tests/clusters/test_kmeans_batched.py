"""Many starts at once end where single starts do, and where scikit-learn's Lloyd ends."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import KMeans

from relecture.clusters.kmeans_batched import INIT, kmeans, kmeans_plusplus, lloyd, random_partition, random_points
from relecture.clusters.kmeans_trace import random_labels, trace

TABLES = arrays(float, st.tuples(st.integers(3, 30), st.integers(1, 3)), elements=st.integers(-50, 50).map(float))


@pytest.mark.parametrize("name", ["book_r", "statecrime", "images"])
@pytest.mark.parametrize("init", INIT)
def test_many_starts_at_once_end_where_each_does_in_scikit_learn(datasets, name, init):
    x = datasets[name].x
    starts = INIT[init](x, 3, 20, np.random.default_rng(0))
    runs = lloyd(x, starts)
    for i, start in enumerate(starts):
        sklearn = KMeans(3, init=start, n_init=1, algorithm="lloyd", tol=0).fit(x)
        assert np.array_equal(runs.labels[i], sklearn.labels_)
        assert runs.wss[i] == pytest.approx(sklearn.inertia_)


def test_many_starts_at_once_end_where_the_traced_algorithm_does(datasets):
    x = datasets["statecrime"].x
    traces = [trace(x, random_labels(len(x), 5, seed), 5) for seed in range(20)]
    runs = lloyd(x, np.array([steps[0].centroids for steps in traces]))
    assert runs.wss == pytest.approx([steps[-1].wss for steps in traces])
    assert list(runs.n_iter) == [steps[-1].iteration for steps in traces]


@settings(deadline=None)
@given(x=TABLES, n_clusters=st.integers(1, 5), seed=st.integers(0, 1000))
def test_no_cluster_is_ever_empty_however_the_data_lie(x, n_clusters, seed):
    assume(len(x) >= n_clusters)
    for init in INIT:
        runs = kmeans(x, n_clusters, 4, np.random.default_rng(seed), init)
        assert all(len(np.unique(labels)) == n_clusters for labels in runs.labels)


def test_centroids_far_from_all_points_still_get_all_clusters(datasets):
    x = datasets["book_r"].x
    far = np.array([[[0.0, 0.0], [1e3, 1e3], [-1e3, 1e3]]])
    runs = lloyd(x, far)
    assert len(np.unique(runs.labels)) == 3
    sklearn = KMeans(3, init=far[0], n_init=1, algorithm="lloyd", tol=0).fit(x)
    assert runs.wss[0] == pytest.approx(sklearn.inertia_)


def test_a_weight_of_n_equals_n_copies_of_the_row(datasets):
    x = datasets["statecrime"].x
    counts = np.random.default_rng(1).integers(1, 4, size=len(x))
    starts = random_points(x, 3, 5, np.random.default_rng(2))
    weighted = lloyd(x, starts, np.broadcast_to(counts.astype(float), (5, len(x))))
    repeated = lloyd(np.repeat(x, counts, axis=0), starts)
    assert weighted.centroids == pytest.approx(repeated.centroids)
    assert weighted.wss == pytest.approx(repeated.wss)


def test_plus_plus_draws_no_row_without_weight(datasets):
    x = datasets["book_r"].x
    weights = np.random.default_rng(1).multinomial(50, np.full(50, 1 / 50), size=200).astype(float)
    for start, counts in zip(kmeans_plusplus(x, 4, 200, np.random.default_rng(2), weights), weights, strict=True):
        rows = [int((x == row).all(1).argmax()) for row in start]
        assert (counts[rows] > 0).all()


def test_random_points_are_different_rows(datasets):
    x = datasets["book_r"].x
    for start in random_points(x, 5, 50, np.random.default_rng(0)):
        assert len(np.unique(start, axis=0)) == 5
        assert all((x == row).all(1).any() for row in start)


def test_plus_plus_spreads_its_centroids_and_random_partitions_do_not(datasets):
    x = datasets["music"].x

    def spread(starts):
        return np.linalg.norm(starts[:, :, None] - starts[:, None], axis=3).sum((1, 2)).mean()

    random = np.random.default_rng(0)
    assert spread(kmeans_plusplus(x, 3, 200, random)) > spread(random_points(x, 3, 200, random))
    assert spread(random_points(x, 3, 200, random)) > 3 * spread(random_partition(x, 3, 200, random))
