"""Which way up a form lies: by the positions of its boxes, where they tell it."""

import numpy as np

SHIFTS = np.arange(-18, 19, 3)  # pixels of a rectified form, by which a correction may move it
TOLERANCE = 4.5  # pixels between two lines that are taken for one
MIN_OVERLAP = 0.6  # of a line's length
MAX_ASPECT_ERROR = 1.5  # a frame may look so much wider or higher than it is


def turn_corners(corners: np.ndarray, quarters: int) -> np.ndarray:
    """Return the corners (4, 2) of a frame, for a form that is turned by so many quarters."""
    return np.roll(corners, quarters, axis=0)


def aspect_fits(corners: np.ndarray, width: float, height: float) -> bool:
    """Return whether four corners on a page, upper left first, may be those of a frame of this width and height."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    ratio = (sides[0] + sides[2]) / max(sides[1] + sides[3], 1e-9) * height / width
    return bool(1 / MAX_ASPECT_ERROR < ratio < MAX_ASPECT_ERROR)


def turned_agreement(boxes: np.ndarray, width: float, height: float) -> dict[int, float]:
    """Return how much of a turned form looks like the form itself.

    Args:
        boxes: (boxes, 4), left, top, width and height in pixels of the rectified form.
        width: Of the frame, in the same pixels.
        height: Of the frame.

    Returns:
        By the number of quarter turns (2, 1 and 3; 1 and 3 only if the frame's shape allows them), the share of the
        boxes' lines that lie on a line of a box or of the frame when the form is turned.
    """
    agreement = {}
    frame = np.array([[0, 0, width, height]])
    own = _segments(np.concatenate([boxes, frame]))
    left, top, box_width, box_height = boxes.T
    for quarters in (2, 1, 3):
        if quarters == 2:
            turned = np.column_stack([width - left - box_width, height - top - box_height, box_width, box_height])
        else:
            if not 1 / MAX_ASPECT_ERROR < (width / height) ** 2 < MAX_ASPECT_ERROR:
                continue
            across, down = width / height, height / width
            x, y = (top, width - left - box_width) if quarters == 1 else (height - top - box_height, left)
            turned = np.column_stack([x * across, y * down, box_height * across, box_width * down])
        agreement[quarters] = _agreement(_segments(turned), own)
    return agreement


def _segments(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of boxes, upright and level: each (lines, 3), position, begin and end."""
    left, top, width, height = boxes.T
    right, bottom = left + width, top + height
    upright = np.concatenate([np.column_stack([x, top, bottom]) for x in (left, right)])
    level = np.concatenate([np.column_stack([y, left, right]) for y in (top, bottom)])
    return upright, level


def _agreement(turned: tuple[np.ndarray, np.ndarray], own: tuple[np.ndarray, np.ndarray]) -> float:
    """Return the largest share of turned lines that lie on own ones, over all shifts."""
    best = 0.0
    for shift_x in SHIFTS:
        for shift_y in SHIFTS:
            hits = [
                _on_a_line(lines + np.array([across, along, along]), others)
                for lines, others, across, along in (
                    (turned[0], own[0], shift_x, shift_y),
                    (turned[1], own[1], shift_y, shift_x),
                )
            ]
            best = max(best, float(np.concatenate(hits).mean()))
    return best


def _on_a_line(lines: np.ndarray, others: np.ndarray) -> np.ndarray:
    near = np.abs(lines[:, None, 0] - others[None, :, 0]) <= TOLERANCE
    overlap = np.minimum(lines[:, None, 2], others[None, :, 2]) - np.maximum(lines[:, None, 1], others[None, :, 1])
    hits: np.ndarray = (near & (overlap >= MIN_OVERLAP * (lines[:, 2] - lines[:, 1])[:, None])).any(1)
    return hits
