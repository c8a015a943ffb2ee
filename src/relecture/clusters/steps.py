"""The method `steps`: k-means from random assignments, each step kept, as the lecture's figures show it."""

from typing import Any

import numpy as np
import pandas as pd

from relecture import records
from relecture.clusters.data import Dataset
from relecture.clusters.kmeans_trace import Step, random_assignment, trace
from relecture.clusters.local_optima import distinct
from relecture.records import FitResult


def fit(dataset: Dataset, config: dict[str, Any]) -> FitResult:
    """A few runs that differ in their seed; `clusters`, `runs` and `first_seed` say which.

    The record's metrics are iterations, the last sum of squares, and the rank of its optimum among the runs
    (1 = best); the history has the sum of squares after steps 2a (`centroids`) and 2b (`reassigned`) by iteration.
    Predictions are the labels and centroids after each step of the longest run, and the last ones of the others.
    """
    result, clusters = FitResult(), config["clusters"]
    traces = {}
    for run in range(1, config["runs"] + 1):
        labels = random_assignment(len(dataset.x), clusters, config["first_seed"] + run - 1)
        traces[f"run-{run}"] = trace(dataset.x, labels, clusters)
    longest = max(traces, key=lambda member: len(traces[member]))
    _, ranks = distinct(np.array([steps[-1].wss for steps in traces.values()]))
    for (member, steps), rank in zip(traces.items(), ranks, strict=True):
        scores = {"wss": steps[-1].wss, "iterations": steps[-1].iteration, "optimum": int(rank) + 1}
        kept = steps if member == longest else steps[-1:]
        result.add(member, scores, pd.concat([_labels(step) for step in kept], ignore_index=True))
        result.histories.append(_curves(member, steps))
    last: dict[str, Any] = {member: steps[-1].centroids for member, steps in traces.items()}
    first: dict[str, Any] = {f"{step.what}-{step.iteration}": step.centroids for step in traces[longest]}
    result.save_model = lambda folder: np.savez(folder / "centroids.npz", **last, **first)
    return result


def _labels(step: Step) -> pd.DataFrame:
    rows = np.arange(len(step.labels))
    return pd.DataFrame(
        {"row": rows, "step": step.what, "iteration": step.iteration, "cluster": step.labels.astype(np.int16) + 1}
    )


def _curves(member: str, steps: list[Step]) -> pd.DataFrame:
    rows = [
        row
        for step in steps
        if step.iteration
        for row in records.rows(member, {f"wss_{step.what}": step.wss}, step=step.iteration)
    ]
    return pd.DataFrame(rows)
