"""Normalise cells: every image of a digit, whatever it is cut from, becomes one like those of MNIST.

MNIST's digits were cropped, scaled to 20 pixels with their aspect ratio kept, and centred by mass in 28 x 28 (LeCun et
al. 1998, "Gradient-based learning applied to document recognition", section III.A). A network that is trained on them
knows no other place and size, so that a cell which is merely cut out of its box differs from its training images in
geometry alone. `crop_cells` normalises the boxes of a rectified form, `normalize_image` any other picture of a digit.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple, Protocol

import cv2
import numpy as np

from relecture.tallies import IMAGE_SIZE

DIGIT_SIZE = 20  # pixels of a digit's longer side in a normalised cell, as in MNIST
LINE_MARGIN = 4  # pixels left out inside of the middle of a box's line
EDGE_WIDTH = 2  # rows and columns at the border of a cell as cut in which the rest of a line may be
SIMILAR_SIZE = 4  # pixels: boxes that differ by less in size are normalised together
BATCH_SIZE = 100  # pictures that are normalised together
WORK_SIZE = 56  # pixels: a picture's longer side while it is normalised

# Levels of darkness, as shares of the light.
NOISE_FACTOR = 5.0  # standard deviations of a cell's noise above which a pixel is ink
MIN_DARKNESS = 0.06  # what is fainter is no ink, however quiet the cell is
INK_SHARE = 0.22  # of a cell's darkest ink: the level at which a stroke ends
FAINT_SHARE = 0.25  # of the form's printed lines: the darkest that an empty cell may be (watermarks, shine-through)
BLACK_QUANTILE = 0.75  # of the ink of a cell: the level that becomes black

# Lengths, as shares of a cell's side.
BORDER_ZONE = 0.14  # width of the zone in which the rest of a line, or the end of a neighbour's stroke, may be
LINE_LENGTH = 0.93  # a run along the border that is as long is the rest of a line
SPECK_SIZE = 0.1  # a component that is smaller is a speck
MIN_EXTENT = 0.14  # ink that extends less is none
RELATED_AREA = 0.12  # of the largest component's area: a smaller component away from it is a speck as well
RELATED_EXTENT = 0.25  # of its extent, likewise
INTRUDER_AREA = 0.35  # of the largest component's area: a smaller one that comes in from the border is a neighbour's
LINE_WIDTH = 0.09  # a wider run is a stroke
THIN_STROKE = 2.0  # pixels of a normalised cell: thinner strokes are widened to it

DARKEST = 8  # pixels of a normalised cell whose mean becomes black


class FormBoxes(Protocol):
    """What cells are cropped from: the part of a `RectifiedForm` that says where its boxes are."""

    @property
    def dark(self) -> np.ndarray:
        """Darkness of the form's pixels, float32 (height, width), 0 = paper, 1 = black."""

    @property
    def lines(self) -> np.ndarray:
        """Left, top, right and bottom of every box, (boxes, 4), in pixels of `dark`."""

    @property
    def line_darkness(self) -> float:
        """Median darkness of the boxes' lines."""


class CellImages(NamedTuple):
    """The cells of a form, uint8 (boxes, 28, 28), 0 = paper, 255 = ink.

    `normalised` are the cells that are counted; one without ink is blank. `as_cut` are the insides of the boxes,
    stretched to squares, in which digits keep their place and size. `empty` (boxes,) tells which boxes hold no ink.
    """

    normalised: np.ndarray
    as_cut: np.ndarray
    empty: np.ndarray


def crop_cells(form: FormBoxes) -> CellImages:
    """Return the cells of a rectified form: normalised, as cut, and which of them are empty."""
    insides = np.rint(form.lines).astype(int) + np.array([LINE_MARGIN, LINE_MARGIN, 1 - LINE_MARGIN, 1 - LINE_MARGIN])
    as_cut = _crop_as_cut(form.dark, insides, form.line_darkness)
    normalised = np.zeros_like(as_cut)
    for rows, height, width in _similar_boxes(insides):
        left, top = (
            (insides[rows, axis] + insides[rows, axis + 2] - size) // 2 for axis, size in ((0, width), (1, height))
        )
        cells = np.stack([form.dark[y : y + height, x : x + width] for x, y in zip(left, top, strict=True)])
        normalised[rows] = normalize_cells(cells, form.line_darkness)
    empty: np.ndarray = normalised.max(axis=(1, 2)) == 0
    return CellImages(normalised, as_cut, empty)


