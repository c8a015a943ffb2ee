"""Intervals of means and of paired differences: is a gap between two methods more than luck?"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy.special import stdtrit

Numbers = TypeVar("Numbers", float, pd.Series)


@dataclass(frozen=True)
class Difference:
    """Mean of `a - b` over `n` pairs with its 95 % interval, in the unit of the scores."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def half_width(sd: Numbers, n: int | pd.Series, test_to_train: float = 0.0) -> Numbers:
    """Half of Student's 95 % interval for the mean of `n` values with standard deviation `sd`, in their unit.

    Numbers, or series of equal length. NaN for one value, which has no interval. `test_to_train`: see `paired`.
    """
    return stdtrit(n - 1, 0.975) * sd * np.sqrt(1 / n + test_to_train)


def paired(a: pd.Series, b: pd.Series, test_to_train: float = 0.0) -> Difference:
    """The mean of `a - b` over the members both have, with Student's 95 % interval.

    Args:
        a, b: scores indexed by member (a seed, a split).
        test_to_train: for random splits of one table, the size of the test set over that of the training
            set. Such splits share rows, so the plain interval is too narrow; Nadeau and Bengio (2003,
            "Inference for the generalization error", eq. 9) put 1/n + test/train in place of 1/n.
            Zero for independent members.

    One pair has no interval: `low` and `high` are then NaN.
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
