"""No writer of a labelled cell also writes on a counted sheet."""

import numpy as np
import pytest

from relecture.data import usps
from relecture.tallies.networks.cell_dataset import PARTS
from relecture.tallies.simulation.handwriting import BLOCK_SIZE, GAP_SIZE, SHEET_PART, split_handwriting


def test_every_image_is_in_one_part_and_neighbours_of_another_part_are_in_none(handwriting):
    assert set(handwriting.parts) == {*PARTS, SHEET_PART}
    assert len(set(handwriting.source)) == len(handwriting.source)
    order = np.argsort(handwriting.source)
    source, parts = handwriting.source[order], handwriting.parts[order]
    between = parts[1:] != parts[:-1]
    assert between.sum() > 70
    assert (np.diff(source)[between] > GAP_SIZE).all()


def test_no_image_of_one_part_is_in_another(handwriting):
    content = {
        part: {image.tobytes() for image in handwriting.images[handwriting.parts == part]}
        for part in (*PARTS, SHEET_PART)
    }
    for part, images in content.items():
        assert not images & set().union(*(others for name, others in content.items() if name != part))


def test_most_images_are_used_and_about_half_of_them_for_training(handwriting):
    shares = {part: np.mean(handwriting.parts == part) for part in (*PARTS, SHEET_PART)}
    assert len(handwriting.labels) / 9298 == pytest.approx(BLOCK_SIZE / (BLOCK_SIZE + GAP_SIZE), abs=0.01)
    assert shares["train"] == pytest.approx(0.5, abs=0.02)
    assert shares[SHEET_PART] == pytest.approx(0.25, abs=0.02)


def test_the_split_of_the_stand_in_has_every_digit_in_every_part(stand_in):
    assert stand_in.sample
    for part in (*PARTS, SHEET_PART):
        assert (np.bincount(stand_in.labels[stand_in.parts == part], minlength=10) > 5).all()


def test_an_image_keeps_its_digit(stand_in):
    raw = usps.sample()
    np.testing.assert_array_equal(stand_in.images, raw.images[stand_in.source])
    np.testing.assert_array_equal(stand_in.labels, raw.labels[stand_in.source])


def test_the_split_is_always_the_same(stand_in):
    again = split_handwriting(usps.sample())
    np.testing.assert_array_equal(stand_in.parts, again.parts)


@pytest.mark.parametrize("part", [*PARTS, SHEET_PART])
def test_drawn_images_show_the_requested_digits_from_the_requested_part(stand_in, part):
    digits = np.random.default_rng(1).integers(0, 10, size=(40, 3))
    rows = stand_in.draw_rows(digits, part, np.random.default_rng(2))
    np.testing.assert_array_equal(stand_in.labels[rows], digits)
    assert set(stand_in.parts[rows.ravel()]) == {part}


def test_an_image_is_repeated_only_after_all_others_of_its_digit(stand_in):
    n_images = np.count_nonzero((stand_in.parts == "test") & (stand_in.labels == 7))
    rows = stand_in.draw_rows(np.full(2 * n_images + 3, 7), "test", np.random.default_rng(3))
    counts = np.unique(rows, return_counts=True)[1]
    assert len(counts) == n_images
    assert set(counts) == {2, 3}
