"""Crossing sums: lower bounds of the posterior that an enumeration of all tables confirms, in bounded time."""

import itertools
import time

import numpy as np
import pytest

from relecture.tallies.counting.crossing_sums import bound_sheet, estimate_share
from relecture.tallies.counting.sums import FAILURE_RATE, State, SumSystem, solve, states


def table(side: int, boxes: int) -> SumSystem:
    """Return the system of a square table with totals of its rows and columns, and of all."""
    sides = range(side)
    cells = [f"cell {row} {column}" for row in sides for column in sides]
    rows, columns = ([f"{name} {index}" for index in sides] for name in ("row", "column"))
    sums = [(rows[row], [f"cell {row} {column}" for column in sides]) for row in sides]
    sums += [(columns[column], [f"cell {row} {column}" for row in sides]) for column in sides]
    sums += [("all", rows), ("all", columns)]
    names = [*cells, *rows, *columns, "all"]
    return SumSystem.of(names, sums, np.ones((len(names), boxes), bool))


def numbers_of(cells: np.ndarray) -> list[int]:
    return [*cells.ravel(), *cells.sum(1), *cells.sum(0), cells.sum()]


def sure_of(numbers: list[int], boxes: int = 3, high: float = 0.999) -> np.ndarray:
    """Return probabilities (1, numbers, boxes, 10) of a classifier that is sure of these numbers."""
    digits = np.array(numbers)[:, None] // 10 ** np.arange(boxes)[::-1] % 10
    return ((1 - high) / 9 + (high - (1 - high) / 9) * np.eye(10)[digits])[None]


def states_of(system: SumSystem, probabilities: np.ndarray) -> list[str]:
    none = np.zeros(probabilities.shape[:2], bool)
    return states(probabilities.argmax(-1), solve(system, probabilities), none, none)[0].tolist()


# Two sums that share two numbers: d = a + b, e = a + b + c, with one digit each, so that all sets can be listed.
SUMS = np.array([[1, 1, 0, -1, 0], [1, 1, 1, 0, -1]])
ALL = np.array(list(itertools.product(range(10), repeat=5)))
HOLD = ALL @ SUMS.T == 0
SUBSETS = np.array([[True, True], [True, False], [False, True], [False, False]])
SHARES = np.array([HOLD[:, subset].all(1).mean() for subset in SUBSETS])
WEIGHTS = np.where(SUBSETS, 1 - FAILURE_RATE, FAILURE_RATE).prod(1) / SHARES


@pytest.mark.parametrize("seed", range(12))
def test_the_bounds_hold_and_are_close_by_an_enumeration_of_all_sets(seed):
    rng = np.random.default_rng(seed)
    a, b, c = rng.integers(0, 4, 3)
    probabilities = sure_of([a, b, c, a + b, min(a + b + c, 9)], boxes=1)[0]
    probabilities = 0.7 * probabilities + 0.3 * rng.dirichlet(np.full(10, 0.3), (5, 1))
    found = bound_sheet(SUMS, SUBSETS, WEIGHTS, probabilities)
    likelihood = probabilities[np.arange(5), 0, ALL].prod(1)
    evidence = np.array([
        weight * likelihood * HOLD[:, subset].all(1) for subset, weight in zip(SUBSETS, WEIGHTS, strict=True)
    ])  # fmt: skip
    evidence /= evidence.sum()
    right = (evidence.sum(0)[:, None] * (found.digits[:, 0] == ALL)).sum(0)
    # a and b are in both sums, c and e in the second, d in the first.
    either, first, second = (evidence[list(subsets)].sum() for subsets in ((0, 1, 2), (0, 1), (0, 2)))
    holds = np.array([either, either, second, first, second])
    assert (found.posterior <= right + 1e-9).all()
    assert (found.holds <= holds + 1e-9).all()
    assert (found.may_hold >= holds - 1e-9).all()
    np.testing.assert_allclose(found.posterior, right, atol=0.02)


@pytest.mark.parametrize(
    ("sums", "totals"),
    [(SUMS[:1], [3]), (SUMS, [3, 4]), (np.array([[1, 1, 0, 0, -1], [0, 0, 1, 1, -1]]), [4])],
)
def test_the_share_of_sets_that_add_up_is_estimated_to_a_few_per_cent(sums, totals):
    share = estimate_share(sums, [10] * 5, np.isin(np.arange(5), totals))
    assert share == pytest.approx((ALL @ sums.T == 0).all(1).mean(), rel=0.05)


def test_a_table_that_adds_up_needs_no_look():
    cells = np.array([[12, 7, 30], [5, 61, 18], [44, 9, 3]])
    assert states_of(table(3, 3), sure_of(numbers_of(cells))) == [State.AS_READ] * 16


@pytest.mark.parametrize("misread", [0, 4, 10, 15])  # a cell, another cell, a row's total, the total of all
def test_a_misread_number_of_a_table_is_corrected_or_unclear(misread):
    cells = np.array([[12, 7, 30], [5, 61, 18], [44, 9, 3]])
    numbers = numbers_of(cells)
    probabilities = sure_of(numbers)
    probabilities[0, misread, 2] = np.roll(probabilities[0, misread, 2], 3) * 0.8 + 0.2 * probabilities[0, misread, 2]
    found = states_of(table(3, 3), probabilities)
    assert found == [State.CORRECTED if number == misread else State.AS_READ for number in range(16)]
    assert solve(table(3, 3), probabilities).digits[0].tolist() == [[n // 100, n // 10 % 10, n % 10] for n in numbers]


def test_what_is_not_proven_is_unclear():
    nothing = np.full((1, 16, 3, 10), 0.1)
    assert states_of(table(3, 3), nothing) == [State.UNCLEAR] * 16
    six_boxes = np.full((1, 16, 6, 10), 0.1)  # too many values for a Fourier transform
    assert states_of(table(3, 6), six_boxes) == [State.UNCLEAR] * 16


def test_the_time_of_a_sheet_is_bounded():
    system = table(3, 3)
    sheets = np.random.default_rng(1).dirichlet(np.ones(10), (4, 16, 3))
    solve(system, sheets[:1])  # what is the same for all sheets of a form is computed once
    start = time.process_time()
    solve(system, sheets)
    assert time.process_time() - start < 4 * 1.5  # about 0.2 s a sheet; slower machines, and machines at work
