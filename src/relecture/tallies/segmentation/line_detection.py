"""Finds the printed lines of boxes near where the form has them, and corrects the form's place by them."""

import cv2
import numpy as np

REACH = 6  # pixels: how far a box's line may be from where it should be
BESIDE = 0.15  # of the pixels near a line are paper, even where a neighbour's line is near as well
FAINT = 0.03  # a line is at least so much darker than what is beside it ...
NOISE = 3.0  # ... and so many standard deviations of what noise alone would make of it
CLOSE = 2.0  # pixels between where lines are and where the form has them, at which they agree
FARTHEST = 0.12  # of the form's size: how far a correction may move it


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
        bands[box, 0] = _along(padded[down, left : left + near].T)
        bands[box, 1] = _along(padded[top : top + near, across])
        bands[box, 2] = _along(padded[down, right : right + near].T)
        bands[box, 3] = _along(padded[bottom : bottom + near, across])
    steps = np.stack([_pair(bands[:, side], bands[:, side + 2]) for side in (0, 1)], axis=-1).transpose(1, 0, 2)
    steps = steps.reshape(len(boxes), 4)
    dark = np.take_along_axis(bands, steps[:, :, None], axis=2)[:, :, 0]
    return (places + steps - REACH).astype(float), dark - np.sort(bands, axis=2)[:, :, round(BESIDE * near)]


def there(flat: np.ndarray, boxes: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Which lines are dark enough to be lines: bool (boxes, 4)."""
    # The median size of a difference between two pixels is 0.95 of one pixel's standard deviation; a third is averaged.
    noise = np.median(np.abs(np.diff(flat[::9], axis=1))) / 0.95
    return strength >= max(FAINT, NOISE * noise / np.sqrt(boxes[:, 2:].min() * 2 / 9))


def off(boxes: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """How far each line is from where the form has it, in pixels: (boxes, 4). In mere noise, that is anything."""
    return np.abs(lines - np.column_stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]]))


def correction(boxes: np.ndarray, lines: np.ndarray, there: np.ndarray) -> np.ndarray | None:
    """The matrix (3, 3) from where the form has its boxes to where most of their lines are.

    None where they agree, where too few lines are `there` (boxes, 4), and where it would be no mere correction.
    """
    if there.mean() < 0.25 or (there.all() and off(boxes, lines).max() <= CLOSE):
        return None
    expected = np.column_stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
    seen = np.concatenate([there[:, [x, y]].all(1) for x, y in _CORNERS])
    before, after = (np.concatenate([sides[:, [x, y]] for x, y in _CORNERS])[seen] for sides in (expected, lines))
    if len(before) < 8:
        return None
    matrix, _ = cv2.findHomography(before, after, cv2.RANSAC, CLOSE)
    right, bottom = expected[:, 2:].max(0)
    far = np.array([[0, 0], [right, 0], [0, bottom], [right, bottom]], np.float64)
    if matrix is None or np.abs(cv2.perspectiveTransform(far[None], matrix)[0] - far).max() > FARTHEST * far.max():
        return None
    return matrix


_CORNERS = ((0, 1), (2, 1), (2, 3), (0, 3))  # of left, top, right, bottom


def _along(strip: np.ndarray) -> np.ndarray:
    """How dark the lightest third of each row of a strip (rows, pixels) is: a printed line is dark all along."""
    thirds = np.arange(4) * strip.shape[1] // 3
    return (np.add.reduceat(strip, thirds[:3], axis=1) / np.diff(thirds)).min(1)


def _pair(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Where two opposite lines of every box are in their bands (boxes, steps): (2, boxes).

    They moved alike, so that no neighbour's line is taken for one.
    """
    steps = np.arange(first.shape[1])
    both = first[:, :, None] + second[:, None, :] - 1e-3 * np.abs(steps - REACH)
    both[:, np.abs(steps[:, None] - steps) > 1] = -1
    return np.stack(np.divmod(both.reshape(len(first), -1).argmax(1), len(steps)))
