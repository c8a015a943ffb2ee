"""Hyperband's arithmetic gives the paper's bracket and, in all, the trainings that the issue counts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relecture.tallies.networks.hyperband import brackets, rungs, share


def test_the_paper_s_bracket_is_15_trials_for_5_epochs_5_for_15_and_2_for_45():
    assert rungs(45, 3, 2) == [(15, 5), (5, 15), (2, 45)]


def test_as_each_goes_on_from_its_checkpoint_the_paper_s_22_trainings_take_185_epochs():
    steps = rungs(45, 3, 2)
    assert sum(step.trials for step in steps) == 22
    before = [0, *(step.epochs for step in steps)]
    assert sum(step.trials * (step.epochs - done) for step, done in zip(steps, before, strict=False)) == 185


def test_all_four_brackets_are_90_trainings():
    assert list(brackets(45, 3)) == [0, 1, 2, 3]
    assert sum(step.trials for bracket in brackets(45, 3) for step in rungs(45, 3, bracket)) == 90


@pytest.mark.parametrize(
    ("bracket", "expected"),
    [(0, [(5, 45)]), (1, [(8, 15), (3, 45)]), (3, [(34, 2), (12, 5), (4, 15), (2, 45)])],
)
def test_the_other_brackets_are_keras_tuner_s(bracket, expected):
    assert rungs(45, 3, bracket) == expected


@given(st.integers(2, 500), st.integers(2, 6))
def test_rungs_have_ever_fewer_trials_and_more_epochs_and_end_with_all_of_them(max_epochs, factor):
    for bracket in brackets(max_epochs, factor):
        steps = rungs(max_epochs, factor, bracket)
        assert len(steps) == bracket + 1
        assert steps[-1].epochs == max_epochs
        assert min(step.trials for step in steps) >= 1
        assert all(a.trials >= b.trials and a.epochs < b.epochs for a, b in pairwise(steps))


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=40), st.integers(1, 8))
def test_every_trial_is_in_one_shard_and_none_has_more_than_a_trial_too_much(work, shards):
    shared = share(work, shards)
    assert sorted(place for own in shared for place in own) == list(range(len(work)))
    sums = [sum(work[place] for place in own) for own in shared]
    assert max(sums) - min(sums) <= max(work) + 1e-6
    assert share(work, shards) == shared
