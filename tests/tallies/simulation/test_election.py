"""The simulated election."""

import numpy as np
import pytest

from relecture.tallies.config import SimulationConfig
from relecture.tallies.segmentation.layout import MAX_VOTES
from relecture.tallies.simulation.election import ELECTION_COLUMNS, MIN_BALLOTS, leading_signs, simulate_votes


def config(**values: float) -> SimulationConfig:
    """Return a configuration of 150 stations with these values changed."""
    standard = {"seed": 1, "n_stations": 150, "n_districts": 5, "n_parties": 10, "n_ballots": 400,
                "concentration": 20.0, "severity": 1.0, "bad_scan_rate": 0.1,
                "leading_boxes": {"empty": 0.06, "cross": 0.09, "dash": 0.04, "struck_out": 0.01}}  # fmt: skip
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


def test_only_boxes_before_the_first_digit_have_signs():
    crossed = config(leading_boxes={"empty": 0, "cross": 1, "dash": 0, "struck_out": 0})
    signs = leading_signs(np.array([[0, 7, 40, 105, 123]]), crossed)
    x = "cross"
    assert signs.tolist() == [[[x, x, ""], [x, x, ""], [x, "", ""], ["", "", ""], ["", "", ""]]]


def test_a_zero_in_dashes_has_one_in_every_box():
    dashed = config(leading_boxes={"empty": 0, "cross": 0, "dash": 1, "struck_out": 0})
    assert leading_signs(np.array([0]), dashed).tolist() == [["dash"] * 3]


def test_signs_have_the_configured_shares():
    signs = leading_signs(np.full(20_000, 5), config())[:, 0]
    shares = {sign: (signs == sign).mean() for sign in ("empty", "cross", "dash", "struck_out", "")}
    assert shares == pytest.approx({"empty": 0.06, "cross": 0.09, "dash": 0.04, "struck_out": 0.01, "": 0.8}, abs=0.01)


def test_shares_above_one_are_refused():
    with pytest.raises(ValueError, match=r"sum to 1\.2, more than 1"):
        config(leading_boxes={"empty": 0.6, "cross": 0.3, "dash": 0.2, "struck_out": 0.1})
