"""Segmentation finds the boxes at the positions that only the simulator knows."""

import time

import cv2
import numpy as np
import pytest

from relecture.errors import UserError
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.segmentation.rectify import UnreadableSheet, open_page, rectify, segment, segment_cells
from relecture.tallies.simulation.render import BORDER, FormRenderer
from relecture.tallies.simulation.scanner import Scanner
from relecture.tallies.simulation.writer import Writer

SHEETS = 40


def corners(layout: FormLayout) -> np.ndarray:
    """Return the corners of every box on the unscanned page, in the middle of its lines: (boxes, 4, 2)."""
    left, top, width, height = layout.boxes.reshape(-1, 4).T
    x, y = left + BORDER - 0.5, top + BORDER - 0.5  # between two pixels, where a line of two has its middle
    return np.stack([[x, y], [x + width, y], [x + width, y + height], [x, y + height]]).transpose(2, 0, 1)


class Sheet:
    """A simulated sheet with its true digits and corners."""

    def __init__(self, renderer: FormRenderer, handwriting, seed: int, severity: float, bad: bool):
        rng = np.random.default_rng([seed, bad])
        self.numbers = rng.integers(0, 10, size=renderer.layout.boxes.shape[:2])
        rows = handwriting.draw_rows(self.numbers, "sheets", rng)
        ink = renderer.render_ink(handwriting.images[rows], ("District 1",), Writer.sample(rng, severity), rng)
        scanner = Scanner.sample(rng, renderer.size, severity, bad)
        self.page = scanner.scan(ink, rng)
        self.corners = cv2.perspectiveTransform(corners(renderer.layout).reshape(1, -1, 2), scanner.matrix).reshape(
            -1, 4, 2
        )


@pytest.fixture(scope="module")
def renderer(layout):
    return FormRenderer(layout)


@pytest.fixture(scope="module")
def good(renderer, stand_in):
    return [Sheet(renderer, stand_in, seed, 1.0, bad=False) for seed in range(SHEETS)]


@pytest.fixture(scope="module")
def bad(renderer, stand_in):
    return [Sheet(renderer, stand_in, seed, 1.0, bad=True) for seed in range(SHEETS)]


def corner_errors(sheets: list[Sheet], layout: FormLayout) -> list[float]:
    """Return the largest distance of a box's corner from its true position, in pixels, for every readable sheet."""
    distances = []
    for sheet in sheets:
        try:
            outlines = rectify(sheet.page, layout)[0].outlines()
        except UnreadableSheet:
            continue
        distances.append(float(np.linalg.norm(outlines - sheet.corners, axis=2).max()))
    return distances


def test_every_well_scanned_sheet_is_readable_and_its_boxes_are_found_to_a_pixel(good, layout):
    errors = corner_errors(good, layout)
    assert len(errors) == SHEETS
    assert max(errors) < 1.0


def test_most_badly_scanned_sheets_are_readable_and_their_boxes_are_found_to_three_pixels(bad, layout):
    errors = corner_errors(bad, layout)
    assert len(errors) >= 0.8 * SHEETS
    assert max(errors) < 3.0


def test_a_cell_shows_what_was_written_into_its_box(renderer, stand_in, layout):
    # At severity 0 the sheet is neither turned nor blurred: the inside of the box, scaled, is the expected cell.
    sheet = Sheet(renderer, stand_in, 1, 0.0, bad=False)
    cells = segment_cells(sheet.page, layout).as_cut
    assert cells.shape == (10, 3, 28, 28)
    assert cells.dtype == np.uint8
    for cell, (left, top, width, height) in zip(
        cells.reshape(-1, 28, 28), layout.boxes.reshape(-1, 4).astype(int), strict=True
    ):
        box = (
            255
            - sheet.page[BORDER + top + 3 : BORDER + top + height - 3, BORDER + left + 3 : BORDER + left + width - 3]
        )
        expected = cv2.resize(box, (28, 28), interpolation=cv2.INTER_AREA)
        assert np.corrcoef(cell.ravel(), expected.ravel())[0, 1] > 0.97


def test_empty_cells_have_no_rest_of_the_lines(renderer, layout):
    rng = np.random.default_rng(1)
    ink = renderer.render_ink(np.zeros((10, 3, 16, 16), np.float32), (), Writer.sample(rng, 1.0), rng)
    for bad in (False, True):
        page = Scanner.sample(rng, renderer.size, 1.0, bad).scan(ink, rng)
        cells = segment_cells(page, layout).as_cut
        assert np.mean(cells > 128) < 0.01


def test_the_cells_of_good_sheets_have_black_paper_and_white_ink(good, layout):
    cells = np.stack([segment_cells(sheet.page, layout).as_cut for sheet in good[:5]])
    assert np.median(cells) == 0
    assert (cells.max(axis=(3, 4)) > 150).mean() > 0.98
    assert (cells[..., :2, :].mean(), cells[..., :, -2:].mean()) < (8, 8)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_may_lie_on_its_side_or_upside_down(good, layout, turns):
    sheet = good[0]
    np.testing.assert_allclose(
        segment_cells(np.rot90(sheet.page, turns), layout).as_cut.astype(float),
        segment_cells(sheet.page, layout).as_cut,
        atol=90,
    )


def test_a_large_photo_is_readable(good, layout):
    sheet = good[0]
    large = cv2.resize(sheet.page, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    outlines = rectify(large, layout)[0].outlines()
    assert np.linalg.norm(outlines / 3 - sheet.corners, axis=2).max() < 1.5


def test_a_layout_in_millimetres_gives_the_same_cells(good, layout):
    small = FormLayout.one_table(layout.width / 4, layout.height / 4, layout.parties, layout.boxes / 4)
    np.testing.assert_array_equal(segment(good[0].page, small), segment(good[0].page, layout))


def test_a_blank_page_has_no_frame(layout):
    with pytest.raises(UnreadableSheet, match="no frame was found"):
        segment(np.full((950, 712), 240, np.uint8), layout)


def test_noise_is_unreadable(layout):
    with pytest.raises(UnreadableSheet):
        segment(np.random.default_rng(1).integers(0, 256, (950, 712), dtype=np.uint8), layout)


def test_a_form_with_another_layout_is_unreadable(good, layout):
    other = FormLayout.one_table(layout.width, layout.height, layout.parties, layout.boxes - [150, 20, 0, 0])
    with pytest.raises(UnreadableSheet, match="not where the layout has them"):
        segment(good[0].page, other)


def test_a_thumbnail_is_too_small(layout):
    with pytest.raises(UnreadableSheet, match="only 90 x 120 pixels"):
        segment(np.zeros((120, 90), np.uint8), layout)


def test_a_broken_image_is_unreadable_and_a_missing_one_an_error(tmp_path, good):
    path = tmp_path / "sheet.jpg"
    with pytest.raises(UserError, match=r"sheet\.jpg"):
        open_page(path)
    path.write_bytes(b"no image")
    with pytest.raises(UnreadableSheet, match="it is not an image"):
        open_page(path)
    path.write_bytes(b"")
    with pytest.raises(UnreadableSheet, match="it is empty"):
        open_page(path)
    cv2.imwrite(str(path), good[0].page)
    np.testing.assert_allclose(open_page(path).astype(float), good[0].page, atol=60)
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(UnreadableSheet, match="cannot be opened"):
        open_page(path)


def test_a_page_is_segmented_in_less_than_a_tenth_of_a_second(good, layout):
    begin = time.process_time()
    for sheet in good[:10]:
        segment(sheet.page, layout)
    assert (time.process_time() - begin) / 10 < 0.1  # 0.02 s on the machine it was written on
