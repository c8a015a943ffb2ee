"""What was cut from a set of tally sheets: the cells of those that could be read, and which could not."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

UNREAD = ("sheet", "reason")
STATIONS = ("sheet", "district", "station")


@dataclass(frozen=True)
class Cut:
    """The cells of the sheets that were read.

    Images are uint8 (sheets, parties, boxes, 28, 28), 0 = paper, 255 = ink, the leftmost box first; `names` (sheets,)
    are the sheets' names, `parties` those of the rows. `unread` (columns UNREAD) are the other sheets and why,
    `stations` (columns STATIONS) says where each sheet is from, read or not. `name`, `sample` and `digest` say which
    data these are.
    """

    images: np.ndarray
    names: np.ndarray
    unread: pd.DataFrame
    stations: pd.DataFrame
    parties: tuple[str, ...]
    name: str
    sample: bool
    digest: str

    def save(self, path: Path) -> None:
        """Keep everything as one uncompressed file: the same bytes for the same cells."""
        tables = {"unread": self.unread, "stations": self.stations}
        columns = {f"{name}_{column}": texts(table[column]) for name, table in tables.items() for column in table}
        arrays: dict[str, Any] = {
            "images": self.images,
            "names": texts(self.names),
            "parties": texts(self.parties),
            **columns,
        }
        with path.open("wb") as file:
            np.savez(file, **arrays, name=self.name, sample=self.sample, digest=self.digest)

    @classmethod
    def load(cls, path: Path) -> "Cut":
        """Read what `save` kept."""
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        return cls(
            images=arrays["images"],
            names=arrays["names"],
            unread=pd.DataFrame({column: arrays[f"unread_{column}"].astype(object) for column in UNREAD}, dtype="str"),
            stations=pd.DataFrame(
                {column: arrays[f"stations_{column}"].astype(object) for column in STATIONS}, dtype="str"
            ),
            parties=tuple(map(str, arrays["parties"])),
            name=str(arrays["name"]),
            sample=bool(arrays["sample"]),
            digest=str(arrays["digest"]),
        )


def texts(values: Iterable[object]) -> np.ndarray:
    """Names as an array of text (n,), an empty one included."""
    return np.array([str(value) for value in values], dtype=str)
