"""The folder of simulated sheets."""

import pandas as pd
import pytest

from relecture.errors import UserError
from relecture.tallies.simulation.simulate import simulate_sheets

N_SHEETS = 12


def test_a_folder_of_sheets_has_pages_a_layout_and_stations_but_not_the_truth(election_folder):
    names = {path.name for path in (election_folder / "sheets").iterdir()}
    pages = {f"sheet-{number:03d}.jpg" for number in range(1, N_SHEETS + 1)}
    assert names == {*pages, "layout.json", "stations.csv", "source.json"}
    assert list(pd.read_csv(election_folder / "sheets/stations.csv")) == ["sheet", "district", "station"]
    assert list(pd.read_csv(election_folder / "truth.csv")) == ["sheet", "district", "station", "party", "votes"]


def test_the_same_configuration_gives_the_same_bytes(election_folder, simulation_config, stand_in, tmp_path):
    simulate_sheets(simulation_config, stand_in, tmp_path / "again", tmp_path / "truth.csv")
    for path in (election_folder / "sheets").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
    assert (tmp_path / "truth.csv").read_bytes() == (election_folder / "truth.csv").read_bytes()


def test_sheets_are_not_written_into_a_folder_that_has_files(simulation_config, stand_in, tmp_path):
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "notes.txt").touch()
    with pytest.raises(UserError, match="exists already"):
        simulate_sheets(simulation_config, stand_in, folder, tmp_path / "truth.csv")
