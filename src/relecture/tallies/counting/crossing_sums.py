"""Bounds on what is known of a sheet whose sums cross, where long addition would take minutes.

Sums cross where two of them share several numbers, or go round: the rows and columns of a table. The evidence for a set
of digits is its likelihood times the weights of the subsets of sums that it satisfies. Here the sets with nearly all
evidence are listed, and the evidence of all others is bounded from above:

* For each number and value, its own probability times the probability that the other numbers of its sums add up to it
  bounds the evidence of all sets with that value. Values with little evidence are left out, and their bounds are added.
* Of the sets of values that are left, those that break at most one sum are listed. Where there are more than MAX_SETS
  those with the least evidence are left out, and a bound of it is added: their likelihood so far times the probability
  that the remaining numbers of a sum complete it.

The probabilities are those in the worst case: all that was left out says something else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MAX_SETS = 300  # that are listed at once
MAX_VALUES = 40  # of a number
MAX_TRANSFORM = 20_000_000  # values in all Fourier transforms of a sheet
#: Share of the evidence that may be left out before more values are tried.
LEFT_OUT = 0.005
N_ROUNDS = 2  # of trying more values
ROUNDING = 1e-14  # of a Fourier transform of probabilities
N_SAMPLES = 50_000  # random sets of which the number of sets is estimated


@dataclass(frozen=True)
class SheetBounds:
    """What is proven about the numbers of a sheet.

    `digits` (numbers, boxes) are the best that were found. `posterior` (numbers,) is a lower bound of the probability
    that a number is right, `holds` and `may_hold` are bounds of the probability that one of its sums holds.
    """

    digits: np.ndarray
    posterior: np.ndarray
    holds: np.ndarray
    may_hold: np.ndarray


def bound_sheet(
    coefficients: np.ndarray, subsets: np.ndarray, weights: np.ndarray, probabilities: np.ndarray
) -> SheetBounds:
    """Return what can be proven about a sheet in bounded time.

    Args:
        coefficients: (sums, numbers), 1 for parts, -1 for totals.
        subsets: Sums that may hold together, bool (subsets, sums): all, all but one, none.
        weights: Prior probability of a subset, divided by the share of all sets of digits that satisfy it.
        probabilities: (numbers, boxes, 10).
    """
    values = _value_probabilities(probabilities)
    as_read = probabilities.argmax(-1)
    n_numbers, n_values = values.shape
    size = n_values * int((coefficients != 0).sum(1).max())
    if size * int((coefficients != 0).sum()) > MAX_TRANSFORM:
        nothing = np.zeros(n_numbers)
        return SheetBounds(as_read, nothing, nothing, np.ones(n_numbers))
    linked = subsets.any(1)
    upper = _value_bounds(coefficients, subsets[linked], weights[linked], values, size)
    free = float(weights[~linked].sum())  # the evidence that no sum holds: of all sets together, so exact
    order = list(dict.fromkeys(int(number) for row in coefficients for number in np.flatnonzero(row)))
    completions = _completions(coefficients, values, size, order)
    # The weight of all subsets that a set satisfies which breaks one sum, and at the end of one that breaks none.
    gain = np.array([*(weights[linked & ~subset].sum() for subset in subsets.T), weights[linked].sum()])
    tolerance = 1e-4 * float(upper.sum(1).min())
    best: tuple[float, _Sets] | None = None
    for _ in range(N_ROUNDS):
        sets = _list_sets(coefficients, gain, completions, values, upper, tolerance)
        known = free + float((sets.likelihoods * sets.gains).sum())
        share = sets.left_out / known
        if best is None or share < best[0]:
            best = share, sets
        if share < LEFT_OUT:
            break
        tolerance = min(tolerance / 100, LEFT_OUT / 10 * known / n_numbers)
    assert best is not None
    return _summary(coefficients, subsets, weights, values, best[1], as_read)


def estimate_share(coefficients: np.ndarray, n_values: Sequence[int], is_total: np.ndarray) -> float:
    """Return about which share of all sets of numbers satisfies sums, for numbers from 0 to `n_values` - 1 (numbers,).

    Totals (`is_total`, bool (numbers,)) follow from the other numbers. Those are drawn one after the other, each among
    the values that leave every total in its range; the product of their shares is averaged. The random numbers are
    always the same. The standard error is a few per cent.
    """
    order = np.argsort(~is_total, kind="stable")
    reduced, pivots = _row_echelon(coefficients[:, order].astype(float))
    limits = np.array(n_values, dtype=float)[order]
    free = [number for number in range(len(limits)) if number not in pivots]
    follows = -reduced[: len(pivots)]  # (pivots, numbers): every pivot is this combination of the free numbers
    simple = (follows[:, free] >= 0).all(1)
    rest = np.tile(limits[pivots] - 1, (N_SAMPLES, 1))
    share, random = np.full(N_SAMPLES, 1 / limits[pivots].prod()), np.random.default_rng(0)
    for number in free:
        bounding = simple & (follows[:, number] > 0)
        most = np.full(N_SAMPLES, limits[number] - 1)
        if bounding.any():
            most = np.minimum(most, np.floor((rest[:, bounding] / follows[bounding, number]).min(1) + 1e-9))
        share *= (most + 1) / limits[number]
        rest -= np.floor(random.random(N_SAMPLES) * (most + 1))[:, None] * follows[:, number]
    totals = limits[pivots] - 1 - rest
    possible = (totals > -0.5) & (rest > -0.5) & (np.abs(totals - totals.round()) < 1e-6)
    return float((share * possible.all(1)).mean())


@dataclass(frozen=True)
class _Sets:
    """Sets of numbers (sets, numbers) with their likelihoods.

    `broken` is the sum that a set breaks (-1 for none), `gains` the weight of the subsets of sums that it satisfies,
    and `left_out` a bound of the evidence of all sets that are not listed.
    """

    numbers: np.ndarray
    likelihoods: np.ndarray
    broken: np.ndarray
    gains: np.ndarray
    left_out: float


def _value_probabilities(probabilities: np.ndarray) -> np.ndarray:
    """Return the probability of every value of every number, (numbers, 10 ** boxes)."""
    values = np.ones((len(probabilities), 1))
    for box in range(probabilities.shape[1]):
        values = (values[:, :, None] * probabilities[:, box, None]).reshape(len(values), -1)
    return values


def _value_bounds(
    coefficients: np.ndarray, subsets: np.ndarray, weights: np.ndarray, values: np.ndarray, size: int
) -> np.ndarray:
    """Return upper bounds of the evidence of all sets with a value of a number, (numbers, values)."""
    n_values, spectra = values.shape[1], np.fft.rfft(values, size)
    others: dict[tuple[int, int], np.ndarray] = {}  # of a sum and a number: that its other numbers add up to a value
    for index, row in enumerate(coefficients):
        members = np.flatnonzero(row)
        for number in members.tolist():
            rest = members[members != number]
            # The total is the sum of the others; a part is the total less the other parts.
            signs = row[rest] if row[number] < 0 else -row[rest]
            spectrum = np.where(signs[:, None] > 0, spectra[rest], spectra[rest].conj()).prod(0)
            others[index, number] = np.fft.irfft(spectrum, size)[:n_values].clip(0) + ROUNDING
    bounds = np.zeros_like(values)
    for subset, weight in zip(subsets, weights, strict=True):
        for number in range(len(values)):
            evidence, used = weight * values[number], np.zeros(len(values), bool)
            for index in np.flatnonzero(subset & (coefficients[:, number] != 0)).tolist():
                rest = coefficients[index] != 0
                rest[number] = False
                if not (rest & used).any():  # sums that share another number are not independent: one is left out
                    evidence = evidence * others[index, number]
                    used |= rest
            bounds[number] += evidence
    return bounds


def _completions(
    coefficients: np.ndarray, values: np.ndarray, size: int, order: Sequence[int]
) -> dict[int, list[tuple[int, np.ndarray]]]:
    """Return for each number, in the order in which they are placed, its sums with their probability of completion.

    That is by the difference so far, of total and parts, modulo `size`.
    """
    spectra = np.fft.rfft(values, size)
    result: dict[int, list[tuple[int, np.ndarray]]] = {number: [] for number in order}
    for index, row in enumerate(coefficients):
        rest = np.ones(spectra.shape[1], complex)
        for number in (number for number in reversed(order) if row[number]):
            # The numbers that follow have to add up to the opposite of the difference so far.
            chance = np.fft.irfft(rest, size).clip(0) + ROUNDING
            result[number].append((index, chance))
            rest = rest * (spectra[number].conj() if row[number] > 0 else spectra[number])
    return result


def _list_sets(
    coefficients: np.ndarray,
    gain: np.ndarray,
    completions: dict[int, list[tuple[int, np.ndarray]]],
    values: np.ndarray,
    upper: np.ndarray,
    tolerance: float,
) -> _Sets:
    """Return the sets of values that break at most one sum; for each number values with less than `tolerance` left."""
    n_sums, n_numbers = coefficients.shape
    chances = np.ones((n_sums, 1))  # that a sum is completed
    numbers, likelihoods = np.zeros((1, n_numbers), np.int64), np.ones(1)
    broken, left_out, placed = np.full(1, -1), 0.0, np.zeros(n_numbers, bool)
    for number, sums in completions.items():
        by_evidence = np.argsort(-upper[number], kind="stable")
        tails = upper[number][by_evidence][::-1].cumsum()[::-1]
        n_kept = min(max(int((tails > tolerance).sum()), 1), MAX_VALUES)
        left_out += float(tails[n_kept]) if n_kept < len(tails) else 0.0
        kept, placed[number] = by_evidence[:n_kept], True
        # All sets so far with all values kept: (sets, values).
        longer, breaks = likelihoods[:, None] * values[number, kept], np.repeat(broken[:, None], n_kept, axis=1)
        ahead = np.repeat(chances[:, :, None], n_kept, axis=2)  # (sums, sets, values)
        possible = np.ones(longer.shape, bool)
        for index, chance in sums:
            difference = (numbers @ coefficients[index])[:, None] + coefficients[index, number] * kept
            ahead[index] = chance[difference % len(chance)]
            if placed[coefficients[index] != 0].all():
                wrong = difference != 0
                possible &= ~wrong | (breaks < 0)
                breaks[wrong] = index
                ahead[index] = 1
        evidence = np.where(possible, longer * _expected_gain(ahead, breaks, gain), -1).ravel()
        listed = np.argsort(-evidence, kind="stable")[: int(possible.sum())]
        left_out += float(evidence[listed[MAX_SETS:]].sum())
        rows, columns = np.divmod(listed[:MAX_SETS], n_kept)
        numbers = numbers[rows]
        numbers[:, number] = kept[columns]
        likelihoods, broken, chances = longer[rows, columns], breaks[rows, columns], ahead[:, rows, columns]
    return _Sets(numbers, likelihoods, broken, gain[broken], left_out)


def _expected_gain(chances: np.ndarray, broken: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Return an upper bound of the gain of sets whose sums are completed with these chances (sums, ...).

    All sums of a subset have to be completed, so its bound is its smallest chance. A set that breaks no sum so far may
    break one later: it gains most if that is the least likely sum.
    """
    first = second = np.ones(broken.shape)
    least = np.zeros(broken.shape, np.int64)
    for index, chance in enumerate(chances):
        smaller = chance < first
        second = np.where(smaller, first, np.minimum(second, chance))
        first, least = np.minimum(first, chance), np.where(smaller, index, least)
    result: np.ndarray = np.where(
        broken < 0,
        (gain[-1] - gain[least]) * first + gain[least] * second,
        gain[broken] * np.where(broken == least, second, first),
    )
    return result


