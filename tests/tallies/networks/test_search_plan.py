"""The search's files are where one rung looks for those of the one before."""

from relecture.tallies.networks.hyperband import Plan


def test_a_rung_has_as_many_shards_as_wanted_but_none_without_a_trial():
    plan = Plan(max_epochs=45, factor=3, brackets=[2], shards=4)  # 15, 5 and 2 trials
    assert [len(plan.shards(2, rung)) for rung in range(3)] == [4, 4, 2]
    assert plan.shards(2, 2)[-1] == "results/tallies/search/bracket-2/rung-2/shard-1"


def test_a_rung_goes_on_from_the_ranking_and_every_checkpoint_of_the_one_before():
    plan = Plan(max_epochs=45, factor=3, brackets=[2], shards=4)
    assert plan.before(2, 0) == {}
    before = plan.before(2, 1)
    assert before["ranking"] in plan.rankings()
    assert before["states"] == [f"{shard}/states" for shard in plan.shards(2, 0)]


def test_every_rung_of_every_bracket_is_gathered():
    plan = Plan(max_epochs=45, factor=3, brackets=[3, 2, 1, 0], shards=8)
    assert len(plan.rankings()) == 4 + 3 + 2 + 1
    assert len(plan.histories()) == len(set(plan.histories())) == (8 + 8 + 4 + 2) + (8 + 5 + 2) + (8 + 3) + 5
