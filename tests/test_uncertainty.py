"""Intervals and paired differences agree with scipy's; the correction for splits that share rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import t, ttest_ind, ttest_rel

from relecture.uncertainty import Difference, half_width, holm, paired, prediction_interval, unpaired

SCORES = st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=30)


def series(values) -> pd.Series:
    return pd.Series(list(values), index=[f"seed-{i:02d}" for i in range(len(values))])


@given(SCORES)
def test_the_interval_is_that_of_the_paired_t_test(pairs):
    a, b = zip(*pairs, strict=True)
    assume(np.std(np.subtract(a, b)) > 1e-6)
    difference, expected = paired(series(a), series(b)), ttest_rel(a, b).confidence_interval(0.95)
    assert (difference.low, difference.high) == pytest.approx((expected.low, expected.high), rel=1e-6, abs=1e-9)
    assert difference.mean == pytest.approx(np.mean(np.subtract(a, b)), abs=1e-9)
    assert difference.n == len(pairs)


@given(SCORES, st.floats(0.05, 2))
def test_nadeau_and_bengio_s_interval_is_wider_by_the_root_of_1_plus_n_times_test_over_train(pairs, ratio):
    a, b = zip(*pairs, strict=True)
    assume(np.std(np.subtract(a, b)) > 1e-6)
    plain, corrected = paired(series(a), series(b)), paired(series(a), series(b), ratio)
    assert corrected.mean == plain.mean
    wider = (corrected.high - corrected.low) / (plain.high - plain.low)
    assert wider == pytest.approx(np.sqrt(1 + len(pairs) * ratio))


def test_an_interval_by_hand():
    difference = paired(series([3.0, 5.0, 7.0]), series([2.0, 3.0, 4.0]))  # differences 1, 2, 3: mean 2, sd 1
    assert difference.mean == 2
    assert difference.high - difference.mean == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)  # t(0.975; 2)
    assert difference.n == 3


@given(SCORES)
def test_the_other_way_round_is_the_same_interval_mirrored(pairs):
    a, b = (series(values) for values in zip(*pairs, strict=True))
    one, other = paired(a, b), paired(b, a)
    assert (one.mean, one.low, one.high) == pytest.approx((-other.mean, -other.high, -other.low))


def test_one_pair_has_a_difference_and_no_interval():
    difference = paired(series([3.0]), series([2.0]))
    assert (difference.mean, difference.n) == (1.0, 1)
    assert np.isnan([difference.low, difference.high]).all()
    assert np.isnan(difference.p)


def test_only_members_that_both_have_are_paired_whatever_their_order():
    a = pd.Series({"x": 1.0, "y": 5.0, "z": 9.0})
    b = pd.Series({"z": 8.0, "w": 100.0, "x": 0.0})
    difference = paired(a, b)
    assert (difference.mean, difference.n) == (1.0, 2)


def test_without_a_common_member_there_is_nothing_to_pair():
    with pytest.raises(ValueError, match="no member"):
        paired(pd.Series({"x": 1.0}), pd.Series({"y": 1.0}))


def test_holm_by_hand():
    # Four p-values: the smallest times 4, the next times 3, and so on, never below the one before.
    ps = [0.01, 0.04, 0.03, 0.005]
    tested = holm([Difference(1, 0, 2, 5, p) for p in ps])
    assert [one.adjusted_p for one in tested] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert [one.finding for one in tested] == ["significant", "not significant", "not significant", "significant"]


def test_holm_ignores_differences_of_one_pair():
    nan = float("nan")
    tested = holm([Difference(1, nan, nan, 1, nan), Difference(1, 0.1, 2, 5, 0.03)])
    assert [one.finding for one in tested] == ["not tested", "significant"]
    assert tested[1].adjusted_p == 0.03


def test_significance_needs_adjusted_p_values():
    with pytest.raises(ValueError, match="holm"):
        _ = Difference(1, 0.1, 2, 5, 0.03).significant


@given(SCORES)
def test_the_p_value_is_that_of_the_paired_t_test(pairs):
    a, b = zip(*pairs, strict=True)
    assume(np.std(np.subtract(a, b)) > 1e-6)
    assert paired(series(a), series(b)).p == pytest.approx(ttest_rel(a, b).pvalue, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("n", "factor"), [(3, 4.97), (5, 3.04), (10, 2.37), (50, 2.03)])
def test_the_prediction_interval_has_the_factor_of_a_table_of_student_s_t(n, factor):
    low, high = prediction_interval(10.0, 2.0, n)
    assert high - 10 == pytest.approx(10 - low) == pytest.approx(2 * factor, abs=0.01)


def test_one_of_twenty_new_values_is_outside_the_prediction_interval():
    values = np.random.default_rng(0).normal(size=(20_000, 6))
    intervals = [prediction_interval(row.mean(), row.std(ddof=1), 5) for row in values[:, :5]]
    inside = [low <= new <= high for (low, high), new in zip(intervals, values[:, 5], strict=True)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.005)


def test_one_value_predicts_nothing():
    assert np.isnan(prediction_interval(1.0, float("nan"), 1)).all()


@given(SCORES)
def test_half_the_interval_of_a_mean_is_student_s_for_numbers_and_for_series(pairs):
    values = pd.Series([a for a, _ in pairs])
    assume(values.std() > 1e-6)
    low, high = t.interval(0.95, len(values) - 1, values.mean(), values.sem())
    assert half_width(values.std(), len(values)) == pytest.approx((high - low) / 2, rel=1e-9)
    groups = pd.concat({"one": values, "other": values}).groupby(level=0)
    assert list(half_width(groups.std(), groups.count())) == pytest.approx(2 * [(high - low) / 2], rel=1e-9)


def test_one_value_has_no_interval():
    assert np.isnan(half_width(float("nan"), 1))


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20), st.lists(st.floats(-100, 100), min_size=2, max_size=20))
def test_the_interval_of_two_groups_is_that_of_welch_s_test(a, b):
    assume(np.std(a) > 1e-6)
    assume(np.std(b) > 1e-6)
    difference = unpaired(*((float(np.mean(one)), float(np.std(one, ddof=1)), len(one)) for one in (a, b)))
    expected = ttest_ind(b, a, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert difference.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    assert (difference.low, difference.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-9)


def test_two_groups_that_do_not_vary_have_the_p_value_of_a_permutation_test():
    assert unpaired((1.0, 0.0, 3), (2.0, 0.0, 3)).p == pytest.approx(2 / 20)  # 20 ways to divide six members
    assert unpaired((1.0, 0.0, 3), (1.0, 0.0, 3)).p == 1
