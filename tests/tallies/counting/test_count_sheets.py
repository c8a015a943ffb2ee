"""Sheets of one's own: every one is counted or listed, and the table is whole or not there."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from relecture.data import usps
from relecture.errors import UserError
from relecture.tallies.counting import count_sheets, vote_counts
from relecture.tallies.counting.count_sheets import COLUMNS, read_sheets
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.digit_classifier import Recognizer
from relecture.tallies.segmentation.layout import Form
from relecture.tallies.segmentation.sheet_folder import cut_all, make, own
from relecture.tallies.simulation.handwriting import divide

ARCHITECTURE = {"filters": [4, 6], "dropout": 0.1, "fc1": 12, "fc2": 8}
ELECTION = {"seed": 1, "sheets": 5, "districts": 2, "parties": 3, "ballots": 300, "concentration": 20.0,
            "severity": 0.5, "badly_scanned": 0.0}  # fmt: skip


@dataclass
class Office:
    """Sheets to be counted, and who reads them."""

    folder: Path
    paths: list[Path]
    form: Form
    recognizer: Recognizer


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    (folder / "usps.json").write_text(json.dumps({"name": "usps", "sample": True, "files": {}}))
    make(ELECTION, divide(usps.load(folder / "usps.json")), folder / "sheets", folder / "truth.csv")
    return Office(
        folder / "sheets",
        *own(folder / "sheets"),
        Recognizer(cnn(ARCHITECTURE, seed=1), ARCHITECTURE, "untaught"),
    )


@pytest.fixture
def blank(tmp_path) -> Path:
    """A page without a frame."""
    from PIL import Image

    Image.fromarray(np.full((900, 700), 230, np.uint8)).save(tmp_path / "blank.png")
    return tmp_path / "blank.png"


def test_every_sheet_is_counted_as_if_all_had_been_cut_first(office, tmp_path):
    done = read_sheets(office.paths, office.form, office.recognizer, tmp_path / "counts.csv")
    assert (done.sheets, len(done.unread)) == (5, 0)
    found = pd.read_csv(tmp_path / "counts.csv")
    assert tuple(found) == COLUMNS
    cut = vote_counts.read(cut_all(office.folder), office.recognizer).counts()
    assert found.votes.tolist() == cut.votes.tolist()
    assert found.sheet.tolist() == cut.sheet.tolist()
    np.testing.assert_allclose(found.quality, cut.quality)
    assert [file.name for file in tmp_path.iterdir()] == ["counts.csv"]


def test_small_shards_change_nothing(office, tmp_path, monkeypatch):
    read_sheets(office.paths, office.form, office.recognizer, tmp_path / "a.csv")
    monkeypatch.setattr(count_sheets, "SHARD", 2)
    read_sheets(office.paths, office.form, office.recognizer, tmp_path / "b.csv")
    pd.testing.assert_frame_equal(*(pd.read_csv(tmp_path / name) for name in ("a.csv", "b.csv")), rtol=1e-5)


def test_an_unreadable_sheet_is_listed_and_stops_no_other(office, blank, tmp_path):
    out = tmp_path / "counts.csv"
    done = read_sheets([*office.paths[:2], blank, office.paths[2]], office.form, office.recognizer, out)
    assert done.sheets == 3
    assert done.unread.sheet.tolist() == ["blank"]
    listed = pd.read_csv(tmp_path / "counts.unread.csv")
    assert listed.sheet.tolist() == ["blank"]
    assert "no frame" in listed.reason[0]
    assert pd.read_csv(out).sheet.nunique() == 3
    read_sheets(office.paths, office.form, office.recognizer, out)
    assert not (tmp_path / "counts.unread.csv").exists()


def test_when_no_sheet_can_be_read_nothing_is_written_and_the_reasons_are_given(office, blank, tmp_path):
    out = tmp_path / "counts.csv"
    out.write_text("from yesterday")
    with pytest.raises(UserError, match=r"none of the 1 sheets can be read[^\n]*\n  blank: .*frame"):
        read_sheets([blank], office.form, office.recognizer, out)
    assert out.read_text() == "from yesterday"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["blank.png", "counts.csv"]


def test_a_count_that_breaks_off_leaves_no_half_table(office, tmp_path, monkeypatch):
    monkeypatch.setattr(count_sheets, "SHARD", 2)
    calls = []

    class Tired(Recognizer):
        def probabilities(self, images):
            calls.append(len(images))
            if len(calls) == 2:
                raise KeyboardInterrupt
            return super().probabilities(images)

    tired = Tired(office.recognizer.network, ARCHITECTURE, "tired")
    with pytest.raises(KeyboardInterrupt):
        read_sheets(office.paths, office.form, tired, tmp_path / "counts.csv")
    assert calls == [2, 2]
    assert list(tmp_path.iterdir()) == []


def test_two_sheets_of_one_name_are_refused(office, tmp_path):
    with pytest.raises(UserError, match="two sheets are named sheet-001"):
        read_sheets([office.paths[0], office.paths[0]], office.form, office.recognizer, tmp_path / "counts.csv")


@pytest.mark.slow
def test_two_processes_write_what_one_writes(office, blank, tmp_path, monkeypatch):
    monkeypatch.setattr(count_sheets, "SHARD", 2)
    paths = [office.paths[0], blank, *office.paths[1:]]
    one = read_sheets(paths, office.form, office.recognizer, tmp_path / "one.csv")
    two = read_sheets(paths, office.form, office.recognizer, tmp_path / "two.csv", processes=2)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert one.unread.equals(two.unread)
