"""Folders of sheets: drawn ones, and those of one's own; what is unread is listed and stops nobody."""

import shutil

import numpy as np
import pandas as pd
import pytest

from relecture.errors import UserError
from relecture.tallies.segmentation import sheet_folder, station_tables
from relecture.tallies.segmentation.cell_crops import Cut

SHEETS = 12


@pytest.fixture
def folder(election_folder, tmp_path):
    """A copy of the twelve sheets that may be spoiled."""
    return shutil.copytree(election_folder / "sheets", tmp_path / "sheets")


@pytest.fixture(scope="module")
def cut(election_folder):
    return sheet_folder.cut_all(election_folder / "sheets")


def test_a_folder_of_sheets_has_pages_a_layout_and_stations_but_not_the_truth(election_folder):
    names = {path.name for path in (election_folder / "sheets").iterdir()}
    pages = {f"sheet-{number:03d}.jpg" for number in range(1, SHEETS + 1)}
    assert names == {*pages, "layout.json", "stations.csv", "source.json"}
    assert list(pd.read_csv(election_folder / "sheets/stations.csv")) == ["sheet", "district", "station"]
    assert list(pd.read_csv(election_folder / "truth.csv")) == ["sheet", "district", "station", "party", "votes"]


def test_the_same_settings_draw_the_same_bytes(election_folder, election_spec, stand_in, tmp_path):
    sheet_folder.make(election_spec, stand_in, tmp_path / "again", tmp_path / "truth.csv")
    for path in (election_folder / "sheets").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
    assert (tmp_path / "truth.csv").read_bytes() == (election_folder / "truth.csv").read_bytes()


def test_sheets_are_not_drawn_over_files_that_are_there(folder, stand_in, tmp_path):
    with pytest.raises(UserError, match="is there already"):
        sheet_folder.make({}, stand_in, folder, tmp_path / "truth.csv")


def test_nearly_all_sheets_are_read_and_every_cell_holds_something(cut):
    assert len(cut.names) + len(cut.unread) == SHEETS
    assert len(cut.names) >= SHEETS - 1
    assert cut.images.shape == (len(cut.names), 4, 3, 28, 28)
    assert cut.parties == ("Party A", "Party B", "Party C", "Party D")
    assert (cut.images.max(axis=(3, 4)) > 100).mean() > 0.97
    assert cut.sample
    assert len(cut.stations) == SHEETS


def test_digits_that_are_cut_are_those_that_were_written(cut, election_folder, stand_in):
    # The nearest cell drawn from the same handwriting has the digit of the truth far more often than by chance.
    from sklearn.neighbors import KNeighborsClassifier

    from relecture.tallies.simulation.labelled_cells import drawn

    config = {"seed": 2, "train": 1500, "validation": 10, "test": 10, "severity": 1.0, "badly_scanned": 0.1}
    images, labels = drawn(config, stand_in).part("train")
    model = KNeighborsClassifier(3).fit(images.reshape(len(images), -1) / 255, labels)
    truth = station_tables.truth(election_folder / "truth.csv", cut.parties).pivot(index="sheet", columns="party")[
        "votes"
    ]
    votes = truth.loc[cut.names, list(cut.parties)].to_numpy()
    digits = votes[:, :, None] // [100, 10, 1] % 10
    found = model.predict(cut.images.reshape(-1, 28 * 28) / 255).reshape(digits.shape)
    assert np.mean(found == digits) > 0.7


def test_a_cut_that_was_saved_is_loaded_and_has_the_same_bytes(cut, tmp_path):
    cut.save(tmp_path / "cut.npz")
    again = Cut.load(tmp_path / "cut.npz")
    again.save(tmp_path / "again.npz")
    assert (tmp_path / "cut.npz").read_bytes() == (tmp_path / "again.npz").read_bytes()
    np.testing.assert_array_equal(again.images, cut.images)
    pd.testing.assert_frame_equal(again.stations, cut.stations)
    pd.testing.assert_frame_equal(again.unread, cut.unread)
    assert (again.parties, again.name, again.sample, again.digest) == (cut.parties, cut.name, cut.sample, cut.digest)


def test_one_unreadable_sheet_is_listed_and_does_not_stop_the_others(folder, cut):
    (folder / "sheet-002.jpg").write_bytes(b"no image")
    (folder / "sheet-003.jpg").unlink()
    again = sheet_folder.cut_all(folder)
    assert set(again.names) == set(cut.names) - {"sheet-002", "sheet-003"}
    reasons = dict(again.unread.itertuples(index=False))
    assert reasons["sheet-002"] == "it is no image"
    assert reasons["sheet-003"] == "there is no image of it"


def test_when_no_sheet_can_be_read_it_is_an_error(folder):
    for path in folder.glob("*.jpg"):
        path.write_bytes(b"no image")
    with pytest.raises(UserError, match=r"none of the 12 sheets .* can be read\. The first, sheet-001: it is no image"):
        sheet_folder.cut_all(folder)


