"""Normalised cells: whatever the box, the digit comes out as in MNIST; drawn here with OpenCV."""

import cv2
import numpy as np
import pytest

from relecture.tallies.segmentation.cell_normalization import normalize_cells, normalize_image

PAPER = 235


def picture(height, width, strokes, thickness=3, ink=60, paper=PAPER):
    """A picture with lines between points in shares of its sides."""
    image = np.full((height, width), paper, np.uint8)
    for points in strokes:
        corners = np.round(np.array(points) * [width - 1, height - 1]).astype(np.int32)
        cv2.polylines(image, [corners], False, ink, thickness, cv2.LINE_AA)
    return image


SEVEN = [[(0.3, 0.25), (0.65, 0.25), (0.45, 0.8)]]
FOUR = [[(0.45, 0.2), (0.3, 0.55), (0.75, 0.55)], [(0.62, 0.3), (0.62, 0.85)]]


def extent(cell):
    rows, columns = np.nonzero(cell > 60)
    return np.ptp(rows) + 1, np.ptp(columns) + 1


def similarity(a, b):
    return np.corrcoef(a.ravel().astype(float), b.ravel().astype(float))[0, 1]


@pytest.mark.parametrize(("height", "width"), [(60, 60), (100, 56), (56, 100), (30, 30), (300, 240)])
def test_the_longer_side_is_20_pixels_and_the_mass_is_in_the_middle(height, width):
    cell = normalize_image(picture(height, width, FOUR, thickness=max(height // 20, 1)))
    assert 18 <= max(extent(cell)) <= 21
    total = cell.sum(dtype=float)
    centre = [(cell.sum(axis=axis) * np.arange(28)).sum() / total for axis in (0, 1)]
    np.testing.assert_allclose(centre, 13.5, atol=0.6)


def test_the_aspect_ratio_of_the_ink_is_kept():
    rows, columns = extent(normalize_image(picture(100, 60, [[(0.5, 0.1), (0.5, 0.7)]])))
    assert rows >= 19
    assert columns <= 5


def test_place_size_and_grey_level_do_not_matter():
    smaller = [[(0.1 + 0.5 * x, 0.3 + 0.5 * y) for x, y in stroke] for stroke in FOUR]
    cells = [normalize_image(picture(160, 160, FOUR, 8, ink=150)), normalize_image(picture(160, 160, smaller, 4))]
    assert similarity(*cells) > 0.85


def test_light_on_dark_is_the_same_digit():
    dark_on_light = picture(60, 60, FOUR)
    assert similarity(normalize_image(dark_on_light), normalize_image(255 - dark_on_light)) > 0.99


@pytest.mark.parametrize("frame", ["all round", "above and left", "white strip", "white pixel"])
def test_what_lies_along_the_border_does_not_turn_a_cell_to_its_negative(frame):
    image = picture(30, 30, FOUR, 2, ink=120, paper=180)
    clean = normalize_image(image)
    if frame == "all round":
        cv2.rectangle(image, (0, 0), (29, 29), 80, 1)
    elif frame == "above and left":
        image[0], image[:, 0] = 80, 80
    elif frame == "white strip":
        image[:2] = 255
    else:
        image[2, 2] = 255
    assert similarity(normalize_image(image), clean) > 0.9


def test_specks_and_the_ends_of_neighbours_are_removed():
    image = picture(60, 60, FOUR)
    clean = normalize_image(image)
    image[52:54, 8:10] = 60  # a speck
    cv2.line(image, (57, 20), (59, 12), 60, 2)  # the end of the next digit
    assert similarity(normalize_image(image), clean) > 0.97


def test_a_stroke_that_reaches_the_border_is_not_cut():
    image = picture(60, 60, [[(0.3, 0.0), (0.7, 0.0), (0.4, 1.0)]], 4)
    rows, columns = extent(normalize_image(image))
    assert rows >= 19
    assert columns >= 7


def test_the_gaps_of_a_thin_stroke_do_not_part_a_digit():
    image = picture(80, 80, SEVEN, 2)
    clean = normalize_image(image)
    image[40:42] = PAPER
    assert similarity(normalize_image(image), clean) > 0.85


def test_thin_ink_is_widened():
    thin, thick = (normalize_image(picture(200, 200, SEVEN, thickness)) for thickness in (2, 18))
    assert (thin > 100).sum() > 0.5 * (thick > 100).sum()


def test_cells_without_ink_are_blank_by_their_own_noise():
    random = np.random.default_rng(1)
    paper = random.normal(0, [[[0.005]], [[0.03]], [[0.08]]], (3, 60, 60)).astype(np.float32)
    paper[:, :20] += 0.05  # a shadow, or a watermark
    assert not normalize_cells(paper, line_darkness=0.7).any()
    stroke = paper + 0.6 * (255 - picture(60, 60, SEVEN, ink=0, paper=255)).astype(np.float32) / 255
    assert normalize_cells(stroke, line_darkness=0.7).any(axis=(1, 2)).all()


def test_a_cell_does_not_depend_on_the_others():
    random = np.random.default_rng(2)
    cells = random.normal(0, 0.01, (3, 60, 70)).astype(np.float32)
    for cell, strokes in zip(cells, (SEVEN, FOUR, []), strict=True):
        cell += 0.6 * (255 - picture(60, 70, strokes, ink=0, paper=255)).astype(np.float32) / 255
    together = normalize_cells(cells, 0.7)
    np.testing.assert_array_equal(together, np.concatenate([normalize_cells(cell[None], 0.7) for cell in cells]))
