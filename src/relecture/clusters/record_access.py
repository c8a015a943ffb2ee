"""What the tables and the figures read from the records of the comparison."""

import numpy as np
import pandas as pd

from relecture.clusters import STARTS
from relecture.records import Record

#: Records by `data set/method`, and `limits`.
Found = dict[str, Record]


def values(record: Record, member: str) -> pd.Series:
    """The final numbers of a member, by name."""
    own = record.metrics[record.metrics.member == member]
    return own.set_index("metric").value


def curve(record: Record, metric: str, member: str = "") -> pd.Series:
    """A curve by step: of one member, or the mean of all."""
    own = record.history[record.history.metric == metric]
    own = own[own.member == member] if member else own
    return own.groupby("step").value.mean()


def optima(record: Record) -> pd.DataFrame:
    """The local optima of a record of `restarts`, best first: optimum (1 = best), wss, share of starts by kind."""
    starts = record.predictions
    listed = starts.groupby("optimum", as_index=False).wss.min()
    for kind in STARTS:
        own = starts[starts.member == kind]
        listed[kind] = listed.optimum.map(own.optimum.value_counts() / len(own)).fillna(0.0)
    return listed


def model(record: Record, file: str) -> dict[str, np.ndarray]:
    """The arrays of a record's model."""
    with np.load(record.folder / "model" / file) as arrays:
        return {name: arrays[name] for name in arrays.files}


def features(record: Record) -> pd.DataFrame:
    """The distinctive features in a record of `interpretation`, as `interpretation.distinctive` made them."""
    return pd.read_csv(record.folder / "model" / "features.csv")


def members(record: Record, cluster: int) -> tuple[list[str], list[str]]:
    """The names of a cluster's members in a record of `interpretation`: from the nearest on, and those drawn."""
    own = record.predictions[record.predictions.cluster == cluster]
    return list(own.sort_values("nearness").name), list(own.name[own.drawn])
