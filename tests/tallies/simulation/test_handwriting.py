"""Nobody who wrote a labelled cell also writes on a counted sheet."""

import numpy as np
import pytest

from relecture.data import usps
from relecture.tallies.networks.cell_dataset import PARTS
from relecture.tallies.simulation.handwriting import BLOCK, GAP, SHEETS, divide


def test_every_image_is_in_one_part_and_neighbours_of_another_part_are_in_none(handwriting):
    assert set(handwriting.parts) == {*PARTS, SHEETS}
    assert len(set(handwriting.source)) == len(handwriting.source)
    order = np.argsort(handwriting.source)
    source, parts = handwriting.source[order], handwriting.parts[order]
    between = parts[1:] != parts[:-1]
    assert between.sum() > 70
    assert (np.diff(source)[between] > GAP).all()


def test_no_image_of_one_part_is_in_another(handwriting):
    content = {
        part: {image.tobytes() for image in handwriting.images[handwriting.parts == part]} for part in (*PARTS, SHEETS)
    }
    for part, images in content.items():
        assert not images & set().union(*(others for name, others in content.items() if name != part))


def test_most_images_are_used_and_about_half_of_them_to_learn_from(handwriting):
    shares = {part: np.mean(handwriting.parts == part) for part in (*PARTS, SHEETS)}
    assert len(handwriting.labels) / 9298 == pytest.approx(BLOCK / (BLOCK + GAP), abs=0.01)
    assert shares["train"] == pytest.approx(0.5, abs=0.02)
    assert shares[SHEETS] == pytest.approx(0.25, abs=0.02)


def test_the_division_of_the_stand_in_has_every_digit_in_every_part(stand_in):
    assert stand_in.sample
    for part in (*PARTS, SHEETS):
        assert (np.bincount(stand_in.labels[stand_in.parts == part], minlength=10) > 5).all()


def test_an_image_keeps_its_digit(stand_in):
    raw = usps.sample()
    np.testing.assert_array_equal(stand_in.images, raw.images[stand_in.source])
    np.testing.assert_array_equal(stand_in.labels, raw.labels[stand_in.source])


def test_the_division_is_always_the_same(stand_in):
    again = divide(usps.sample())
    np.testing.assert_array_equal(stand_in.parts, again.parts)


@pytest.mark.parametrize("part", [*PARTS, SHEETS])
def test_chosen_images_show_the_digits_wanted_in_the_part_wanted(stand_in, part):
    numbers = np.random.default_rng(1).integers(0, 10, size=(40, 3))
    rows = stand_in.choose(numbers, part, np.random.default_rng(2))
    np.testing.assert_array_equal(stand_in.labels[rows], numbers)
    assert set(stand_in.parts[rows.ravel()]) == {part}


def test_an_image_comes_again_only_when_all_others_of_its_digit_have_come(stand_in):
    have = np.count_nonzero((stand_in.parts == "test") & (stand_in.labels == 7))
    rows = stand_in.choose(np.full(2 * have + 3, 7), "test", np.random.default_rng(3))
    counts = np.unique(rows, return_counts=True)[1]
    assert len(counts) == have
    assert set(counts) == {2, 3}
