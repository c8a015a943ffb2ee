"""Rendered sheets are reproducible, harder to read with severity, and worst if badly scanned."""

import time
from itertools import pairwise

import numpy as np
import pytest

from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.simulation.election import party_names
from relecture.tallies.simulation.render import BORDER, FormRenderer
from relecture.tallies.simulation.scanner import Scanner
from relecture.tallies.simulation.writer import Writer


@pytest.fixture(scope="module")
def renderer(layout):
    return FormRenderer(layout)


@pytest.fixture(scope="module")
def digits(stand_in):
    numbers = np.arange(30).reshape(10, 3) % 10
    return stand_in.images[stand_in.draw_rows(numbers, "sheets", np.random.default_rng(1))]


def rendered(
    renderer: FormRenderer, digits: np.ndarray, severity: float, bad: bool = False, seed: int = 1
) -> np.ndarray:
    return renderer.render(digits, ("District 1", "Station 001"), np.random.default_rng(seed), severity, bad)


def test_a_page_is_a_grey_picture_of_paper_with_some_ink(renderer, digits):
    page = rendered(renderer, digits, 1.0)
    assert page.dtype == np.uint8
    assert page.shape == (950, 712)
    assert np.median(page) > 180
    assert page.min() < 80


def test_the_same_random_stream_gives_the_same_page_and_another_stream_another(renderer, digits):
    np.testing.assert_array_equal(rendered(renderer, digits, 1.0), rendered(renderer, digits, 1.0))
    assert (rendered(renderer, digits, 1.0) != rendered(renderer, digits, 1.0, seed=2)).mean() > 0.5


def test_at_severity_0_a_page_is_print_clean(renderer, digits):
    page = rendered(renderer, digits, 0.0, bad=True)
    paper = page[:BORDER]
    assert (paper == paper[0, 0]).all()


def test_noise_grows_with_severity_and_bad_scans_have_less_contrast(renderer, digits):
    def noise(page: np.ndarray) -> float:
        return float(np.abs(np.diff(page[300:400, 300:400].astype(float))).mean())

    def contrast(page: np.ndarray) -> float:
        return float(np.median(page) - np.quantile(page[200:800, 100:600], 0.005))

    pages = [rendered(renderer, digits, severity) for severity in (0.0, 0.5, 1.0, 2.0)]
    assert all(noise(less) < noise(more) for less, more in pairwise(pages))
    assert contrast(rendered(renderer, digits, 1.0, bad=True)) < 0.7 * contrast(pages[2])


def test_a_digit_is_written_inside_its_box_and_nowhere_else(renderer, digits, layout):
    writer, captions = Writer.sample(np.random.default_rng(1), 0.0), ("District 1",)
    empty = renderer.render_ink(np.zeros_like(digits), captions, writer, np.random.default_rng(1))
    full = renderer.render_ink(digits, captions, writer, np.random.default_rng(1))
    left, top, width, height = (BORDER + layout.boxes.reshape(-1, 4)).round().astype(int).T - [
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


def test_writers_differ_between_sheets_but_not_at_severity_0():
    writers = [Writer.sample(np.random.default_rng(seed), 1.0) for seed in range(50)]
    assert len({writer.slant for writer in writers}) == 50
    assert len({Writer.sample(np.random.default_rng(seed), 0.0).slant for seed in range(50)}) == 1


def test_only_badly_scanned_pages_have_a_fold_and_some_of_them_do():
    def folds(bad: bool) -> int:
        scans = [Scanner.sample(np.random.default_rng(seed), (712, 950), 1.0, bad) for seed in range(60)]
        return sum(scan.fold is not None for scan in scans)

    assert folds(bad=False) == 0
    assert 20 < folds(bad=True) < 50


@pytest.mark.parametrize("parties", [2, 20])
def test_a_form_of_any_number_of_parties_is_rendered(stand_in, parties):
    numbers = np.zeros((parties, 3), dtype=int)
    digits = stand_in.images[stand_in.draw_rows(numbers, "sheets", np.random.default_rng(1))]
    renderer = FormRenderer(FormLayout.standard(party_names(parties)))
    assert rendered(renderer, digits, 1.0).shape == renderer.size[::-1]


def test_rendering_a_page_takes_less_than_a_tenth_of_a_second(renderer, digits):
    rendered(renderer, digits, 1.0)
    begin = time.process_time()
    for seed in range(5):
        rendered(renderer, digits, 1.0, seed=seed)
    assert (time.process_time() - begin) / 5 < 0.1  # 0.02 s on the machine it was written on


def test_signs_stand_in_place_of_digits(renderer, digits, layout):
    writer, captions = Writer.sample(np.random.default_rng(1), 0.0), ("District 1",)
    signs = np.full(digits.shape[:2], "", dtype="U10")
    signs[0] = ["empty", "dash", "struck_out"]
    blank, plain, signed = (
        renderer.render_ink(images, captions, writer, np.random.default_rng(1), kinds)
        for images, kinds in ((np.zeros_like(digits), None), (digits, None), (digits, signs))
    )

    def ink(page: np.ndarray, box: int) -> np.ndarray:
        left, top, width, height = (layout.boxes[0, box] + [BORDER + 3, BORDER + 3, -6, -6]).astype(int)
        return page[top : top + height, left : left + width]

    np.testing.assert_array_equal(ink(signed, 0), ink(blank, 0))
    rows, columns = np.nonzero(ink(signed, 1) > 0.3)
    assert np.ptp(columns) > 2 * np.ptp(rows)  # a dash
    assert ink(signed, 2).sum() > ink(plain, 2).sum() * 0.8
