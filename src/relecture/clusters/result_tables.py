"""The comparison's tables, and the numbers for the scorecard."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist

from relecture import tables
from relecture.clusters import DATASETS, INIT_METHODS, LAB_DATA_SEEDS, TITLES, datasets, record_access
from relecture.clusters.config import LabDataConfig
from relecture.clusters.record_access import ClustersResults, has_lab, member_metrics
from relecture.records import Record
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues
from relecture.text_format import number, percent, spread

N_SHOWN_OPTIMA = 8
#: Source of each published value of the labs: data set, and which number.
LABS = {
    "clusters.r_lab.one_start": ("book_r", "one_start"),
    "clusters.r_lab.twenty_starts": ("book_r", "twenty_starts"),
    "clusters.python_lab.one_start": ("book_python", "one_start"),
    "clusters.python_lab.twenty_starts": ("book_python", "twenty_starts"),
}
CRITERIA = ["elbow", "silhouette", "gap"]


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
        "starts of the three initialisation methods reached."
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


def restarts(results: ClustersResults, stem: Path) -> None:
    """Write the number of optima per initialisation method, and the number of starts needed."""
    numbers, display = [], []
    for name in _dataset_names(results):
        for init, label in INIT_METHODS.items():
            metrics = member_metrics(results.records[f"{name}/restarts"], init)
            numbers.append({"dataset": name, "init": init, **metrics})
            display.append(
                {
                    "data": TITLES.get(name, name),
                    "initialisation": label,
                    "starts": number(metrics.n_starts, 0),
                    "local optima": number(metrics.n_optima, 0),
                    "lowest sum of squares": number(metrics.best_wss, 4),
                    "starts in the best": percent(metrics.best_share, 1),
                    "95 % interval": f"{percent(metrics.best_share_low, 1)} to {percent(metrics.best_share_high, 1)}",
                    "starts for 95 %": number(metrics.n_starts_for_95, 0),
                    "for 99 %": number(metrics.n_starts_for_99, 0),
                }
            )
    note = (
        "The best optimum is the lowest sum of squares of all starts. Starts for 95 % (99 %): the number of starts "
        "that find it with that probability, 1 − (1 − p)ⁿ; a dash where no start found it."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(display), "Number of restarts needed", note)


def local_optima(results: ClustersResults, stem: Path) -> None:
    """Write the best local optima of each data set and how often each initialisation method ends there."""
    numbers, display = [], []
    for name in _dataset_names(results):
        optima = record_access.local_optima(results.records[f"{name}/restarts"])
        numbers.append(optima.assign(dataset=name))
        rows = [
            (str(row.optimum), number(row.wss, 4), {init: getattr(row, init) for init in INIT_METHODS})
            for row in optima.head(N_SHOWN_OPTIMA).itertuples()
        ]
        if len(others := optima.iloc[N_SHOWN_OPTIMA:]):
            shares = {init: others[init].sum() for init in INIT_METHODS}
            rows.append((f"{len(others)} more", f"up to {number(others.wss.max(), 4)}", shares))
        for optimum, wss, shares in rows:
            labelled = {label: percent(shares[init], 1) for init, label in INIT_METHODS.items()}
            display.append({"data": TITLES.get(name, name), "optimum": optimum, "sum of squares": wss, **labelled})
    caption = "Local optima, and the share of starts that end there"
    note = "The best first, among the starts of all initialisation methods."
    tables.write(stem, pd.concat(numbers), pd.DataFrame(display), caption, note)


def six_runs(results: ClustersResults, stem: Path) -> None:
    """Write the probability of the lecture's outcome of six runs on each data set, by random partition."""
    numbers, display = [], []
    for name in _dataset_names(results):
        metrics = member_metrics(results.records[f"{name}/restarts"], "random_partition")
        numbers.append({"dataset": name, **metrics.filter(like="six_runs")})
        display.append(
            {
                "data": TITLES.get(name, name),
                "different optima": spread(metrics.six_runs_n_optima, metrics.six_runs_n_optima_sd, 2),
                "runs in the best": spread(metrics.six_runs_n_best, metrics.six_runs_n_best_sd, 2),
                "three optima": percent(metrics.six_runs_three_optima, 1),
                "three in the best": percent(metrics.six_runs_three_best, 1),
                "both": percent(metrics.six_runs_as_in_lecture, 2),
            }
        )
    note = (
        "Six runs from random partitions, as in the lecture, where three local optima were seen and three of the "
        "six runs ended in the best. Mean ± standard deviation over sets of six runs, and probabilities, computed "
        "exactly from the shares of the optima among many starts."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(display), "Probability of the lecture's six runs", note)


def elbow(results: ClustersResults, stem: Path) -> None:
    """Write the number of clusters by each criterion for each data set."""
    numbers, display = [], []
    for name in _dataset_names(results):
        metrics = member_metrics(results.records[f"{name}/elbow"], "data").reindex(["true_k", *CRITERIA])
        numbers.append({"dataset": name, **metrics})
        choices = metrics[CRITERIA].dropna()
        display.append(
            {
                "data": TITLES.get(name, name),
                "true K": number(metrics.true_k, 0),
                "elbow": number(metrics.elbow, 0),
                "silhouette": number(metrics.silhouette, 0),
                "gap statistic": number(metrics.gap, 0),
                "finding": "they agree" if len(choices) == 3 and choices.nunique() == 1 else "they disagree",
            }
        )
    note = (
        "K by the elbow of the sum of squares (Kneedle), the highest mean silhouette, and the gap statistic. The gap "
        "statistic can also choose K = 1: no groups."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(display), "Number of clusters by three criteria", note)


def _dataset_names(results: ClustersResults) -> list[str]:
    names = [key.partition("/")[0] for key in results.records if key.endswith("/restarts")]
    return [*DATASETS, *(name for name in names if name not in DATASETS)]
