"""The tables of the types of clustering: an example of each, and how far they agree on the same data."""

from pathlib import Path

import numpy as np
import pandas as pd

from relecture import tables
from relecture.clusters import TITLES
from relecture.clusters.data import MAX_PAIRWISE_ROWS
from relecture.clusters.gaussian_mixture import UNCERTAIN_BITS
from relecture.clusters.record_access import ClustersResults, dataset_names, member_metrics
from relecture.text_format import counted, number, percent

STATES = "statecrime"
TYPE_LABELS = {
    "kmeans": "k-means",
    "ward": "Ward's linkage",
    "average": "average linkage",
    "complete": "complete linkage",
    "mixture": "Gaussian mixture",
}
#: Structure, assignment and basis of the examples, the example, and the member of `types`.
EXAMPLES = (
    ("flat", "hard", "algorithm", "k-means", "kmeans"),
    ("hierarchical", "hard", "algorithm", "agglomerative clustering, Ward's linkage", "ward"),
    ("flat", "soft", "model", "Gaussian mixture, membership probabilities", "mixture"),
    ("flat", "hard", "model", "Gaussian mixture, most probable component", "mixture"),
)


def types(results: ClustersResults, stem: Path) -> None:
    """Write the types of clustering with an example of each, fitted to the US states."""
    record = results.records[f"{STATES}/types"]
    n_states = record.predictions.row.nunique()
    numbers, display = [], []
    for structure, assignment, basis, example, member in EXAMPLES:
        metrics = member_metrics(record, member)
        numbers.append(
            {"structure": structure, "assignment": assignment, "basis": basis, "example": example, **metrics}
        )
        display.append(
            {
                "structure": structure,
                "assignment": assignment,
                "based on": f"{'a' if basis == 'model' else 'an'} {basis}",
                "example": example,
                "on the US states": _on_the_states(metrics, member, assignment, n_states),
            }
        )
    note = (
        "Flat: one set of clusters; hierarchical: every number of clusters at once, each cluster inside a larger one. "
        "Hard: every row is in one cluster; soft: it has a probability for each. An algorithm lowers a criterion; a "
        f"model has parameters and a likelihood. Uncertain: an entropy of membership above {UNCERTAIN_BITS} bits. "
        "Agreement with k-means: adjusted Rand index, 1 for the same clusters, 0 for chance."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(display), "Types of clustering", note)


def agreement(results: ClustersResults, stem: Path) -> None:
    """Write clusters and agreement of k-means, agglomerative clustering and the Gaussian mixture on each data set."""
    numbers, display = [], []
    for name in dataset_names(results, "types"):
        record = results.records[f"{name}/types"]
        fitted = set(record.metrics.member)
        for member, label in TYPE_LABELS.items():
            if member not in fitted:
                display.append({"data": TITLES.get(name, name), "method": f"{label}: not fitted, too many rows"})
                continue
            metrics = member_metrics(record, member)
            numbers.append({"dataset": name, "member": member, **metrics})
            display.append(
                {
                    "data": TITLES.get(name, name),
                    "method": label,
                    "clusters": number(metrics.n_clusters, 0),
                    "largest": number(metrics.largest, 0),
                    "smallest": number(metrics.smallest, 0),
                    "sum of squares": number(metrics.wss, 2),
                    "agreement with k-means": number(metrics.ari_kmeans, 2),
                    "with the known groups": number(metrics.get("ari_groups", np.nan), 2),
                }
            )
    note = (
        "Each hierarchy is cut into as many clusters as k-means has. Agreement: adjusted Rand index, 1 for the same "
        "clusters, 0 for chance. Agglomerative clustering needs the distances of all pairs of rows, so it is fitted to "
        f"data with up to {MAX_PAIRWISE_ROWS:,} rows."
    )
    text = pd.DataFrame(display).fillna("–")
    tables.write(stem, pd.DataFrame(numbers), text, "Flat and hierarchical clusters of the same data", note)


def _on_the_states(metrics: pd.Series, member: str, assignment: str, n_states: int) -> str:
    """Return what a fit gives on the states, in words."""
    if assignment == "soft":
        return f"{percent(metrics.uncertain_share)} of the states are uncertain"
    sizes = f"{counted(int(metrics.n_clusters), 'cluster')} of {metrics.smallest:.0f} to {metrics.largest:.0f} states"
    if member == "kmeans":
        return f"{sizes}, sum of squares {number(metrics.wss, 1)}"
    agreement = f"agreement with k-means {number(metrics.ari_kmeans, 2)}"
    return f"{n_states - 1} merges; cut into {sizes}, {agreement}" if member == "ward" else f"{sizes}, {agreement}"
