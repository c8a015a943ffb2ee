"""The traced algorithm ends where scikit-learn's Lloyd does, and its sum of squares never rises."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import KMeans

from relecture.clusters.kmeans_trace import cluster_means, random_labels, trace, wss

TABLES = arrays(float, st.tuples(st.integers(3, 30), st.integers(1, 3)), elements=st.integers(-50, 50).map(float))


@pytest.mark.parametrize("name", ["book_r", "book_python", "music", "statecrime", "images"])
@pytest.mark.parametrize("seed", range(5))
def test_the_traced_algorithm_ends_where_scikit_learn_s_lloyd_does(datasets, name, seed):
    x = datasets[name].x
    steps = trace(x, random_labels(len(x), 4, seed), 4)
    sklearn = KMeans(4, init=steps[0].centroids, n_init=1, algorithm="lloyd", tol=0).fit(x)
    assert np.array_equal(steps[-1].labels, sklearn.labels_)
    assert steps[-1].centroids == pytest.approx(sklearn.cluster_centers_)
    assert steps[-1].wss == pytest.approx(sklearn.inertia_)


@settings(deadline=None)
@given(x=TABLES, n_clusters=st.integers(1, 5), seed=st.integers(0, 1000))
def test_the_sum_of_squares_never_rises_and_the_end_is_a_fixed_point(x, n_clusters, seed):
    assume(len(x) >= n_clusters)
    steps = trace(x, random_labels(len(x), n_clusters, seed), n_clusters)
    sums = np.array([step.wss for step in steps])
    assert (np.diff(sums) <= 1e-9 * (1 + sums[0])).all()
    assert np.array_equal(steps[-1].labels, steps[-2].labels)
    assert steps[-1].wss == pytest.approx(wss(x, steps[-1].labels, cluster_means(x, steps[-1].labels, n_clusters)))


@settings(deadline=None)
@given(x=TABLES, n_clusters=st.integers(1, 5), seed=st.integers(0, 1000))
def test_no_cluster_is_ever_empty_however_the_data_lie(x, n_clusters, seed):
    assume(len(x) >= n_clusters)
    for step in trace(x, random_labels(len(x), n_clusters, seed), n_clusters):
        assert len(np.unique(step.labels)) == n_clusters


def test_a_cluster_without_members_takes_the_point_farthest_from_its_centroid():
    x = np.array([[0.0], [1.0], [2.0], [10.0]])
    steps = trace(x, np.array([0, 0, 0, 0]), 2)
    assert list(steps[0].labels) == [0, 0, 0, 1]
    assert steps[-1].wss == pytest.approx(2.0)


def test_with_fewer_points_than_clusters_nothing_breaks():
    assert trace(np.array([[0.0], [1.0]]), np.array([0, 1]), 3)[-1].wss == 0
