"""The algorithm, step by step and many starts at once: one and the same, and the same as scikit-learn's."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import KMeans

from relecture.clusters.kmeans_batched import START, assignment, cluster, lloyd, plus_plus, points
from relecture.clusters.kmeans_trace import by_size, filled, means, random_assignment, trace, wss

TABLES = arrays(float, st.tuples(st.integers(3, 30), st.integers(1, 3)), elements=st.integers(-50, 50).map(float))


@pytest.mark.parametrize("name", ["book_r", "book_python", "music", "statecrime", "images"])
@pytest.mark.parametrize("seed", range(5))
def test_the_traced_algorithm_ends_where_scikit_learn_s_lloyd_does(datasets, name, seed):
    x = datasets[name].x
    steps = trace(x, random_assignment(len(x), 4, seed), 4)
    sklearn = KMeans(4, init=steps[0].centroids, n_init=1, algorithm="lloyd", tol=0).fit(x)
    assert np.array_equal(steps[-1].labels, sklearn.labels_)
    assert steps[-1].centroids == pytest.approx(sklearn.cluster_centers_)
    assert steps[-1].wss == pytest.approx(sklearn.inertia_)


@pytest.mark.parametrize("name", ["book_r", "statecrime", "images"])
@pytest.mark.parametrize("kind", START)
def test_many_starts_at_once_end_where_each_does_in_scikit_learn(datasets, name, kind):
    x = datasets[name].x
    starts = START[kind](x, 3, 20, np.random.default_rng(0))
    runs = lloyd(x, starts)
    for i, start in enumerate(starts):
        sklearn = KMeans(3, init=start, n_init=1, algorithm="lloyd", tol=0).fit(x)
        assert np.array_equal(runs.labels[i], sklearn.labels_)
        assert runs.wss[i] == pytest.approx(sklearn.inertia_)


def test_many_starts_at_once_end_where_the_traced_algorithm_does(datasets):
    x = datasets["statecrime"].x
    traces = [trace(x, random_assignment(len(x), 5, seed), 5) for seed in range(20)]
    runs = lloyd(x, np.array([steps[0].centroids for steps in traces]))
    assert runs.wss == pytest.approx([steps[-1].wss for steps in traces])
    assert list(runs.iterations) == [steps[-1].iteration for steps in traces]


@settings(deadline=None)
@given(x=TABLES, clusters=st.integers(1, 5), seed=st.integers(0, 1000))
def test_the_sum_of_squares_never_rises_and_the_end_is_a_fixed_point(x, clusters, seed):
    assume(len(x) >= clusters)
    steps = trace(x, random_assignment(len(x), clusters, seed), clusters)
    sums = np.array([step.wss for step in steps])
    assert (np.diff(sums) <= 1e-9 * (1 + sums[0])).all()
    assert np.array_equal(steps[-1].labels, steps[-2].labels)
    assert steps[-1].wss == pytest.approx(wss(x, steps[-1].labels, means(x, steps[-1].labels, clusters)))


@settings(deadline=None)
@given(x=TABLES, clusters=st.integers(1, 5), seed=st.integers(0, 1000))
def test_no_cluster_is_ever_empty_however_the_data_lie(x, clusters, seed):
    assume(len(x) >= clusters)
    for step in trace(x, random_assignment(len(x), clusters, seed), clusters):
        assert len(np.unique(step.labels)) == clusters
    for kind in START:
        runs = cluster(x, clusters, 4, np.random.default_rng(seed), kind)
        assert all(len(np.unique(labels)) == clusters for labels in runs.labels)


def test_a_cluster_without_members_takes_the_point_farthest_from_its_centroid():
    x = np.array([[0.0], [1.0], [2.0], [10.0]])
    steps = trace(x, np.array([0, 0, 0, 0]), 2)
    assert list(steps[0].labels) == [0, 0, 0, 1]
    assert steps[-1].wss == pytest.approx(2.0)


def test_an_empty_cluster_never_takes_the_only_member_of_another():
    assert list(filled(np.array([0, 1, 1]), np.array([9.0, 1.0, 2.0]), 3)) == [0, 1, 2]


def test_with_fewer_points_than_clusters_nothing_breaks():
    assert trace(np.array([[0.0], [1.0]]), np.array([0, 1]), 3)[-1].wss == 0


def test_a_start_whose_centroids_are_far_from_everything_still_gets_all_its_clusters(datasets):
    x = datasets["book_r"].x
    far = np.array([[[0.0, 0.0], [1e3, 1e3], [-1e3, 1e3]]])
    runs = lloyd(x, far)
    assert len(np.unique(runs.labels)) == 3
    sklearn = KMeans(3, init=far[0], n_init=1, algorithm="lloyd", tol=0).fit(x)
    assert runs.wss[0] == pytest.approx(sklearn.inertia_)


def test_weights_count_rows_as_often_as_they_say(datasets):
    x = datasets["statecrime"].x
    counts = np.random.default_rng(1).integers(1, 4, size=len(x))
    starts = points(x, 3, 5, np.random.default_rng(2))
    weighted = lloyd(x, starts, np.broadcast_to(counts.astype(float), (5, len(x))))
    repeated = lloyd(np.repeat(x, counts, axis=0), starts)
    assert weighted.centroids == pytest.approx(repeated.centroids)


def test_random_points_are_different_rows(datasets):
    x = datasets["book_r"].x
    for start in points(x, 5, 50, np.random.default_rng(0)):
        assert len(np.unique(start, axis=0)) == 5
        assert all((x == row).all(1).any() for row in start)


def test_plus_plus_spreads_its_centroids_and_random_assignment_does_not(datasets):
    x = datasets["music"].x

    def spread(starts):
        return np.linalg.norm(starts[:, :, None] - starts[:, None], axis=3).sum((1, 2)).mean()

    random = np.random.default_rng(0)
    assert spread(plus_plus(x, 3, 200, random)) > spread(points(x, 3, 200, random))
    assert spread(points(x, 3, 200, random)) > 3 * spread(assignment(x, 3, 200, random))


def test_clusters_are_numbered_by_their_size():
    assert list(by_size(np.array([2, 2, 0, 1, 1, 1]), 3)) == [1, 1, 2, 0, 0, 0]
