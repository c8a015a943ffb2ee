"""The simulated election: stations in districts, and the votes of each party at each station."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from relecture.tallies.config import SimulationConfig
from relecture.tallies.segmentation.layout import MAX_VOTES, N_BOXES

SHARE_RATIO = 0.78  # a party's share of the vote in the whole election, relative to the next larger party's
LOG_BALLOTS_SD = 0.2  # standard deviation of the logarithm of the ballots per station
MIN_BALLOTS = 10  # per station

ELECTION_COLUMNS = ("sheet", "district", "station", "party", "votes")


def simulate_votes(config: SimulationConfig) -> pd.DataFrame:
    """Return one row per sheet and party, columns ELECTION_COLUMNS.

    A station's votes are Dirichlet-multinomial: its shares are drawn around those of its district, which are drawn
    around those of the whole election, both with `config.concentration`. No number has more than three digits.
    """
    rng = np.random.Generator(np.random.PCG64([config.seed, 1]))
    n_stations, parties = config.n_stations, party_names(config.n_parties)
    n_districts = min(config.n_districts, n_stations)
    overall = SHARE_RATIO ** np.arange(len(parties))
    overall /= overall.sum()
    by_district = rng.dirichlet(config.concentration * overall, size=n_districts)
    district = np.arange(n_stations) * n_districts // n_stations
    ballots = np.exp(rng.normal(np.log(config.n_ballots) - LOG_BALLOTS_SD**2 / 2, LOG_BALLOTS_SD, size=n_stations))
    ballots = ballots.round().astype(int).clip(MIN_BALLOTS, MAX_VOTES)
    # A Dirichlet parameter of zero, of a party without votes in a district, is not allowed.
    alphas = np.maximum(config.concentration * by_district[district], 1e-3)
    counts = np.stack([rng.multinomial(n, rng.dirichlet(alpha)) for n, alpha in zip(ballots, alphas, strict=True)])
    numbers = range(1, n_stations + 1)
    return pd.DataFrame(
        {
            "sheet": np.repeat(_numbered("sheet-", numbers), len(parties)),
            "district": np.repeat([f"District {index + 1}" for index in district], len(parties)),
            "station": np.repeat(_numbered("Station ", numbers), len(parties)),
            "party": np.tile(parties, n_stations),
            "votes": counts.ravel(),
        }
    )


def leading_signs(votes: np.ndarray, config: SimulationConfig) -> np.ndarray:
    """Return what stands in each box in place of its digit, text (..., N_BOXES); "" is the digit.

    The leading boxes of a number are those before its first digit, and all but the last of a zero. They are `empty`, or
    have a `cross`, a `dash`, or a `struck_out` digit, with the shares of `config`; a zero in dashes has one in its last
    box as well.
    """
    rng = np.random.Generator(np.random.PCG64([config.seed, 5]))
    shares = config.leading_boxes.model_dump()
    kinds = np.array([*shares, ""])
    chosen = rng.choice(kinds, votes.shape, p=[*shares.values(), max(1 - sum(shares.values()), 0)])
    leading = votes[..., None] < 10 ** np.arange(N_BOXES - 1, -1, -1)
    leading[..., -1] = (votes == 0) & (chosen == "dash")
    signs: np.ndarray = np.where(leading, chosen[..., None], "")
    return signs


def party_names(n_parties: int) -> tuple[str, ...]:
    """Return Party A, Party B, ..."""
    return tuple(f"Party {chr(ord('A') + index)}" for index in range(n_parties))


def _numbered(prefix: str, numbers: Iterable[int]) -> list[str]:
    """Return names with zero-padded numbers of equal width, at least three digits."""
    numbers = list(numbers)
    width = max(len(str(numbers[-1])), 3)
    return [f"{prefix}{number:0{width}d}" for number in numbers]
