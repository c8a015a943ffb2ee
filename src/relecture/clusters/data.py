"""A data set to cluster: numbers, what their columns and rows are called, and groups where they are known."""

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Dataset:
    """Rows to be clustered.

    `x` is (rows, features) as it is clustered; `x * scale + center` is in the units of `features`. `rows` are
    names, `groups` the known group of each row (empty where nobody knows). `source`, `sample` and `digest` say
    which data these are.
    """

    name: str
    x: np.ndarray
    features: np.ndarray
    rows: np.ndarray
    groups: np.ndarray
    center: np.ndarray
    scale: np.ndarray
    source: str
    sample: bool = False

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits of the content."""
        content = hashlib.sha256(np.ascontiguousarray(self.x).tobytes())
        for names in (self.features, self.rows, self.groups):
            content.update("\0".join(map(str, names)).encode())
        return content.hexdigest()[:16]


def made(name: str, x: np.ndarray, source: str, features: Any, **more: Any) -> Dataset:
    """A data set of numbers that are clustered as they are, rows named by their number unless given."""
    n, p = x.shape
    rest = {"rows": np.arange(1, n + 1).astype(str), "groups": np.array([], str), **more}
    return Dataset(name, x, np.asarray(features), center=np.zeros(p), scale=np.ones(p), source=source, **rest)


def standardised(name: str, values: np.ndarray, source: str, features: Any, rows: Any) -> Dataset:
    """A data set whose columns get mean 0 and standard deviation 1 (n-1, as R's `scale`)."""
    center, scale = values.mean(0), values.std(0, ddof=1)
    empty = np.array([], str)
    x = (values - center) / scale
    return Dataset(name, x, np.asarray(features), np.asarray(rows), empty, center, scale, source)


def save(dataset: Dataset, path: Path) -> None:
    """Keep a data set as one uncompressed file."""
    with path.open("wb") as file:
        np.savez(file, **{field.name: getattr(dataset, field.name) for field in fields(dataset)})


def load(path: Path) -> Dataset:
    """Read what `save` kept."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    plain: dict[str, Any] = {name: str(arrays.pop(name)) for name in ("name", "source")}
    return Dataset(**plain, **{**arrays, "sample": bool(arrays["sample"])})
