"""Convolution, pooling and location invariance: numbers of the slide, torch's numbers, and what moves with a move."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from relecture.illustrations.convolution import DIAGONAL, FOLLOWED, convolve, one, pool, stages
from relecture.illustrations.result_tables import FEATURE_MAP
from relecture.illustrations.translation import likeness, moved

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
    np.testing.assert_array_equal(pool(image, size), F.max_pool2d(torch.from_numpy(image)[None], size)[0].numpy())


def test_every_stage_of_the_one_is_that_of_torch():
    found = stages(one())
    assert [values.shape for values in found.values()] == [(16, 16), (14, 14), (14, 14), (7, 7)]
    feature_map = torch.from_numpy(torch_conv2d(one(), DIAGONAL))
    np.testing.assert_allclose(found["feature_map"], feature_map, atol=1e-12)
    np.testing.assert_allclose(found["pooled"], F.max_pool2d(feature_map.tanh()[None], 2)[0], atol=1e-12)


def test_the_printed_values_of_the_feature_map_are_among_the_exact_ones():
    feature_map = stages(one())["feature_map"]
    assert list(FEATURE_MAP) == ["0.6", "1", "1.5", "2.2", "0.3"]
    for printed, place in FEATURE_MAP.items():
        assert feature_map[place] == pytest.approx(float(printed), abs=1e-12)


def test_the_window_that_the_figure_follows_has_the_largest_value_of_its_block():
    found, (row, column) = stages(one()), FOLLOWED
    assert found["feature_map"][row, column] == pytest.approx(2.2)
    assert found["pooled"][row // 2, column // 2] == found["tanh"][row, column] == pytest.approx(np.tanh(2.2))


@pytest.mark.parametrize("down", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("right", [-4, -1, 0, 1, 4])
def test_the_feature_map_moves_with_the_one_and_its_largest_value_stays(down, right):
    roomy = np.pad(one(), 4)  # so that the map has room for the whole stroke, too
    still, there = stages(roomy), stages(moved(roomy, down, right))
    np.testing.assert_array_equal(there["feature_map"], np.roll(still["feature_map"], (down, right), (0, 1)))
    assert there["pooled"].max() == still["pooled"].max() == np.tanh(2.3)


@pytest.mark.parametrize(("down", "right"), [(2, 0), (0, 2), (-2, 4), (-4, -2)])
def test_the_pooled_map_moves_by_one_cell_for_two_pixels(down, right):
    roomy = np.pad(one(), 4)
    still, there = stages(roomy)["pooled"], stages(moved(roomy, down, right))["pooled"]
    np.testing.assert_array_equal(there, np.roll(still, (down // 2, right // 2), (0, 1)))


@pytest.mark.parametrize("right", [1, 2, 3])
def test_pooling_hides_part_of_a_small_move(right):
    found = likeness().set_index(["right", "stage"]).correlation
    assert found[right, "pooled"] > found[right, "feature_map"] + 0.1
    assert found[right, "pooled"] > found[right, "image"] + 0.1


def test_what_is_not_moved_is_alike_in_every_stage():
    assert (likeness(range(1)).correlation == 1).all()


def test_the_one_does_not_leave_the_image():
    with pytest.raises(ValueError, match="ink would leave"):
        moved(one(), 0, 7)
