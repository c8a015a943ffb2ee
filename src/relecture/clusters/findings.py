"""The findings and the choices of the comparison, each in words that its p-value or its share of resamples allows."""

import numpy as np
import pandas as pd

from relecture.clusters.interpretation_tables import limit_gaps
from relecture.clusters.k_criteria import CRITERIA
from relecture.clusters.k_tables import k_choice
from relecture.clusters.record_access import ClustersResults, dataset_names, distinctive_features
from relecture.clusters.restart_tables import algorithm_gaps
from relecture.findings import Choice, Finding
from relecture.uncertainty import LEVEL


def findings(results: ClustersResults) -> list[Finding]:
    """Return the findings on algorithms, limits and distinctive features; p-values are adjusted within each of these.

    The features of one data set are a family; there are too many pixels of images for that.
    """
    algorithms = [
        Finding.of(f"{name}, {init}: hartigan_wong - lloyd", gap)
        for (name, init), gap in algorithm_gaps(results).items()
    ]
    limits = [Finding.of(f"{a} - {b}", gap) for (a, b), gap in limit_gaps(results.records["limits"]).items()]
    features = [
        Finding(f"{name}, cluster {row.cluster}: {row.feature}", row.difference, row.low, row.high, row.adjusted_p,
                "significant" if row.adjusted_p < LEVEL else "not significant")
        for name in feature_datasets(results)
        for row in distinctive_features(results.records[f"{name}/interpretation"]).itertuples()
    ]  # fmt: skip
    return [*algorithms, *limits, *features]


def choices(results: ClustersResults) -> list[Choice]:
    """Return the K that each criterion chooses for each data set, and the most distinctive feature of each."""
    numbers = [
        k_choice(name, results.records[f"{name}/elbow"], criterion)
        for name in dataset_names(results, "elbow")
        for criterion in CRITERIA
    ]
    return [*numbers, *(_most_distinctive(results, name) for name in feature_datasets(results))]


def feature_datasets(results: ClustersResults) -> list[str]:
    """Return the names of the data sets whose features are reported one by one: all but the images."""
    return [name for name in dataset_names(results, "interpretation") if name != "images"]


def _most_distinctive(results: ClustersResults, name: str) -> Choice:
    """Return the feature with the largest difference, of a cluster of several members where there is one."""
    record = results.records[f"{name}/interpretation"]
    table = distinctive_features(record)
    several = table.cluster.map(record.predictions.cluster.value_counts()) > 1
    table = table[several] if several.any() else table
    largest: pd.Series = table.loc[table.difference.abs().idxmax()]
    value = f"cluster {largest.cluster}: {largest.feature}"
    share = float(largest.share_largest) if several.any() else np.nan
    return Choice(f"{name} most distinctive feature", value, share, False, value)
