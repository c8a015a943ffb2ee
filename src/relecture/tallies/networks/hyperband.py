"""Hyperband's arithmetic, as Keras Tuner does it: how many trials train for how long in each rung of a bracket.

With 45 epochs and factor 3 it gives the paper's bracket: 15 trials for 5 epochs, the best 5 go on to 15, the best 2
to 45. Li et al. (2018), "Hyperband", JMLR 18(185); Keras Tuner 1.4, `tuners/hyperband.py`. The Snakefile imports this.
"""

from collections.abc import Sequence
from itertools import count
from typing import NamedTuple


class Rung(NamedTuple):
    """One step of a bracket: so many trials, each trained up to so many epochs, counted from its very beginning."""

    trials: int
    epochs: int


def brackets(max_epochs: int, factor: int) -> range:
    """The numbers of all brackets that these settings allow; bracket b cuts b times."""
    return range(next(k for k in count() if factor ** (k + 1) > max_epochs) + 1)


def rungs(max_epochs: int, factor: int, bracket: int) -> list[Rung]:
    """The rungs of a bracket, the first with the most trials; its last trains for all `max_epochs`."""
    end = 1 + next(k for k in count() if factor**k >= max_epochs)  # trials that bracket 0 trains to the end
    return [
        Rung(_up(end * factor**cuts_left, bracket + 1), _up(max_epochs, factor**cuts_left))
        for cuts_left in range(bracket, -1, -1)
    ]


def share(work: Sequence[float], shards: int) -> list[list[int]]:
    """Places in `work` for each shard, so that the shards have about the same to do; the same for the same work.

    The largest piece first, each to the shard that has the least so far.
    """
    places: list[list[int]] = [[] for _ in range(shards)]
    sums = [0.0] * shards
    for place in sorted(range(len(work)), key=lambda place: (-work[place], place)):
        least = sums.index(min(sums))
        places[least].append(place)
        sums[least] += work[place]
    return [sorted(own) for own in places]


def _up(a: int, b: int) -> int:
    """a / b, rounded up."""
    return -(-a // b)


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
