"""Folders of sheets, simulated and of users: unreadable sheets are listed and do not stop the others."""

import shutil

import numpy as np
import pytest

from relecture.errors import UserError
from relecture.tallies.config import LabelledCellsJob
from relecture.tallies.segmentation.sheet_folder import list_pages, segment_batches, segment_folder
from relecture.tallies.segmentation.station_tables import ALL_DISTRICTS, read_truth

N_SHEETS = 12


@pytest.fixture
def folder(election_folder, tmp_path):
    """A copy of the twelve sheets that a test may change."""
    return shutil.copytree(election_folder / "sheets", tmp_path / "sheets")


@pytest.fixture(scope="module")
def crops(election_folder):
    return segment_folder(election_folder / "sheets")


def test_nearly_all_sheets_are_readable_and_every_cell_holds_something(crops):
    assert len(crops.sheets) + len(crops.unreadable) == N_SHEETS
    assert len(crops.sheets) >= N_SHEETS - 1
    assert crops.images.shape == (len(crops.sheets), 5, 3, 28, 28)
    assert crops.parties == ("Party A", "Party B", "Party C", "Party D")
    assert (crops.images.max(axis=(3, 4)) > 100).mean() > 0.97
    assert crops.sample
    assert len(crops.stations) == N_SHEETS


def test_segmented_digits_are_those_that_were_written(crops, election_folder, stand_in):
    # The nearest cells simulated with the same handwriting have the digit of the truth far more often than by chance.
    from sklearn.neighbors import KNeighborsClassifier

    from relecture.tallies.simulation.labelled_cells import simulate_labelled_cells

    config = LabelledCellsJob(seed=2, n_train=1500, n_validation=10, n_test=10, severity=1.0, bad_scan_rate=0.1)
    images, labels = simulate_labelled_cells(config, stand_in).part("train")
    model = KNeighborsClassifier(3).fit(images.reshape(len(images), -1) / 255, labels)
    truth = read_truth(election_folder / "truth.csv", crops.parties).pivot(index="sheet", columns="party")["votes"]
    votes = truth.loc[crops.sheets, list(crops.parties)].to_numpy()
    digits = votes[:, :, None] // [100, 10, 1] % 10
    predicted = model.predict(crops.images[:, np.array(crops.is_party)].reshape(-1, 28 * 28) / 255).reshape(
        digits.shape
    )
    assert np.mean(predicted == digits) > 0.7


def test_one_unreadable_sheet_is_listed_and_does_not_stop_the_others(folder, crops):
    (folder / "sheet-002.jpg").write_bytes(b"no image")
    (folder / "sheet-003.jpg").unlink()
    again = segment_folder(folder)
    assert set(again.sheets) == set(crops.sheets) - {"sheet-002", "sheet-003"}
    reasons = dict(again.unreadable.itertuples(index=False))
    assert reasons["sheet-002"] == "it is not an image"
    assert reasons["sheet-003"] == "its image is missing"


def test_a_folder_without_readable_sheets_is_an_error(folder):
    for path in folder.glob("*.jpg"):
        path.write_bytes(b"no image")
    with pytest.raises(
        UserError, match=r"none of the 12 sheets .* is readable\. The first, sheet-001: it is not an image"
    ):
        segment_folder(folder)


def test_without_stations_every_sheet_is_its_own_station_in_one_district(folder):
    (folder / "stations.csv").unlink()
    (folder / "source.json").unlink()
    crops = segment_folder(folder)
    assert set(crops.stations.district) == {ALL_DISTRICTS}
    assert list(crops.stations.station) == list(crops.stations.sheet)
    assert (crops.name, crops.sample) == ("sheets", False)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("sheet|district|station\ns|n|1\n", "its columns are separated by bars: save it with commas"),
        ("sheet,place\na,b\n", "no column 'district'; it needs sheet, district, station, separated by commas"),
        ("sheet,district,station\nsheet-001,North,1\n", "does not list 'sheet-002'"),
        ("sheet,district,station\nsheet-001.jpg,North,1\n", "the name of its image without the suffix"),
        ("sheet,district,station\nx,sheet-001,North,1\n", "every row has 4 fields, but the header 3"),
        ("sheet,district,station,station\nsheet-001,North,1,2\n", "the name `station` is used for the columns 3 and 4"),
        ("sheet,district,station\nsheet-001,,1\n", "row 1: a value is missing"),
        ("sheet,district,station\nsheet-001,N,1\nsheet-001,N,1\n", "lists the sheet 'sheet-001' twice"),
        (b"sheet,district,station\nsheet-001,M\xe4rz,1\n", "it is not UTF-8"),
    ],
)
def test_the_error_of_wrong_stations_names_the_file_and_the_row(folder, content, reason):
    path = folder / "stations.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=reason) as caught:
        segment_folder(folder)
    assert str(path) in str(caught.value)


def test_a_missing_folder_and_one_without_layout_or_pages_are_errors(folder, tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        segment_folder(tmp_path / "nothing")
    shutil.copy(folder / "sheet-001.jpg", folder / "sheet-001.png")
    with pytest.raises(UserError, match="two images of the sheet 'sheet-001'"):
        segment_folder(folder)
    for path in folder.glob("*.[jp][pn]g"):
        path.unlink()
    with pytest.raises(UserError, match="holds no page image"):
        segment_folder(folder)
    (folder / "layout.json").unlink()
    with pytest.raises(UserError, match=r"layout\.json is missing"):
        segment_folder(folder)


def test_batches_give_the_same_cells(election_folder, crops):
    paths, layout = list_pages(election_folder / "sheets")
    batches = list(segment_batches(paths, layout, size=5))
    assert [len(batch.names) + len(batch.unreadable) for batch in batches] == [5, 5, 2]
    np.testing.assert_array_equal(np.concatenate([batch.images for batch in batches]), crops.images)


def test_a_batch_without_readable_sheets_is_empty(folder):
    paths, layout = list_pages(folder)
    for path in paths[:3]:
        path.write_bytes(b"")
    first, *_ = segment_batches(paths, layout, size=3)
    assert first.images.shape == (0, 5, 3, 28, 28)
    assert [reason for _, reason in first.unreadable] == ["it is empty"] * 3


def test_a_page_is_named_with_composed_accents_as_its_station(folder):
    page = list_pages(folder)[0][0]
    stations = (folder / "stations.csv").read_text()
    (folder / "stations.csv").write_text(stations.replace(page.stem, "caf\u00e9"))
    page.rename(page.with_stem("cafe\u0301"))
    crops = segment_folder(folder)
    assert "caf\u00e9" in [*crops.sheets, *crops.unreadable.sheet]
    assert "its image is missing" not in set(crops.unreadable.reason)
