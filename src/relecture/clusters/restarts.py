"""The method `restarts`: many starts of three kinds, the optima they reach, and how many starts are enough."""

from typing import Any

import numpy as np
import pandas as pd

from relecture import records
from relecture.clusters import STARTS
from relecture.clusters.data import Dataset
from relecture.clusters.isl_labs import LABS
from relecture.clusters.kmeans_batched import Runs, cluster
from relecture.clusters.kmeans_trace import by_size
from relecture.clusters.local_optima import distinct, few_runs, found_within, share, starts_needed, within
from relecture.records import FitResult

#: The lecture's outcome of six runs: three local optima, three of the runs in the best.
RUNS, OPTIMA, BEST = 6, 3, 3


def study(x: np.ndarray, clusters: int, starts: int, seed: int) -> dict[str, Runs]:
    """The ends of `starts` starts of each kind, by the name of the kind."""
    random = np.random.default_rng(seed)
    return {kind: cluster(x, clusters, starts, random, kind) for kind in STARTS}


def fit(dataset: Dataset, config: dict[str, Any]) -> FitResult:
    """A member per kind of start; on the data of a lab also the member `lab`, what the lab itself calls.

    The optima are ranked over all kinds together, 1 the best. Metrics: the optima found, the best sum of squares,
    the share of starts in the best with its 95 % interval, starts needed for 95 and 99 %, and what six runs would
    show. History: the probability of the best within n starts, computed and counted. Predictions: a row per start.
    The model is one clustering per optimum.
    """
    runs = study(dataset.x, config["clusters"], config["starts"], config["seed"])
    values, ranks = distinct(np.concatenate([ends.wss for ends in runs.values()]))
    result = FitResult()
    for (kind, ends), rank in zip(runs.items(), np.split(ranks, len(runs)), strict=True):
        starts = pd.DataFrame({"start": np.arange(1, len(rank) + 1), "optimum": rank + 1, "wss": ends.wss,
                               "iterations": ends.iterations})  # fmt: skip
        result.add(kind, _scores(ends, rank), starts)
        result.histories.append(_curve(kind, rank == 0, config["within"]))
    if "lab" in config:
        result.add("lab", LABS[config["lab"]](dataset.x, config["lab_seed"]))
    labels = np.concatenate([ends.labels for ends in runs.values()])
    _, first = np.unique(ranks, return_index=True)
    partitions = np.array([by_size(labels[start], config["clusters"]) + 1 for start in first], dtype=np.int16)
    result.save_model = lambda folder: np.savez(folder / "optima.npz", wss=values, labels=partitions)
    return result


def _scores(ends: Runs, rank: np.ndarray) -> dict[str, float]:
    found, low, high = share(rank == 0)
    shares = np.bincount(rank, minlength=1) / len(rank)
    six = few_runs(shares.tolist(), RUNS)
    expected = {name: float((six[name] * six.probability).sum()) for name in ("best", "distinct")}
    spread = {name: float(((six[name] - expected[name]) ** 2 * six.probability).sum()) ** 0.5 for name in expected}
    return {
        "starts": len(rank),
        "optima": len(np.unique(rank)),
        "best_wss": float(ends.wss.min()),
        "median_wss": float(np.median(ends.wss)),
        "worst_wss": float(ends.wss.max()),
        "iterations": float(ends.iterations.mean()),
        "best_share": found,
        "best_share_low": low,
        "best_share_high": high,
        "starts_for_95": starts_needed(found, 0.95),
        "starts_for_99": starts_needed(found, 0.99),
        "six_runs_best": expected["best"],
        "six_runs_best_sd": spread["best"],
        "six_runs_optima": expected["distinct"],
        "six_runs_optima_sd": spread["distinct"],
        "six_runs_as_in_lecture": _probability(six, best=BEST, distinct=OPTIMA),
        "six_runs_three_optima": _probability(six, distinct=OPTIMA),
        "six_runs_three_best": _probability(six, best=BEST),
    }


def _probability(outcomes: pd.DataFrame, **wanted: int) -> float:
    chosen = np.logical_and.reduce([outcomes[name] == value for name, value in wanted.items()])
    return float(outcomes.probability[chosen].sum())


def _curve(kind: str, found: np.ndarray, longest: int) -> pd.DataFrame:
    starts = np.arange(1, min(longest, len(found)) + 1)
    curves = {"within": within(found.mean(), starts), "found_within": found_within(found, starts)}
    rows = []
    for i, count in enumerate(starts):
        rows += records.rows(kind, {name: float(curve[i]) for name, curve in curves.items()}, step=int(count))
    return pd.DataFrame(rows)
