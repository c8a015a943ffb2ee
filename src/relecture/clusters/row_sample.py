"""A random sample of the rows of a large table, for the methods whose work grows with starts times rows."""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from relecture import records
from relecture.clusters.config import SampledFitConfig
from relecture.clusters.data import Dataset
from relecture.config_model import ConfigModel
from relecture.records import FitResult

SEED = 1


def sample_rows(dataset: Dataset, config: ConfigModel) -> tuple[Dataset, np.ndarray]:
    """Return the rows that a method with this configuration uses, and their indices.

    All rows, or a random sample of `max_rows` for a SampledFitConfig, the same for every method: `steps`, `restarts`,
    `elbow` and `types` of one data set are about the same rows.
    """
    n_rows = len(dataset.x)
    if not isinstance(config, SampledFitConfig) or n_rows <= config.max_rows:
        return dataset, np.arange(n_rows)
    rows = np.sort(np.random.default_rng(SEED).choice(n_rows, config.max_rows, replace=False))
    print(
        f"relecture: {dataset.name}: a random sample of {config.max_rows:,} of {n_rows:,} rows (clusters.max_rows)",
        file=sys.stderr,
    )
    groups = dataset.groups[rows] if len(dataset.groups) else dataset.groups
    return replace(dataset, x=dataset.x[rows], rows=dataset.rows[rows], groups=groups), rows


def record_sample(result: FitResult, rows: np.ndarray, n_rows: int) -> None:
    """Let a result from a sample say so: original row numbers in the predictions, the metric `n_rows` of each member.

    Args:
        result: The result.
        rows: Indices of the sampled rows.
        n_rows: Number of rows of the table.
    """
    if len(rows) == n_rows:
        return
    result.predictions = [
        table.assign(row=rows[table.row.to_numpy()]) if "row" in table else table for table in result.predictions
    ]
    for member in pd.unique(pd.Series([metric["member"] for metric in result.metrics])):
        result.metrics += records.rows(member, {"n_rows": len(rows)})
