"""The true votes of users' sheets: valid, or refused with the file and the row."""

import unicodedata

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relecture.errors import UserError
from relecture.tallies.segmentation.station_tables import read_stations, read_truth, true_votes


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


@pytest.fixture
def stations(tmp_path):
    """The stations of the sheets s-1 and s-2 from a file with this content."""

    def call(content: str):
        (tmp_path / "stations.csv").write_text(content)
        return read_stations(tmp_path, ["s-1", "s-2"])

    return call


@pytest.fixture
def truth(tmp_path):
    """The votes of one sheet and the party Ash, written like this in truth.csv."""

    def call(written: str) -> int:
        path = tmp_path / "truth.csv"
        path.write_text(f'sheet,party,votes\ns-1,Ash,"{written}"\n')
        return int(true_votes(path, ("s-1",), ("Ash",))[0, 0])

    return call


@pytest.mark.parametrize("written", ["1.000", "1e30", "-4", "2.5", "1,000", "1 000", "+3", "3e1", "1234567890", "inf"])
def test_votes_that_are_not_written_with_digits_only_are_an_error(truth, written):
    with pytest.raises(
        UserError, match=r"row 1: votes must be whole numbers, not .*: write them with the digits 0 to 9"
    ):
        truth(written)


def test_votes_as_pandas_writes_them_beside_a_gap_are_read(truth):
    assert (truth("12"), truth("12.0"), truth("007")) == (12, 12, 7)


@pytest.mark.parametrize("name", ["all", "All"])
def test_a_district_may_be_called_all(stations, name):
    table = stations(f"sheet,district,station\ns-1,{name},1\ns-2,South,2\n")
    assert table.district.tolist() == [name, "South"]


@pytest.mark.parametrize(
    ("first", "second"), [("South", "SOUTH"), ("South End", "South  End"), ("South", "South\u200b")]
)
def test_districts_that_look_alike_are_an_error(stations, first, second):
    with pytest.raises(UserError, match=r"which differ only in .*: write them alike"):
        stations(f"sheet,district,station\ns-1,{first},1\ns-2,{second},2\n")


@pytest.mark.parametrize("mark", ["n/a", "#REF!", "-", "null"])
def test_a_mark_of_a_missing_district_is_an_error(stations, mark):
    with pytest.raises(UserError, match=r"row 2: the district .* marks a missing value: write its name"):
        stations(f"sheet,district,station\ns-1,South,1\ns-2,{mark},2\n")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_of_stations_is_recognised_by_their_names(stations, separator):
    table = stations("sheet,district,station\ns-1,North,1\ns-2,South,2\n".replace(",", separator))
    assert table.district.tolist() == ["North", "South"]


def test_names_are_equal_whether_their_accents_are_composed_or_not(tmp_path):
    composed, decomposed = "Gen\u00e8ve", "Gene\u0300ve"
    (tmp_path / "stations.csv").write_text(f"sheet,district,station\n{composed},North,1\n")
    assert read_stations(tmp_path, [decomposed]).sheet.tolist() == [composed]
    path = tmp_path / "truth.csv"
    path.write_text(f"sheet,party,votes\n{composed},{composed},3\n")
    assert true_votes(path, (decomposed,), (decomposed,)).tolist() == [[3]]


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(NAMES, NAMES, st.integers(-2, 2_000_000_000)), min_size=1, max_size=5),
    st.sampled_from([(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-8")]),
)
def test_tables_that_pandas_writes_are_read_back_equal_or_refused(tmp_path_factory, rows, dialect):
    folder, (separator, encoding) = tmp_path_factory.mktemp("election"), dialect
    table = pd.DataFrame(rows, columns=["sheet", "district", "votes"])
    table["station"], table["party"] = table.district, "Ash"
    for name in ("stations", "truth"):
        columns = ["sheet", "district", "station"] if name == "stations" else ["sheet", "party", "votes"]
        table[columns].to_csv(folder / f"{name}.csv", index=False, sep=separator, encoding=encoding)
    sheets = [unicodedata.normalize("NFC", sheet).strip() for sheet in table.sheet]
    districts = [unicodedata.normalize("NFC", name).strip() for name in table.district]
    try:
        read = read_stations(folder, sheets)
    except UserError:
        pass
    else:
        assert (read.sheet.tolist(), read.district.tolist()) == (sheets, districts)
    try:
        votes = true_votes(folder / "truth.csv", sheets, ("Ash",))
    except UserError:
        return
    assert votes.ravel().tolist() == table.votes.tolist()
