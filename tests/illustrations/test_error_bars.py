"""Intervals of percentages."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from relecture.illustrations.error_bars import percentage_intervals


def test_intervals_are_student_s_and_end_at_0_and_100_percent():
    errors = pd.DataFrame({"a": [40.0, 50.0, 57.0], "low": [0.0, 1.0, 9.0], "high": [91.0, 99.0, 100.0]})
    mean, (below, above) = percentage_intervals(errors)
    low, high = stats.t.interval(0.95, 2, errors["a"].mean(), errors["a"].std() / np.sqrt(3))
    assert (mean["a"] - below[0], mean["a"] + above[0]) == pytest.approx((low, high))
    assert mean["low"] - below[1] == pytest.approx(0)
    assert mean["high"] + above[2] == pytest.approx(100)