def normalize_image(image: np.ndarray) -> np.ndarray:
    """Return a picture of a digit, uint8 (height, width) of any size, as a normalised cell, uint8 (28, 28).

    The picture may be dark on light or light on dark: most of its pixels are paper. The cell is 0 = paper, 255 = ink,
    and blank if the picture holds no ink.
    """
    cell: np.ndarray = normalize_cells(ink_of_image(image)[None])[0]
    return cell


def normalize_images(images: np.ndarray) -> np.ndarray:
    """Return pictures of digits, uint8 (n, height, width) of one size, as normalised cells (n, 28, 28)."""
    batches = [images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE)]
    cells = [normalize_cells(np.stack([ink_of_image(image) for image in batch])) for batch in batches]
    return np.concatenate([np.zeros((0, IMAGE_SIZE, IMAGE_SIZE), np.uint8), *cells])


def ink_of_image(image: np.ndarray) -> np.ndarray:
    """Return how much darker than its paper a picture is, or lighter if it is light on dark.

    Args:
        image: uint8 (height, width).

    Returns:
        float32, scaled to a longer side of WORK_SIZE, 0 = paper, 1 = the whole range of grey levels.
    """
    height, width = image.shape
    scale = WORK_SIZE / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    ink = cv2.resize(image, size, interpolation=interpolation).astype(np.float32) / 255
    ink = np.median(ink) - ink
    zone = round(BORDER_ZONE / 2 * min(ink.shape))  # a line or a strip along the border says nothing about the ink
    inner = ink[zone : ink.shape[0] - zone, zone : ink.shape[1] - zone]
    level = INK_SHARE * min(max(inner.max(), 0), max(-inner.min(), 0))
    if (inner < -max(level, MIN_DARKNESS)).sum() > (inner > max(level, MIN_DARKNESS)).sum():
        ink = -ink
    return ink


