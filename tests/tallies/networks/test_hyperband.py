"""Hyperband's schedule is the paper's, and every shard's files are where the next rung expects them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relecture.tallies.networks.hyperband import SearchPlan, assign_to_shards, brackets, rungs


def test_the_paper_s_bracket_is_15_trials_for_5_epochs_5_for_15_and_2_for_45():
    assert rungs(45, 3, 2) == [(15, 5), (5, 15), (2, 45)]


def test_the_paper_s_22_trainings_take_185_epochs_because_they_resume_from_checkpoints():
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
def test_rungs_have_ever_fewer_trials_and_more_epochs_and_the_last_has_all_epochs(max_epochs, eta):
    for bracket in brackets(max_epochs, eta):
        steps = rungs(max_epochs, eta, bracket)
        assert len(steps) == bracket + 1
        assert steps[-1].epochs == max_epochs
        assert min(step.trials for step in steps) >= 1
        assert all(a.trials >= b.trials and a.epochs < b.epochs for a, b in pairwise(steps))


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=40), st.integers(1, 8))
def test_every_trial_is_in_one_shard_and_shards_differ_by_at_most_a_trial(work, n_shards):
    shards = assign_to_shards(work, n_shards)
    assert sorted(index for shard in shards for index in shard) == list(range(len(work)))
    sums = [sum(work[index] for index in shard) for shard in shards]
    assert max(sums) - min(sums) <= max(work) + 1e-6
    assert assign_to_shards(work, n_shards) == shards


def test_a_rung_has_the_configured_number_of_shards_but_none_without_a_trial():
    plan = SearchPlan(max_epochs=45, eta=3, brackets=[2], n_shards=4)  # 15, 5 and 2 trials
    assert [len(plan.shards(2, rung)) for rung in range(3)] == [4, 4, 2]
    assert plan.shards(2, 2)[-1] == "results/tallies/search/bracket-2/rung-2/shard-1"


def test_a_rung_resumes_from_the_ranking_and_every_checkpoint_of_the_previous_rung():
    plan = SearchPlan(max_epochs=45, eta=3, brackets=[2], n_shards=4)
    assert plan.previous_rung(2, 0) == {}
    previous = plan.previous_rung(2, 1)
    assert previous["ranking"] in plan.rankings()
    assert previous["states"] == [f"{shard}/states" for shard in plan.shards(2, 0)]


def test_the_plan_lists_every_rung_of_every_bracket():
    plan = SearchPlan(max_epochs=45, eta=3, brackets=[3, 2, 1, 0], n_shards=8)
    assert len(plan.rankings()) == 4 + 3 + 2 + 1
    assert len(plan.histories()) == len(set(plan.histories())) == (8 + 8 + 4 + 2) + (8 + 5 + 2) + (8 + 3) + 5


def test_the_files_of_a_search_are_in_its_folder():
    plan = SearchPlan(max_epochs=45, eta=3, brackets=[2], n_shards=4, folder="results/mine/search")
    assert plan.rankings()[0] == "results/mine/search/bracket-2/rung-0/ranking.csv"
