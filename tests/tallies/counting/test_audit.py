"""How good a count is: definitions on small cases, and what a calibrated reader expects of itself."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_readings import made, reading, sure

from relecture.tallies.counting.audit import Checked, by_quality, checks, misplaced, needed, party_errors
from relecture.tallies.counting.district_winners import draw_totals, intervals, winners


def with_errors(errors: list[list[int]], qualities: list[float]) -> Checked:
    """Sheets of 200 votes a party, read with these errors and qualities."""
    truth = np.full((len(errors), len(errors[0])), 200)
    single = [sure((truth + errors)[row : row + 1], high).probabilities for row, high in enumerate(qualities)]
    return Checked(reading(np.concatenate(single)), truth)


def rows(table: pd.DataFrame, target: str) -> pd.DataFrame:
    return table[table.target == target].set_index("order")


def test_exactly_the_misread_sheets_have_to_be_checked_when_they_are_the_worst():
    checked = with_errors([[0, 0], [30, 0], [0, 0], [0, -40], [0, 0]], [0.99, 0.6, 0.98, 0.5, 0.97])
    found = rows(checks(checked, 200), "exactly")
    assert found.needed["quality"] == 2
    assert found.needed["random"] == pytest.approx(4, abs=0.3)  # the later of two places among five


def test_one_misread_sheet_in_a_random_order_is_found_halfway_on_average():
    checked = with_errors([[50]] + [[0]] * 40, [0.5] + [0.9] * 40)
    found = rows(checks(checked, 400), "exactly").loc["random"]
    assert found.needed == pytest.approx(21, abs=2)
    assert found.low <= 3
    assert found.high >= 39


def test_errors_that_cancel_are_only_right_when_both_are_checked():
    checked = with_errors([[5], [-5], [0]], [0.5, 0.6, 0.9])
    gaps, totals = checked.gaps(np.array([0, 1, 2]))
    assert gaps.ravel().tolist() == [0, 5, 0, 0]
    assert needed(gaps, totals, 0.0) == 2


def test_within_one_percent_is_one_percent_of_every_partys_own_total():
    checked = with_errors([[7, 0], [0, 1], [0, 0]], [0.5, 0.6, 0.9])  # of 600 votes each
    found = checks(checked, 50)
    assert rows(found, "within 1 %").needed["quality"] == 1
    assert rows(found, "exactly").needed["quality"] == 2


def test_a_right_count_needs_no_check():
    found = checks(with_errors([[0], [0]], [0.5, 0.6]), 20)
    assert (found.needed == 0).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=12), st.sampled_from([0.0, 0.01, 0.1]))
def test_after_the_needed_checks_the_totals_are_right_and_stay_so_and_one_fewer_is_too_few(errors, tolerance):
    checked = with_errors([[error] for error in errors], [0.9] * len(errors))
    gaps, totals = checked.gaps(np.arange(len(errors)))
    count = needed(gaps, totals, tolerance)
    assert (gaps[count:] <= tolerance * totals).all()
    assert count == 0 or (gaps[count - 1] > tolerance * totals).any()


def test_checking_the_worst_first_saves_work_when_quality_tells_and_not_when_it_does_not():
    tells, random = made(150, seed=1, signal=5), np.random.default_rng(0)
    found = rows(checks(tells, 200), "exactly").loc["quality"]
    assert found.saved > 10
    assert found.saved_low > 0
    blind = replace(tells, reading=replace(tells.reading))
    blind.__dict__["keys"] = {"quality": random.permutation(150).astype(float)}
    found = rows(checks(blind, 200), "exactly").loc["quality"]
    assert found.saved_low < 0 < found.saved_high


def test_what_the_reader_expects_holds_for_a_calibrated_reader():
    inside = []
    for seed in range(40):
        checked = made(80, seed=seed)
        everything = np.arange(80)
        inside += list(checked.gaps(everything)[0][0] <= checked.expected_gaps(everything)[0][0])
    assert np.mean(inside) > 0.85  # 95 % by the normal approximation, of errors that are rare and large


def test_without_the_truth_only_the_readers_expectation_is_left():
    checked = replace(made(60), truth=None)
    found = checks(checked, 20)
    assert found.needed.isna().all()
    near = rows(found, "within 1 %").expected
    assert 0 < near["stake"] < near["random"] <= 60
    assert 0 < near["quality"] < near["random"]
    assert list(by_quality(checked, 0.9, 20)) == ["group", "sheets", "quality"]


def test_sheets_of_high_quality_are_told_from_the_others():
    checked = with_errors([[0, 0], [0, 1], [100, 1]], [0.95, 0.92, 0.5])
    found = by_quality(checked, 0.9, 100).set_index("group")
    assert found.sheets.to_dict() == {"high": 2, "low": 1, "difference": 3}
    assert found.digits.to_dict() == pytest.approx({"high": 11 / 12, "low": 4 / 6, "difference": 11 / 12 - 4 / 6})
    assert found.counts.to_dict() == pytest.approx({"high": 0.75, "low": 0, "difference": 0.75})
    assert found.whole_sheets["high"] == 0.5
    assert np.isnan(found.digits_low["low"])  # one sheet has no interval


def test_a_group_without_sheets_has_no_share():
    found = by_quality(with_errors([[0], [1]], [0.95, 0.96]), 0.9, 20).set_index("group")
    assert found.sheets["low"] == 0
    assert np.isnan(found.digits["low"])


def test_the_error_of_a_party_is_a_share_of_its_true_votes():
    checked = with_errors([[10, 0], [0, -4]], [0.9, 0.9])
    found = party_errors(checked, 50)
    assert found.error.tolist() == pytest.approx([10 / 400, -4 / 400])
    assert misplaced(checked) == pytest.approx(14 / 800)


def test_a_changed_winner_is_seen():
    checked = Checked(sure(np.array([[210, 200, 10], [90, 100, 10]])), np.array([[110, 200, 10], [90, 100, 10]]))
    [row] = winners(checked, draw_totals(checked.reading)).itertuples()
    assert (row.winner, row.true_winner, row.changed) == ("Ash = Birch", "Birch", True)


def test_a_certain_reading_is_safe_and_a_doubtful_close_race_is_not():
    votes = np.array([[310, 300, 10]] * 4)
    certain, doubtful = sure(votes), sure(votes, high=0.7)
    assert winners(Checked(certain, None), draw_totals(certain)).safe.all()
    found = winners(Checked(doubtful, None), draw_totals(doubtful))
    assert not found.safe.any()
    assert "true_winner" not in found


def test_the_truth_is_where_a_calibrated_reader_expects_it():
    held = []
    for seed in range(20):
        checked = made(60, seed=seed)
        held += list(intervals(checked, draw_totals(checked.reading, 300)).covered)
    assert 0.88 < np.mean(held) < 0.99


def test_the_draws_have_the_expected_mean_and_spread():
    found = made(60, seed=2).reading
    mean, variance = found.expected()
    drawn = draw_totals(found, 4000)["all"]
    np.testing.assert_allclose(drawn.mean(0), mean.sum(0), atol=4 * np.sqrt(variance.sum(0) / 4000).max())
    np.testing.assert_allclose(drawn.std(0), np.sqrt(variance.sum(0)), rtol=0.06)