def normalize_cells(dark: np.ndarray, line_darkness: float = 0.0) -> np.ndarray:
    """Return normalised cells, uint8 (cells, 28, 28), 0 = paper, 255 = ink.

    What is left of printed lines, specks and the ends of neighbouring strokes are removed; the ink is cropped, scaled
    to a longer side of DIGIT_SIZE, centred by mass, and its darkest part made black. A cell without ink is blank.

    Args:
        dark: float32 (cells, height, width), how much darker than paper each pixel is.
        line_darkness: Of the form's printed lines; ink is at least FAINT_SHARE as dark. 0 for a picture without a form.
    """
    n_cells, height, width = dark.shape
    normalised = np.zeros((n_cells, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    if not n_cells:
        return normalised
    # All cells as one tall image with paper between them, so that one call treats all.
    tall_shape = (n_cells * (height + 2), width + 2)
    grey, mask = np.zeros((2, n_cells, height + 2, width + 2), np.uint8)
    grey[:, 1:-1, 1:-1], level = _subtract_paper(dark, line_darkness)
    mask[:, 1:-1, 1:-1] = grey[:, 1:-1, 1:-1] > level[:, None, None]
    _remove_lines(mask[:, 1:-1, 1:-1])
    tall = mask.reshape(tall_shape)
    eroded = cv2.erode(tall, np.ones((3, 3), np.uint8)).reshape(mask.shape)
    joined = cv2.dilate(tall, np.ones((3, 3), np.uint8)).reshape(mask.shape)  # over the gaps of a thin stroke
    joined[:, [0, -1]] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined.reshape(tall_shape), connectivity=8)
    kept = _digit_components(stats, n_cells, height, width)
    labels = labels.reshape(mask.shape)
    for cell in np.unique(stats[kept, cv2.CC_STAT_TOP] // (height + 2)):
        digit = mask[cell] & kept[labels[cell]]
        # Of a stroke of w pixels two are its border, so that its width is twice the area by that of the border.
        border = cv2.countNonZero(digit & ~eroded[cell])
        normalised[cell] = _place(grey[cell], digit, 2 * cv2.countNonZero(digit) / max(border, 1))
    return normalised


def _subtract_paper(dark: np.ndarray, line_darkness: float) -> tuple[np.ndarray, np.ndarray]:
    """Return cells as uint8, 0 = paper, and for each the level above which a pixel is ink (cells,)."""
    n_cells, height, width = dark.shape
    sample = np.sort(dark[:, ::2, ::2].reshape(n_cells, -1), axis=1)
    middle = sample.shape[1] // 2
    paper = sample[:, middle]
    # What is lighter than paper mirrors its noise, half of it within 0.674 standard deviations. In a cell that a digit
    # fills, soft edges are there as well; most neighbours differ by noise alone.
    differences = np.sort(np.abs(dark[:, ::2, 2:] - dark[:, ::2, :-2]).reshape(n_cells, -1), axis=1)
    noise = np.minimum(paper - sample[:, middle // 2], differences[:, differences.shape[1] // 2]) / 0.674
    grey: np.ndarray = (255 * (dark - paper[:, None, None])).clip(0, 255).astype(np.uint8)
    top, left = (round(BORDER_ZONE * side) for side in (height, width))
    inner = grey[:, top : height - top, left : width - left].reshape(n_cells, -1)
    darkest = max(inner.shape[1] // 200, 1)
    peak = np.partition(inner, -darkest, axis=1)[:, -darkest:].mean(axis=1) / 255
    least = np.maximum(np.maximum(NOISE_FACTOR * noise, MIN_DARKNESS), FAINT_SHARE * line_darkness)
    level = np.where(peak > least, np.clip(NOISE_FACTOR * noise, INK_SHARE * peak, peak / 2), least)
    return grey, 255 * level


def _remove_lines(mask: np.ndarray) -> None:
    """Remove the rests of printed lines: thin, straight, along the border, and nearly as long as it."""
    for cells in (mask, mask[:, ::-1], mask.transpose(0, 2, 1), mask.transpose(0, 2, 1)[:, ::-1]):
        height = cells.shape[1]
        zone, thin = round(BORDER_ZONE * height), max(round(LINE_WIDTH * height), 2)
        strip = cells[:, : zone + 2]
        # A line that is not quite parallel to the border covers every column in one of three rows.
        covered = strip[:, :-2] | strip[:, 1:-1] | strip[:, 2:]
        rest = covered.mean(axis=2) >= LINE_LENGTH
        for cell in np.flatnonzero(rest.any(axis=1)):
            rows = np.flatnonzero(rest[cell])
            if rows[-1] + 3 - rows[0] <= thin + 2:
                cells[cell, rows[0] : rows[-1] + 3] = 0


def _digit_components(stats: np.ndarray, n_cells: int, height: int, width: int) -> np.ndarray:
    """Return for every component whether it belongs to the digit of its cell: bool (components,).

    `stats` are OpenCV's left, top, width, height and area of the components of all cells, one below the other.
    """
    left, top, w, h, area = stats.T.astype(np.float64)
    side = max(height, width)
    cell = stats[:, 1] // (height + 2)
    top, left = top - cell * (height + 2) - 1, left - 1
    right, bottom, extent = left + w, top + h, np.maximum(w, h)
    zone_x, zone_y = BORDER_ZONE * width, BORDER_ZONE * height
    touches = (left <= 0) | (top <= 0) | (right >= width) | (bottom >= height)
    in_zone = (right <= zone_x) | (left >= width - zone_x) | (bottom <= zone_y) | (top >= height - zone_y)
    possible = (extent >= SPECK_SIZE * side) & ~(touches & in_zone)
    possible[0] = False  # paper
    order = np.flatnonzero(possible)
    order = order[np.argsort(area[order], kind="stable")]
    main = np.full(n_cells, -1)
    main[cell[order]] = order  # the largest comes last
    of = main[cell]
    gap_x = np.maximum(np.maximum(left[of] - right, left - right[of]), 0)
    gap_y = np.maximum(np.maximum(top[of] - bottom, top - bottom[of]), 0)
    gap, share = np.maximum(gap_x, gap_y), area / area[of]
    centre_x, centre_y = (left + right) / 2, (top + bottom) / 2
    outside = (np.abs(centre_x - width / 2) > 0.3 * width) | (np.abs(centre_y - height / 2) > 0.3 * height)
    intruder = touches & outside & (share < INTRUDER_AREA) & (gap > 0.03 * side)
    speck = ((share < RELATED_AREA) | (extent < RELATED_EXTENT * extent[of])) & (gap > 0.03 * side)
    kept: np.ndarray = (possible | ((gap <= 0.03 * side) & ~in_zone)) & ~speck & ~intruder & (of >= 0)
    kept[0] = False
    kept[main[main >= 0]] = True
    kept &= extent[of] >= MIN_EXTENT * side
    return kept


def _place(grey: np.ndarray, digit: np.ndarray, stroke_width: float) -> np.ndarray:
    """Return the pixels `digit` (height, width) of a cell as a normalised cell; the strokes are `stroke_width` wide."""
    x, y, width, height = cv2.boundingRect(digit)
    # With a pixel on every side, which is there, because the cell has a border of paper.
    window = slice(y - 1, y + height + 1), slice(x - 1, x + width + 1)
    grey, digit = grey[window], np.ascontiguousarray(digit[window])
    values = np.sort(grey[digit > 0])
    black = values[int(BLACK_QUANTILE * (len(values) - 1))]
    grow = max(round((THIN_STROKE * max(width, height) / DIGIT_SIZE - stroke_width) / 2), 0)
    near = cv2.dilate(digit, _disc(1))
    ink = cv2.convertScaleAbs(grey * near, alpha=255 / float(black))[1:-1, 1:-1]
    if grow:
        ink = cv2.copyMakeBorder(ink, grow, grow, grow, grow, cv2.BORDER_CONSTANT, value=0)
        ink = cv2.dilate(ink, _disc(grow))
    height, width = ink.shape
    scale = DIGIT_SIZE / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    darkest = np.sort(small, axis=None)[-DARKEST:].mean()
    small = cv2.convertScaleAbs(small, alpha=255 / darkest)
    moments = cv2.moments(small)
    centre = (IMAGE_SIZE - 1) / 2
    left = min(max(round(centre - moments["m10"] / moments["m00"]), 0), IMAGE_SIZE - size[0])
    top = min(max(round(centre - moments["m01"] / moments["m00"]), 0), IMAGE_SIZE - size[1])
    cell = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    cell[top : top + size[1], left : left + size[0]] = small
    return cell


@cache
def _disc(radius: int) -> np.ndarray:
    kernel: np.ndarray = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return kernel


def _similar_boxes(insides: np.ndarray) -> Iterator[tuple[np.ndarray, int, int]]:
    """Yield the rows of boxes that differ by few pixels in size, with their smallest height and width."""
    width, height = (insides[:, 2:] - insides[:, :2]).T
    left = np.ones(len(insides), bool)
    while left.any():
        first = int(left.argmax())
        similar = left & (abs(width - width[first]) <= SIMILAR_SIZE) & (abs(height - height[first]) <= SIMILAR_SIZE)
        left &= ~similar
        yield np.flatnonzero(similar), int(height[similar].min()), int(width[similar].min())


def _crop_as_cut(dark: np.ndarray, insides: np.ndarray, line_darkness: float) -> np.ndarray:
    """Return the insides of boxes as cut: uint8 (boxes, 28, 28)."""
    cells = np.empty((len(insides), IMAGE_SIZE, IMAGE_SIZE), np.float32)
    for cell, (left, top, right, bottom) in zip(cells, insides, strict=True):
        cell[:] = cv2.resize(dark[top:bottom, left:right], (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_AREA)
    cells -= np.median(cells, axis=(1, 2), keepdims=True)
    _remove_line_rests(cells)
    # Values below the paper's median mirror its noise; what is not farther above the median is not ink either.
    floor = np.sqrt(2 * np.mean(np.minimum(cells, 0) ** 2))
    inks = np.quantile(cells, 0.97, axis=(1, 2))
    ink = max(np.quantile(inks, 0.6), 0.4 * line_darkness, floor + 0.02)
    crops: np.ndarray = (255 * ((cells - floor) / (ink - floor)).clip(0, 1)).round().astype(np.uint8)
    return crops


def _remove_line_rests(cells: np.ndarray) -> None:
    """Remove what is left of a box's lines: what a border row or column has along most of its length."""
    for edge in (*range(EDGE_WIDTH), *range(IMAGE_SIZE - EDGE_WIDTH, IMAGE_SIZE)):
        for line in (cells[:, edge, :], cells[:, :, edge]):
            line -= 2 * np.maximum(np.median(line, axis=1, keepdims=True), 0)
