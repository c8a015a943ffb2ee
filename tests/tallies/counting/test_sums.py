"""Sums: the most probable digits that add up, their probabilities by enumeration, and the states that follow."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relecture.tallies.counting.sums import FAILURE_RATE, FLOOR, State, SumSystem, solve, states

CHAIN = ["01", "02", "valid", "invalid", "total"]
CHAIN_SUMS = [("valid", ["01", "02"]), ("total", ["valid", "invalid"])]


def chain(boxes: int) -> SumSystem:
    return SumSystem.of(CHAIN, CHAIN_SUMS, np.ones((5, boxes), bool))


def sure_of(numbers: list[int], boxes: int = 3, high: float = 0.999) -> np.ndarray:
    """Return probabilities (1, numbers, boxes, 10) of a classifier that is sure of these numbers."""
    digits = np.array(numbers)[:, None] // 10 ** np.arange(boxes)[::-1] % 10
    return ((1 - high) / 9 + (high - (1 - high) / 9) * np.eye(10)[digits])[None]


def written(solution_digits: np.ndarray) -> list[int]:
    return (solution_digits @ 10 ** np.arange(solution_digits.shape[-1])[::-1]).tolist()


def states_of(system: SumSystem, probabilities: np.ndarray, is_open=None, needs_sums=None) -> list[str]:
    none = np.zeros(probabilities.shape[:2], bool)
    solution = solve(system, probabilities)
    is_open, needs_sums = (none if flags is None else np.array([flags]) for flags in (is_open, needs_sums))
    return states(probabilities.argmax(-1), solution, is_open, needs_sums)[0].tolist()


def enumerate_posterior(system: SumSystem, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability that each of two sums holds, and of every digit string, by listing all of them."""
    n_numbers, boxes = probabilities.shape[:2]
    floored = (1 - FLOOR) * probabilities + FLOOR / 10
    strings = np.array(list(itertools.product(range(10), repeat=n_numbers * boxes))).reshape(-1, n_numbers, boxes)
    numbers = strings @ 10 ** np.arange(boxes)[::-1]
    first = numbers[:, 0] + numbers[:, 1] == numbers[:, 2]
    second = numbers[:, 2] + numbers[:, 3] == numbers[:, 4]
    likelihood = np.take_along_axis(floored[None], strings[..., None], -1).prod((1, 2, 3))
    weights = np.zeros(len(strings))
    for subset in itertools.product((False, True), repeat=2):
        satisfies = (first | (not subset[0])) & (second | (not subset[1]))
        prior = np.prod([1 - FAILURE_RATE if holds else FAILURE_RATE for holds in subset])
        weights += prior * satisfies / satisfies.sum()
    joint = weights * likelihood
    return numbers, joint / joint.sum()


def test_the_posterior_of_chained_sums_is_that_of_all_strings_listed():
    system, rng = chain(1), np.random.default_rng(5)
    for _ in range(2):
        probabilities = rng.dirichlet(np.full(10, 0.3), (1, 5, 1))
        solution = solve(system, probabilities)
        numbers, joint = enumerate_posterior(system, probabilities[0])
        for number, value in enumerate(written(solution.digits[0])):
            assert solution.posterior[0, number] == pytest.approx(joint[numbers[:, number] == value].sum())


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_the_best_digits_that_add_up_are_those_of_a_search_of_all(seed):
    rng = np.random.default_rng(seed)
    parts = rng.integers(0, 50, 2)
    probabilities = 0.6 * sure_of([*parts, parts.sum()], 2)[0] + 0.4 * rng.dirichlet(np.full(10, 0.3), (3, 2))
    value = (probabilities[:, 0, :, None] * probabilities[:, 1, None]).reshape(3, 100)
    a, b = np.mgrid[:100, :100]
    total = a + b
    product = value[0][a] * value[1][b] * np.where(total < 100, value[2][np.minimum(total, 99)], 0)
    best = np.unravel_index(product.argmax(), product.shape)
    system = SumSystem.of(["a", "b", "t"], [("t", ["a", "b"])], np.ones((3, 2), bool))
    solution = solve(system, probabilities[None])
    if solution.holds[0, 0] > 0.5:
        assert written(solution.digits[0]) == [*best, sum(best)]


