"""The tables beside the sheets: district and station of every sheet, and the true votes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data import column_checks, user_csv
from relecture.data.config import TableFormat, TableSource, composed
from relecture.errors import UserError
from relecture.tallies.segmentation.cell_crops import STATION_COLUMNS

STATIONS_FILE, TRUTH_FILE = "stations.csv", "truth.csv"
TRUTH_COLUMNS = ("sheet", "party", "votes")
#: Votes as they are written: no sign, no separator, no exponent; 12.0 is how pandas writes 12 in a column with gaps.
VOTES_PATTERN = r"[0-9]{1,9}(?:\.0)?"
#: The district of sheets without a known one, and of all districts together: no text, because a district may have any.
ALL_DISTRICTS = ""


def read_stations(folder: Path, sheets: Sequence[str]) -> pd.DataFrame:
    """Return district and station of every sheet, columns STATION_COLUMNS, from `stations.csv`.

    Without that file every sheet is its own station, all in one district. A listed sheet without an image is kept.

    Raises:
        UserError: A sub-folder has such a file, or one of the true votes. The file is not such a table, lists a sheet
            twice, does not list an image, or has names of districts or stations that are not distinct: a mark of a
            missing value, a difference in capitals or blanks.
    """
    path = folder / STATIONS_FILE
    for name in (STATIONS_FILE, TRUTH_FILE):
        below = [file.relative_to(folder) for file in sorted(folder.rglob(name))]
        if inside := [file for file in below if len(file.parts) > 1 and not any(p.startswith(".") for p in file.parts)]:
            raise UserError(f"{folder / inside[0]} is not read: list the sheets of all sub-folders in {folder / name}")
    if not path.exists():
        return pd.DataFrame({"sheet": list(sheets), "district": ALL_DISTRICTS, "station": list(sheets)}, dtype="str")
    table = _read_table(path, STATION_COLUMNS)
    if duplicate := _first_duplicate(table, ["sheet"]):
        raise UserError(f"{path} lists the sheet {duplicate[0]!r} twice")
    if problem := next(_district_problems(table), None):
        raise UserError(f"{path}{problem}")
    listed = set(table.sheet)
    if missing := [name for name in sheets if composed(name) not in listed]:
        raise UserError(
            f"{path} does not list {_first_names(missing)}: every image needs a row (sheet, district, station); "
            "a sheet is the name of its image without the suffix"
        )
    return table


def read_truth(path: Path, parties: Sequence[str]) -> pd.DataFrame:
    """Return the true votes, columns TRUTH_COLUMNS, one row per sheet and party.

    Raises:
        UserError: The file is missing or is not such a table; votes are not whole numbers; a party is not in the
            layout; a sheet lacks a party.
    """
    table = _read_table(path, TRUTH_COLUMNS)
    if (invalid := ~table.votes.str.fullmatch(VOTES_PATTERN).to_numpy(bool)).any():
        row = int(invalid.argmax())
        raise UserError(
            f"{path}, row {row + 1}: votes must be whole numbers, not {table.votes[row]!r}: write them with the digits "
            "0 to 9 only, at most nine"
        )
    spelling = {composed(party): party for party in parties}
    table["party"] = table.party.replace(spelling)
    if unknown := sorted(set(table.party) - set(parties)):
        raise UserError(
            f"{path} has {_first_names(unknown)}, not among the parties of the layout: {', '.join(parties)}"
        )
    if duplicate := _first_duplicate(table, ["sheet", "party"]):
        raise UserError(f"{path} has two rows for {' / '.join(duplicate)}")
    counts = table.groupby("sheet", sort=False).party.count()
    if len(short := counts[counts < len(parties)]):
        raise UserError(f"{path} has {short.iloc[0]} of {len(parties)} parties for {_first_names(list(short.index))}")
    return table.assign(votes=table.votes.str.removesuffix(".0").astype(int))


def true_votes(path: Path, sheets: Sequence[str], parties: Sequence[str]) -> np.ndarray:
    """Return the true votes of some sheets, int64 (sheets, parties), from `read_truth`.

    Raises:
        UserError: As `read_truth`, or a sheet is missing.
    """
    table = read_truth(path, parties).pivot(index="sheet", columns="party", values="votes")
    names = [composed(name) for name in sheets]
    if missing := [name for name in names if name not in table.index]:
        raise UserError(f"{path} has no votes for {_first_names(missing)}")
    votes: np.ndarray = table.loc[names, list(parties)].to_numpy(dtype=np.int64)
    return votes


def _district_problems(table: pd.DataFrame) -> Iterator[str]:
    """Yield why the names of districts or stations are not distinct; each sentence continues the path of the file."""
    for column in ("district", "station"):
        names = list(dict.fromkeys(table[column]))
        if marks := column_checks.missing_marks(names):
            row = int((table[column] == marks[0]).to_numpy().argmax())
            yield f", row {row + 1}: the {column} {marks[0]!r} marks a missing value: write its name"
        if pair := column_checks.lookalike_sentence(names):
            yield f" has the {column}s {pair}: write them alike"


def _read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Read some columns of a file; they are separated by commas, or by semicolons or tabs if its header is."""
    table = user_csv.read(TableSource(path=str(path), format=TableFormat(separator=_separator(path, columns))))
    if missing := [column for column in columns if column not in table]:
        raise UserError(f"{path} has no column {missing[0]!r}; it needs {', '.join(columns)}, separated by commas")
    table = table[list(columns)].copy()
    if (empty := (table == "").any(axis=1)).any():
        raise UserError(f"{path}, row {int(empty.to_numpy().argmax()) + 1}: a value is missing")
    return table


def _separator(path: Path, columns: Sequence[str]) -> str:
    """Return the separator between the names in the first line of a file; a comma if that is not known."""
    if not path.is_file():
        return ","
    first = path.read_bytes().decode("utf-8-sig", errors="replace").splitlines()[:1]
    names = {separator: {name.strip().strip('"') for name in " ".join(first).split(separator)} for separator in ";\t"}
    return next((separator for separator in names if set(columns) <= names[separator]), ",")


def _first_duplicate(table: pd.DataFrame, columns: list[str]) -> list[str]:
    duplicates = table[table.duplicated(columns)]
    return [str(value) for value in duplicates[columns].iloc[0]] if len(duplicates) else []


def _first_names(names: Sequence[str]) -> str:
    text = ", ".join(repr(name) for name in names[:3])
    return text if len(names) <= 3 else f"{text} and {len(names) - 3} more"
