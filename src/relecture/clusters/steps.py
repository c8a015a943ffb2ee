"""The method `steps`: k-means from random partitions, every step recorded as in the lecture's figures."""

from typing import Any

import numpy as np
import pandas as pd

from relecture import records
from relecture.clusters.config import StepsFitConfig
from relecture.clusters.data import Dataset, nearest_centroid
from relecture.clusters.kmeans_trace import Step, random_labels, trace
from relecture.clusters.local_optima import distinct_optima
from relecture.records import FitResult


def fit(dataset: Dataset, config: StepsFitConfig) -> FitResult:
    """Fit `config.n_runs` runs that differ in their seed, a member each.

    Metrics: iterations, the final sum of squares, and the rank of its optimum among the runs (1 = best). History: the
    sum of squares after steps 2a (`centroids`) and 2b (`reassigned`) by iteration. Predictions: the labels after each
    step of the longest run, and the final ones of the others. The model: the centroids at the same steps.
    """
    traces = {}
    for run in range(1, config.n_runs + 1):
        labels = random_labels(len(dataset.x), config.n_clusters, config.first_seed + run - 1)
        traces[f"run-{run}"] = trace(dataset.x, labels, config.n_clusters)
    longest = max(traces, key=lambda member: len(traces[member]))
    _, ranks = distinct_optima(np.array([steps[-1].wss for steps in traces.values()]))
    result = FitResult()
    for (member, steps), rank in zip(traces.items(), ranks, strict=True):
        metrics = {"wss": steps[-1].wss, "n_iter": steps[-1].iteration, "optimum": int(rank) + 1}
        recorded = steps if member == longest else steps[-1:]
        result.add(member, metrics, pd.concat([_labels(step) for step in recorded], ignore_index=True))
        result.histories.append(_curves(member, steps))
    centroids: dict[str, Any] = {member: steps[-1].centroids for member, steps in traces.items()}
    centroids |= {f"{step.name}-{step.iteration}": step.centroids for step in traces[longest]}
    best = min(traces, key=lambda member: traces[member][-1].wss)
    result.estimator = nearest_centroid(dataset, best, traces[best][-1].centroids)
    result.save_model = lambda folder: np.savez(folder / "centroids.npz", **centroids)
    return result


def _labels(step: Step) -> pd.DataFrame:
    rows = np.arange(len(step.labels))
    return pd.DataFrame(
        {"row": rows, "step": step.name, "iteration": step.iteration, "cluster": step.labels.astype(np.int16) + 1}
    )


def _curves(member: str, steps: list[Step]) -> pd.DataFrame:
    rows = [
        row
        for step in steps
        if step.iteration
        for row in records.rows(member, {f"wss_{step.name}": step.wss}, step=step.iteration)
    ]
    return pd.DataFrame(rows)
