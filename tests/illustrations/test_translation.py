"""Shifted images: the feature map is shifted with them, the pooled map less, its maximum not at all."""

import numpy as np
import pytest

from relecture.illustrations.convolution import compute_stages, digit_one
from relecture.illustrations.translation import shift_correlations, shift_image


@pytest.mark.parametrize("down", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("right", [-4, -1, 0, 1, 4])
def test_the_feature_map_is_shifted_with_the_image_and_its_maximum_does_not_change(down, right):
    padded = np.pad(digit_one(), 4)  # so that the whole stroke stays inside the map
    original, shifted = compute_stages(padded), compute_stages(shift_image(padded, down, right))
    np.testing.assert_array_equal(shifted["feature_map"], np.roll(original["feature_map"], (down, right), (0, 1)))
    assert shifted["pooled"].max() == original["pooled"].max() == np.tanh(2.3)


@pytest.mark.parametrize(("down", "right"), [(2, 0), (0, 2), (-2, 4), (-4, -2)])
def test_the_pooled_map_is_shifted_by_one_cell_for_two_pixels(down, right):
    padded = np.pad(digit_one(), 4)
    original, shifted = compute_stages(padded)["pooled"], compute_stages(shift_image(padded, down, right))["pooled"]
    np.testing.assert_array_equal(shifted, np.roll(original, (down // 2, right // 2), (0, 1)))


@pytest.mark.parametrize("right", [1, 2, 3])
def test_pooling_hides_part_of_a_small_shift(right):
    correlation = shift_correlations().set_index(["right", "stage"]).correlation
    assert correlation[right, "pooled"] > correlation[right, "feature_map"] + 0.1
    assert correlation[right, "pooled"] > correlation[right, "image"] + 0.1


def test_without_a_shift_the_correlation_is_1_in_every_stage():
    assert (shift_correlations(range(1)).correlation == 1).all()


def test_a_shift_that_moves_ink_out_of_the_image_is_an_error():
    with pytest.raises(ValueError, match="ink would leave"):
        shift_image(digit_one(), 0, 7)
