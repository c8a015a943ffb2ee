"""The cells segmented from a set of tally sheets, and the list of unreadable sheets."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relecture.data_files import read_arrays, write_arrays
from relecture.tallies.segmentation.layout import Meaning, SumRule

FILE_COLUMNS = ("file", "sheet", "state", "reason")
#: The state of a file; one with several sheets has a row for each.
COUNTED, UNREAD, IGNORED = "counted", "unread", "ignored"
MAX_NAMED = 5  # files that are named in a line
UNREADABLE_COLUMNS = ("sheet", "reason")
STATION_COLUMNS = ("sheet", "district", "station")


@dataclass(frozen=True)
class CellCrops:
    """The cells of the readable sheets.

    `images` are the normalised cells that are counted, uint8 (sheets, rows, boxes, 28, 28), 0 = paper, 255 = ink, the
    leftmost box first, and `as_cut` the same cells as their boxes show them; `empty` (sheets, rows, boxes) tells which
    boxes hold no ink. `sheets` (sheets,) are the sheets' names, `rows` those of the rows. `unreadable` (columns
    UNREADABLE_COLUMNS) lists the other sheets with the reason, `stations` (columns STATION_COLUMNS) district and
    station of every sheet, readable or not. `name`, `sample` and `digest` identify the data.

    Of the layout: `is_party` (rows,) tells which rows are votes, `has_box` (rows, boxes) which boxes exist (rows are
    right-aligned), `sums` are the printed sums, `empty_means` and `mark_means` what a box without a digit means.
    `files` (columns FILE_COLUMNS) has every file of the folder: counted, unread or ignored, with the reason.
    """

    images: np.ndarray
    sheets: np.ndarray
    unreadable: pd.DataFrame
    stations: pd.DataFrame
    rows: tuple[str, ...]
    name: str
    sample: bool
    digest: str
    as_cut: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))
    empty: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    is_party: tuple[bool, ...] = ()
    has_box: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    sums: tuple[SumRule, ...] = ()
    empty_means: Meaning = "0"
    mark_means: Meaning = "look"
    files: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(FILE_COLUMNS), dtype="str"))

    def __post_init__(self) -> None:
        """Fill in what a simple form has: all boxes exist, hold ink, and are votes; cells are as they are cut."""
        shape = self.images.shape[:3]
        for name, value in (
            ("as_cut", self.images),
            ("empty", np.zeros(shape, bool)),
            ("is_party", (True,) * len(self.rows)),
            ("has_box", np.ones(shape[1:], bool)),
        ):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, value)

    @property
    def parties(self) -> tuple[str, ...]:
        """Names of the rows that are votes."""
        return tuple(name for name, party in zip(self.rows, self.is_party, strict=True) if party)

    def save(self, path: Path) -> None:
        """Write one uncompressed file; equal cells give equal bytes."""
        tables = {"unreadable": self.unreadable, "stations": self.stations, "files": self.files}
        columns = {f"{name}_{column}": text_array(table[column]) for name, table in tables.items() for column in table}
        arrays: dict[str, Any] = {
            "images": self.images,
            "sheets": text_array(self.sheets),
            "as_cut": self.as_cut,
            "empty": self.empty,
            "rows": text_array(self.rows),
            "is_party": np.array(self.is_party, bool),
            "has_box": self.has_box,
            "sums": text_array(json.dumps([rule.total, *rule.parts]) for rule in self.sums),
            "meanings": text_array((self.empty_means, self.mark_means)),
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
            rows=tuple(map(str, arrays["rows"])),
            name=str(arrays["name"]),
            sample=bool(arrays["sample"]),
            digest=str(arrays["digest"]),
            as_cut=arrays["as_cut"],
            empty=arrays["empty"],
            is_party=tuple(map(bool, arrays["is_party"])),
            has_box=arrays["has_box"],
            sums=tuple(SumRule(total, tuple(parts)) for total, *parts in map(json.loads, arrays["sums"])),
            empty_means=_meaning(arrays["meanings"][0]),
            mark_means=_meaning(arrays["meanings"][1]),
            files=_table(arrays, "files", FILE_COLUMNS),
        )


def describe_files(files: pd.DataFrame) -> str:
    """Return what became of files (columns FILE_COLUMNS) in a line: how many, and the names of those not counted."""
    parts = []
    for state in (COUNTED, UNREAD, IGNORED):
        names = list(dict.fromkeys(files[files.state == state].file))
        if names:
            more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
            named = "" if state == COUNTED else f" ({', '.join(names[:MAX_NAMED])}{more})"
            parts.append(f"{len(names)} {state}{named}")
    return f"of {files.file.nunique()} files {', '.join(parts)}"


def _meaning(value: object) -> Meaning:
    return "0" if str(value) == "0" else "look"


def text_array(values: Iterable[object]) -> np.ndarray:
    """Return values as an array of text (n,), which may be empty."""
    return np.array([str(value) for value in values], dtype=str)


def _table(arrays: dict[str, np.ndarray], name: str, columns: Iterable[str]) -> pd.DataFrame:
    return pd.DataFrame({column: arrays[f"{name}_{column}"].astype(object) for column in columns}, dtype="str")
