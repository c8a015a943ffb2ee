"""Drawn sheets: reproducible, harder with severity, worst when badly scanned."""

import time
from itertools import pairwise

import numpy as np
import pytest

from relecture.tallies.segmentation.layout import Form
from relecture.tallies.simulation.election import party_names
from relecture.tallies.simulation.render import BORDER, Printer
from relecture.tallies.simulation.scanner import Scan
from relecture.tallies.simulation.writer import Hand


@pytest.fixture(scope="module")
def printer(form):
    return Printer(form)


@pytest.fixture(scope="module")
def digits(stand_in):
    numbers = np.arange(30).reshape(10, 3) % 10
    return stand_in.images[stand_in.choose(numbers, "sheets", np.random.default_rng(1))]


def drawn(printer: Printer, digits: np.ndarray, severity: float, bad: bool = False, seed: int = 1) -> np.ndarray:
    return printer.draw(digits, ("District 1", "Station 001"), np.random.default_rng(seed), severity, bad)


def test_a_page_is_a_grey_picture_of_paper_with_some_ink(printer, digits):
    page = drawn(printer, digits, 1.0)
    assert page.dtype == np.uint8
    assert page.shape == (950, 712)
    assert np.median(page) > 180
    assert page.min() < 80


def test_the_same_random_stream_draws_the_same_page_and_another_draws_another(printer, digits):
    np.testing.assert_array_equal(drawn(printer, digits, 1.0), drawn(printer, digits, 1.0))
    assert (drawn(printer, digits, 1.0) != drawn(printer, digits, 1.0, seed=2)).mean() > 0.5


def test_at_severity_0_a_page_is_print_clean(printer, digits):
    page = drawn(printer, digits, 0.0, bad=True)
    paper = page[:BORDER]
    assert (paper == paper[0, 0]).all()


def test_noise_grows_with_severity_and_bad_scans_have_less_contrast(printer, digits):
    def noise(page: np.ndarray) -> float:
        return float(np.abs(np.diff(page[300:400, 300:400].astype(float))).mean())

    def contrast(page: np.ndarray) -> float:
        return float(np.median(page) - np.quantile(page[200:800, 100:600], 0.005))

    pages = [drawn(printer, digits, severity) for severity in (0.0, 0.5, 1.0, 2.0)]
    assert all(noise(less) < noise(more) for less, more in pairwise(pages))
    assert contrast(drawn(printer, digits, 1.0, bad=True)) < 0.7 * contrast(pages[2])


def test_a_digit_is_written_inside_of_its_box_and_nowhere_else(printer, digits, form):
    hand, lines = Hand.draw(np.random.default_rng(1), 0.0), ("District 1",)
    empty = printer.write(np.zeros_like(digits), lines, hand, np.random.default_rng(1))
    full = printer.write(digits, lines, hand, np.random.default_rng(1))
    left, top, width, height = (BORDER + form.boxes.reshape(-1, 4)).round().astype(int).T - [
        [0],
        [0],
        [BORDER],
        [BORDER],
    ]
    outside = full - empty
    for x, y, w, h in zip(left, top, width, height, strict=True):
        assert outside[y : y + h, x : x + w].sum() > 20
        outside[y : y + h, x : x + w] = 0
    assert np.abs(outside).max() < 0.01


def test_the_hand_that_writes_a_sheet_is_one_and_differs_between_sheets():
    hands = [Hand.draw(np.random.default_rng(seed), 1.0) for seed in range(50)]
    assert len({hand.slant for hand in hands}) == 50
    assert len({Hand.draw(np.random.default_rng(seed), 0.0).slant for seed in range(50)}) == 1


def test_some_badly_scanned_pages_have_a_fold_and_no_other_has():
    def folds(bad: bool) -> int:
        scans = [Scan.draw(np.random.default_rng(seed), (712, 950), 1.0, bad) for seed in range(60)]
        return sum(scan.fold is not None for scan in scans)

    assert folds(bad=False) == 0
    assert 20 < folds(bad=True) < 50


@pytest.mark.parametrize("parties", [2, 20])
def test_a_form_of_any_number_of_parties_is_drawn(stand_in, parties):
    numbers = np.zeros((parties, 3), dtype=int)
    digits = stand_in.images[stand_in.choose(numbers, "sheets", np.random.default_rng(1))]
    printer = Printer(Form.standard(party_names(parties)))
    assert drawn(printer, digits, 1.0).shape == printer.size[::-1]


def test_a_page_takes_less_than_a_tenth_of_a_second(printer, digits):
    drawn(printer, digits, 1.0)
    begin = time.process_time()
    for seed in range(5):
        drawn(printer, digits, 1.0, seed=seed)
    assert (time.process_time() - begin) / 5 < 0.1  # 0.02 s on the machine it was written on
