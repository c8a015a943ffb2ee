"""Access to the records of the comparison, for tables and figures."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from relecture import records
from relecture.clusters import INIT_METHODS
from relecture.clusters.data import Dataset
from relecture.records import Record
from relecture.scorecard.published_values import PublishedValue


@dataclass(frozen=True)
class ClustersResults:
    """Records by `data set/method`, and `limits`; for tables the published values, for figures the data sets."""

    records: dict[str, Record]
    published: list[PublishedValue] = field(default_factory=list)
    datasets: dict[str, Dataset] = field(default_factory=dict)


def read_records(folders: list[Path]) -> dict[str, Record]:
    """Read records by `data set/method`, and `limits`."""
    return {record.params["method"]: record for record in map(records.read, folders)}


def member_metrics(record: Record, member: str) -> pd.Series:
    """Return the final metrics of a member, by name."""
    rows = record.metrics[record.metrics.member == member]
    return rows.set_index("metric").value


def curve(record: Record, metric: str, member: str = "") -> pd.Series:
    """Return a curve by step: of one member, or the mean of all."""
    rows = record.history[record.history.metric == metric]
    rows = rows[rows.member == member] if member else rows
    return rows.groupby("step").value.mean()


def local_optima(record: Record) -> pd.DataFrame:
    """Return the local optima of a record of `restarts`, best first.

    Columns: optimum (1 = best), wss, and the share of starts of each initialisation method.
    """
    starts = record.predictions
    optima = starts.groupby("optimum", as_index=False).wss.min()
    for init in INIT_METHODS:
        rows = starts[starts.member == init]
        optima[init] = optima.optimum.map(rows.optimum.value_counts() / len(rows)).fillna(0.0)
    return optima


def has_lab(record: Record) -> bool:
    """Return whether a record of `restarts` has the lab's own fits."""
    return "lab" in set(record.metrics.member)


def model_arrays(record: Record, file: str) -> dict[str, np.ndarray]:
    """Return the arrays of a record's model."""
    with np.load(record.folder / "model" / file) as arrays:
        return {name: arrays[name] for name in arrays.files}


def distinctive_features(record: Record) -> pd.DataFrame:
    """Return the table of `interpretation.distinctive_features` from a record of `interpretation`."""
    # A feature may be called NA, null or 007: only an empty field is a missing value, and names are text.
    return pd.read_csv(
        record.folder / "model" / "features.csv", dtype={"feature": str}, keep_default_na=False, na_values=""
    )


def member_names(record: Record, cluster: int) -> tuple[list[str], list[str]]:
    """Return the names of a cluster's members in a record of `interpretation`: nearest first, and the sampled ones."""
    rows = record.predictions[record.predictions.cluster == cluster]
    return list(rows.sort_values("distance_rank").name), list(rows.name[rows.sampled])
