"""The most probable digits of a sheet whose numbers add up, and how sure each number is.

A form states sums over its numbers: `valid = 01 + 02`, `total = valid + invalid`. With L(d) the product of the
probabilities that the classifier gives the digits d of a sheet, and a set S of the sums that hold on it,

    P(d, S | images) is proportional to  prior(S) L(d) [d satisfies S] / N(S),

where N(S) is the number of sets of digits that satisfy S, so that each of them has the same probability before the
images are seen. A writer who adds up wrongly breaks a sum with the probability FAILURE_RATE; S is every sum, every sum
but one, or none. That agreement cannot be chance is in N(S): of two million sets of digits two thousand add up.

Sums over S are exact and take milliseconds: long addition from the right-hand column to the left, whose state is the
carry of every sum (`_Addition`). The same steps with `max` in place of `+` give the most probable set. Where sums cross
(rows and columns of a table) that would take minutes; there the probabilities are proven lower bounds
(`crossing_sums`), and what is not proven is unclear.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

import numpy as np

from relecture.tallies.counting.crossing_sums import bound_sheet, estimate_share

FAILURE_RATE = 0.02  # prior probability that a sum of a sheet does not hold as it was written
#: Share of a box's probability that is spread over all digits, because a classifier may be sure and wrong.
FLOOR = 0.003
#: The posterior above which nobody has to look at a number.
SURE = 0.97
#: Below this posterior that one of its sums holds, a number is inconsistent.
LIKELY = 0.5
MAX_CELLS = 4_000_000  # of the state in memory at once
#: Cells of the states of one long addition beyond which only bounds are computed: of sums that cross, and of others.
MAX_WORK, MAX_TREE_WORK = 50_000, 10_000_000


class State(StrEnum):
    """What the sums say about a number; a person looks at the numbers of NEEDS_A_LOOK."""

    AS_READ = "adds up as read"
    CORRECTED = "corrected"
    INCONSISTENT = "inconsistent"
    UNCLEAR = "unclear"
    UNCHECKED = "unchecked"


NEEDS_A_LOOK = (State.INCONSISTENT, State.UNCLEAR, State.UNCHECKED)


@dataclass(frozen=True)
class SumSystem:
    """The sums over the numbers of a form.

    `coefficients` (sums, numbers) is 1 for the parts of a sum, -1 for its total, 0 for all other numbers; `has_box`
    (numbers, boxes) tells which boxes a number has, the last one being the units.
    """

    coefficients: np.ndarray
    has_box: np.ndarray

    @classmethod
    def of(cls, names: Sequence[str], sums: Sequence[tuple[str, Sequence[str]]], has_box: np.ndarray) -> "SumSystem":
        """Return the system of `sums`, each the name of its total and the names of its parts."""
        coefficients = np.zeros((len(sums), len(names)), np.int64)
        for row, (total, parts) in zip(coefficients, sums, strict=True):
            row[[names.index(part) for part in parts]] = 1
            row[names.index(total)] = -1
        return cls(coefficients, np.asarray(has_box, bool))

    @cached_property
    def components(self) -> list[np.ndarray]:
        """Groups of sums that share no number with each other, as arrays of indices."""
        groups: list[set[int]] = []
        for index, row in enumerate(self.coefficients):
            linked = [group for group in groups if (self.coefficients[list(group)] * row).any()]
            groups = [group for group in groups if group not in linked] + [{index}.union(*linked)]
        return [np.array(sorted(group)) for group in groups]

    @property
    def max_work(self) -> int:
        """Largest work of a long addition of these sums; small where they cross, in linked sums."""
        is_tree = np.count_nonzero(self.coefficients) < sum(self.coefficients.shape)
        return MAX_TREE_WORK if is_tree else MAX_WORK

    @property
    def is_part(self) -> np.ndarray:
        """Which numbers are part of a sum, bool (numbers,)."""
        part: np.ndarray = (self.coefficients != 0).any(0)
        return part

    def hold(self, numbers: np.ndarray) -> np.ndarray:
        """Return which sums hold for `numbers` (..., numbers), bool (..., sums)."""
        holds: np.ndarray = numbers @ self.coefficients.T == 0
        return holds


@dataclass(frozen=True)
class SumSolution:
    """The numbers of sheets by their sums.

    `digits` (sheets, numbers, boxes) are those of the numbers, `posterior` (sheets, numbers) the probability that a
    number is right, `holds` (sheets, numbers) that one of its sums holds on the sheet; both are NaN for numbers in no
    sum. Where sums cross, `posterior` and `holds` are lower bounds, and `may_hold` an upper bound of `holds`; elsewhere
    all are exact.
    """

    digits: np.ndarray
    posterior: np.ndarray
    holds: np.ndarray
    may_hold: np.ndarray

    @property
    def is_sure(self) -> np.ndarray:
        """Which numbers need no look, bool (sheets, numbers)."""
        sure: np.ndarray = (self.posterior >= SURE) & (self.holds >= SURE)
        return sure


def solve(system: SumSystem, probabilities: np.ndarray) -> SumSolution:
    """Return the most probable numbers of sheets, from the probabilities of their digits.

    Numbers that are in no sum keep their most probable digits.

    Args:
        system: The sums.
        probabilities: (sheets, numbers, boxes, 10), each box summing to 1.
    """
    floored = _floored(probabilities, system.has_box)
    digits = floored.argmax(-1)
    posterior, holds, may_hold = (np.full(digits.shape[:2], np.nan) for _ in range(3))
    for sums in system.components:
        rows = np.flatnonzero((system.coefficients[sums] != 0).any(0))
        part = SumSystem(system.coefficients[np.ix_(sums, rows)], system.has_box[rows])
        solution = _solve_component(part, floored[:, rows])
        digits[:, rows], posterior[:, rows] = solution.digits, solution.posterior
        holds[:, rows], may_hold[:, rows] = solution.holds, solution.may_hold
    return SumSolution(digits, posterior, holds, may_hold)


def states(as_read: np.ndarray, solution: SumSolution, is_open: np.ndarray, needs_sums: np.ndarray) -> np.ndarray:
    """Return the state of every number, (sheets, numbers) of `State`.

    Args:
        as_read: The digits as read, (sheets, numbers, boxes).
        solution: The numbers by their sums.
        is_open: Numbers with a sign that a person must look at by the layout, (sheets, numbers).
        needs_sums: Numbers whose reading is a guess unless sums confirm it, (sheets, numbers).
    """
    unchanged = (as_read == solution.digits).all(-1)
    sure = solution.is_sure
    in_sum = ~np.isnan(solution.posterior)
    result = np.where(unchanged, State.AS_READ, State.CORRECTED).astype(object)
    result[~sure] = State.UNCLEAR
    result[solution.may_hold < LIKELY] = State.INCONSISTENT
    result[~in_sum] = State.UNCHECKED
    result[(needs_sums & ~(in_sum & sure)) | is_open] = State.UNCLEAR
    return result


def _floored(probabilities: np.ndarray, has_box: np.ndarray) -> np.ndarray:
    """Return probabilities in float64 with FLOOR spread over all digits; of absent boxes, 0 is certain."""
    floored = probabilities.astype(np.float64)
    floored = (1 - FLOOR) * floored / floored.sum(-1, keepdims=True) + FLOOR / floored.shape[-1]
    floored[:, ~has_box] = np.eye(floored.shape[-1])[0]
    result: np.ndarray = floored
    return result


def _solve_component(system: SumSystem, probabilities: np.ndarray) -> SumSolution:
    """Return the numbers of sheets whose sums are all linked with each other."""
    n_sums = len(system.coefficients)
    everything, nothing = np.ones((1, n_sums), bool), np.zeros((1, n_sums), bool)
    subsets = np.unique(np.concatenate([everything, ~np.eye(n_sums, dtype=bool), nothing]), axis=0)[::-1]
    priors = np.where(subsets, 1 - FAILURE_RATE, FAILURE_RATE).prod(1)
    weights = priors / np.array([_share(system, subset) for subset in subsets])
    if _Addition(system.coefficients, system.has_box).work > system.max_work:
        bounds = [bound_sheet(system.coefficients, subsets, weights, sheet) for sheet in probabilities]
        names = ("digits", "posterior", "holds", "may_hold")
        return SumSolution(*(np.stack([getattr(bound, name) for bound in bounds]) for name in names))
    additions = [_Addition(system.coefficients[subset], system.has_box) for subset in subsets]
    evidence = np.stack([addition.total(probabilities) for addition in additions]) * weights[:, None]
    likeliest = evidence.argmax(0)  # the subset of sums that holds most probably, (sheets,)
    digits = np.empty(probabilities.shape[:3], np.int64)
    for index, addition in enumerate(additions):
        if len(sheets := np.flatnonzero(likeliest == index)):
            digits[sheets] = addition.best(probabilities[sheets])
    right = np.stack([_total_by_number(addition, probabilities, digits) for addition in additions])
    total = evidence.sum(0)
    posterior = (weights[:, None, None] * right).sum(0) / total[:, None]
    confirms = subsets @ (system.coefficients != 0) > 0  # (subsets, numbers): one of the number's sums is in it
    holds = np.einsum("sn,sr->nr", evidence, confirms) / total[:, None]
    return SumSolution(digits, posterior, holds, holds)


def _share(system: SumSystem, subset: np.ndarray) -> float:
    """Return which share of all sets of digits satisfies sums; estimated where long addition would take too long."""
    is_total = (system.coefficients < 0).any(0)
    arrays = (system.coefficients[subset].astype(np.int64), system.has_box, is_total)
    return _cached_share(*(array.tobytes() for array in arrays), system.has_box.shape[1], system.max_work)


@lru_cache(maxsize=1024)
def _cached_share(coefficients: bytes, has_box: bytes, is_total: bytes, n_boxes: int, max_work: int) -> float:
    totals, present = np.frombuffer(is_total, bool), np.frombuffer(has_box, bool).reshape(-1, n_boxes)
    sums = np.frombuffer(coefficients, np.int64).reshape(-1, len(totals))
    addition = _Addition(sums, present)
    if addition.work > max_work:
        return estimate_share(sums, [10**n for n in present.sum(1).tolist()], totals)
    uniform = np.where(present[..., None], 0.1, np.eye(10)[0])[None]
    return float(addition.total(uniform)[0])


def _total_by_number(addition: "_Addition", probabilities: np.ndarray, digits: np.ndarray) -> np.ndarray:
    """Return the total probability of all sets that have a number's `digits`, (sheets, numbers)."""
    n_sheets, n_numbers = digits.shape[:2]
    chosen = np.eye(10)[digits]
    totals = np.empty((n_sheets, n_numbers))
    for number in range(n_numbers):
        fixed = probabilities.copy()
        fixed[:, number] *= chosen[:, number]
        totals[:, number] = addition.total(fixed)
    return totals


