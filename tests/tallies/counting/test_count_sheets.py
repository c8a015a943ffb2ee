"""A user's sheets: every one is counted or listed, and the table is complete or absent."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from relecture.data import usps
from relecture.errors import UserError
from relecture.tallies.config import LeadingBoxesConfig, SimulationConfig
from relecture.tallies.counting import count_sheets, vote_counts
from relecture.tallies.counting.count_sheets import COLUMNS
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import DigitClassifier
from relecture.tallies.segmentation.sheet_folder import list_pages, segment_folder
from relecture.tallies.segmentation.sheet_listing import SheetListing, list_sheets
from relecture.tallies.simulation.handwriting import split_handwriting
from relecture.tallies.simulation.simulate import simulate_sheets

ARCHITECTURE = {"filters": [4, 6], "dropout": 0.1, "fc1": 12, "fc2": 8}
SIMULATION = SimulationConfig(seed=1, n_stations=5, n_districts=2, n_parties=3, n_ballots=300, concentration=20.0,
                              severity=0.5, bad_scan_rate=0.0,
                              leading_boxes=LeadingBoxesConfig(empty=0.3, cross=0, dash=0, struck_out=0))  # fmt: skip


@dataclass
class Office:
    """Sheets to count, and their classifier."""

    folder: Path
    paths: list[Path]
    classifier: DigitClassifier


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    (folder / "usps.json").write_text(json.dumps({"name": "usps", "sample": True, "files": {}}))
    simulate_sheets(
        SIMULATION, split_handwriting(usps.load(folder / "usps.json")), folder / "sheets", folder / "truth.csv"
    )
    return Office(
        folder / "sheets",
        list_pages(folder / "sheets")[0],
        DigitClassifier(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "untrained"),
    )


def listed(office: Office, paths: list[Path]) -> SheetListing:
    """Return some pages of the office's form."""
    return list_sheets(paths, office.folder / "layout.json")


@pytest.fixture
def blank(tmp_path) -> Path:
    """A page without a frame."""
    from PIL import Image

    Image.fromarray(np.full((900, 700), 230, np.uint8)).save(tmp_path / "blank.png")
    return tmp_path / "blank.png"


def test_every_sheet_is_counted_as_in_one_batch(office, tmp_path):
    counted = count_sheets.count_sheets(listed(office, office.paths), office.classifier, tmp_path / "counts.csv")
    assert (counted.n_sheets, len(counted.unreadable)) == (5, 0)
    table = pd.read_csv(tmp_path / "counts.csv")
    assert tuple(table) == COLUMNS
    crops = segment_folder(office.folder)
    expected = vote_counts.count_cells(crops, office.classifier).counts()
    constrained = vote_counts.count_cells(crops, office.classifier, sum_constrained=True).counts()
    assert table.as_read.tolist() == expected.votes.tolist()
    assert table.votes.tolist() == constrained.votes.tolist()
    assert table.state.tolist() == constrained.state.tolist()
    checks = pd.read_csv(tmp_path / "counts.to_check.csv")
    assert (counted.n_numbers, counted.n_to_check) == (5 * 4, len(checks))  # three parties and their total
    needs_a_look = table[~table.state.isin(["adds up as read", "corrected"])]
    listed_parties = checks[checks.number != "All votes"]
    assert listed_parties.value.tolist() == needs_a_look.votes.tolist()
    assert table.sheet.tolist() == expected.sheet.tolist()
    np.testing.assert_allclose(table.quality, expected.quality)
    assert [file.name for file in sorted(tmp_path.iterdir())] == [
        "counts.csv",
        "counts.files.csv",
        "counts.to_check.csv",
    ]


def test_the_batch_size_changes_nothing(office, tmp_path, monkeypatch):
    count_sheets.count_sheets(listed(office, office.paths), office.classifier, tmp_path / "a.csv")
    monkeypatch.setattr(count_sheets, "BATCH_SIZE", 2)
    count_sheets.count_sheets(listed(office, office.paths), office.classifier, tmp_path / "b.csv")
    pd.testing.assert_frame_equal(*(pd.read_csv(tmp_path / name) for name in ("a.csv", "b.csv")), rtol=1e-5)


def test_an_unreadable_sheet_is_listed_and_does_not_stop_the_others(office, blank, tmp_path):
    out = tmp_path / "counts.csv"
    counted = count_sheets.count_sheets(
        listed(office, [*office.paths[:2], blank, office.paths[2]]), office.classifier, out
    )
    assert counted.n_sheets == 3
    assert counted.unreadable.sheet.tolist() == ["blank"]
    failures = pd.read_csv(tmp_path / "counts.unreadable.csv")
    assert failures.sheet.tolist() == ["blank"]
    assert "no frame" in failures.reason[0]
    assert pd.read_csv(out).sheet.nunique() == 3
    count_sheets.count_sheets(listed(office, office.paths), office.classifier, out)
    assert not (tmp_path / "counts.unreadable.csv").exists()


def test_without_readable_sheets_nothing_is_written_and_the_reasons_are_given(office, blank, tmp_path):
    out = tmp_path / "counts.csv"
    out.write_text("from yesterday")
    with pytest.raises(UserError, match=r"none of the 1 sheets is readable[^\n]*\n  blank: .*frame"):
        count_sheets.count_sheets(listed(office, [blank]), office.classifier, out)
    assert out.read_text() == "from yesterday"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["blank.png", "counts.csv"]


def test_an_interrupted_count_leaves_no_file(office, tmp_path, monkeypatch):
    monkeypatch.setattr(count_sheets, "BATCH_SIZE", 2)
    calls = []

    class Interrupted(DigitClassifier):
        def probabilities(self, images):
            calls.append(len(images))
            if len(calls) == 2:
                raise KeyboardInterrupt
            return super().probabilities(images)

    interrupted = Interrupted(office.classifier.network, ARCHITECTURE, "interrupted")
    with pytest.raises(KeyboardInterrupt):
        count_sheets.count_sheets(listed(office, office.paths), interrupted, tmp_path / "counts.csv")
    assert calls == [2, 2]
    assert list(tmp_path.iterdir()) == []


def test_two_sheets_of_one_name_are_refused(office, tmp_path):
    with pytest.raises(UserError, match=r"sheet-001.jpg would be counted twice"):
        count_sheets.count_sheets(
            listed(office, [office.paths[0], office.paths[0]]), office.classifier, tmp_path / "counts.csv"
        )


@pytest.mark.slow
def test_two_processes_write_what_one_writes(office, blank, tmp_path, monkeypatch):
    monkeypatch.setattr(count_sheets, "BATCH_SIZE", 2)
    paths = [office.paths[0], blank, *office.paths[1:]]
    one = count_sheets.count_sheets(listed(office, paths), office.classifier, tmp_path / "one.csv")
    two = count_sheets.count_sheets(listed(office, paths), office.classifier, tmp_path / "two.csv", processes=2)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert one.unreadable.equals(two.unreadable)
