"""The tables and figures of the count: everything with the truth, the same without what takes it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_readings import PARTIES, made, sure

from relecture import plotting
from relecture.tallies.counting import vote_tables
from relecture.tallies.counting.audit import Checked
from relecture.tallies.counting.vote_tables import Election
from relecture.tallies.figures import audit, classifier, vote_counts
from relecture.tallies.networks.attribution import explain, pairs
from relecture.tallies.segmentation.cell_crops import Cut


@pytest.fixture(scope="module")
def known() -> Election:
    """Forty sheets: a poor reader before transfer, a good one after."""
    after, before = made(40, signal=5.0), made(40, signal=2.5)
    weighed = replace(after.reading, prior=True)
    readings = {"before": Checked(before.reading, after.truth), "after": after, "prior": Checked(weighed, after.truth)}
    return Election(readings, unread=2, name="made up", sample=False, high=0.9, resamples=20)


@pytest.fixture(scope="module")
def unknown(known) -> Election:
    """The same without the true votes, all sheets read."""
    readings = {name: Checked(checked.reading, None) for name, checked in known.readings.items()}
    return replace(known, readings=readings, unread=0)


def test_with_the_truth_every_table_compares_with_it(known, tmp_path):
    vote_tables.write(known, tmp_path)
    totals = pd.read_csv(tmp_path / "totals.csv").set_index("party")
    checked = known.readings["after"]
    assert totals.true.tolist() == [*checked.truth.sum(0), checked.truth.sum()]
    assert totals.counted_after.tolist() == [*checked.reading.votes.sum(0), checked.reading.votes.sum()]
    for name in ("before", "after", "prior"):
        np.testing.assert_allclose(totals[f"error_{name}"], totals[f"counted_{name}"] / totals.true - 1)
        assert totals.loc[PARTIES[0], [f"error_{name}_low", f"error_{name}_high"]].is_monotonic_increasing
    districts = pd.read_csv(tmp_path / "districts.csv")
    assert districts.district.tolist() == ["D1", "D2", "D3", "all"] * 3
    assert (districts.changed == (districts.winner != districts.true_winner)).all()
    assert set(pd.read_csv(tmp_path / "quality.csv").group) == {"high", "low", "difference"}
    assert len(pd.read_csv(tmp_path / "checking.csv")) == 3 * 3 * 2


def test_the_tables_say_what_was_left_out_and_how_many_winners_changed(known, tmp_path):
    vote_tables.write(known, tmp_path)
    for name in ("totals", "districts", "quality", "checking"):
        assert {path.suffix for path in tmp_path.glob(f"{name}.*")} == {".csv", ".md", ".tex", ".html"}
        assert "made up: 40 sheets. 2 more could not be read" in (tmp_path / f"{name}.md").read_text()
    assert "of 3 winners changed" in (tmp_path / "districts.md").read_text()
    assert "All parties' absolute errors together" in (tmp_path / "totals.md").read_text()


def test_without_the_truth_the_same_tables_have_no_column_that_takes_it(known, unknown, tmp_path):
    vote_tables.write(known, tmp_path / "known")
    vote_tables.write(unknown, tmp_path / "unknown")
    for name in ("totals", "districts", "quality"):
        with_truth, without = (pd.read_csv(tmp_path / kind / f"{name}.csv") for kind in ("known", "unknown"))
        assert set(without) < set(with_truth)
        assert not [column for column in without if "true" in column or "error" in column]
    assert "true" not in (tmp_path / "unknown/totals.md").read_text().split("\n\n")[1]
    shown = (tmp_path / "unknown/checking.md").read_text()
    assert "expected by the reader" in shown
    assert "sheets needed" not in shown
    assert "could not be read" not in shown


def test_readings_are_put_beside_the_truth_from_their_folders(tmp_path):
    votes = np.array([[123, 45, 6], [7, 8, 9]])
    sure(votes).save(tmp_path / "after")
    reading = sure(votes)
    table = reading.counts().assign(votes=(votes + 1).ravel())[["sheet", "party", "votes"]]
    table.to_csv(tmp_path / "truth.csv", index=False)
    Cut(
        images=np.zeros((2, 3, 3, 28, 28), np.uint8),
        names=reading.sheets.astype(str),
        unread=pd.DataFrame({"sheet": ["lost"], "reason": ["no frame"]}),
        stations=pd.DataFrame({"sheet": reading.sheets, "district": "D1", "station": "S"}),
        parties=PARTIES,
        name="two sheets",
        sample=True,
        digest="0" * 16,
    ).save(tmp_path / "cut.npz")
    found = vote_tables.load({"after": tmp_path / "after"}, tmp_path / "cut.npz", tmp_path / "truth.csv", 0.9, 10)
    assert (found.name, found.unread, found.sample, found.known, found.sheets) == ("two sheets", 1, True, True, 2)
    assert (found.readings["after"].errors == -1).all()


@pytest.mark.parametrize("which", ["known", "unknown"])
def test_every_figure_of_the_count_is_drawn_with_and_without_the_truth(which, tmp_path, request):
    election = request.getfixturevalue(which)
    lost = pd.DataFrame({"sheet": ["x", "y"][: election.unread], "district": ["D1", "D2"][: election.unread]})
    with plotting.style():
        drawn = {
            "quality": vote_counts.quality(election, lost),
            "result": vote_counts.result(election),
            "curves": audit.curves(election),
            "groups": audit.groups(election),
            "margins": audit.margins(election),
        }
        for name, figure in drawn.items():
            assert all(axes.get_xlabel() for axes in figure.axes)
            plotting.save(figure, tmp_path / name)
    assert len(list(tmp_path.glob("*.svg"))) == 5


def test_the_sheet_that_is_shown_has_an_error_if_there_is_one_and_few(known, unknown):
    checked = known.readings["after"]
    wrong = (checked.errors != 0).sum(1)
    assert wrong[vote_counts.example(checked)] == wrong[wrong > 0].min()
    quality = unknown.readings["after"].reading.quality
    assert quality[vote_counts.example(unknown.readings["after"])] == np.sort(quality)[20]


def test_a_misread_number_stands_beside_its_row_with_the_true_one():
    checked = Checked(sure(np.array([[123, 45, 6]])), np.array([[123, 46, 6]]))
    corners = np.array([[0, 0], [10, 0], [10, 10], [0, 10]])
    outlines = np.array([corners + np.array([20 * column, 30 * row]) for row in range(3) for column in range(3)])
    with plotting.style():
        figure = vote_counts.sheet(np.full((200, 150), 200, np.uint8), outlines, checked, 0)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[:9] == list("123045006")
    assert texts[9:] == ["123", "45, truly 46", "6"]


def test_a_reader_without_errors_has_figures_too():
    from relecture.tallies.networks.cnn import cnn
    from relecture.tallies.networks.digit_classifier import Recognizer

    architecture = {"filters": [4, 6], "dropout": 0.1, "fc1": 12, "fc2": 8}
    test = pd.DataFrame({"cell": range(10), "label": range(10), "predicted": range(10), "probability": 0.9})
    images, chosen = np.zeros((10, 28, 28), np.uint8), pairs(test, 5)
    nothing = explain(Recognizer(cnn(architecture, seed=1), architecture, "tiny"), images[:0])
    with plotting.style():
        assert "0 of 10" in classifier.misread(test, images).get_suptitle()
        assert classifier.confusion(test).axes
        assert classifier.attributions(chosen, images, nothing, nothing).axes
