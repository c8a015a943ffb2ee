"""The search as rules: which shards its rungs have, and where their files are. The Snakefile imports this."""

from collections.abc import Sequence

from relecture.tallies.brackets import rungs

FOLDER = "results/tallies/search"


class Plan:
    """Every bracket's rungs, each split into `shards` parts but none without a trial; numbers count from 0."""

    def __init__(self, max_epochs: int, factor: int, brackets: Sequence[int], shards: int):
        self._trials = {b: [rung.trials for rung in rungs(max_epochs, factor, b)] for b in brackets}
        self._shards = shards

    def shards(self, bracket: int, rung: int) -> list[str]:
        """The folders of a rung's shards."""
        count = min(self._shards, self._trials[bracket][rung])
        return [f"{_rung(bracket, rung)}/shard-{shard}" for shard in range(count)]

    def before(self, bracket: int, rung: int) -> dict[str, str | list[str]]:
        """What a shard goes on from: ranking and checkpoints of the rung before. The first has nothing before it."""
        if rung == 0:
            return {}
        states = [f"{shard}/states" for shard in self.shards(bracket, rung - 1)]
        return {"ranking": f"{_rung(bracket, rung - 1)}/ranking.csv", "states": states}

    def rankings(self) -> list[str]:
        """The ranking of every rung of every bracket."""
        return [f"{_rung(bracket, rung)}/ranking.csv" for bracket, rung in self._places()]

    def histories(self) -> list[str]:
        """The curves of every shard."""
        return [f"{shard}/history.csv" for place in self._places() for shard in self.shards(*place)]

    def _places(self) -> list[tuple[int, int]]:
        return [(bracket, rung) for bracket, trials in self._trials.items() for rung in range(len(trials))]


def _rung(bracket: int, rung: int) -> str:
    return f"{FOLDER}/bracket-{bracket}/rung-{rung}"
