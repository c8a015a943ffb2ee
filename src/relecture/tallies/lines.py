"""Finds the printed lines of boxes near where the form has them, and corrects the form's place by them."""

import cv2
import numpy as np

REACH = 6  # pixels: how far a box's line may be from where it should be
BESIDE = 0.15  # of the pixels near a line are paper, even where a neighbour's line is near as well
FAINT = 0.03  # a line is at least so much darker than what is beside it
CLOSE = 2.0  # pixels between where lines are and where the form has them, at which they agree


def find(flat: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Left, top, right and bottom line of every box, and how much darker than beside it each is: (boxes, 4) both.

    `flat` (height, width) is a straight form, 0 = paper, 1 = black; `boxes` (boxes, 4) are left, top, width and height
    in its pixels.
    """
    padded = cv2.copyMakeBorder(flat, REACH, REACH, REACH, REACH, cv2.BORDER_CONSTANT, value=0.0)
    lines, strength = np.empty((len(boxes), 4)), np.empty((len(boxes), 4))
    for number, (left, top, width, height) in enumerate(boxes.round().astype(int)):
        # The middle two thirds of a line, in the padded picture: the corners are left out.
        across, down = (
            slice(start + size // 6 + REACH, start + size - size // 6 + REACH)
            for start, size in ((left, width), (top, height))
        )
        near = range(2 * REACH + 1)
        upright = [padded[down, x : x + len(near)].mean(0) for x in (left, left + width)]
        level = [padded[y : y + len(near), across].mean(1) for y in (top, top + height)]
        for first, bands, places in ((0, upright, (left, left + width)), (1, level, (top, top + height))):
            for side, (band, place, step) in enumerate(zip(bands, places, _pair(*bands), strict=True)):
                lines[number, first + 2 * side] = place + step - REACH
                strength[number, first + 2 * side] = band[step] - np.quantile(band, BESIDE)
    return lines, strength


def correction(boxes: np.ndarray, lines: np.ndarray, strength: np.ndarray) -> np.ndarray | None:
    """The matrix (3, 3) from where the form has its boxes to where most of their lines are; None where they agree."""
    expected = np.column_stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
    there = strength >= FAINT
    if there.mean() < 0.25 or (there.all() and np.abs(lines - expected).max() <= CLOSE):
        return None
    seen = np.concatenate([there[:, [x, y]].all(1) for x, y in _CORNERS])
    before, after = (np.concatenate([sides[:, [x, y]] for x, y in _CORNERS])[seen] for sides in (expected, lines))
    if len(before) < 8:
        return None
    matrix, _ = cv2.findHomography(before, after, cv2.RANSAC, CLOSE)
    return matrix


_CORNERS = ((0, 1), (2, 1), (2, 3), (0, 3))  # of left, top, right, bottom


def _pair(first: np.ndarray, second: np.ndarray) -> tuple[int, int]:
    """Where two opposite lines are in their bands. They moved alike, so that no neighbour's line is taken for one."""
    steps = np.arange(len(first))
    both = first[:, None] + second - 1e-3 * np.abs(steps - REACH)
    both[np.abs(steps[:, None] - steps) > 1] = -1
    return divmod(int(both.argmax()), len(steps))
