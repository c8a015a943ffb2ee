"""Forms of several tables, forms that look alike when turned, and pages that are found by a template page."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from relecture.tallies.segmentation.layout import FormLayout, FormTable
from relecture.tallies.segmentation.rectify import UnreadableSheet, find_sheets, make_template, rectify, segment_cells

BOX = 44


def table(name: str, rows: int, left: int = 300, n_boxes: int = 3, width: int = 500) -> FormTable:
    """Return a table with a row of boxes every 60 pixels, the last one at a right edge of its own."""
    boxes = [
        np.array([[left + BOX * column, 30 + 60 * row, BOX, BOX] for column in range(n_boxes)], dtype=float)
        for row in range(rows)
    ]
    names = tuple(f"{name}{row}" for row in range(rows))
    return FormTable(name, width, 60 * rows + 40, names, tuple(boxes))


def draw(tables: list[tuple[FormTable, int, int]], size: tuple[int, int], texts: bool = True) -> np.ndarray:
    """Return a page with tables at (left, top); every box of row k holds the digit k."""
    page = Image.new("L", size, 240)
    pen = ImageDraw.Draw(page)
    font, small = ImageFont.load_default(30), ImageFont.load_default(18)
    for form, x, y in tables:
        pen.rectangle((x, y, x + form.width - 1, y + form.height - 1), outline=20, width=3)
        for row, boxes in enumerate(form.boxes):
            if texts:
                text = f"{form.name} row {row}: {'valid votes of party' if row % 2 else 'printed on every form'}"
                pen.text((x + 12, y + boxes[0, 1] + 10), text, 20, small)
            for left, top, width, height in boxes:
                pen.rectangle((x + left - 1, y + top - 1, x + left + width, y + top + height), outline=30, width=2)
                pen.text((x + left + 12, y + top + 2), str(row), 40, font)
    return np.asarray(page)


def layout_of(*tables: FormTable) -> FormLayout:
    return FormLayout(tables, (True,) * sum(len(form.row_names) for form in tables))


UPPER, LOWER = table("upper", 3), table("lower", 4, left=250, n_boxes=4)
BOTH = layout_of(UPPER, LOWER)
PAGE = draw([(UPPER, 60, 60), (LOWER, 60, 360)], (640, 760))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_both_tables_of_a_page_are_found_in_any_orientation(turns):
    upper, lower = rectify(np.rot90(PAGE, turns), BOTH)
    assert (len(upper.lines), len(lower.lines)) == (9, 16)
    cells = segment_cells(np.rot90(PAGE, turns), BOTH)
    assert cells.normalised.shape == (7, 4, 28, 28)
    assert cells.empty.tolist() == (~BOTH.has_box).tolist()
    corners = np.array([[60 + 300, 60 + 30]])
    if not turns:
        assert np.linalg.norm(upper.outlines()[0, 0] - corners) < 2


def test_tables_that_are_alike_are_told_by_their_order():
    first, second = table("a", 3), table("b", 3)
    page = draw([(first, 60, 60), (second, 60, 360)], (640, 640))
    upper, lower = rectify(page, layout_of(first, second))
    assert upper.outlines()[:, :, 1].max() < lower.outlines()[:, :, 1].min()


def test_a_page_without_one_of_the_tables_is_unreadable():
    page = draw([(UPPER, 60, 60)], (640, 760))
    with pytest.raises(UnreadableSheet, match="table 'lower'"):
        rectify(page, BOTH)


def test_two_sheets_of_several_tables_on_a_page_are_refused():
    with pytest.raises(UnreadableSheet, match="at more than one place"):
        rectify(np.hstack([PAGE, PAGE]), BOTH)


def test_boxes_may_lie_beside_the_frame():
    inside = table("in", 2, width=480)
    beside = FormTable(
        "", 480, inside.height, ("a", "b"), tuple(boxes + np.array([230, 0, 0, 0]) for boxes in inside.boxes)
    )
    page = draw([(beside, 60, 60)], (800, 300))
    (form,) = rectify(page, layout_of(beside))
    assert np.linalg.norm(form.outlines()[0, 0] - [60 + 530, 60 + 30]) < 2


def centred(height: int, top: int, pitch: int) -> FormTable:
    """Return a table of three rows whose boxes lie in the same places when it is turned by 180 degrees."""
    boxes = [np.array([[134.0 + BOX * k, top + pitch * row, BOX, BOX] for k in range(3)]) for row in range(3)]
    return FormTable("", 400, height, ("a", "b", "c"), tuple(boxes))


ALIKE, SQUARE = centred(280, 58, 60), centred(400, 134, BOX)


def alike_page(form: FormTable, top: int) -> np.ndarray:
    page = draw([(form, 60, 60)], (520, top), texts=False)
    image = Image.fromarray(page)
    ImageDraw.Draw(image).text((80, 75), "TALLY SHEET OF THE STATION", 20, ImageFont.load_default(22))
    return np.asarray(image)


@pytest.mark.parametrize(("form", "turns"), [(ALIKE, (0, 2)), (SQUARE, (0, 1, 2, 3))])
def test_a_form_that_looks_alike_when_turned_is_read_only_with_a_template_page(form, turns):
    layout, page = layout_of(form), alike_page(form, form.height + 120)
    template = make_template(page, layout, "template")
    upright = segment_cells(page, layout, template).as_cut
    for quarters in turns:
        turned = np.rot90(page, quarters)
        with pytest.raises(UnreadableSheet, match="which way up"):
            find_sheets(turned, layout)
        np.testing.assert_allclose(segment_cells(turned, layout, template).as_cut.astype(float), upright, atol=90)


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_a_page_with_a_broken_frame_is_found_by_its_print(turns):
    template = make_template(PAGE, BOTH, "template")
    torn = PAGE.copy()
    torn[40:200, 540:] = 240
    torn[420:500, :80] = 240
    cv2.line(torn, (0, 300), (639, 460), 60, 4)
    with pytest.raises(UnreadableSheet):
        find_sheets(np.rot90(torn, turns), BOTH)
    (sheet,) = find_sheets(np.rot90(torn, turns), BOTH, template)
    assert sheet.by_template
    expected = np.concatenate([form.outlines() for form in rectify(np.rot90(PAGE, turns), BOTH)])
    found = np.concatenate([form.outlines() for form in sheet.tables])
    assert np.linalg.norm(found - expected, axis=2).max() < 3


def test_another_page_is_not_taken_for_the_form_of_the_template():
    template = make_template(PAGE, BOTH, "template")
    other = draw([(table("other", 5, left=120), 60, 60)], (640, 760))
    with pytest.raises(UnreadableSheet):
        find_sheets(other, BOTH, template)
