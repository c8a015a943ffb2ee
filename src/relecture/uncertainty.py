"""Confidence intervals of means and of paired differences, prediction intervals, and adjusted p-values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy.special import comb, stdtr, stdtrit

Numbers = TypeVar("Numbers", float, pd.Series)


#: What a table of differences says of its p-values.
HOLM_NOTE = "Adjusted p: Holm's, over all rows of this table; a difference is significant below 0.05."

#: A difference is significant when its adjusted p-value is below.
LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """Mean of `a - b` over `n` pairs with its 95 % confidence interval, in the unit of the scores.

    `p` is the two-sided p-value of no difference. `adjusted_p` is Holm's, over all differences of one table (`holm`);
    None until then.
    """

    mean: float
    low: float
    high: float
    n: int
    p: float
    adjusted_p: float | None = None

    @property
    def significant(self) -> bool:
        """Whether the adjusted p-value is below LEVEL."""
        if self.adjusted_p is None:
            raise ValueError("call `holm` on all differences of the table first")
        return self.adjusted_p < LEVEL

    @property
    def finding(self) -> str:
        """The finding in words; one pair cannot be tested."""
        if np.isnan(self.p):
            return "not tested"
        return "significant" if self.significant else "not significant"


def holm(differences: Sequence[Difference]) -> list[Difference]:
    """Return the differences of one table with their p-values adjusted by Holm's method.

    The probability that any of them is called significant without an effect is then at most LEVEL. Differences of one
    pair have no p-value and are not counted.
    """
    from statsmodels.stats.multitest import multipletests  # slow to import, and few jobs need it

    tested = [difference for difference in differences if not np.isnan(difference.p)]
    adjusted = iter(multipletests([one.p for one in tested], method="holm")[1] if tested else ())
    return [replace(one, adjusted_p=np.nan if np.isnan(one.p) else float(next(adjusted))) for one in differences]


def unpaired(a: tuple[float, float, int], b: tuple[float, float, int]) -> Difference:
    """Return the difference `b - a` of two means of independent members, with Welch's 95 % interval and p-value.

    Where no value varies in either group there is no interval, and p is that of a permutation test: the share of all
    ways to divide the members into the two groups that separate them as completely.

    Args:
        a: Mean, standard deviation and number of the members of one group, at least two.
        b: Those of the other.
    """
    (mean_a, sd_a, n_a), (mean_b, sd_b, n_b) = a, b
    mean, squares = mean_b - mean_a, (sd_a**2 / n_a, sd_b**2 / n_b)
    error = float(np.sqrt(sum(squares)))
    if error == 0:
        return Difference(mean, np.nan, np.nan, n_a + n_b, float(min(1.0, 2 / comb(n_a + n_b, n_a)) if mean else 1.0))
    degrees = error**4 / (squares[0] ** 2 / (n_a - 1) + squares[1] ** 2 / (n_b - 1))
    half = float(stdtrit(degrees, 0.975)) * error
    return Difference(mean, mean - half, mean + half, n_a + n_b, 2 * float(stdtr(degrees, -abs(mean) / error)))


def prediction_interval(mean: float, sd: float, n: int) -> tuple[float, float]:
    """Return the 95 % prediction interval for one new value after `n` values with this mean and standard deviation.

    NaN for one value. It assumes that the values are independent and normal.
    """
    half = float(stdtrit(n - 1, 0.975)) * sd * float(np.sqrt(1 + 1 / n)) if n > 1 else np.nan
    return mean - half, mean + half


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
    """Return the mean of `a - b` over the members that both have, with Student's 95 % interval and p-value.

    One pair has no interval: `low`, `high` and `p` are then NaN.

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
        return Difference(mean, np.nan, np.nan, 1, np.nan)
    sd = float(difference.std(ddof=1))
    half = half_width(sd, n, test_to_train)
    error = sd * np.sqrt(1 / n + test_to_train)
    p = 2 * float(stdtr(n - 1, -abs(mean) / error)) if error > 0 else float(mean == 0)
    return Difference(mean, mean - half, mean + half, n, p)
