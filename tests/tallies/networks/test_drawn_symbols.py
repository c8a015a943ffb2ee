"""Drawn symbols: of every kind, normalised, and no mark that looks like a digit 1."""

import numpy as np
import pytest

from relecture.tallies.networks.drawn_symbols import MARK_SHARES, draw_mark, draw_marks, draw_variants


def test_marks_are_normalised_cells_and_the_same_for_the_same_seed():
    digits = np.zeros((1, 28, 28), np.uint8)
    digits[0, 4:24, 12:15] = 255
    marks = draw_marks(60, digits, np.random.default_rng(1))
    assert marks.shape == (60, 28, 28)
    assert marks.any(axis=(1, 2)).all()
    np.testing.assert_array_equal(marks, draw_marks(60, digits, np.random.default_rng(1)))


def test_the_shares_of_the_marks_sum_to_1():
    assert sum(MARK_SHARES.values()) == pytest.approx(1)


@pytest.mark.parametrize("kind", ["dash", "slash"])
def test_no_single_stroke_is_as_upright_as_a_1(kind):
    random = np.random.default_rng(2)
    for _ in range(100):
        rows, columns = np.nonzero(draw_mark(kind, random) > 0.5)
        assert np.ptp(columns) > 0.35 * np.ptp(rows)


def test_a_struck_out_digit_shows_the_digit():
    digit = np.zeros((28, 28), np.uint8)
    digit[4:24, 12:15] = 255
    with_digit = draw_mark("struck_out", np.random.default_rng(3), digit)
    without = draw_mark("struck_out", np.random.default_rng(3))
    assert (with_digit[12:50, 29:33] > 0.9).all()
    assert with_digit.sum() > without.sum()


def test_variants_are_ones_sevens_and_zeros():
    images, labels = draw_variants(50, np.random.default_rng(4))
    assert set(labels) == {0, 1, 7}
    assert images.shape == (50, 28, 28)
    assert images.any(axis=(1, 2)).all()


def test_nothing_is_drawn_when_nothing_is_wanted():
    assert draw_marks(0, np.zeros((0, 28, 28), np.uint8), np.random.default_rng(1)).shape == (0, 28, 28)
    assert draw_variants(0, np.random.default_rng(1))[0].shape == (0, 28, 28)
