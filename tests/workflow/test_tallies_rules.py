"""The rules of the search pass the checkpoints of the right shards to a job."""

import re

import pytest

pytestmark = pytest.mark.slow


def test_a_shard_gets_the_checkpoints_of_its_own_search_and_no_others(fresh):
    fresh.configure("tallies.search.n_shards", 2)
    rung = "results/tallies/search/bracket-1/rung-0"
    (fresh / rung / "shard-7/states").mkdir(parents=True)  # of a search in eight shards
    planned = fresh.snakemake("--dry-run", "--printshellcmds", "--", f"{rung[:-1]}1/shard-0/scores.csv")
    assert planned.code == 0, planned.trouble
    checkpoints = {index: re.findall(r"--checkpoints=(\S+)", line) for index, line in commands(planned.output).items()}
    assert checkpoints == {"1/0/0": [], "1/0/1": [], "1/1/0": [f"{rung}/shard-{number}/states" for number in range(2)]}


def commands(output: str) -> dict[str, str]:
    """The commands that train shards, by bracket, rung and shard."""
    lines = [line for line in output.splitlines() if "relecture tallies" in line and " search-shard " in line]
    return {"/".join(re.search(r"--bracket (\d+) --rung (\d+) --shard (\d+)", line).groups()): line for line in lines}
