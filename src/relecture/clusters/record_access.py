"""Access to the records of the comparison, for tables and figures."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from relecture import records
from relecture.clusters import ALGORITHMS, DATASETS, INIT_METHODS, RESTARTS
from relecture.clusters.data import Dataset
from relecture.data_files import read_arrays, read_csv
from relecture.records import Record
from relecture.scorecard.published_values import PublishedValue


@dataclass(frozen=True)
class ClustersResults:
    """Records by `data set/method`, and `limits`; for tables the published values, for figures the data sets."""

    records: dict[str, Record]
    published: list[PublishedValue] = field(default_factory=list)
    datasets: dict[str, Dataset] = field(default_factory=dict)

    def datasets_of(self, method: str) -> list[str]:
        """Return the names of the built-in data sets that a method was fitted to."""
        return [name for name in DATASETS if f"{name}/{method}" in self.records]


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

    Columns: optimum (1 = best), wss, and the share of starts of each member.
    """
    starts = record.predictions
    optima = starts.groupby("optimum", as_index=False).wss.min()
    for member in restart_members(record):
        rows = starts[starts.member == member]
        optima[member] = optima.optimum.map(rows.optimum.value_counts() / len(rows)).fillna(0.0)
    return optima


def restart_members(record: Record) -> list[str]:
    """Return the members of a record of `restarts` that have starts with a result, in the order of RESTARTS."""
    reached = set(record.predictions.member)
    return [member for member in RESTARTS if member in reached]


def restart_label(member: str) -> str:
    """Return the label of a member of `restarts`: `Lloyd, random partition`."""
    algorithm, init = RESTARTS[member]
    return f"{ALGORITHMS[algorithm]}, {INIT_METHODS[init]}"


def criterion_curves(record: Record) -> pd.DataFrame:
    """Return the curves of a record of `elbow`, indexed by K: wss, silhouette, gap and gap_se."""
    curves = record.history.pivot(index="step", columns="metric", values="value")
    return curves[["wss", "silhouette", "gap", "gap_se"]]


def k_resamples(record: Record) -> pd.DataFrame:
    """Return the K that each criterion chooses in each resample, from a record of `elbow`; no rows if not measured."""
    return read_csv(record.folder / "model" / "resamples.csv")


def dataset_names(results: ClustersResults, method: str) -> list[str]:
    """Return the names of the data sets that a method was fitted to, the built-in ones first."""
    names = [name for name, _, fitted in (key.partition("/") for key in results.records) if fitted == method]
    return [*results.datasets_of(method), *(name for name in names if name not in DATASETS)]


def has_lab(record: Record) -> bool:
    """Return whether a record of `restarts` has the lab's own fits."""
    return "lab" in set(record.metrics.member)


def model_arrays(record: Record, file: str) -> dict[str, np.ndarray]:
    """Return the arrays of a record's model."""
    return read_arrays(record.folder / "model" / file)


def distinctive_features(record: Record) -> pd.DataFrame:
    """Return the table of `interpretation.distinctive_features` from a record of `interpretation`."""
    # A feature may be called NA, null or 007: only an empty field is a missing value, and names are text.
    return read_csv(
        record.folder / "model" / "features.csv", dtype={"feature": str}, keep_default_na=False, na_values=""
    )


def member_names(record: Record, cluster: int) -> tuple[list[str], list[str]]:
    """Return the names of a cluster's members in a record of `interpretation`: nearest first, and the sampled ones."""
    rows = record.predictions[record.predictions.cluster == cluster]
    return list(rows.sort_values("distance_rank").name), list(rows.name[rows.sampled])
