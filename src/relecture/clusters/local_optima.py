"""Local optima: distinct ones, their frequencies, and the success probability of several starts."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import binomtest


def distinct_optima(wss: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct optima among the ends of many starts, best first, and the rank (0 = best) of each start.

    Sums of squares (starts,) that differ by less than a ten-millionth are the same optimum.
    """
    order = np.argsort(wss, kind="stable")
    ordered = wss[order]
    new = np.concatenate([[True], np.diff(ordered) > 1e-7 * ordered[1:]])
    rank = np.empty(len(wss), dtype=np.int64)
    rank[order] = new.cumsum() - 1
    return ordered[new], rank


def success_share(success: np.ndarray) -> tuple[float, float, float]:
    """Return the share of successes (starts,) with its exact (Clopper-Pearson) 95 % interval."""
    count, n = int(success.sum()), len(success)
    interval = binomtest(count, n).proportion_ci(0.95)
    return count / n, float(interval.low), float(interval.high)


def success_probability(probability: float, n_starts: np.ndarray) -> np.ndarray:
    """Return 1 - (1 - p)^n: the probability that the best of n starts is the best optimum."""
    result: np.ndarray = 1 - (1 - probability) ** n_starts
    return result


def observed_success_rate(success: np.ndarray, n_starts: np.ndarray) -> np.ndarray:
    """Return the share of all sequences of n successive starts that contain a success.

    A sequence that goes past the last start continues with the first.
    """
    if not success.any():
        return np.zeros(len(n_starts))
    hits, n = np.flatnonzero(success), len(success)
    ahead = np.concatenate([hits, hits + n])
    wait = ahead[np.searchsorted(ahead, np.arange(n))] - np.arange(n)  # starts before the next success
    return np.array([(wait < count).mean() for count in n_starts])


def n_starts_needed(probability: float, certainty: float) -> float:
    """Return the number of starts that find the best optimum with this certainty; NaN for a probability of zero."""
    if probability <= 0:
        return math.nan
    if probability >= 1:
        return 1
    return math.ceil(round(math.log(1 - certainty) / math.log(1 - probability), 9))


def outcome_probabilities(shares: Sequence[float], n_runs: int = 6) -> pd.DataFrame:
    """Return the exact probability of each outcome of a few runs: columns n_best, n_optima, probability.

    `shares` are the probabilities of the optima, best first, and sum to 1. `n_best` of the `n_runs` runs end in the
    best optimum, and `n_optima` different optima are reached. The multinomial distribution, summed by optimum.
    """
    # weights[r, d]: r of the runs are spent on d of the optima so far, as probability / r! (exponential series)
    weights = np.zeros((n_runs + 1, n_runs + 1))
    weights[0, 0] = 1
    for probability in shares[1:]:
        updated = weights.copy()
        for spent in range(1, n_runs + 1):
            term = probability**spent / math.factorial(spent)
            updated[spent:, 1:] += term * weights[: n_runs + 1 - spent, :-1]
        weights = updated
    rows = []
    for n_best in range(n_runs + 1):
        for n_others in range(n_runs + 1 - n_best):
            probability = math.comb(n_runs, n_best) * shares[0] ** n_best
            probability *= math.factorial(n_runs - n_best) * weights[n_runs - n_best, n_others]
            if n_others or n_best == n_runs:
                rows.append((n_best, n_others + (n_best > 0), probability))
    return pd.DataFrame(rows, columns=["n_best", "n_optima", "probability"])
