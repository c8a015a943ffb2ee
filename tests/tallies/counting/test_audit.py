"""Accuracy and audits of a count: definitions on small cases, and expectations by a calibrated posterior."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_counts import counts_of, made, sure

from relecture.tallies.counting.audit import (
    AuditedCounts,
    accuracy_by_quality,
    audit_table,
    party_errors,
    sheets_needed,
    total_absolute_error,
)


def with_errors(errors: list[list[int]], qualities: list[float]) -> AuditedCounts:
    """Return sheets with 200 votes per party, counted with these errors and qualities."""
    truth = np.full((len(errors), len(errors[0])), 200)
    single = [sure((truth + errors)[row : row + 1], high).probabilities for row, high in enumerate(qualities)]
    return AuditedCounts(counts_of(np.concatenate(single)), truth)


def rows(table: pd.DataFrame, target: str) -> pd.DataFrame:
    return table[table.target == target].set_index("order")


def test_exactly_the_miscounted_sheets_are_needed_if_they_have_the_lowest_quality():
    audited = with_errors([[0, 0], [30, 0], [0, 0], [0, -40], [0, 0]], [0.99, 0.6, 0.98, 0.5, 0.97])
    table = rows(audit_table(audited, 200), "exactly")
    assert table.needed["quality"] == 2
    assert table.needed["random"] == pytest.approx(4, abs=0.3)  # the later of two positions among five


def test_one_miscounted_sheet_in_a_random_order_is_found_halfway_on_average():
    audited = with_errors([[50]] + [[0]] * 40, [0.5] + [0.9] * 40)
    table = rows(audit_table(audited, 400), "exactly").loc["random"]
    assert table.needed == pytest.approx(21, abs=2)
    assert table.low <= 3
    assert table.high >= 39


def test_errors_that_cancel_are_right_only_after_both_are_audited():
    audited = with_errors([[5], [-5], [0]], [0.5, 0.6, 0.9])
    gaps, totals = audited.gaps(np.array([0, 1, 2]))
    assert gaps.ravel().tolist() == [0, 5, 0, 0]
    assert sheets_needed(gaps, totals, 0.0) == 2


def test_within_one_percent_is_one_percent_of_every_partys_own_total():
    audited = with_errors([[7, 0], [0, 1], [0, 0]], [0.5, 0.6, 0.9])  # of 600 votes each
    table = audit_table(audited, 50)
    assert rows(table, "within 1 %").needed["quality"] == 1
    assert rows(table, "exactly").needed["quality"] == 2


def test_a_right_count_needs_no_audit():
    table = audit_table(with_errors([[0], [0]], [0.5, 0.6]), 20)
    assert (table.needed == 0).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=12), st.sampled_from([0.0, 0.01, 0.1]))
def test_after_the_needed_audits_the_totals_stay_right_and_one_fewer_is_too_few(errors, tolerance):
    audited = with_errors([[error] for error in errors], [0.9] * len(errors))
    gaps, totals = audited.gaps(np.arange(len(errors)))
    count = sheets_needed(gaps, totals, tolerance)
    assert (gaps[count:] <= tolerance * totals).all()
    assert count == 0 or (gaps[count - 1] > tolerance * totals).any()


def test_the_lowest_quality_first_saves_audits_only_if_quality_is_informative():
    tells, rng = made(150, seed=1, signal=5), np.random.default_rng(0)
    table = rows(audit_table(tells, 200), "exactly").loc["quality"]
    assert table.saved > 10
    assert table.saved_low > 0
    blind = replace(tells, counts=replace(tells.counts))
    blind.__dict__["priorities"] = {"quality": rng.permutation(150).astype(float)}
    table = rows(audit_table(blind, 200), "exactly").loc["quality"]
    assert table.saved_low < 0 < table.saved_high


def test_expected_gaps_hold_for_a_calibrated_posterior():
    covered = []
    for seed in range(40):
        audited = made(80, seed=seed)
        order = np.arange(80)
        covered += list(audited.gaps(order)[0][0] <= audited.expected_gaps(order)[0][0])
    assert np.mean(covered) > 0.85  # 95 % by the normal approximation, of errors that are rare and large


def test_without_the_truth_only_expectations_are_left():
    audited = replace(made(60), truth=None)
    table = audit_table(audited, 20)
    assert table.needed.isna().all()
    near = rows(table, "within 1 %").expected
    assert 0 < near["expected_vote_error"] < near["random"] <= 60
    assert 0 < near["quality"] < near["random"]
    assert list(accuracy_by_quality(audited, 0.9, 20)) == ["group", "sheets", "quality"]


def test_accuracies_are_computed_by_quality():
    audited = with_errors([[0, 0], [0, 1], [100, 1]], [0.95, 0.92, 0.5])
    table = accuracy_by_quality(audited, 0.9, 100).set_index("group")
    assert table.sheets.to_dict() == {"high": 2, "low": 1, "difference": 3}
    assert table.digits.to_dict() == pytest.approx({"high": 11 / 12, "low": 4 / 6, "difference": 11 / 12 - 4 / 6})
    assert table.counts.to_dict() == pytest.approx({"high": 0.75, "low": 0, "difference": 0.75})
    assert table.whole_sheets["high"] == 0.5
    assert np.isnan(table.digits_low["low"])  # one sheet has no interval


def test_a_group_without_sheets_has_no_accuracy():
    table = accuracy_by_quality(with_errors([[0], [1]], [0.95, 0.96]), 0.9, 20).set_index("group")
    assert table.sheets["low"] == 0
    assert np.isnan(table.digits["low"])


def test_the_error_of_a_party_is_a_share_of_its_true_votes():
    audited = with_errors([[10, 0], [0, -4]], [0.9, 0.9])
    table = party_errors(audited, 50)
    assert table.error.tolist() == pytest.approx([10 / 400, -4 / 400])
    assert total_absolute_error(audited) == pytest.approx(14 / 800)
