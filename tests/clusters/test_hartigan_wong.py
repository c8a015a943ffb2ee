"""Hartigan and Wong's algorithm ends where R's `kmeans` does, and where no single transfer helps."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from relecture.clusters.hartigan_wong import hartigan_wong
from relecture.clusters.kmeans_batched import INIT, lloyd, random_points

TABLES = arrays(float, st.tuples(st.integers(3, 20), st.integers(1, 3)), elements=st.integers(-50, 50).map(float))


def largest_gain(x: np.ndarray, labels: np.ndarray, n_clusters: int) -> float:
    """How much the sum of squares falls by the best single transfer of a point, by the definition."""

    def total(codes: np.ndarray) -> float:
        return sum(((x[codes == k] - x[codes == k].mean(0)) ** 2).sum() for k in np.unique(codes))

    gains, before = [0.0], total(labels)
    for i, own in enumerate(labels):
        if (labels == own).sum() > 1:
            for k in set(range(n_clusters)) - {own}:
                moved = labels.copy()
                moved[i] = k
                gains.append(before - total(moved))
    return max(gains)


@pytest.mark.parametrize(("name", "n_clusters"), [("book_r", 3), ("book_r", 2), ("statecrime", 4), ("statecrime", 7)])
def test_no_single_transfer_lowers_the_sum_of_squares_of_an_end(datasets, name, n_clusters):
    x = datasets[name].x
    runs = hartigan_wong(x, random_points(x, n_clusters, 20, np.random.default_rng(0)))
    for labels in np.unique(runs.labels, axis=0):
        assert largest_gain(x, labels, n_clusters) < 1e-9


@pytest.mark.parametrize("name", ["book_r", "statecrime", "images"])
def test_every_end_is_an_end_of_lloyds_algorithm_too(datasets, name):
    x = datasets[name].x
    runs = hartigan_wong(x, random_points(x, 4, 20, np.random.default_rng(0)))
    again = lloyd(x, runs.centroids)
    assert np.array_equal(again.labels, runs.labels)
    assert again.wss == pytest.approx(runs.wss)


def test_a_transfer_that_lloyds_algorithm_does_not_see_is_made():
    # 4 is nearer to 2, the mean of {0, 4}, than to that of {6.1, 6.1}. But {0, 4} falls by 2² * 2/1 = 8 without it, and
    # {6.1, 6.1} rises by only 2.1² * 2/3 = 2.94 with it.
    x = np.array([[0.0], [4.0], [6.1], [6.1]])
    start = np.array([[[2.0], [6.1]]])
    assert lloyd(x, start).wss == pytest.approx([8])
    assert hartigan_wong(x, start).wss == pytest.approx([2.94])


@pytest.mark.parametrize(
    ("rows", "wss", "sizes"),  # R 4.2.2: kmeans(x, x[rows, ], iter.max = 100)
    [
        ((1, 2, 3), 104.331921973, [13, 25, 12]),
        ((10, 20, 30), 97.9792674794, [10, 17, 23]),
        ((25, 26, 50), 98.1673622981, [25, 16, 9]),
        ((5, 6, 7), 100.895051689, [11, 22, 17]),
        ((40, 41, 42), 98.1673622981, [25, 9, 16]),
        ((11, 12, 45), 97.9792674794, [17, 10, 23]),
    ],
)
def test_a_start_ends_where_it_does_in_r(datasets, rows, wss, sizes):
    x = datasets["book_r"].x
    runs = hartigan_wong(x, x[None, np.array(rows) - 1])
    assert runs.wss[0] == pytest.approx(wss, rel=1e-10)
    assert np.bincount(runs.labels[0]).tolist() == sizes


@pytest.mark.parametrize(
    ("init", "in_r", "empty_in_r"), [("random_points", 0.346, 0), ("random_partition", 0.73, 0.09)]
)
def test_the_shares_of_starts_in_the_best_optimum_are_those_of_r(datasets, init, in_r, empty_in_r):
    x, n = datasets["book_r"].x, 4000
    runs = hartigan_wong(x, INIT[init](x, 3, n, np.random.default_rng(3)))
    complete = np.isfinite(runs.wss)
    assert np.nanmin(runs.wss) == pytest.approx(97.97926747939817)
    share = (runs.wss[complete] < 97.9793).mean()
    # R's own shares are rounded, and from some thousands of starts.
    assert share == pytest.approx(in_r, abs=4 * np.sqrt(in_r * (1 - in_r) / n))
    assert 1 - complete.mean() == pytest.approx(empty_in_r, abs=0.02)


def test_a_start_with_an_empty_cluster_gives_no_result_as_in_r(datasets):
    # R: "empty cluster: try a better set of initial centers"
    x = datasets["book_r"].x
    runs = hartigan_wong(x, np.array([[[0.0, 0.0], [1e3, 1e3], [-1e3, 1e3]], [[0.0, 0.0], [3.0, -4.0], [1.0, -2.0]]]))
    assert np.isnan(runs.wss[0])
    assert np.isfinite(runs.wss[1])
    assert runs.best == 1


@settings(deadline=None, max_examples=50)
@given(x=TABLES, n_clusters=st.integers(2, 4), seed=st.integers(0, 1000))
def test_it_ends_without_empty_clusters_and_no_transfer_helps_however_the_data_lie(x, n_clusters, seed):
    assume(len(np.unique(x, axis=0)) >= n_clusters)
    runs = hartigan_wong(x, random_points(x, n_clusters, 3, np.random.default_rng(seed)))
    for labels, wss in zip(runs.labels, runs.wss, strict=True):
        if np.isfinite(wss):
            assert len(np.unique(labels)) == n_clusters
            assert largest_gain(x, labels, n_clusters) <= 1e-9 * (1 + (x**2).sum())
