"""The filter at four positions, against SciPy's correlation and the printed values."""

import numpy as np
import pytest
from scipy.signal import correlate2d

from relecture.illustrations.convolution import digit_one
from relecture.illustrations.sliding_filter import POSITIONS, map_until, product_table


def test_the_products_of_a_window_add_up_to_the_printed_value_of_the_map():
    table = product_table()
    assert (table["product"] == table.pixel * table.weight).all()
    sums = table.groupby("position")["product"].sum()
    assert sums.tolist() == pytest.approx([0, 0.6, 1.5, 2.2])  # the lecture's slide prints the last three
    feature_map = correlate2d(digit_one(), np.eye(3), mode="valid")
    assert sums.tolist() == pytest.approx([feature_map[position] for position in POSITIONS])


@pytest.mark.parametrize("position", POSITIONS)
def test_the_map_is_computed_row_by_row_up_to_the_position(position):
    until, feature_map = map_until(position), correlate2d(digit_one(), np.eye(3), mode="valid")
    n_computed = position[0] * feature_map.shape[1] + position[1] + 1
    np.testing.assert_allclose(until.ravel()[:n_computed], feature_map.ravel()[:n_computed])
    assert np.isnan(until.ravel()[n_computed:]).all()


def test_the_filter_reaches_the_positions_in_this_order():
    assert sorted(POSITIONS) == list(POSITIONS)
