"""The tables of many starts: restarts needed, local optima, the lecture's six runs, Hartigan-Wong against Lloyd."""

from pathlib import Path

import numpy as np
import pandas as pd

from relecture import tables
from relecture.clusters import ALGORITHMS, INIT_METHODS, RESTARTS, TITLES
from relecture.clusters.hartigan_wong import MAX_ROWS
from relecture.clusters.record_access import (
    ClustersResults,
    dataset_names,
    local_optima,
    member_metrics,
    restart_label,
    restart_members,
)
from relecture.records import Record
from relecture.text_format import interval, number, p_value, percent, spread
from relecture.uncertainty import HOLM_NOTE, Difference, holm, paired

N_SHOWN_OPTIMA = 8
#: The members of the table of six runs: random starts only.
RANDOM_STARTS = [member for member, (_, init) in RESTARTS.items() if init != "kmeans_plusplus"]
_NO_RESULT = (
    "A start of Hartigan and Wong's algorithm whose first assignment leaves a cluster empty gives no result, as in R, "
    f"and does not count; data with more than {MAX_ROWS:,} rows are fitted by Lloyd's algorithm only."
)


def restarts(results: ClustersResults, stem: Path) -> None:
    """Write the number of optima per algorithm and initialisation method, and the number of starts needed."""
    numbers, display = [], []
    for name in dataset_names(results, "restarts"):
        record = results.records[f"{name}/restarts"]
        for member in restart_members(record):
            algorithm, init = RESTARTS[member]
            metrics = member_metrics(record, member)
            numbers.append({"dataset": name, "algorithm": algorithm, "init": init, **metrics})
            display.append(
                {
                    "data": TITLES.get(name, name),
                    "algorithm": ALGORITHMS[algorithm],
                    "initialisation": INIT_METHODS[init],
                    "starts": number(metrics.n_starts, 0),
                    "without result": number(metrics.n_without_result, 0),
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
        f"that find it with that probability, 1 − (1 − p)ⁿ; a dash where no start found it. {_NO_RESULT}"
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(display), "Number of restarts needed", note)


def optima(results: ClustersResults, stem: Path) -> None:
    """Write the best local optima of each data set and how often the starts of each member end there."""
    numbers, display = [], []
    for name in dataset_names(results, "restarts"):
        record = results.records[f"{name}/restarts"]
        table, members = local_optima(record), restart_members(record)
        numbers.append(table.assign(dataset=name))
        rows = [
            (str(row.optimum), number(row.wss, 4), {member: getattr(row, member) for member in members})
            for row in table.head(N_SHOWN_OPTIMA).itertuples()
        ]
        if len(others := table.iloc[N_SHOWN_OPTIMA:]):
            shares = {member: others[member].sum() for member in members}
            rows.append((f"{len(others)} more", f"up to {number(others.wss.max(), 4)}", shares))
        for optimum, wss, shares in rows:
            labelled = {
                restart_label(member): percent(shares[member], 1) if member in shares else "–" for member in RESTARTS
            }
            display.append({"data": TITLES.get(name, name), "optimum": optimum, "sum of squares": wss, **labelled})
    caption = "Local optima, and the share of starts that end there"
    note = "The best first, among the starts of both algorithms and all initialisation methods."
    tables.write(stem, pd.concat(numbers), pd.DataFrame(display), caption, note)


def six_runs(results: ClustersResults, stem: Path) -> None:
    """Write the probability of the lecture's outcome of six runs on each data set, by algorithm and start."""
    numbers, display = [], []
    for name in dataset_names(results, "restarts"):
        record = results.records[f"{name}/restarts"]
        for member in [member for member in restart_members(record) if member in RANDOM_STARTS]:
            algorithm, init = RESTARTS[member]
            metrics = member_metrics(record, member)
            numbers.append({"dataset": name, "algorithm": algorithm, "init": init, **metrics.filter(like="six_runs")})
            display.append(
                {
                    "data": TITLES.get(name, name),
                    "algorithm": ALGORITHMS[algorithm],
                    "initialisation": INIT_METHODS[init],
                    "different optima": spread(metrics.six_runs_n_optima, metrics.six_runs_n_optima_sd, 2),
                    "runs in the best": spread(metrics.six_runs_n_best, metrics.six_runs_n_best_sd, 2),
                    "three optima": percent(metrics.six_runs_three_optima, 1),
                    "three in the best": percent(metrics.six_runs_three_best, 1),
                    "both": percent(metrics.six_runs_as_in_lecture, 2),
                }
            )
    note = (
        "Six runs, as in the lecture, where three local optima were seen and three of the six runs ended in the best. "
        "The lecture describes Lloyd's algorithm from a random partition; R's kmeans() runs Hartigan and Wong's from "
        "random points. Mean ± standard deviation over sets of six runs, and probabilities, computed exactly from the "
        f"shares of the optima among many starts. {_NO_RESULT}"
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(display), "Probability of the lecture's six runs", note)


def algorithms(results: ClustersResults, stem: Path) -> None:
    """Write the share of starts in the best optimum of both algorithms from the same starts, and its difference."""
    numbers, display = [], []
    for (name, init), gap in algorithm_gaps(results).items():
        record = results.records[f"{name}/restarts"]
        both = 100 * pd.concat([_in_best(record, member) for member in _members_of(init)], axis=1).dropna()
        lloyd, hartigan_wong = both.mean()
        numbers.append({"dataset": name, "init": init, "lloyd": lloyd, "hartigan_wong": hartigan_wong, **vars(gap)})
        display.append(
            {
                "data": TITLES.get(name, name),
                "initialisation": INIT_METHODS[init],
                "starts": number(len(both), 0),
                "Lloyd, %": number(lloyd, 1),
                "Hartigan-Wong, %": number(hartigan_wong, 1),
                "difference, points": number(gap.mean, 1),
                "95 % interval": interval(gap.low, gap.high, 1),
                "adjusted p": p_value(gap.adjusted_p),
                "finding": gap.finding,
            }
        )
    note = (
        "Share of starts that end in the best known optimum, of those from which both algorithms give a result. The "
        f"difference is paired over these starts. {HOLM_NOTE} {_NO_RESULT}"
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(display), "Hartigan and Wong's algorithm and Lloyd's", note)


def algorithm_gaps(results: ClustersResults) -> dict[tuple[str, str], Difference]:
    """Return the paired differences in the share of starts in the best optimum, in points, with adjusted p-values.

    By data set and initialisation method: Hartigan-Wong minus Lloyd from the same starts.
    """
    gaps = {}
    for name in dataset_names(results, "restarts"):
        record = results.records[f"{name}/restarts"]
        for init in INIT_METHODS:
            members = _members_of(init)
            if len(members) == len(ALGORITHMS) and set(members) <= set(restart_members(record)):
                lloyd, hartigan_wong = (100 * _in_best(record, member) for member in members)
                gaps[name, init] = paired(hartigan_wong, lloyd)
    return dict(zip(gaps, holm(list(gaps.values())), strict=True))


def _members_of(init: str) -> list[str]:
    """Return the members that start from an initialisation method, in the order of ALGORITHMS."""
    members = {algorithm: member for member, (algorithm, start) in RESTARTS.items() if start == init}
    return [members[algorithm] for algorithm in ALGORITHMS if algorithm in members]


def _in_best(record: Record, member: str) -> pd.Series:
    """Return whether each start ends in the best optimum, 0 or 1, by number of the start."""
    starts = record.predictions[record.predictions.member == member].set_index("start")
    in_best: pd.Series = (starts.optimum == 1).astype(np.float64)
    return in_best
