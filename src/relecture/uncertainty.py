"""Confidence intervals of means and of paired differences between methods."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy.special import stdtrit

Numbers = TypeVar("Numbers", float, pd.Series)


@dataclass(frozen=True)
class Difference:
    """Mean of `a - b` over `n` pairs with its 95 % confidence interval, in the unit of the scores."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def significant(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0


def half_width(sd: Numbers, n: int | pd.Series, test_to_train: float = 0.0) -> Numbers:
    """Return half the width of Student's 95 % interval for a mean, in the unit of the values; NaN for one value.

    Args:
        sd: Standard deviation of the values: a number, or a series of them.
        n: Number of values, or a series of equal length.
        test_to_train: See `paired`.
    """
    half: Numbers = stdtrit(n - 1, 0.975) * sd * np.sqrt(1 / n + test_to_train)
    return half


def paired(a: pd.Series, b: pd.Series, test_to_train: float = 0.0) -> Difference:
    """Return the mean of `a - b` over the members that both have, with Student's 95 % interval.

    One pair has no interval: `low` and `high` are then NaN.

    Args:
        a: Scores indexed by member (a seed, a split).
        b: Scores of the other method, indexed likewise.
        test_to_train: For random splits of one table, the size of the test set over that of the training set. Such
            splits share rows, so the plain interval is too narrow; Nadeau and Bengio (2003, "Inference for the
            generalization error", eq. 9) replace 1/n by 1/n + test/train. Zero for independent members.

    Raises:
        ValueError: The two series have no member in common.
    """
    difference = (a - b).dropna().to_numpy()
    n = len(difference)
    if n == 0:
        raise ValueError("no member is in both series")
    mean = float(difference.mean())
    if n == 1:
        return Difference(mean, np.nan, np.nan, 1)
    half = half_width(float(difference.std(ddof=1)), n, test_to_train)
    return Difference(mean, mean - half, mean + half, n)
