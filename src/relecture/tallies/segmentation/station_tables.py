"""Where sheets are from, and how many votes there truly are: the tables that may lie beside them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from relecture.data import user_csv
from relecture.errors import UserError
from relecture.tallies.segmentation.cell_crops import STATIONS

FILE, TRUTH = "stations.csv", "truth.csv"
VOTES = ("sheet", "party", "votes")
EVERYWHERE = "all"  # the district of sheets that nobody has said anything about


def stations(folder: Path, sheets: Sequence[str]) -> pd.DataFrame:
    """District and station of every sheet, columns STATIONS, from `stations.csv`.

    Without that file every sheet is a station of its own, all in one district. A sheet that is listed but has no
    image is kept; an image that is not listed is a UserError.
    """
    path = folder / FILE
    if not path.exists():
        return pd.DataFrame({"sheet": list(sheets), "district": EVERYWHERE, "station": list(sheets)}, dtype="str")
    table = _table(path, STATIONS)
    if twice := _twice(table, ["sheet"]):
        raise UserError(f"{path} lists the sheet {twice[0]!r} twice")
    if missing := [name for name in sheets if name not in set(table.sheet)]:
        raise UserError(
            f"{path} does not list {_few(missing)}: every image needs a row (sheet, district, station), "
            "a sheet being the name of its image without the ending"
        )
    return table


def truth(path: Path, parties: Sequence[str]) -> pd.DataFrame:
    """The true votes, columns VOTES, a row per sheet and party.

    Raises:
        UserError: The file is missing or no such table; votes are no whole numbers; a party is not on the form; a
            sheet lacks a party.
    """
    table = _table(path, VOTES)
    votes = pd.to_numeric(table.votes, errors="coerce")
    if (wrong := votes.isna() | (votes < 0) | (votes % 1 != 0)).any():
        row = int(wrong.to_numpy().argmax())
        raise UserError(f"{path}, row {row + 1}: votes have to be whole numbers, not {table.votes[row]!r}")
    if strange := sorted(set(table.party) - set(parties)):
        raise UserError(f"{path} has {_few(strange)}, not among the parties of the layout: {', '.join(parties)}")
    if twice := _twice(table, ["sheet", "party"]):
        raise UserError(f"{path} has two rows for {' / '.join(twice)}")
    counts = table.groupby("sheet", sort=False).party.count()
    if len(short := counts[counts < len(parties)]):
        raise UserError(f"{path} has {short.iloc[0]} of {len(parties)} parties for {_few(list(short.index))}")
    return table.assign(votes=votes.astype(int))


def true_votes(path: Path, sheets: Sequence[str], parties: Sequence[str]) -> np.ndarray:
    """The true votes of some sheets, int64 (sheets, parties), from `truth`; a UserError names the first it lacks."""
    found = truth(path, parties).pivot(index="sheet", columns="party", values="votes")
    if missing := [name for name in sheets if name not in found.index]:
        raise UserError(f"{path} has no votes for {_few(missing)}")
    return found.loc[list(sheets), list(parties)].to_numpy(dtype=np.int64)


def _table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    table = user_csv.read(path)
    if missing := [column for column in columns if column not in table]:
        raise UserError(f"{path} has no column {missing[0]!r}; it needs {', '.join(columns)}, separated by commas")
    table = table[list(columns)]
    if (empty := (table == "").any(axis=1)).any():
        raise UserError(f"{path}, row {int(empty.to_numpy().argmax()) + 1}: a value is missing")
    return table


def _twice(table: pd.DataFrame, columns: list[str]) -> list[str]:
    again = table[table.duplicated(columns)]
    return [str(value) for value in again[columns].iloc[0]] if len(again) else []


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
