"""The method `restarts`: many starts of each algorithm and initialisation, and the local optima that they reach."""

import numpy as np
import pandas as pd

from relecture import records
from relecture.clusters import ALGORITHMS, INIT_METHODS, RESTARTS
from relecture.clusters.config import RestartsFitConfig
from relecture.clusters.data import Dataset, nearest_centroid
from relecture.clusters.hartigan_wong import MAX_ROWS, hartigan_wong
from relecture.clusters.isl_labs import LABS
from relecture.clusters.kmeans_batched import INIT, KMeansRuns, lloyd
from relecture.clusters.kmeans_trace import cluster_means
from relecture.clusters.labels import relabel_by_size
from relecture.clusters.local_optima import (
    distinct_optima,
    n_starts_needed,
    observed_success_rate,
    outcome_probabilities,
    success_probability,
    success_share,
)
from relecture.records import FitResult

#: The lecture's outcome of six runs: three local optima, three of the runs in the best.
LECTURE_RUNS, LECTURE_OPTIMA, LECTURE_BEST = 6, 3, 3


def run_all_starts(x: np.ndarray, n_clusters: int, n_init: int, seed: int) -> dict[str, KMeansRuns]:
    """Run the algorithms from `n_init` starts of each initialisation method, all from the same starts.

    Returns the runs of each member of RESTARTS; without Hartigan and Wong's algorithm if `x` has over MAX_ROWS rows.
    """
    random = np.random.default_rng(seed)
    starts = {init: INIT[init](x, n_clusters, n_init, random) for init in INIT_METHODS}
    run = {"lloyd": lloyd, "hartigan_wong": hartigan_wong}
    algorithms = [algorithm for algorithm in ALGORITHMS if algorithm == "lloyd" or len(x) <= MAX_ROWS]
    return {
        member: run[algorithm](x, starts[init])
        for member, (algorithm, init) in RESTARTS.items()
        if algorithm in algorithms
    }


def fit(dataset: Dataset, config: RestartsFitConfig) -> FitResult:
    """Fit a member per algorithm and initialisation method; on the data of a lab also `lab`, the lab's own fits.

    The optima are ranked over all members together, 1 the best. Metrics: the number of starts and of those without a
    result (an empty cluster), the number of optima, the best sum of squares, the share of starts in the best with its
    95 % interval, starts needed for 95 and 99 %, and the expected outcome of six runs; all of the starts with a
    result. History: the probability that the best of n starts is the best optimum, computed and observed.
    Predictions: a row per start with a result. The model is one clustering per optimum.
    """
    runs = run_all_starts(dataset.x, config.n_clusters, config.n_init, config.seed)
    complete = {member: np.isfinite(ends.wss) for member, ends in runs.items()}
    optima, ranks = distinct_optima(np.concatenate([ends.wss[complete[member]] for member, ends in runs.items()]))
    result, first = FitResult(), 0
    for member, ends in runs.items():
        start = np.flatnonzero(complete[member])
        if not len(start):
            result.add(member, {"n_starts": 0, "n_without_result": len(ends.wss)})
            continue
        rank, first = ranks[first : first + len(start)], first + len(start)
        starts = pd.DataFrame({"start": start + 1, "optimum": rank + 1, "wss": ends.wss[start],
                               "n_iter": ends.n_iter[start]})  # fmt: skip
        metrics = {"n_starts": len(start), "n_without_result": len(ends.wss) - len(start)}
        result.add(member, metrics | _metrics(starts, rank), starts)
        result.histories.append(_success_curves(member, rank == 0, config.n_shown_restarts))
    if config.lab is not None and config.lab_seed is not None:
        result.add("lab", LABS[config.lab](dataset.x, config.lab_seed))
    labels = np.concatenate([ends.labels[complete[member]] for member, ends in runs.items()])
    _, examples = np.unique(ranks, return_index=True)
    partitions = np.array([relabel_by_size(labels[i], config.n_clusters) + 1 for i in examples], dtype=np.int16)
    if len(partitions):
        best = partitions[0].astype(np.int64) - 1
        result.estimator = nearest_centroid(dataset, "optimum-1", cluster_means(dataset.x, best, config.n_clusters))
    result.why_no_estimator = "no start has a result"
    result.save_model = lambda folder: np.savez(folder / "optima.npz", wss=optima, labels=partitions)
    return result


def _metrics(starts: pd.DataFrame, rank: np.ndarray) -> dict[str, float]:
    share, low, high = success_share(rank == 0)
    shares = np.bincount(rank, minlength=1) / len(rank)
    six = outcome_probabilities(shares.tolist(), LECTURE_RUNS)
    mean = {name: float((six[name] * six.probability).sum()) for name in ("n_best", "n_optima")}
    sd = {name: float(((six[name] - mean[name]) ** 2 * six.probability).sum()) ** 0.5 for name in mean}
    return {
        "n_optima": len(np.unique(rank)),
        "best_wss": float(starts.wss.min()),
        "median_wss": float(starts.wss.median()),
        "worst_wss": float(starts.wss.max()),
        "n_iter": float(starts.n_iter.mean()),
        "best_share": share,
        "best_share_low": low,
        "best_share_high": high,
        "n_starts_for_95": n_starts_needed(share, 0.95),
        "n_starts_for_99": n_starts_needed(share, 0.99),
        "six_runs_n_best": mean["n_best"],
        "six_runs_n_best_sd": sd["n_best"],
        "six_runs_n_optima": mean["n_optima"],
        "six_runs_n_optima_sd": sd["n_optima"],
        "six_runs_as_in_lecture": _probability(six, n_best=LECTURE_BEST, n_optima=LECTURE_OPTIMA),
        "six_runs_three_optima": _probability(six, n_optima=LECTURE_OPTIMA),
        "six_runs_three_best": _probability(six, n_best=LECTURE_BEST),
    }


def _probability(outcomes: pd.DataFrame, **outcome: int) -> float:
    matches = np.logical_and.reduce([outcomes[name] == value for name, value in outcome.items()])
    return float(outcomes.probability[matches].sum())


def _success_curves(member: str, success: np.ndarray, n_shown: int) -> pd.DataFrame:
    n_starts = np.arange(1, min(n_shown, len(success)) + 1)
    curves = {
        "success_probability": success_probability(success.mean(), n_starts),
        "observed_success_rate": observed_success_rate(success, n_starts),
    }
    rows = []
    for i, n in enumerate(n_starts):
        rows += records.rows(member, {name: float(curve[i]) for name, curve in curves.items()}, step=int(n))
    return pd.DataFrame(rows)
