"""Empty boxes and marks: what they mean, and numbers that stand at the left of their boxes."""

import numpy as np
import pytest

from relecture.tallies import MARK
from relecture.tallies.counting.symbols import ABSENT, EMPTY, NumberDigits, interpret


def read(written: str, empty_means="0", mark_means="0", absent: int = 0) -> NumberDigits:
    """Return what is written in the boxes of one number: digits, `x` for a mark, `_` for an empty box."""
    classes = np.full((1, 1, len(written), 11), 0.001)
    for box, symbol in enumerate(written):
        classes[0, 0, box, 3 if symbol == "_" else MARK if symbol == "x" else int(symbol)] = 0.99
    empty = np.array([[[symbol == "_" for symbol in written]]])
    has_box = np.arange(len(written))[None] >= absent
    return interpret(classes / classes.sum(-1, keepdims=True), empty, has_box, empty_means, mark_means)


def number(digits: NumberDigits) -> int:
    return int("".join(map(str, digits.probabilities[0, 0].argmax(-1))))


@pytest.mark.parametrize(
    ("written", "value", "guess"),
    [
        ("128", 128, False),
        ("_20", 20, False),
        ("__7", 7, False),
        ("xx7", 7, False),
        ("x_7", 7, False),
        ("xxx", 0, False),  # a zero
        ("___", 0, False),
        ("7__", 7, True),  # stands at the left
        ("12_", 12, True),
        ("x7_", 7, True),
        ("7xx", 700, True),
        ("1_5", 105, True),
    ],
)
def test_a_number_is_what_its_boxes_mean(written, value, guess):
    digits = read(written)
    assert number(digits) == value
    assert digits.needs_sums.item() is guess
    assert not digits.is_open.item()


@pytest.mark.parametrize(("written", "is_open"), [("128", False), ("_20", True), ("x20", False), ("___", True)])
def test_empty_boxes_may_be_left_to_a_person(written, is_open):
    assert read(written, empty_means="look").is_open.item() is is_open


@pytest.mark.parametrize(("written", "is_open"), [("128", False), ("_20", False), ("x20", True), ("1x8", True)])
def test_marks_may_be_left_to_a_person(written, is_open):
    assert read(written, mark_means="look").is_open.item() is is_open


def test_a_doubtful_mark_speaks_for_what_it_means():
    classes = np.zeros((1, 1, 1, 11))
    classes[..., [7, MARK]] = 0.6, 0.4
    zero, look = (
        interpret(classes, np.zeros((1, 1, 1), bool), np.ones((1, 1), bool), "0", meaning).probabilities.ravel()
        for meaning in ("0", "look")
    )
    assert zero[[0, 7]] == pytest.approx([0.4, 0.6])
    assert look[[0, 7]] == pytest.approx([0.04, 0.64])
    assert look.sum() == pytest.approx(1)


def test_a_classifier_without_marks_sees_none():
    classes = np.eye(10)[[[[4, 2]]]]
    digits = interpret(classes, np.zeros((1, 1, 2), bool), np.ones((1, 2), bool), "0", "look")
    assert number(digits) == 42
    assert not digits.is_open.any()


def test_symbols_are_kept_as_they_stand_in_the_boxes():
    assert read("0x_7", absent=1).symbols[0, 0].tolist() == [ABSENT, MARK, EMPTY, 7]
    assert number(read("9x_7", absent=1)) == 7
