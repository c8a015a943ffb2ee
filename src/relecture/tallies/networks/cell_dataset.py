"""Labelled cells: images of one handwritten symbol each, with its label, in three parts."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np

from relecture.data.mnist import Mnist
from relecture.data_files import read_arrays, write_arrays
from relecture.records import DataSource
from relecture.tallies import MARK

#: For training; for every choice; for one evaluation at the end.
PARTS = ("train", "validation", "test")
#: Normalised as MNIST's digits, or as cut from the box.
Crop = Literal["normalised", "as_cut"]


@dataclass(frozen=True)
class CellDataset:
    """Cells with their labels.

    Attributes:
        images: Normalised cells, uint8 (n, 28, 28), 0 = paper, 255 = ink.
        as_cut: The same cells stretched to squares, of the same shape: digits keep their place and size.
        labels: int64 (n,), 0 to 9, or MARK.
        parts: One of PARTS for each cell, (n,).
        name: Name of the data.
        sample: Whether a small sample stands in for the real data.
        digest: Digest of images, as_cut, labels and parts.
    """

    images: np.ndarray
    as_cut: np.ndarray
    labels: np.ndarray
    parts: np.ndarray
    name: str
    sample: bool
    digest: str

    def crops(self, crop: Crop) -> np.ndarray:
        """Return the images of all cells, normalised or as cut."""
        return self.images if crop == "normalised" else self.as_cut

    def digit_rows(self, part: str) -> np.ndarray:
        """Return the rows of the digits of one part, without marks."""
        return np.flatnonzero((self.parts == part) & (self.labels != MARK))

    def part(self, name: str, crop: Crop = "normalised") -> tuple[np.ndarray, np.ndarray]:
        """Return images and labels of the digits of one part, in their order; marks are left out."""
        rows = self.digit_rows(name)
        return self.crops(crop)[rows], self.labels[rows]

    def symbols(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return normalised images and labels of one part, marks included."""
        rows = self.parts == name
        return self.images[rows], self.labels[rows]

    def describe(self, mnist: Mnist | None = None) -> DataSource:
        """Return the description of the data for a record: these cells, and `mnist` if a network was trained on it."""
        if mnist is None:
            return {"name": self.name, "digest": self.digest, "sample": self.sample}
        name = f"{mnist.name}, {self.name}" if mnist.sample else self.name
        return {"name": name, "digest": f"{mnist.digest}-{self.digest}", "sample": mnist.sample or self.sample}

    def save(self, path: Path) -> None:
        """Write one uncompressed file: the same bytes for the same cells."""
        write_arrays(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> "CellDataset":
        """Read the file that `save` wrote."""
        arrays: dict[str, Any] = read_arrays(path)
        texts = {name: str(arrays.pop(name)) for name in ("name", "digest")}
        return cls(**{**arrays, **texts, "sample": bool(arrays["sample"])})
