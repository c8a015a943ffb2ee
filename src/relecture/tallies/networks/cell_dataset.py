"""Labelled cells: images of one handwritten digit each, with its label, in three parts."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from relecture.data.mnist import Mnist
from relecture.data_files import read_arrays, write_arrays
from relecture.records import DataSource

#: For training; for every choice; for one evaluation at the end.
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class CellDataset:
    """Cells with their labels.

    Attributes:
        images: uint8 (n, 28, 28), 0 = paper, 255 = ink.
        labels: int64 (n,), 0 to 9.
        parts: One of PARTS for each cell, (n,).
        name: Name of the data.
        sample: Whether a small sample stands in for the real data.
        digest: Digest of images, labels and parts.
    """

    images: np.ndarray
    labels: np.ndarray
    parts: np.ndarray
    name: str
    sample: bool
    digest: str

    def part(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return images and labels of one part, in their order."""
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
