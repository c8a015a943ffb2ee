"""The folder of simulated sheets."""

import numpy as np
import pandas as pd
import pytest

from relecture.errors import UserError
from relecture.tallies.segmentation.layout import FormLayout
from relecture.tallies.simulation.simulate import IMAGE_COLUMNS, TOTAL, simulate_sheets

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


def test_every_sheet_has_the_total_of_its_votes_and_the_layout_states_it(election_folder):
    layout = FormLayout.read(election_folder / "sheets/layout.json")
    assert [str(rule) for rule in layout.sums] == [f"{TOTAL} = Party A + Party B + Party C + Party D"]
    assert layout.parties == ("Party A", "Party B", "Party C", "Party D")
    assert layout.row_names[-1] == TOTAL


def test_images_are_listed_with_the_digit_that_they_show_and_the_number_of_their_uses(
    simulation_config, stand_in, tmp_path
):
    simulate_sheets(simulation_config, stand_in, tmp_path / "s", tmp_path / "truth.csv", tmp_path / "images.csv")
    images = pd.read_csv(tmp_path / "images.csv")
    assert tuple(images) == IMAGE_COLUMNS
    label = pd.Series(stand_in.labels, index=stand_in.source)
    truth = pd.read_csv(tmp_path / "truth.csv").set_index(["sheet", "party"]).votes
    of_parties = images[images.number != TOTAL]
    votes = truth.loc[list(zip(of_parties.sheet, of_parties.number, strict=True))].to_numpy()
    assert (label[of_parties.image].to_numpy() == votes // 10 ** (3 - of_parties.box) % 10).all()
    totals = truth.groupby("sheet").sum()
    of_totals = images[images.number == TOTAL]
    expected = totals[of_totals.sheet].to_numpy() // 10 ** (3 - of_totals.box) % 10
    assert (label[of_totals.image].to_numpy() == expected).all()
    uses = images.image.value_counts()
    assert (images.use > 1).sum() == (uses - 1).sum()
    pool = pd.Series(stand_in.labels[stand_in.parts == "sheets"]).value_counts()
    written = label[images.image].value_counts()
    enough = [digit for digit in range(10) if written[digit] <= pool[digit]]
    assert (images.use[np.isin(label[images.image], enough)] == 1).all()
