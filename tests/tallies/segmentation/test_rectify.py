"""The reader finds the boxes where the simulator truly drew them, which it is never told."""

import time

import cv2
import numpy as np
import pytest

from relecture.errors import UserError
from relecture.tallies.segmentation import rectify
from relecture.tallies.segmentation.layout import Form
from relecture.tallies.segmentation.rectify import Unread
from relecture.tallies.simulation.render import BORDER, Printer
from relecture.tallies.simulation.scanner import Scan
from relecture.tallies.simulation.writer import Hand

SHEETS = 40


def corners(form: Form) -> np.ndarray:
    """The corners of every box on the unscanned page, in the middle of its lines: (boxes, 4, 2)."""
    left, top, width, height = form.boxes.reshape(-1, 4).T
    x, y = left + BORDER - 0.5, top + BORDER - 0.5  # between two pixels, where a line of two has its middle
    return np.stack([[x, y], [x + width, y], [x + width, y + height], [x, y + height]]).transpose(2, 0, 1)


class Sheet:
    """A drawn sheet, with what only the simulator knows."""

    def __init__(self, printer: Printer, handwriting, seed: int, severity: float, bad: bool):
        random = np.random.default_rng([seed, bad])
        self.numbers = random.integers(0, 10, size=printer.form.boxes.shape[:2])
        rows = handwriting.choose(self.numbers, "sheets", random)
        ink = printer.write(handwriting.images[rows], ("District 1",), Hand.draw(random, severity), random)
        scan = Scan.draw(random, printer.size, severity, bad)
        self.page = scan.take(ink, random)
        self.corners = cv2.perspectiveTransform(corners(printer.form).reshape(1, -1, 2), scan.matrix).reshape(-1, 4, 2)


@pytest.fixture(scope="module")
def printer(form):
    return Printer(form)


@pytest.fixture(scope="module")
def good(printer, stand_in):
    return [Sheet(printer, stand_in, seed, 1.0, bad=False) for seed in range(SHEETS)]


@pytest.fixture(scope="module")
def bad(printer, stand_in):
    return [Sheet(printer, stand_in, seed, 1.0, bad=True) for seed in range(SHEETS)]


def distances(sheets: list[Sheet], form: Form) -> list[float]:
    """How far the farthest corner of a box is from where it truly is, in pixels, for every sheet that is read."""
    found = []
    for sheet in sheets:
        try:
            outlines = rectify.straighten(sheet.page, form).outlines()
        except Unread:
            continue
        found.append(float(np.linalg.norm(outlines - sheet.corners, axis=2).max()))
    return found


def test_every_well_scanned_sheet_is_read_and_its_boxes_are_found_to_a_pixel(good, form):
    found = distances(good, form)
    assert len(found) == SHEETS
    assert max(found) < 1.0


def test_most_badly_scanned_sheets_are_read_and_their_boxes_are_found_to_three_pixels(bad, form):
    found = distances(bad, form)
    assert len(found) >= 0.8 * SHEETS
    assert max(found) < 3.0


def test_a_cell_shows_what_was_written_into_its_box(printer, stand_in, form):
    # At severity 0 the sheet is neither turned nor blurred: the inside of the box, scaled, is what has to come out.
    sheet = Sheet(printer, stand_in, 1, 0.0, bad=False)
    cells = rectify.cut(sheet.page, form)
    assert cells.shape == (10, 3, 28, 28)
    assert cells.dtype == np.uint8
    for cell, (left, top, width, height) in zip(
        cells.reshape(-1, 28, 28), form.boxes.reshape(-1, 4).astype(int), strict=True
    ):
        box = (
            255
            - sheet.page[BORDER + top + 3 : BORDER + top + height - 3, BORDER + left + 3 : BORDER + left + width - 3]
        )
        expected = cv2.resize(box, (28, 28), interpolation=cv2.INTER_AREA)
        assert np.corrcoef(cell.ravel(), expected.ravel())[0, 1] > 0.97


def test_of_the_boxes_lines_nothing_is_left_in_empty_cells(printer, form):
    random = np.random.default_rng(1)
    ink = printer.write(np.zeros((10, 3, 16, 16), np.float32), (), Hand.draw(random, 1.0), random)
    for bad in (False, True):
        page = Scan.draw(random, printer.size, 1.0, bad).take(ink, random)
        cells = rectify.cut(page, form)
        assert np.mean(cells > 128) < 0.01


def test_the_cells_of_good_sheets_have_black_paper_and_white_ink(good, form):
    cells = np.stack([rectify.cut(sheet.page, form) for sheet in good[:5]])
    assert np.median(cells) == 0
    assert (cells.max(axis=(3, 4)) > 150).mean() > 0.98
    assert (cells[..., :2, :].mean(), cells[..., :, -2:].mean()) < (8, 8)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_may_lie_on_its_side_or_upside_down(good, form, turns):
    sheet = good[0]
    np.testing.assert_allclose(
        rectify.cut(np.rot90(sheet.page, turns), form).astype(float), rectify.cut(sheet.page, form), atol=90
    )


def test_a_large_photo_is_read_as_well(good, form):
    sheet = good[0]
    large = cv2.resize(sheet.page, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    outlines = rectify.straighten(large, form).outlines()
    assert np.linalg.norm(outlines / 3 - sheet.corners, axis=2).max() < 1.5


def test_a_layout_in_millimetres_reads_the_same_cells(good, form):
    small = Form(form.width / 4, form.height / 4, form.parties, form.boxes / 4)
    np.testing.assert_array_equal(rectify.cut(good[0].page, small), rectify.cut(good[0].page, form))


def test_a_blank_page_has_no_frame(form):
    with pytest.raises(Unread, match="no frame is found"):
        rectify.cut(np.full((950, 712), 240, np.uint8), form)


def test_noise_is_no_sheet(form):
    with pytest.raises(Unread):
        rectify.cut(np.random.default_rng(1).integers(0, 256, (950, 712), dtype=np.uint8), form)


def test_another_form_is_not_read_by_this_layout(good, form):
    other = Form(form.width, form.height, form.parties, form.boxes - [150, 20, 0, 0])
    with pytest.raises(Unread, match="not where the layout has them"):
        rectify.cut(good[0].page, other)


def test_a_thumbnail_is_too_small(form):
    with pytest.raises(Unread, match="only 90 x 120 pixels"):
        rectify.cut(np.zeros((120, 90), np.uint8), form)


def test_a_sheet_that_is_no_image_is_unread_and_one_that_is_not_there_an_error(tmp_path, good):
    path = tmp_path / "sheet.jpg"
    with pytest.raises(UserError, match=r"sheet\.jpg"):
        rectify.open_page(path)
    path.write_bytes(b"no image")
    with pytest.raises(Unread, match="it is no image"):
        rectify.open_page(path)
    path.write_bytes(b"")
    with pytest.raises(Unread, match="it is empty"):
        rectify.open_page(path)
    cv2.imwrite(str(path), good[0].page)
    np.testing.assert_allclose(rectify.open_page(path).astype(float), good[0].page, atol=60)
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(Unread, match="cannot be read"):
        rectify.open_page(path)


def test_a_page_is_cut_in_less_than_a_tenth_of_a_second(good, form):
    begin = time.process_time()
    for sheet in good[:10]:
        rectify.cut(sheet.page, form)
    assert (time.process_time() - begin) / 10 < 0.1  # 0.02 s on the machine it was written on
