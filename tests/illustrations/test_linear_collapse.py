"""Layers with a linear activation are one linear map."""

import numpy as np
import pytest

from relecture.illustrations import linear_collapse


@pytest.mark.parametrize("seed", range(5))
def test_layers_with_a_linear_activation_are_one_linear_map_and_with_relu_they_are_not(seed):
    numbers, _ = linear_collapse.compare_coefficients(seed)
    linear, relu = (numbers[numbers.activation == name] for name in ("linear", "ReLU"))
    np.testing.assert_allclose(linear["product"], linear.regression, atol=1e-9)
    np.testing.assert_allclose(linear.r2, 1)
    assert relu.r2.max() < 0.95
    assert np.abs(relu["product"] - relu.regression).max() > 0.5
