"""Local optima: which ones many starts reach, how often, and what that means for a few starts."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import binomtest


def distinct(wss: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different optima among the ends of many starts, best first, and the optimum (0 = best) of each start.

    Sums of squares (starts,) that differ by less than a ten-millionth are the same optimum.
    """
    order = np.argsort(wss, kind="stable")
    ordered = wss[order]
    new = np.concatenate([[True], np.diff(ordered) > 1e-7 * ordered[1:]])
    rank = np.empty(len(wss), dtype=np.int64)
    rank[order] = new.cumsum() - 1
    return ordered[new], rank


def share(found: np.ndarray) -> tuple[float, float, float]:
    """The share of starts (starts,) of bool that found something, with its exact (Clopper-Pearson) 95 % interval."""
    count, n = int(found.sum()), len(found)
    interval = binomtest(count, n).proportion_ci(0.95)
    return count / n, float(interval.low), float(interval.high)


def within(probability: float, starts: np.ndarray) -> np.ndarray:
    """1 - (1 - p)^n: the probability that the best of n starts is the best optimum."""
    return 1 - (1 - probability) ** starts


def found_within(found: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The same, counted: of all rows of n successive starts, the share that has the best optimum in it.

    A row that goes past the last start goes on from the first.
    """
    if not found.any():
        return np.zeros(len(starts))
    hits, n = np.flatnonzero(found), len(found)
    ahead = np.concatenate([hits, hits + n])
    wait = ahead[np.searchsorted(ahead, np.arange(n))] - np.arange(n)  # starts before the next success
    return np.array([(wait < count).mean() for count in starts])


def starts_needed(probability: float, certainty: float) -> float:
    """How many starts find the best optimum with this certainty; NaN when none ever did."""
    if probability <= 0:
        return math.nan
    if probability >= 1:
        return 1
    return math.ceil(round(math.log(1 - certainty) / math.log(1 - probability), 9))


def few_runs(shares: Sequence[float], runs: int = 6) -> pd.DataFrame:
    """How likely each outcome of a few runs is, exactly: columns best, distinct, probability.

    `shares` are the probabilities of the optima, best first, and sum to 1. `best` runs of the `runs` end in the best
    optimum, and `distinct` different optima are seen. The multinomial distribution, summed by optimum.
    """
    # ways[r, d]: r of the runs are spent on d of the optima so far, as probability / r! (exponential series)
    ways = np.zeros((runs + 1, runs + 1))
    ways[0, 0] = 1
    for probability in shares[1:]:
        more = ways.copy()
        for spent in range(1, runs + 1):
            term = probability**spent / math.factorial(spent)
            more[spent:, 1:] += term * ways[: runs + 1 - spent, :-1]
        ways = more
    rows = []
    for best in range(runs + 1):
        for others in range(runs + 1 - best):
            chance = math.comb(runs, best) * shares[0] ** best
            chance *= math.factorial(runs - best) * ways[runs - best, others]
            if others or best == runs:
                rows.append((best, others + (best > 0), chance))
    return pd.DataFrame(rows, columns=["best", "distinct", "probability"])
