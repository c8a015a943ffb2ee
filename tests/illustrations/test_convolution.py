"""Convolution and max-pooling against the numbers of the slide and torch's."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from relecture.illustrations.convolution import (
    DIAGONAL_FILTER,
    FRAMED_WINDOW,
    compute_stages,
    convolve,
    digit_one,
    max_pool,
)

NUMBERS = st.floats(-10, 10)
IMAGES = arrays(float, array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=12), elements=NUMBERS)
KERNELS = arrays(float, st.tuples(st.integers(1, 3), st.integers(1, 3)), elements=NUMBERS)


def torch_conv2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return F.conv2d(torch.from_numpy(image)[None, None], torch.from_numpy(kernel)[None, None])[0, 0].numpy()


@settings(deadline=None)
@given(IMAGES, KERNELS)
def test_the_feature_map_is_that_of_torch(image, kernel):
    np.testing.assert_allclose(convolve(image, kernel), torch_conv2d(image, kernel), atol=1e-9)


@settings(deadline=None)
@given(IMAGES, st.integers(1, 3))
def test_max_pooling_is_that_of_torch(image, size):
    np.testing.assert_array_equal(max_pool(image, size), F.max_pool2d(torch.from_numpy(image)[None], size)[0].numpy())


def test_every_stage_of_the_one_is_that_of_torch():
    stages = compute_stages(digit_one())
    assert [values.shape for values in stages.values()] == [(16, 16), (14, 14), (14, 14), (7, 7)]
    feature_map = torch.from_numpy(torch_conv2d(digit_one(), DIAGONAL_FILTER))
    np.testing.assert_allclose(stages["feature_map"], feature_map, atol=1e-12)
    np.testing.assert_allclose(stages["pooled"], F.max_pool2d(feature_map.tanh()[None], 2)[0], atol=1e-12)


def test_the_framed_window_has_the_largest_value_of_its_block():
    stages, (row, column) = compute_stages(digit_one()), FRAMED_WINDOW
    assert stages["feature_map"][row, column] == pytest.approx(2.2)
    assert stages["pooled"][row // 2, column // 2] == stages["tanh"][row, column] == pytest.approx(np.tanh(2.2))