def test_numbers_that_add_up_need_no_look():
    assert states_of(chain(3), sure_of([20, 128, 148, 5, 153])) == [State.AS_READ] * 5


def test_one_doubtful_digit_is_corrected_by_the_others():
    probabilities = sure_of([20, 128, 148, 5, 153])
    probabilities[0, 1, 2] = np.eye(10)[3] * 0.6 + np.eye(10)[8] * 0.3 + 0.01  # 123 for 128
    assert written(solve(chain(3), probabilities).digits[0]) == [20, 128, 148, 5, 153]
    assert states_of(chain(3), probabilities) == [State.AS_READ, State.CORRECTED] + [State.AS_READ] * 3


def test_a_sheet_added_up_wrongly_by_its_writer_keeps_what_was_written():
    probabilities = sure_of([20, 128, 148, 5, 197])
    assert written(solve(chain(3), probabilities).digits[0]) == [20, 128, 148, 5, 197]
    found = states_of(chain(3), probabilities)
    assert found[:2] == [State.AS_READ] * 2  # their own sum holds
    assert found[3:] == [State.INCONSISTENT] * 2


def test_two_ways_of_adding_up_are_unclear():
    probabilities = sure_of([20, 128, 148, 5, 153])
    for number in (1, 2, 4):  # 128, 148, 153 or 138, 158, 163
        digit = probabilities[0, number, 1].argmax()
        probabilities[0, number, 1, [digit, digit + 1]] = 0.5, 0.499
    found = states_of(chain(3), probabilities)
    assert [found[number] for number in (1, 2, 4)] == [State.UNCLEAR] * 3


def test_a_number_in_no_sum_is_unchecked():
    system = SumSystem.of(["a", "b", "t", "spoilt"], [("t", ["a", "b"])], np.ones((4, 3), bool))
    assert states_of(system, sure_of([1, 2, 3, 9])) == [State.AS_READ] * 3 + [State.UNCHECKED]
    assert states_of(SumSystem.of(["a"], [], np.ones((1, 3), bool)), sure_of([7])) == [State.UNCHECKED]


def test_a_sign_that_must_be_looked_at_stays_unclear_and_a_guess_is_confirmed_by_its_sum():
    probabilities = sure_of([20, 128, 148, 5, 153])
    assert states_of(chain(3), probabilities, is_open=[True, *[False] * 4])[0] == State.UNCLEAR
    assert states_of(chain(3), probabilities, needs_sums=[True, *[False] * 4])[0] == State.AS_READ
    alone = SumSystem.of(["a"], [], np.ones((1, 3), bool))
    assert states_of(alone, sure_of([7]), needs_sums=[True]) == [State.UNCLEAR]


def test_an_absent_box_is_a_zero():
    has_box = np.array([[False, True, True], [True, True, True], [True, True, True]])
    system = SumSystem.of(["a", "b", "t"], [("t", ["a", "b"])], has_box)
    probabilities = sure_of([99, 345, 999])
    probabilities[0, 0, 0] = np.eye(10)[9]  # what was classified there does not matter
    assert solve(system, probabilities).digits[0, 0, 0] == 0
    assert states_of(system, probabilities) == [State.INCONSISTENT] * 3


def test_large_forms_are_solved():
    names = [*(f"party {row}" for row in range(12)), "valid", "invalid", "total"]
    sums = [("valid", names[:12]), ("total", ["valid", "invalid"])]
    votes = np.arange(12) * 37
    numbers = [*votes, votes.sum(), 12, votes.sum() + 12]
    probabilities = sure_of(numbers, boxes=4)
    probabilities[0, 3, 3] = 0.1  # not known at all
    system = SumSystem.of(names, sums, np.ones((15, 4), bool))
    assert written(solve(system, probabilities).digits[0]) == numbers
