"""The tables of the count, with and without the truth."""

from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import pandas as pd
import pytest
from made_counts import PARTIES, made_election, sure

from relecture import tables
from relecture.tallies.counting import vote_tables
from relecture.tallies.counting.vote_tables import CountedElection
from relecture.tallies.exhibits import EXHIBITS
from relecture.tallies.segmentation.cell_crops import CellCrops


@pytest.fixture(scope="module")
def known() -> CountedElection:
    """An election with true votes."""
    return made_election(truth_known=True)


@pytest.fixture(scope="module")
def unknown() -> CountedElection:
    """The same election without true votes."""
    return made_election(truth_known=False)


def write_all(election: CountedElection, folder: Path) -> None:
    """Write every table of the registry."""
    for table in EXHIBITS.of_job("vote_tables"):
        resolve_name(table.function)(election, folder / table.name)


def test_with_the_truth_every_table_compares_with_it(known, tmp_path):
    write_all(known, tmp_path)
    totals = pd.read_csv(tmp_path / "totals.csv").set_index("party")
    audited = known.variants["transferred"]
    assert totals.true.tolist() == [*audited.truth.sum(0), audited.truth.sum()]
    assert totals.counted_transferred.tolist() == [*audited.counts.votes.sum(0), audited.counts.votes.sum()]
    for name in ("pretrained", "transferred", "prior_corrected", "sum_constrained"):
        np.testing.assert_allclose(totals[f"error_{name}"], totals[f"counted_{name}"] / totals.true - 1)
        assert totals.loc[PARTIES[0], [f"error_{name}_low", f"error_{name}_high"]].is_monotonic_increasing
    districts = pd.read_csv(tmp_path / "districts.csv", keep_default_na=False)
    assert districts.district.tolist() == ["D1", "D2", "D3", ""] * 4
    assert (districts.changed == (districts.winner != districts.true_winner)).all()
    assert set(pd.read_csv(tmp_path / "quality.csv").group) == {"high", "low", "difference"}
    assert len(pd.read_csv(tmp_path / "checking.csv")) == 4 * 3 * 2


def test_a_party_called_all_is_a_party_among_the_others(known, tmp_path):
    parties = ("all", *PARTIES[1:])
    variants = {
        name: replace(audited, counts=replace(audited.counts, parties=parties))
        for name, audited in known.variants.items()
    }
    write_all(replace(known, variants=variants), tmp_path)
    assert pd.read_csv(tmp_path / "totals.csv").party.tolist()[:-1] == list(parties)
    assert [row[0] for row in tables.read(tmp_path / "totals").rows] == [*parties, "all votes"]


def test_the_notes_name_the_unreadable_sheets_and_the_changed_winners(known, tmp_path):
    write_all(known, tmp_path)
    for name in ("totals", "districts", "quality", "checking"):
        assert {path.suffix for path in tmp_path.glob(f"{name}.*")} == {".csv", ".json", ".md", ".tex", ".html"}
        assert (
            "made up: 40 sheets. 2 unreadable sheets, which a person enters, are left out"
            in (tmp_path / f"{name}.md").read_text()
        )
    assert "of 3 winners changed" in (tmp_path / "districts.md").read_text()
    assert "Sum of the parties' absolute errors" in (tmp_path / "totals.md").read_text()


def test_without_the_truth_no_column_needs_it(known, unknown, tmp_path):
    write_all(known, tmp_path / "known")
    write_all(unknown, tmp_path / "unknown")
    for name in ("totals", "districts", "quality"):
        with_truth, without = (pd.read_csv(tmp_path / kind / f"{name}.csv") for kind in ("known", "unknown"))
        assert set(without) < set(with_truth)
        assert not [column for column in without if "true" in column or "error" in column]
    assert "true" not in (tmp_path / "unknown/totals.md").read_text().split("\n\n")[1]
    table = (tmp_path / "unknown/checking.md").read_text()
    assert "expected by the posterior" in table
    assert "sheets needed" not in table
    assert "unreadable" not in table


def test_counts_are_loaded_with_the_truth(tmp_path):
    votes = np.array([[123, 45, 6], [7, 8, 9]])
    sure(votes).save(tmp_path / "transferred")
    counts = sure(votes)
    table = counts.counts().assign(votes=(votes + 1).ravel())[["sheet", "party", "votes"]]
    table.to_csv(tmp_path / "truth.csv", index=False)
    CellCrops(
        images=np.zeros((2, 3, 3, 28, 28), np.uint8),
        sheets=counts.sheets.astype(str),
        unreadable=pd.DataFrame({"sheet": ["lost"], "reason": ["no frame"]}),
        stations=pd.DataFrame({"sheet": counts.sheets, "district": "D1", "station": "S"}),
        rows=PARTIES,
        name="two sheets",
        sample=True,
        digest="0" * 16,
    ).save(tmp_path / "cell_crops.npz")
    election = vote_tables.load(
        {"transferred": tmp_path / "transferred"}, tmp_path / "cell_crops.npz", tmp_path / "truth.csv", 0.9, 10
    )
    assert (election.name, election.n_unreadable, election.sample, election.truth_known, election.n_sheets) == (
        "two sheets",
        1,
        True,
        True,
        2,
    )
    assert (election.variants["transferred"].errors == -1).all()
