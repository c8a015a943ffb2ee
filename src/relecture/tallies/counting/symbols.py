"""What stands in the boxes of a number, and the probabilities of the digits that it means.

A box holds a digit, a mark that is no digit (a cross, a dash, a struck-out digit), or nothing. The layout says what a
mark and an empty box mean: the digit 0, or that a person must look. Numbers are written up to the last box; where boxes
at the right are empty, the digits are taken for a number that stands at the left. That is a guess, as is a blank
between two digits: `needs_sums` tells where, so that it is confirmed by a sum of the form or shown to a person.
"""

from dataclasses import dataclass

import numpy as np

from relecture.tallies import MARK
from relecture.tallies.networks.cnn import N_CLASSES
from relecture.tallies.segmentation.layout import Meaning

MIN_MARK = 0.5  # probability from which a box holds a mark
UNIFORM = np.full(N_CLASSES, 1 / N_CLASSES)
ZERO = np.eye(N_CLASSES)[0]
#: Symbols of boxes besides the digits 0 to 9 and MARK.
EMPTY, ABSENT = MARK + 1, MARK + 2


@dataclass(frozen=True)
class NumberDigits:
    """The digits of numbers in boxes, right-aligned.

    `probabilities` (sheets, numbers, boxes, 10), each summing to 1; `is_open` (sheets, numbers): a person must look by
    the layout; `needs_sums` (sheets, numbers): a guess; `symbols` (sheets, numbers, boxes): what stands in each box as
    written, a digit, MARK, EMPTY or ABSENT.
    """

    probabilities: np.ndarray
    is_open: np.ndarray
    needs_sums: np.ndarray
    symbols: np.ndarray


def interpret(
    classes: np.ndarray, empty: np.ndarray, has_box: np.ndarray, empty_means: Meaning = "0", mark_means: Meaning = "0"
) -> NumberDigits:
    """Return the digits that classified boxes mean.

    Args:
        classes: Probabilities of the classes of every box, (sheets, numbers, boxes, 10), or 11 with MARK.
        empty: Boxes without ink, bool (sheets, numbers, boxes).
        has_box: Which boxes exist, bool (numbers, boxes).
        empty_means: What an empty box means.
        mark_means: What a mark means.
    """
    digits = classes[..., :N_CLASSES].astype(np.float64)
    mark = classes[..., MARK].astype(np.float64) if classes.shape[-1] > MARK else np.zeros(digits.shape[:-1])
    digits += mark[..., None] * (ZERO if mark_means == "0" else UNIFORM)
    empty = empty & has_box
    digits[empty] = ZERO if empty_means == "0" else UNIFORM
    digits[:, ~has_box] = ZERO
    is_mark = (mark >= MIN_MARK) & ~empty & has_box
    is_digit = has_box & ~empty & ~is_mark
    is_open = np.zeros(digits.shape[:2], bool)
    for blank, meaning in ((empty, empty_means), (is_mark, mark_means)):
        is_open |= blank.any(-1) & (meaning == "look")
    symbols = np.select([~np.broadcast_to(has_box, empty.shape), empty, is_mark], [ABSENT, EMPTY, MARK], -1)
    symbols = np.where(symbols < 0, classes[..., :N_CLASSES].argmax(-1), symbols)
    needs_sums = _align(digits, is_digit, empty, is_mark)
    return NumberDigits(digits / digits.sum(-1, keepdims=True), is_open, needs_sums, symbols)


def _align(digits: np.ndarray, is_digit: np.ndarray, empty: np.ndarray, is_mark: np.ndarray) -> np.ndarray:
    """Move numbers that stand at the left to the last box; return which numbers are guesses, (sheets, numbers)."""
    blank = empty | is_mark
    n_boxes = digits.shape[2]
    after_digit = np.cumsum(is_digit, axis=-1) > 0
    guess: np.ndarray = (blank & after_digit).any(-1)
    for sheet, number in np.argwhere(guess):
        written = np.flatnonzero(is_digit[sheet, number])
        first, last = written[0], written[-1]
        for box in range(first, last):
            if blank[sheet, number, box]:  # between two digits: a zero or one that was not seen
                digits[sheet, number, box] = (ZERO + UNIFORM) / 2
        if last + 1 < n_boxes and empty[sheet, number, last + 1 :].all():
            moved = digits[sheet, number, first : last + 1].copy()
            digits[sheet, number, first:] = ZERO
            digits[sheet, number, n_boxes - len(moved) :] = moved
    return guess
