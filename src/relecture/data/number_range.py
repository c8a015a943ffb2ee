"""The range of numbers whose sums of squares can be computed."""

import pandas as pd

#: Up to this number, and down to a standard deviation of its inverse, sums of squares can be computed.
MAX_ABSOLUTE_VALUE = 1e100


def out_of_range(values: pd.Series) -> str:
    """Return what is wrong with numbers that are too large or too small to be squared; empty for others."""
    if values.abs().max() > MAX_ABSOLUTE_VALUE or values.std() < 1 / MAX_ABSOLUTE_VALUE:
        return "too large or too small to be squared: use another unit"
    return ""
