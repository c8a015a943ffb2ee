"""Spearman's rank correlation with a permutation test."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import permutation_test, rankdata, zscore

N_PERMUTATIONS = 19_999  # all permutations, if there are fewer


class RankCorrelation(NamedTuple):
    """A rank correlation over n pairs (NaN if all values are equal), and the p-value of none."""

    rho: float
    p: float
    n: int


def rank_correlation(a: pd.Series, b: pd.Series) -> RankCorrelation:
    """Return Spearman's rank correlation with p of a permutation test: the usual formula is wrong for few pairs."""
    if a.nunique() < 2 or b.nunique() < 2:  # there is no order
        return RankCorrelation(np.nan, 1.0, len(a))
    ranks_a, ranks_b = (zscore(rankdata(numbers)) for numbers in (a, b))
    test = permutation_test(
        (ranks_a,),
        lambda permuted, axis: (permuted * ranks_b).mean(axis),
        permutation_type="pairings",
        vectorized=True,
        n_resamples=N_PERMUTATIONS,
        rng=np.random.default_rng(1),  # fixed, because it is part of the results
    )
    return RankCorrelation(float(test.statistic), float(test.pvalue), len(a))
