"""A data set to cluster: numbers, names of columns and rows, and groups where they are known."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from relecture.data.config import TableFormat
from relecture.data_files import read_arrays, write_arrays
from relecture.prediction.estimators import Arrays, Estimator
from relecture.prediction.inputs import InputColumn, Inputs

#: Rows up to which a step may hold all pairs of rows in memory: 200 MB of distances.
MAX_PAIRWISE_ROWS = 5_000


@dataclass(frozen=True)
class Dataset:
    """Rows to be clustered.

    `x` is (rows, features) as it is clustered; `x * scale + center` is in the units of `features`. `rows` are
    names, `groups` the known group of each row (empty where groups are unknown). `source`, `sample` and `digest`
    identify the data, `table_format` says how a user's file is written (JSON).
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
    table_format: str = TableFormat().to_json()

    @property
    def inputs(self) -> Inputs:
        """The columns that a model takes, in the units of `features`."""
        values = self.x * self.scale + self.center
        columns = [
            InputColumn(name=str(name), low=float(column.min()), high=float(column.max()))
            for name, column in zip(self.features, values.T, strict=True)
        ]
        return Inputs(columns=columns, table_format=TableFormat.model_validate_json(self.table_format))

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits of the content."""
        content = hashlib.sha256(np.ascontiguousarray(self.x).tobytes())
        for names in (self.features, self.rows, self.groups):
            content.update("\0".join(map(str, names)).encode())
        return content.hexdigest()[:16]


def nearest_centroid(dataset: Dataset, member: str, centroids: np.ndarray) -> Estimator:
    """Return the estimator that puts a row into the cluster of the nearest of the `centroids` (K, p)."""
    return Estimator("centroids", "cluster", member, {"centroids": centroids, **scaling(dataset)})


def scaling(dataset: Dataset) -> Arrays:
    """Return the scaling of a data set as an estimator takes it."""
    return {"centre": dataset.center, "scale": dataset.scale}


def unscaled(
    name: str,
    x: np.ndarray,
    source: str,
    features: Sequence[str],
    *,
    rows: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    sample: bool = False,
) -> Dataset:
    """Return a data set whose numbers are clustered as they are; rows are named by their number unless given."""
    n, p = x.shape
    return Dataset(
        name,
        x,
        np.asarray(features),
        rows=np.arange(1, n + 1).astype(str) if rows is None else rows,
        groups=np.array([], str) if groups is None else groups,
        center=np.zeros(p),
        scale=np.ones(p),
        source=source,
        sample=sample,
    )


def standardised(
    name: str, values: np.ndarray, source: str, features: Sequence[str], rows: Sequence[str] | np.ndarray
) -> Dataset:
    """Return a data set whose columns have mean 0 and standard deviation 1 (n-1, as R's `scale`)."""
    center, scale = values.mean(0), values.std(0, ddof=1)
    x = (values - center) / scale
    return Dataset(name, x, np.asarray(features), np.asarray(rows), np.array([], str), center, scale, source)


def save(dataset: Dataset, path: Path) -> None:
    """Write a data set to one uncompressed file."""
    write_arrays(path, **{field.name: getattr(dataset, field.name) for field in fields(dataset)})


def load(path: Path) -> Dataset:
    """Read a data set that `save` wrote."""
    arrays: dict[str, Any] = read_arrays(path)
    texts: dict[str, Any] = {key: str(arrays.pop(key)) for key in ("name", "source", "table_format")}
    return Dataset(sample=bool(arrays.pop("sample")), **texts, **arrays)
