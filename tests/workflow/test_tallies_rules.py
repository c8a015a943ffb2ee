"""The rules of tallies name what their jobs read: checkpoints of the right shards, files in folders of one's own."""

import re

import pytest

pytestmark = pytest.mark.slow


def test_a_shard_is_told_the_checkpoints_of_its_own_search_whatever_lies_beside_them(fresh):
    rung = "results/tallies/search/bracket-1/rung-0"
    (fresh / rung / "shard-7/states").mkdir(parents=True)  # of a search in eight shards
    ended = fresh.snakemake("--dry-run", "--printshellcmds", "--", f"{rung[:-1]}1/shard-0/scores.csv")
    assert ended.code == 0, ended.trouble
    told = {place: re.findall(r"--before=(\S+)", line) for place, line in commands(ended.output).items()}
    assert told == {"1/0/0": [], "1/0/1": [], "1/1/0": [f"{rung}/shard-{number}/states" for number in range(2)]}


def commands(output: str) -> dict[str, str]:
    """The commands that would train shards, by bracket, rung and shard."""
    lines = [line for line in output.splitlines() if "relecture.tallies" in line and " shard " in line]
    return {re.search(r"--place (\S+)", line)[1]: line for line in lines}
