"""The tables beside the sheets: district and station of every sheet, and the true votes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data import user_csv
from relecture.errors import UserError
from relecture.tallies.segmentation.cell_crops import STATION_COLUMNS

STATIONS_FILE = "stations.csv"
TRUTH_COLUMNS = ("sheet", "party", "votes")
#: The district of sheets without a known one, and of all districts together: no text, because a district may have any.
ALL_DISTRICTS = ""


def read_stations(folder: Path, sheets: Sequence[str]) -> pd.DataFrame:
    """Return district and station of every sheet, columns STATION_COLUMNS, from `stations.csv`.

    Without that file every sheet is its own station, all in one district. A listed sheet without an image is kept.

    Raises:
        UserError: The file is not such a table, lists a sheet twice, or does not list an image.
    """
    path = folder / STATIONS_FILE
    if not path.exists():
        return pd.DataFrame({"sheet": list(sheets), "district": ALL_DISTRICTS, "station": list(sheets)}, dtype="str")
    table = _read_table(path, STATION_COLUMNS)
    if duplicate := _first_duplicate(table, ["sheet"]):
        raise UserError(f"{path} lists the sheet {duplicate[0]!r} twice")
    if missing := [name for name in sheets if name not in set(table.sheet)]:
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
    votes = pd.to_numeric(table.votes, errors="coerce")
    if (invalid := votes.isna() | (votes < 0) | (votes % 1 != 0)).any():
        row = int(invalid.to_numpy().argmax())
        raise UserError(f"{path}, row {row + 1}: votes must be whole numbers, not {table.votes[row]!r}")
    if unknown := sorted(set(table.party) - set(parties)):
        raise UserError(
            f"{path} has {_first_names(unknown)}, not among the parties of the layout: {', '.join(parties)}"
        )
    if duplicate := _first_duplicate(table, ["sheet", "party"]):
        raise UserError(f"{path} has two rows for {' / '.join(duplicate)}")
    counts = table.groupby("sheet", sort=False).party.count()
    if len(short := counts[counts < len(parties)]):
        raise UserError(f"{path} has {short.iloc[0]} of {len(parties)} parties for {_first_names(list(short.index))}")
    return table.assign(votes=votes.astype(int))


def true_votes(path: Path, sheets: Sequence[str], parties: Sequence[str]) -> np.ndarray:
    """Return the true votes of some sheets, int64 (sheets, parties), from `read_truth`.

    Raises:
        UserError: As `read_truth`, or a sheet is missing.
    """
    table = read_truth(path, parties).pivot(index="sheet", columns="party", values="votes")
    if missing := [name for name in sheets if name not in table.index]:
        raise UserError(f"{path} has no votes for {_first_names(missing)}")
    votes: np.ndarray = table.loc[list(sheets), list(parties)].to_numpy(dtype=np.int64)
    return votes


def _read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    table = user_csv.read(path)
    if missing := [column for column in columns if column not in table]:
        raise UserError(f"{path} has no column {missing[0]!r}; it needs {', '.join(columns)}, separated by commas")
    table = table[list(columns)]
    if (empty := (table == "").any(axis=1)).any():
        raise UserError(f"{path}, row {int(empty.to_numpy().argmax()) + 1}: a value is missing")
    return table


def _first_duplicate(table: pd.DataFrame, columns: list[str]) -> list[str]:
    duplicates = table[table.duplicated(columns)]
    return [str(value) for value in duplicates[columns].iloc[0]] if len(duplicates) else []


def _first_names(names: Sequence[str]) -> str:
    text = ", ".join(repr(name) for name in names[:3])
    return text if len(names) <= 3 else f"{text} and {len(names) - 3} more"
