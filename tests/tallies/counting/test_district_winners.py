"""The winners of districts, and the risk of each."""

import numpy as np
from made_counts import made, sure

from relecture.tallies.counting.audit import AuditedCounts
from relecture.tallies.counting.district_winners import district_winners, draw_totals, total_intervals
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS


def test_a_changed_winner_is_detected():
    audited = AuditedCounts(sure(np.array([[210, 200, 10], [90, 100, 10]])), np.array([[110, 200, 10], [90, 100, 10]]))
    [row] = district_winners(audited, draw_totals(audited.counts)).itertuples()
    assert (row.winner, row.true_winner, row.changed) == ("Ash = Birch", "Birch", True)


def test_a_certain_count_is_safe_and_an_uncertain_close_race_is_not():
    votes = np.array([[310, 300, 10]] * 4)
    certain, uncertain = sure(votes), sure(votes, high=0.7)
    assert district_winners(AuditedCounts(certain, None), draw_totals(certain)).safe.all()
    winners = district_winners(AuditedCounts(uncertain, None), draw_totals(uncertain))
    assert not winners.safe.any()
    assert "true_winner" not in winners


def test_intervals_of_a_calibrated_posterior_cover_the_truth():
    covered = []
    for seed in range(20):
        audited = made(60, seed=seed)
        covered += list(total_intervals(audited, draw_totals(audited.counts, 300)).covered)
    assert 0.88 < np.mean(covered) < 0.99


def test_the_draws_have_the_expected_mean_and_spread():
    counts = made(60, seed=2).counts
    mean, variance = counts.expected()
    drawn = draw_totals(counts, 4000)[ALL_DISTRICTS]
    np.testing.assert_allclose(drawn.mean(0), mean.sum(0), atol=4 * np.sqrt(variance.sum(0) / 4000).max())
    np.testing.assert_allclose(drawn.std(0), np.sqrt(variance.sum(0)), rtol=0.06)
