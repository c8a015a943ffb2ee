"""Detect the printed lines of boxes near where the layout has them, and correct the form's position by them."""

import cv2
import numpy as np

MAX_SHIFT = 6  # pixels: how far a box's line may be from its expected position
PAPER_SHARE = 0.15  # of the pixels near a line are paper, even where a neighbour's line is near as well
MIN_STRENGTH = 0.03  # a line is at least so much darker than its surroundings ...
NOISE_FACTOR = 3.0  # ... and so many standard deviations of what noise alone would give
AGREEMENT = 2.0  # pixels between lines and layout, below which they agree
MAX_CORRECTION = 0.12  # of the form's size: how far a correction may move it


def detect_lines(flat: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Detect the four lines of every box.

    Args:
        flat: A rectified form (height, width), 0 = paper, 1 = black.
        boxes: (boxes, 4), left, top, width and height in its pixels.

    Returns:
        Positions of the left, top, right and bottom line of every box, and how much darker than its surroundings each
        is; both (boxes, 4).
    """
    padded = cv2.copyMakeBorder(flat, MAX_SHIFT, MAX_SHIFT, MAX_SHIFT, MAX_SHIFT, cv2.BORDER_CONSTANT, value=0.0)
    width = 2 * MAX_SHIFT + 1
    expected = _lines(boxes.round().astype(int))
    bands = np.empty((len(boxes), 4, width))
    for box, (left, top, right, bottom) in enumerate(expected):
        # The middle two thirds of a line, in the padded image: the corners are left out.
        margin_x, margin_y = (right - left) // 6 + MAX_SHIFT, (bottom - top) // 6 + MAX_SHIFT
        rows = slice(top + margin_y, bottom + 2 * MAX_SHIFT - margin_y)
        columns = slice(left + margin_x, right + 2 * MAX_SHIFT - margin_x)
        bands[box, 0] = _line_darkness(padded[rows, left : left + width].T)
        bands[box, 1] = _line_darkness(padded[top : top + width, columns])
        bands[box, 2] = _line_darkness(padded[rows, right : right + width].T)
        bands[box, 3] = _line_darkness(padded[bottom : bottom + width, columns])
    steps = np.stack([_locate_pair(bands[:, side], bands[:, side + 2]) for side in (0, 1)], axis=-1).transpose(1, 0, 2)
    steps = steps.reshape(len(boxes), 4)
    dark = np.take_along_axis(bands, steps[:, :, None], axis=2)[:, :, 0]
    return (expected + steps - MAX_SHIFT).astype(float), dark - np.sort(bands, axis=2)[:, :, round(PAPER_SHARE * width)]


def lines_present(flat: np.ndarray, boxes: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Return which lines are dark enough to be printed lines: bool (boxes, 4)."""
    # The median size of a difference between two pixels is 0.95 of one pixel's standard deviation; a third is averaged.
    noise = np.median(np.abs(np.diff(flat[::9], axis=1))) / 0.95
    present: np.ndarray = strength >= max(MIN_STRENGTH, NOISE_FACTOR * noise / np.sqrt(boxes[:, 2:].min() * 2 / 9))
    return present


def line_offsets(boxes: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Return each line's distance from its position in the layout, pixels (boxes, 4); arbitrary in mere noise."""
    offsets: np.ndarray = np.abs(lines - _lines(boxes))
    return offsets


def estimate_correction(boxes: np.ndarray, lines: np.ndarray, present: np.ndarray) -> np.ndarray | None:
    """Return the homography (3, 3) from the layout's boxes to most of the detected lines.

    None if they agree, if too few lines are `present` (boxes, 4), and if it would move the form too far.
    """
    if present.mean() < 0.25 or (present.all() and line_offsets(boxes, lines).max() <= AGREEMENT):
        return None
    expected = _lines(boxes)
    usable = np.concatenate([present[:, [x, y]].all(1) for x, y in _CORNERS])
    source, target = (np.concatenate([sides[:, [x, y]] for x, y in _CORNERS])[usable] for sides in (expected, lines))
    if len(source) < 8:
        return None
    matrix: np.ndarray | None
    matrix, _ = cv2.findHomography(source, target, cv2.RANSAC, AGREEMENT)
    right, bottom = expected[:, 2:].max(0)
    corners = np.array([[0, 0], [right, 0], [0, bottom], [right, bottom]], np.float64)
    if matrix is None:
        return None
    moved = np.abs(cv2.perspectiveTransform(corners[None], matrix)[0] - corners).max()
    return None if moved > MAX_CORRECTION * corners.max() else matrix


_CORNERS = ((0, 1), (2, 1), (2, 3), (0, 3))  # of left, top, right, bottom


def _lines(boxes: np.ndarray) -> np.ndarray:
    """Return left, top, right and bottom of boxes given as left, top, width and height."""
    return np.column_stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])


def _line_darkness(strip: np.ndarray) -> np.ndarray:
    """Return the darkness of the lightest third of each row of a strip: a printed line is dark all along."""
    thirds = np.arange(4) * strip.shape[1] // 3
    lightest: np.ndarray = (np.add.reduceat(strip, thirds[:3], axis=1) / np.diff(thirds)).min(1)
    return lightest


def _locate_pair(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return where two opposite lines of every box are in their bands (boxes, steps): (2, boxes).

    Both are shifted alike, so that a neighbour's line is not taken for one of them.
    """
    steps = np.arange(first.shape[1])
    both = first[:, :, None] + second[:, None, :] - 1e-3 * np.abs(steps - MAX_SHIFT)
    both[:, np.abs(steps[:, None] - steps) > 1] = -1
    return np.stack(np.divmod(both.reshape(len(first), -1).argmax(1), len(steps)))
