"""The simulated election: stations in districts, and what the ballots say."""

from typing import Any

import numpy as np
import pandas as pd

from relecture.tallies.segmentation.layout import LARGEST

FALL = 0.78  # a party's share of the vote in the whole election, relative to the next larger party's
SPREAD = 0.2  # of the ballots per station, as standard deviation of their logarithm
FEWEST = 10  # ballots in a station

VOTES = ("sheet", "district", "station", "party", "votes")


def votes(config: dict[str, Any]) -> pd.DataFrame:
    """One row per sheet and party, columns VOTES.

    A station's votes are Dirichlet-multinomial: its shares are drawn around those of its district, which are drawn
    around those of the whole election, both with `spec["concentration"]`. No number has more than three digits.
    """
    random = np.random.Generator(np.random.PCG64([config["seed"], 1]))
    sheets, parties = config["sheets"], party_names(config["parties"])
    districts = min(config["districts"], sheets)
    overall = FALL ** np.arange(len(parties))
    overall /= overall.sum()
    by_district = random.dirichlet(config["concentration"] * overall, size=districts)
    district = np.arange(sheets) * districts // sheets
    ballots = np.exp(random.normal(np.log(config["ballots"]) - SPREAD**2 / 2, SPREAD, size=sheets))
    ballots = ballots.round().astype(int).clip(FEWEST, LARGEST)
    # A party that nobody in a district wants would have no Dirichlet there.
    around = np.maximum(config["concentration"] * by_district[district], 1e-3)
    counts = np.stack([random.multinomial(n, random.dirichlet(a)) for n, a in zip(ballots, around, strict=True)])
    places = np.arange(1, sheets + 1)
    return pd.DataFrame(
        {
            "sheet": np.repeat(_named("sheet", places, "-"), len(parties)),
            "district": np.repeat([f"District {number + 1}" for number in district], len(parties)),
            "station": np.repeat(_named("Station", places, " "), len(parties)),
            "party": np.tile(parties, sheets),
            "votes": counts.ravel(),
        }
    )


def party_names(count: int) -> tuple[str, ...]:
    """Party A, Party B, ..."""
    return tuple(f"Party {chr(ord('A') + number)}" for number in range(count))


def _named(word: str, numbers: np.ndarray, link: str) -> list[str]:
    width = max(len(str(numbers[-1])), 3)
    return [f"{word}{link}{number:0{width}d}" for number in numbers]
