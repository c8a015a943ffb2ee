"""Finds the printed lines of boxes near where the form has them, and corrects the form's place by them."""

import cv2
import numpy as np

REACH = 6  # pixels: how far a box's line may be from where it should be
BESIDE = 0.15  # of the pixels near a line are paper, even where a neighbour's line is near as well
FAINT = 0.03  # a line is at least so much darker than what is beside it ...
NOISE = 5.0  # ... and so many standard deviations of what noise alone would make of it
CLOSE = 2.0  # pixels between where lines are and where the form has them, at which they agree


def find(flat: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Left, top, right and bottom line of every box, and how much darker than beside it each is: (boxes, 4) both.

    `flat` (height, width) is a straight form, 0 = paper, 1 = black; `boxes` (boxes, 4) are left, top, width and height
    in its pixels.
    """
    padded = cv2.copyMakeBorder(flat, REACH, REACH, REACH, REACH, cv2.BORDER_CONSTANT, value=0.0)
    near, numbers = 2 * REACH + 1, boxes.round().astype(int)
    places = np.column_stack([numbers[:, :2], numbers[:, :2] + numbers[:, 2:]])
    bands = np.empty((len(boxes), 4, near))
    for box, (left, top, right, bottom) in enumerate(places):
        # The middle two thirds of a line, in the padded picture: the corners are left out.
        aside, below = (right - left) // 6 + REACH, (bottom - top) // 6 + REACH
        down, across = slice(top + below, bottom + 2 * REACH - below), slice(left + aside, right + 2 * REACH - aside)
        bands[box, 0] = padded[down, left : left + near].mean(0)
        bands[box, 1] = padded[top : top + near, across].mean(1)
        bands[box, 2] = padded[down, right : right + near].mean(0)
        bands[box, 3] = padded[bottom : bottom + near, across].mean(1)
    steps = np.stack([_pair(bands[:, side], bands[:, side + 2]) for side in (0, 1)], axis=-1).transpose(1, 0, 2)
    steps = steps.reshape(len(boxes), 4)
    dark = np.take_along_axis(bands, steps[:, :, None], axis=2)[:, :, 0]
    return (places + steps - REACH).astype(float), dark - np.sort(bands, axis=2)[:, :, round(BESIDE * near)]


def faintest(flat: np.ndarray, boxes: np.ndarray) -> float:
    """How much darker than beside it a line has to be, to be one."""
    noise = np.median(np.abs(np.diff(flat[::9], axis=1))) / 0.95  # of a normal difference's median size to one pixel's
    return max(FAINT, NOISE * noise / np.sqrt(boxes[:, 2:].min() * 2 / 3))


def correction(boxes: np.ndarray, lines: np.ndarray, there: np.ndarray) -> np.ndarray | None:
    """The matrix (3, 3) from where the form has its boxes to where most of their lines are; None where they agree.

    `there` (boxes, 4) says which of the lines are dark enough to be lines.
    """
    expected = np.column_stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
    if there.mean() < 0.25 or (there.all() and np.abs(lines - expected).max() <= CLOSE):
        return None
    seen = np.concatenate([there[:, [x, y]].all(1) for x, y in _CORNERS])
    before, after = (np.concatenate([sides[:, [x, y]] for x, y in _CORNERS])[seen] for sides in (expected, lines))
    if len(before) < 8:
        return None
    matrix, _ = cv2.findHomography(before, after, cv2.RANSAC, CLOSE)
    return matrix


_CORNERS = ((0, 1), (2, 1), (2, 3), (0, 3))  # of left, top, right, bottom


def _pair(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Where two opposite lines of every box are in their bands (boxes, steps): (2, boxes).

    They moved alike, so that no neighbour's line is taken for one.
    """
    steps = np.arange(first.shape[1])
    both = first[:, :, None] + second[:, None, :] - 1e-3 * np.abs(steps - REACH)
    both[:, np.abs(steps[:, None] - steps) > 1] = -1
    return np.stack(np.divmod(both.reshape(len(first), -1).argmax(1), len(steps)))
