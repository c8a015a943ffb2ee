"""The table of the labs' published values, and the numbers for the scorecard."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist

from relecture import tables
from relecture.clusters import LAB_DATA_SEEDS, datasets, record_access
from relecture.clusters.config import LabDataConfig
from relecture.clusters.record_access import ClustersResults, has_lab, member_metrics
from relecture.records import Record
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues
from relecture.text_format import number, percent

#: Source of each published value of the labs: data set, and which number.
LABS = {
    "clusters.r_lab.one_start": ("book_r", "one_start"),
    "clusters.r_lab.twenty_starts": ("book_r", "twenty_starts"),
    "clusters.python_lab.one_start": ("book_python", "one_start"),
    "clusters.python_lab.twenty_starts": ("book_python", "twenty_starts"),
}


def table(results: ClustersResults, stem: Path) -> None:
    """Write the labs' published and reproduced values, and how often a random partition ends there."""
    numbers, display = [], []
    for entry in results.published:
        if entry.id not in LABS or (reproduced := _lab_value(results, entry)) is None:
            continue
        name = LABS[entry.id][0]
        optima = record_access.local_optima(results.records[f"{name}/restarts"])
        index = int((optima.wss - reproduced).abs().argmin())
        gap = abs(optima.wss[index] - reproduced) / reproduced
        share = float(optima.random_partition[index]) if gap < 1e-6 else np.nan
        numbers.append({"id": entry.id, "published": entry.value, "reproduced": reproduced,
                        "optimum": index + 1, "share_of_random_partitions": share})  # fmt: skip
        display.append(
            {
                "number": entry.quantity,
                "source": entry.source,
                "published": entry.value,
                "reproduced": number(reproduced, 4),
                "local optimum": f"{index + 1} of {len(optima)}",
                "random partitions that end there": "–" if np.isnan(share) else percent(share, 1),
            }
        )
    note = (
        "Within-cluster sum of squares with K = 3. The local optima are numbered from the best, among all that the "
        "starts of both algorithms reached. The shares are those of Lloyd's algorithm."
    )
    tables.write(
        stem, pd.DataFrame(numbers), pd.DataFrame(display), "K-means in the labs: published and reproduced", note
    )


def reproduced_values(results: ClustersResults, path: Path) -> None:
    """Write every published number of the comparison, where the configuration is that of the labs."""
    collected = ReproducedValues()
    for entry in results.published:
        if entry.id in LABS and (reproduced := _lab_value(results, entry)) is not None:
            collected.add(entry.id, reproduced)
    if has_lab(results.records["book_r/restarts"]):
        collected.add("clusters.objective.factor", _objective_factor(results.records["book_r/restarts"]))
        n_iter = results.records["book_r/steps"].metrics.query("metric == 'n_iter'").value
        collected.add("clusters.steps.iterations", n_iter.mean(), n_iter.std(), len(n_iter))
        metrics = member_metrics(results.records["book_r/restarts"], "random_partition")
        for name in ("optima", "best"):
            mean, sd = metrics[f"six_runs_n_{name}"], metrics[f"six_runs_n_{name}_sd"]
            collected.add(f"clusters.six_runs.{name}", mean, sd, int(metrics.n_starts))
    collected.write(path)


def _lab_value(results: ClustersResults, entry: PublishedValue) -> float | None:
    """Return the reproduced number of a lab; None where the configuration is not the lab's."""
    name, which = LABS[entry.id]
    record = results.records[f"{name}/restarts"]
    if not has_lab(record):
        return None
    return float(member_metrics(record, "lab")[which])


def _objective_factor(record: Record) -> float:
    """Return the slide's objective over the within-cluster sum of squares, for the best clusters of the R lab.

    The objective is the sum over clusters of the squared distances of all pairs of members, (i, j) and (j, i), over the
    number of members (ISL, equation 12.17).
    """
    x = datasets.book_r(LabDataConfig(seed=LAB_DATA_SEEDS["book_r"])).x
    best = record_access.model_arrays(record, "optima.npz")
    clusters = [x[best["labels"][0] == label] for label in np.unique(best["labels"][0])]
    return float(sum(2 * pdist(members, "sqeuclidean").sum() / len(members) for members in clusters) / best["wss"][0])
