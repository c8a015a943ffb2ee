"""The labs' printed numbers, the optima of many starts, and what they say about a few."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relecture.clusters import STARTS
from relecture.clusters.isl_labs import book_python, book_r
from relecture.clusters.local_optima import distinct, few_runs, found_within, share, starts_needed, within
from relecture.clusters.record_access import curve, model, optima, values
from relecture.clusters.restarts import study


def test_the_r_lab_prints_104_3319_for_one_start_and_97_9793_for_twenty(datasets):
    ends = book_r(datasets["book_r"].x, seed=4)
    assert ends["one_start"] == pytest.approx(104.3319, abs=5e-5)
    assert ends["twenty_starts"] == pytest.approx(97.97926747939817, abs=1e-9)


def test_the_python_lab_prints_76_8513_for_one_start_and_75_0626_for_twenty(datasets):
    ends = book_python(datasets["book_python"].x, seed=3)
    assert ends["one_start"] == pytest.approx(76.85131986999252, abs=1e-9)
    assert ends["twenty_starts"] == pytest.approx(75.06261242745384, abs=1e-9)


def test_random_assignments_reach_the_optima_that_the_labs_print(found):
    in_r, in_python = (optima(found[f"{name}/restarts"]) for name in ("book_r", "book_python"))
    for listed, printed in ((in_r, 97.9793), (in_r, 104.3319), (in_python, 75.0351), (in_python, 75.0626),
                            (in_python, 76.8513), (in_python, 78.0612)):  # fmt: skip
        reached = listed.wss[listed.assignment > 0]
        assert (abs(reached - printed) < 6e-5).any()


def test_the_best_optima_are_those_of_30_000_starts(datasets):
    for name, best in (("book_r", 97.97926747939817), ("book_python", 75.0350825910044)):
        ends = study(datasets[name].x, 3, 10_000, seed=123)
        assert min(runs.wss.min() for runs in ends.values()) == pytest.approx(best)


def test_75_0351_is_found_by_7_percent_of_single_random_assignments(datasets):
    ends = study(datasets["book_python"].x, 3, 4000, seed=5)["assignment"]
    assert (ends.wss < 75.0352).mean() == pytest.approx(0.07, abs=0.015)


def test_every_kind_of_start_knows_the_best_optimum_of_the_labs_and_none_that_of_the_images(found):
    for kind in STARTS:
        assert values(found["book_r/restarts"], kind).best_share > 0.05
        assert values(found["images/restarts"], kind).best_share < 0.02


def test_plus_plus_finds_the_music_tastes_with_fewer_starts(found):
    record = found["music/restarts"]
    assert values(record, "plus_plus").best_share > 0.9 > values(record, "assignment").best_share


def test_a_row_per_start_and_a_clustering_per_optimum(found):
    record = found["book_r/restarts"]
    assert len(record.predictions) == 3 * 300
    kept = model(record, "optima.npz")
    assert len(kept["labels"]) == len(kept["wss"]) == record.predictions.optimum.max()
    assert np.array_equal(kept["wss"], np.sort(kept["wss"]))


def test_the_counted_probability_follows_the_computed_one(found):
    record = found["book_r/restarts"]
    for kind in STARTS:
        assert abs(curve(record, "within", kind) - curve(record, "found_within", kind)).max() < 0.2


def test_optima_are_told_apart_and_ranked():
    values, rank = distinct(np.array([3.0, 1.0, 1.0 + 1e-12, 2.0, 3.0]))
    assert list(values) == [1, 2, 3]
    assert list(rank) == [2, 0, 0, 1, 2]


def test_starts_needed_are_the_least_that_reach_the_certainty():
    for p in (0.01, 0.07, 0.126, 0.5, 0.95):
        n = starts_needed(p, 0.95)
        assert within(p, np.array([n]))[0] >= 0.95 > within(p, np.array([n - 1]))[0]
    assert starts_needed(1, 0.99) == 1
    assert math.isnan(starts_needed(0, 0.95))


def test_a_half_needs_exactly_two_starts_for_75_percent():
    assert starts_needed(0.5, 0.75) == 2


def test_the_counted_probability_counts_every_row_of_successive_starts():
    found_it = np.array([False, False, True, False])
    by_hand = [np.mean([found_it[(i + np.arange(n)) % 4].any() for i in range(4)]) for n in (1, 2, 3, 4)]
    assert list(found_within(found_it, np.array([1, 2, 3, 4]))) == by_hand


def test_a_share_of_nothing_still_has_an_interval():
    assert share(np.zeros(200, dtype=bool)) == (0, 0, pytest.approx(0.0183, abs=1e-4))


@settings(deadline=None, max_examples=30)
@given(weights=st.lists(st.integers(1, 9), min_size=1, max_size=4), runs=st.integers(1, 4))
def test_the_outcome_of_a_few_runs_agrees_with_going_through_all_of_them(weights, runs):
    shares = np.array(weights) / sum(weights)
    table = few_runs(shares, runs).set_index(["best", "distinct"]).probability
    counted: dict[tuple[int, int], float] = {}
    for outcome in itertools.product(range(len(shares)), repeat=runs):
        key = (outcome.count(0), len(set(outcome)))
        counted[key] = counted.get(key, 0) + math.prod(shares[i] for i in outcome)
    assert table.sum() == pytest.approx(1)
    assert all(table[key] == pytest.approx(chance) for key, chance in counted.items())


def test_the_lecture_s_six_runs_are_rare_on_the_r_lab_s_data_and_commoner_on_the_music_tastes(found):
    rare = values(found["book_r/restarts"], "assignment").six_runs_as_in_lecture
    common = values(found["music/restarts"], "assignment").six_runs_as_in_lecture
    assert rare < 0.03 < common
