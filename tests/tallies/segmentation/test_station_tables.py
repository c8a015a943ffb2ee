"""The true votes of users' sheets: valid, or refused with the file and the row."""

import pandas as pd
import pytest

from relecture.errors import UserError
from relecture.tallies.segmentation.station_tables import read_truth, true_votes


def test_true_votes_come_in_the_requested_order(tmp_path):
    path = tmp_path / "truth.csv"
    path.write_text("sheet, party, votes\ns-2, NA, 4\ns-1, Ash, 1\ns-2, Ash, 3\ns-1, NA, 2\n")
    assert true_votes(path, ("s-1", "s-2"), ("NA", "Ash")).tolist() == [[2, 1], [4, 3]]
    with pytest.raises(UserError, match=r"truth\.csv has no votes for 's-3'"):
        true_votes(path, ("s-1", "s-3"), ("NA", "Ash"))


def test_a_truth_that_is_not_utf_8_is_an_error(tmp_path):
    (tmp_path / "truth.csv").write_bytes(b"sheet,party,votes\ns-1,Caf\xe9,1\n")
    with pytest.raises(UserError, match=r"truth\.csv: it is not UTF-8"):
        true_votes(tmp_path / "truth.csv", ("s-1",), ("Café",))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda table: table.assign(votes="many"), "row 1: votes must be whole numbers, not 'many'"),
        (lambda table: table.assign(votes="-3"), "whole numbers"),
        (lambda table: table.assign(party="Nobody"), "'Nobody', not among the parties of the layout"),
        (lambda table: pd.concat([table, table.head(1)]), "two rows for sheet-001 / Party A"),
        (lambda table: table.iloc[1:], "3 of 4 parties for 'sheet-001'"),
        (lambda table: table.drop(columns="party"), "no column 'party'"),
    ],
)
def test_the_error_of_a_wrong_truth_names_the_file_and_the_row(election_folder, tmp_path, change, reason):
    path = tmp_path / "truth.csv"
    change(pd.read_csv(election_folder / "truth.csv", dtype=str)).to_csv(path, index=False)
    with pytest.raises(UserError, match=reason) as caught:
        read_truth(path, ("Party A", "Party B", "Party C", "Party D"))
    assert str(path) in str(caught.value)