def _summary(
    coefficients: np.ndarray,
    subsets: np.ndarray,
    weights: np.ndarray,
    values: np.ndarray,
    sets: _Sets,
    as_read: np.ndarray,
) -> SheetBounds:
    n_numbers, n_boxes = as_read.shape
    satisfied = np.array([subset[sets.broken] == 0 for subset in subsets])  # (subsets, sets)
    satisfied[:, sets.broken < 0] = True
    linked = np.asarray(subsets.any(1))
    evidence = weights[:, None] * satisfied * sets.likelihoods
    by_subset = np.where(linked, evidence.sum(1), weights)
    place_values = 10 ** np.arange(n_boxes)[::-1]
    likeliest = int(by_subset.argmax())
    if linked[likeliest]:
        numbers = sets.numbers[evidence[likeliest].argmax()]
        digits = numbers[:, None] // place_values % 10
    else:
        digits, numbers = as_read, as_read @ place_values
    confirms = subsets @ (coefficients != 0) > 0  # (subsets, numbers): one of the number's sums is in it
    free = float(weights[~linked].sum())
    right = (evidence[linked].sum(0)[:, None] * np.equal(sets.numbers, numbers)).sum(0)
    right += free * values[np.arange(n_numbers), numbers]
    total = float(by_subset.sum()) + sets.left_out
    confirmed = by_subset @ confirms
    return SheetBounds(digits, right / total, confirmed / total, (confirmed + sets.left_out) / total)


def _row_echelon(matrix: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Return the reduced row echelon form, and the columns of its pivots."""
    matrix = matrix.copy()
    pivots: list[int] = []
    for column in range(matrix.shape[1]):
        row = len(pivots)
        if row == len(matrix):
            break
        largest = row + int(np.abs(matrix[row:, column]).argmax())
        if math.isclose(matrix[largest, column], 0, abs_tol=1e-9):
            continue
        matrix[[row, largest]] = matrix[[largest, row]]
        matrix[row] /= matrix[row, column]
        for other in range(len(matrix)):
            if other != row:
                matrix[other] -= matrix[other, column] * matrix[row]
        pivots.append(column)
    return matrix, pivots
