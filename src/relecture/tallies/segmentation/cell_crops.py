"""The cells segmented from a set of tally sheets, and the list of unreadable sheets."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.data_files import read_arrays, write_arrays

UNREADABLE_COLUMNS = ("sheet", "reason")
STATION_COLUMNS = ("sheet", "district", "station")


@dataclass(frozen=True)
class CellCrops:
    """The cells of the readable sheets.

    Images are uint8 (sheets, parties, boxes, 28, 28), 0 = paper, 255 = ink, the leftmost box first; `sheets` (sheets,)
    are the sheets' names, `parties` those of the rows. `unreadable` (columns UNREADABLE_COLUMNS) lists the other sheets
    with the reason, `stations` (columns STATION_COLUMNS) district and station of every sheet, readable or not. `name`,
    `sample` and `digest` identify the data.
    """

    images: np.ndarray
    sheets: np.ndarray
    unreadable: pd.DataFrame
    stations: pd.DataFrame
    parties: tuple[str, ...]
    name: str
    sample: bool
    digest: str

    def save(self, path: Path) -> None:
        """Write one uncompressed file; equal cells give equal bytes."""
        tables = {"unreadable": self.unreadable, "stations": self.stations}
        columns = {f"{name}_{column}": text_array(table[column]) for name, table in tables.items() for column in table}
        arrays: dict[str, Any] = {
            "images": self.images,
            "sheets": text_array(self.sheets),
            "parties": text_array(self.parties),
            **columns,
        }
        write_arrays(path, **arrays, name=self.name, sample=self.sample, digest=self.digest)

    @classmethod
    def load(cls, path: Path) -> "CellCrops":
        """Read what `save` wrote."""
        arrays = read_arrays(path)
        return cls(
            images=arrays["images"],
            sheets=arrays["sheets"],
            unreadable=_table(arrays, "unreadable", UNREADABLE_COLUMNS),
            stations=_table(arrays, "stations", STATION_COLUMNS),
            parties=tuple(map(str, arrays["parties"])),
            name=str(arrays["name"]),
            sample=bool(arrays["sample"]),
            digest=str(arrays["digest"]),
        )


def text_array(values: Iterable[object]) -> np.ndarray:
    """Return values as an array of text (n,), which may be empty."""
    return np.array([str(value) for value in values], dtype=str)


def _table(arrays: dict[str, np.ndarray], name: str, columns: Iterable[str]) -> pd.DataFrame:
    return pd.DataFrame({column: arrays[f"{name}_{column}"].astype(object) for column in columns}, dtype="str")
