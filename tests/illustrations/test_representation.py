"""Claims of the figure `representation`."""

import numpy as np
import pytest

from relecture.illustrations import representation


def test_two_rings_are_linearly_separable_in_polar_but_not_in_cartesian_coordinates(standard):
    config = standard.illustrations.illustration("representation").model_copy(update={"n_seeds": 20, "seed": 2})
    accuracy = representation.accuracies(config).groupby("representation").accuracy
    assert accuracy.min()["polar"] > 0.99
    assert accuracy.mean()["cartesian"] == pytest.approx(0.5, abs=0.03)


def test_polar_coordinates_can_be_converted_back():
    positions, _ = representation.sample_rings(50, np.random.RandomState(1))
    distance, angle = representation.to_polar(positions).T
    np.testing.assert_allclose(distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), positions)
