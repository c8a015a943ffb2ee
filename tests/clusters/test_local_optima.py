"""Distinct optima, and the success probability of several starts."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relecture.clusters.local_optima import (
    distinct_optima,
    n_starts_needed,
    observed_success_rate,
    outcome_probabilities,
    success_probability,
    success_share,
)


def test_distinct_optima_are_ranked():
    values, rank = distinct_optima(np.array([3.0, 1.0, 1.0 + 1e-12, 2.0, 3.0]))
    assert list(values) == [1, 2, 3]
    assert list(rank) == [2, 0, 0, 1, 2]


def test_starts_needed_are_the_least_that_reach_the_certainty():
    for p in (0.01, 0.07, 0.126, 0.5, 0.95):
        n = n_starts_needed(p, 0.95)
        assert success_probability(p, np.array([n]))[0] >= 0.95 > success_probability(p, np.array([n - 1]))[0]
    assert n_starts_needed(1, 0.99) == 1
    assert math.isnan(n_starts_needed(0, 0.95))


def test_a_half_needs_exactly_two_starts_for_75_percent():
    assert n_starts_needed(0.5, 0.75) == 2


def test_the_observed_rate_counts_every_sequence_of_successive_starts():
    success = np.array([False, False, True, False])
    by_hand = [np.mean([success[(i + np.arange(n)) % 4].any() for i in range(4)]) for n in (1, 2, 3, 4)]
    assert list(observed_success_rate(success, np.array([1, 2, 3, 4]))) == by_hand


def test_a_share_of_zero_has_an_interval():
    assert success_share(np.zeros(200, dtype=bool)) == (0, 0, pytest.approx(0.0183, abs=1e-4))


@settings(deadline=None, max_examples=30)
@given(weights=st.lists(st.integers(1, 9), min_size=1, max_size=4), n_runs=st.integers(1, 4))
def test_outcome_probabilities_agree_with_an_enumeration_of_all_runs(weights, n_runs):
    shares = np.array(weights) / sum(weights)
    table = outcome_probabilities(shares, n_runs).set_index(["n_best", "n_optima"]).probability
    counted: dict[tuple[int, int], float] = {}
    for outcome in itertools.product(range(len(shares)), repeat=n_runs):
        key = (outcome.count(0), len(set(outcome)))
        counted[key] = counted.get(key, 0) + math.prod(shares[i] for i in outcome)
    assert table.sum() == pytest.approx(1)
    assert all(table[key] == pytest.approx(chance) for key, chance in counted.items())