class _Addition:
    """Long addition of all sums at once, column by column from the right.

    The state has an axis per sum. Between columns it is the sum's carry, from 0 to the number of parts less one; while
    the digits of a column are added (parts) and subtracted (total), it is the difference so far, from -9. A sum's axis
    has the many differences only from its first number in a column to its last one, and otherwise the few carries.
    """

    def __init__(self, coefficients: np.ndarray, has_box: np.ndarray):
        self._coefficients = coefficients
        self._n_parts = [int(n) for n in (coefficients > 0).sum(1)]
        self._in_no_sum = np.flatnonzero(~(coefficients != 0).any(0))
        self._n_boxes = has_box.shape[1]
        self._steps = self._plan()

    @cached_property
    def work(self) -> int:
        """Number of cells of the states before all steps."""
        sizes, work = list(self._n_parts), 0
        for kind, index in self._steps:
            n_parts = self._n_parts[index] if kind != "add" else 0
            if kind == "open":
                sizes[index] = 10 * n_parts + 9
            elif kind == "close":
                sizes[index] = n_parts
            work += math.prod(sizes)
        n_cells: int = work * self._n_boxes
        return n_cells

    def total(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the sum of the products of probabilities over all sets of digits that satisfy the sums, (sheets,)."""
        free = probabilities[:, self._in_no_sum].sum(-1).prod((1, 2))
        size = int(np.prod([10 * n + 9 for n in self._n_parts]))
        step = max(1, MAX_CELLS // size)
        parts = [
            self._add(probabilities[start : start + step], np.add)[-1].reshape(-1)
            for start in range(0, len(probabilities), step)
        ]
        total: np.ndarray = free * np.concatenate(parts)
        return total

    def best(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the set of digits with the largest product that satisfies the sums, (sheets, numbers, boxes)."""
        digits: np.ndarray = probabilities.argmax(-1)
        size = int(np.prod([10 * n + 9 for n in self._n_parts])) * max(len(self._steps), 1) * self._n_boxes
        step = max(1, MAX_CELLS // size)
        for start in range(0, len(probabilities), step):
            self._trace(probabilities[start : start + step], digits[start : start + step])
        return digits

    def _plan(self) -> list[tuple[str, int]]:
        """Return the steps of a column: open a sum, add a number, close a sum."""
        steps: list[tuple[str, int]] = []
        opened: set[int] = set()
        added: set[int] = set()
        for index, row in enumerate(self._coefficients):
            for number in np.flatnonzero(row):
                if number in added:
                    continue
                for needed in np.flatnonzero(self._coefficients[:, number]):
                    if needed not in opened:
                        steps.append(("open", int(needed)))
                        opened.add(int(needed))
                steps.append(("add", int(number)))
                added.add(int(number))
            steps.append(("close", index))
        return steps

    def _add(self, probabilities: np.ndarray, combine: np.ufunc) -> list[np.ndarray]:
        """Return the state before every step of every column, and at the end the one with no carry left."""
        no_carry: tuple[slice | int, ...] = (slice(None), *(0 for _ in self._n_parts))
        state: np.ndarray = np.zeros((len(probabilities), *self._n_parts))
        state[no_carry] = 1
        states: list[np.ndarray] = []
        for column in reversed(range(self._n_boxes)):
            for kind, index in self._steps:
                if combine is not np.add:
                    states.append(state)
                if kind == "open":
                    state = self._open(state, index)
                elif kind == "close":
                    state = self._close(state, index)
                else:
                    state = self._add_number(state, index, probabilities[:, index, column], combine)
        return [*states, state[no_carry]]

    def _open(self, state: np.ndarray, index: int) -> np.ndarray:
        n_parts = self._n_parts[index]
        padding = [(0, 0)] * state.ndim
        padding[index + 1] = (9, 9 * n_parts)
        return np.pad(state, padding)

    def _close(self, state: np.ndarray, index: int) -> np.ndarray:
        """Keep the differences that the next column can carry: 0, 10, 20, ..."""
        keep = [slice(None)] * state.ndim
        keep[index + 1] = slice(9, None, 10)
        return state[tuple(keep)]

    def _add_number(self, state: np.ndarray, number: int, weights: np.ndarray, combine: np.ufunc) -> np.ndarray:
        result = np.zeros_like(state)
        shape = (-1, *[1] * (state.ndim - 1))
        for digit in range(10):
            target, source = self._shift(number, digit)
            combine(result[target], state[source] * weights[:, digit].reshape(shape), out=result[target])
        return result

    def _shift(self, number: int, digit: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
        """Return where the state after a digit lies, and where the one before it lay."""
        target, source = [slice(None)], [slice(None)]
        for coefficient in self._coefficients[:, number]:
            shift = int(coefficient) * digit
            target.append(slice(max(shift, 0), min(shift, 0) or None))
            source.append(slice(max(-shift, 0), -max(shift, 0) or None))
        return tuple(target), tuple(source)

    def _trace(self, probabilities: np.ndarray, digits: np.ndarray) -> None:
        """Set the digits (sheets, numbers, boxes) to the best ones, from the last step back to the first."""
        states = self._add(probabilities, np.maximum)
        sheets = np.arange(len(digits))
        position = np.zeros((len(self._n_parts), len(digits)), np.int64)
        steps = [(column, *step) for column in reversed(range(self._n_boxes)) for step in self._steps]
        for state, (column, kind, index) in zip(states[-2::-1], reversed(steps), strict=True):
            if kind == "close":
                position[index] = 9 + 10 * position[index]
            elif kind == "open":
                position[index] -= 9
            else:
                shifts = self._coefficients[:, index, None, None] * np.arange(10)[:, None]
                options = position[:, None] - shifts  # (sums, digits, sheets)
                sizes = np.array(state.shape[1:])[:, None, None]
                possible = ((options >= 0) & (options < sizes)).all(0)
                before = state[(sheets, *np.where(possible, options, 0))]
                weights = np.where(possible, before * probabilities[:, index, column].T, -1)
                digits[:, index, column] = best = weights.argmax(0)
                position = options[:, best, sheets]
