"""Hyperband's schedule, as Keras Tuner computes it: number of trials and epochs in each rung of a bracket.

With 45 epochs and eta 3 it gives the paper's bracket: 15 trials for 5 epochs, the best 5 up to 15, the best 2 up to
45. Li et al. (2018), "Hyperband", JMLR 18(185); Keras Tuner 1.4, `tuners/hyperband.py`. The Snakefile imports this.
"""

from collections.abc import Sequence
from itertools import count
from typing import NamedTuple


class Rung(NamedTuple):
    """One step of a bracket: its trials, and the epochs of each, counted from the start of its training."""

    trials: int
    epochs: int


def brackets(max_epochs: int, eta: int) -> range:
    """Return the numbers of all possible brackets; bracket b has b reductions."""
    return range(next(k for k in count() if eta ** (k + 1) > max_epochs) + 1)


def rungs(max_epochs: int, eta: int, bracket: int) -> list[Rung]:
    """Return the rungs of a bracket, the one with the most trials first; the last trains for all `max_epochs`."""
    final_trials = 1 + next(k for k in count() if eta**k >= max_epochs)  # the trials of bracket 0
    return [
        Rung(_ceil_div(final_trials * eta**reductions, bracket + 1), _ceil_div(max_epochs, eta**reductions))
        for reductions in range(bracket, -1, -1)
    ]


def assign_to_shards(work: Sequence[float], n_shards: int) -> list[list[int]]:
    """Return the indices into `work` of each shard, so that shards have similar sums; the same for the same work.

    The largest piece is assigned first, each to the shard with the smallest sum so far.
    """
    shards: list[list[int]] = [[] for _ in range(n_shards)]
    sums = [0.0] * n_shards
    for index in sorted(range(len(work)), key=lambda index: (-work[index], index)):
        smallest = sums.index(min(sums))
        shards[smallest].append(index)
        sums[smallest] += work[index]
    return [sorted(indices) for indices in shards]


def _ceil_div(a: int, b: int) -> int:
    return -(-a // b)


class SearchPlan:
    """The files of every bracket's rungs, each split into at most `n_shards` shards; numbers count from 0."""

    def __init__(
        self,
        max_epochs: int,
        eta: int,
        brackets: Sequence[int],
        n_shards: int,
        folder: str = "results/tallies/search",
    ):
        self._trials = {b: [rung.trials for rung in rungs(max_epochs, eta, b)] for b in brackets}
        self._n_shards = n_shards
        self._folder = folder

    def shards(self, bracket: int, rung: int) -> list[str]:
        """Return the folders of a rung's shards; no shard is without a trial."""
        n_shards = min(self._n_shards, self._trials[bracket][rung])
        return [f"{self._rung(bracket, rung)}/shard-{shard}" for shard in range(n_shards)]

    def previous_rung(self, bracket: int, rung: int) -> dict[str, str | list[str]]:
        """Return the files of the previous rung that a shard resumes from: `ranking` and `states`; none for rung 0."""
        if rung == 0:
            return {}
        states = [f"{shard}/states" for shard in self.shards(bracket, rung - 1)]
        return {"ranking": f"{self._rung(bracket, rung - 1)}/ranking.csv", "states": states}

    def rankings(self) -> list[str]:
        """Return the ranking of every rung of every bracket."""
        return [f"{self._rung(bracket, rung)}/ranking.csv" for bracket, rung in self._rungs()]

    def histories(self) -> list[str]:
        """Return the curves of every shard."""
        return [f"{shard}/history.csv" for rung in self._rungs() for shard in self.shards(*rung)]

    def _rungs(self) -> list[tuple[int, int]]:
        return [(bracket, rung) for bracket, trials in self._trials.items() for rung in range(len(trials))]

    def _rung(self, bracket: int, rung: int) -> str:
        return f"{self._folder}/bracket-{bracket}/rung-{rung}"
