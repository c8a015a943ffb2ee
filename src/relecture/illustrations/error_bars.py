"""Error bars of percentages: means over networks with their 95 % intervals."""

import numpy as np
import pandas as pd

from relecture.uncertainty import half_width


def percentage_intervals(errors: pd.DataFrame) -> tuple[pd.Series, np.ndarray]:
    """Return the mean of every column in percent, and how far its 95 % interval reaches below and above, (2, columns).

    Args:
        errors: Errors in percent, a row per network. Their intervals end at 0 and 100 %.
    """
    mean, half = errors.mean(), half_width(errors.std(), errors.count())
    low, high = (mean - half).clip(lower=0), (mean + half).clip(upper=100)
    return mean, np.stack([mean - low, high - mean])
