"""The simulated election."""

import numpy as np
import pytest

from relecture.tallies.config import SimulationConfig
from relecture.tallies.segmentation.layout import MAX_VOTES
from relecture.tallies.simulation.election import ELECTION_COLUMNS, MIN_BALLOTS, simulate_votes


def config(**values: float) -> SimulationConfig:
    """Return a configuration of 150 stations with these values changed."""
    standard = {"seed": 1, "n_stations": 150, "n_districts": 5, "n_parties": 10, "n_ballots": 400,
                "concentration": 20.0, "severity": 1.0, "bad_scan_rate": 0.1}  # fmt: skip
    return SimulationConfig(**{**standard, **values})


@pytest.fixture(scope="module")
def standard_votes():
    return simulate_votes(config())


def test_every_sheet_has_a_row_for_every_party_and_lies_in_one_district(standard_votes):
    assert tuple(standard_votes.columns) == ELECTION_COLUMNS
    assert len(standard_votes) == 150 * 10
    assert (standard_votes.groupby("sheet").party.nunique() == 10).all()
    assert (standard_votes.groupby("sheet").district.nunique() == 1).all()
    assert (standard_votes.groupby("district").sheet.nunique() == 30).all()
    assert standard_votes.sheet.iloc[0] == "sheet-001"


def test_stations_have_the_ballots_of_the_configuration_on_average(standard_votes):
    ballots = standard_votes.groupby("sheet").votes.sum()
    assert ballots.mean() == pytest.approx(400, abs=4 * ballots.std() / np.sqrt(150))
    assert ballots.std() > 40


def test_no_number_needs_a_fourth_box():
    crowded = simulate_votes(config(n_ballots=990, n_parties=2))
    assert crowded.votes.max() <= MAX_VOTES
    assert crowded.groupby("sheet").votes.sum().max() == MAX_VOTES


def test_the_smallest_stations_still_have_ballots():
    assert simulate_votes(config(n_ballots=20)).groupby("sheet").votes.sum().min() >= MIN_BALLOTS


def test_a_small_concentration_makes_strongholds():
    def spread(concentration: float) -> float:
        table = simulate_votes(config(concentration=concentration))
        shares = table.votes / table.groupby("sheet").votes.transform("sum")
        return float(shares.groupby(table.party).std().max())

    assert spread(2.0) > 2 * spread(20.0) > 4 * spread(500.0)


def test_districts_differ_in_their_winner(standard_votes):
    totals = standard_votes.groupby(["district", "party"]).votes.sum().unstack()
    assert totals.idxmax(axis=1).nunique() > 1


def test_the_same_seed_gives_the_same_votes_and_another_seed_others(standard_votes):
    assert simulate_votes(config()).equals(standard_votes)
    assert not simulate_votes(config(seed=2)).votes.equals(standard_votes.votes)


def test_there_are_no_empty_districts():
    assert simulate_votes(config(n_stations=3)).district.nunique() == 3