def test_without_stations_every_sheet_is_one_of_its_own_in_one_district(folder):
    (folder / "stations.csv").unlink()
    (folder / "source.json").unlink()
    own = sheet_folder.cut_all(folder)
    assert set(own.stations.district) == {"all"}
    assert list(own.stations.station) == list(own.stations.sheet)
    assert (own.name, own.sample) == ("sheets", False)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("sheet;district;station\n", "its columns are separated by semicolons"),
        ("sheet,place\na,b\n", "no column 'district'; it needs sheet, district, station, separated by commas"),
        ("sheet,district,station\nsheet-001,North,1\n", "does not list 'sheet-002'"),
        ("sheet,district,station\nsheet-001.jpg,North,1\n", "the name of its image without the ending"),
        ("sheet,district,station\nx,sheet-001,North,1\n", "row 1 has 4 fields, but the header 3"),
        ("sheet,district,station,station\nsheet-001,North,1,2\n", "the name `station` is used for the columns 3 and 4"),
        ("sheet,district,station\nsheet-001,,1\n", "row 1: a value is missing"),
        ("sheet,district,station\nsheet-001,N,1\nsheet-001,N,1\n", "lists the sheet 'sheet-001' twice"),
        (b"sheet,district,station\nsheet-001,M\xe4rz,1\n", "it is not UTF-8"),
    ],
)
def test_wrong_stations_are_answered_with_the_file_and_the_place(folder, content, reason):
    path = folder / "stations.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=reason) as caught:
        sheet_folder.cut_all(folder)
    assert str(path) in str(caught.value)


def test_a_folder_without_layout_or_pages_and_one_that_is_not_there_are_errors(folder, tmp_path):
    with pytest.raises(UserError, match="there is no folder"):
        sheet_folder.cut_all(tmp_path / "nothing")
    shutil.copy(folder / "sheet-001.jpg", folder / "sheet-001.png")
    with pytest.raises(UserError, match="two images of the sheet 'sheet-001'"):
        sheet_folder.cut_all(folder)
    for path in folder.glob("*.[jp][pn]g"):
        path.unlink()
    with pytest.raises(UserError, match="holds no page image"):
        sheet_folder.cut_all(folder)
    (folder / "layout.json").unlink()
    with pytest.raises(UserError, match=r"layout\.json is missing"):
        sheet_folder.cut_all(folder)


def test_streaming_gives_the_same_cells_in_shards(election_folder, cut):
    paths, form = sheet_folder.own(election_folder / "sheets")
    shards = list(sheet_folder.stream(paths, form, size=5))
    assert [len(shard.names) + len(shard.unread) for shard in shards] == [5, 5, 2]
    np.testing.assert_array_equal(np.concatenate([shard.images for shard in shards]), cut.images)


def test_a_shard_without_any_read_sheet_is_empty_and_not_wrong(folder):
    paths, form = sheet_folder.own(folder)
    for path in paths[:3]:
        path.write_bytes(b"")
    first, *_ = sheet_folder.stream(paths, form, size=3)
    assert first.images.shape == (0, 4, 3, 28, 28)
    assert [reason for _, reason in first.unread] == ["it is empty"] * 3


def test_true_votes_come_in_the_order_of_the_reading(tmp_path):
    path = tmp_path / "truth.csv"
    path.write_text("sheet, party, votes\ns-2, NA, 4\ns-1, Ash, 1\ns-2, Ash, 3\ns-1, NA, 2\n")
    assert station_tables.true_votes(path, ("s-1", "s-2"), ("NA", "Ash")).tolist() == [[2, 1], [4, 3]]
    with pytest.raises(UserError, match=r"truth\.csv has no votes for 's-3'"):
        station_tables.true_votes(path, ("s-1", "s-3"), ("NA", "Ash"))


def test_a_truth_that_is_not_text_is_told(tmp_path):
    (tmp_path / "truth.csv").write_bytes(b"sheet,party,votes\ns-1,Caf\xe9,1\n")
    with pytest.raises(UserError, match=r"truth\.csv: it is not UTF-8"):
        station_tables.true_votes(tmp_path / "truth.csv", ("s-1",), ("Café",))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda table: table.assign(votes="many"), "row 1: votes have to be whole numbers, not 'many'"),
        (lambda table: table.assign(votes="-3"), "whole numbers"),
        (lambda table: table.assign(party="Nobody"), "'Nobody', not among the parties of the layout"),
        (lambda table: pd.concat([table, table.head(1)]), "two rows for sheet-001 / Party A"),
        (lambda table: table.iloc[1:], "3 of 4 parties for 'sheet-001'"),
        (lambda table: table.drop(columns="party"), "no column 'party'"),
    ],
)
def test_a_wrong_truth_is_answered_with_the_place(election_folder, tmp_path, change, reason):
    path = tmp_path / "truth.csv"
    change(pd.read_csv(election_folder / "truth.csv", dtype=str)).to_csv(path, index=False)
    with pytest.raises(UserError, match=reason) as caught:
        station_tables.truth(path, ("Party A", "Party B", "Party C", "Party D"))
    assert str(path) in str(caught.value)
