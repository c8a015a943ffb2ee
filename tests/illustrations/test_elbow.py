"""The sum of squares against the number of clusters."""

import numpy as np
import pandas as pd
import pytest

from relecture.illustrations.config import ElbowFigureConfig
from relecture.illustrations.elbow import CENTRES, find_elbow, fit_kmeans, sample_points, sums_of_squares
from relecture.illustrations.figure_findings import elbows

CONFIG = ElbowFigureConfig(seed=2, n_seeds=2, n_points=30, k_max=7)


@pytest.fixture(scope="module")
def numbers():
    return sums_of_squares(CONFIG)


def test_one_cluster_has_the_total_sum_of_squares_and_more_have_less(numbers):
    for seed in (2, 3):
        wss = numbers[numbers.member == f"seed-{seed}"].set_index("n_clusters").wss
        points = sample_points(30, seed)
        assert wss[1] == pytest.approx(((points - points.mean(0)) ** 2).sum())
        assert wss.is_monotonic_decreasing
        labels = fit_kmeans(points, 4, seed).labels_
        within = [points[labels == label] - points[labels == label].mean(0) for label in range(4)]
        assert wss[4] == pytest.approx(sum((part**2).sum() for part in within))


def test_the_elbow_is_at_the_number_of_groups(numbers):
    assert elbows(numbers).tolist() == [len(CENTRES)] * 2 == [4, 4]


def test_a_straight_line_has_no_elbow():
    assert find_elbow(pd.Series(np.arange(10.0, 0, -1), index=range(1, 11))) is None
