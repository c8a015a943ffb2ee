"""The tables of the number of clusters: by criterion, by the largest K tried, and in resamples of the rows."""

from pathlib import Path

import numpy as np
import pandas as pd

from relecture import tables
from relecture.clusters import TITLES
from relecture.clusters.data import MAX_PAIRWISE_ROWS
from relecture.clusters.k_criteria import CRITERIA, choices_by_k_max
from relecture.clusters.record_access import (
    ClustersResults,
    criterion_curves,
    dataset_names,
    k_resamples,
    member_metrics,
)
from relecture.findings import Choice
from relecture.records import Record
from relecture.text_format import number, percent

LABELS = {"elbow": "elbow", "silhouette": "silhouette", "gap": "gap statistic"}
#: The largest K for which the choices are compared, besides the largest one tried.
K_MAX = (6, 8, 10, 15, 20)
#: The smallest K that each criterion can choose.
_SMALLEST = {"elbow": 2, "silhouette": 2, "gap": 1}
#: Values of K that are shown with their share of resamples.
_N_SHOWN = 3


def elbow(results: ClustersResults, stem: Path) -> None:
    """Write the number of clusters by each criterion for each data set."""
    numbers, display = [], []
    for name in dataset_names(results, "elbow"):
        metrics = member_metrics(results.records[f"{name}/elbow"], "data").reindex(["true_k", *CRITERIA])
        numbers.append({"dataset": name, **metrics})
        choices = metrics[list(CRITERIA)].dropna()
        display.append(
            {
                "data": TITLES.get(name, name),
                "true K": number(metrics.true_k, 0),
                **{label: number(metrics[criterion], 0) for criterion, label in LABELS.items()},
                "finding": "they agree" if len(choices) == 3 and choices.nunique() == 1 else "they disagree",
            }
        )
    note = (
        "K by the elbow of the sum of squares (Kneedle), the highest mean silhouette, and the gap statistic. The gap "
        f"statistic can also choose K = 1: no groups. With more than {MAX_PAIRWISE_ROWS:,} rows the silhouette is that "
        "of as many, drawn at random."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(display), "Number of clusters by three criteria", note)


def k_max(results: ClustersResults, stem: Path) -> None:
    """Write the number of clusters by each criterion if fewer numbers of clusters are tried."""
    numbers, display = [], []
    for name in dataset_names(results, "elbow"):
        choices = choices_in(results.records[f"{name}/elbow"])
        for largest, row in choices.iterrows():
            numbers.append({"dataset": name, "k_max": largest, **row})
            display.append(
                {
                    "data": TITLES.get(name, name),
                    "largest K": str(largest),
                    **{label: number(row[criterion], 0) for criterion, label in LABELS.items()},
                }
            )
    note = (
        "The choice of each criterion if K is tried only up to the largest K. The elbow is where the curve bends most "
        "after it is scaled to the unit square, so it depends on where the curve ends; the maximum of the silhouette "
        "and the first K of the gap statistic do not, once the largest K is past them."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(display), "Number of clusters by the largest K tried", note)


def stability(results: ClustersResults, stem: Path) -> None:
    """Write how often each criterion chooses the same number of clusters in resamples of the rows."""
    numbers, display = [], []
    for name in dataset_names(results, "elbow"):
        record = results.records[f"{name}/elbow"]
        resamples = k_resamples(record)
        for criterion, label in LABELS.items():
            choice = k_choice(name, record, criterion)
            shares = shares_of_k(resamples[criterion])
            numbers += [
                {"dataset": name, "criterion": criterion, "chosen": choice.value, "k": k, "share": share}
                for k, share in shares.items()
            ]
            shown = shares.sort_values(ascending=False, kind="stable").head(_N_SHOWN)
            display.append(
                {
                    "data": TITLES.get(name, name),
                    "criterion": label,
                    "K": choice.value,
                    "chosen in": "–" if np.isnan(choice.share_of_wins) else percent(choice.share_of_wins),
                    "on the border": "yes" if choice.on_border else "no",
                    "most frequent K": ", ".join(f"{k} ({percent(share)})" for k, share in shown.items()),
                }
            )
    n_resamples = results.records[f"{dataset_names(results, 'elbow')[0]}/elbow"].params["config"]["n_resamples"]
    note = (
        f"Share of {n_resamples:,} bootstrap samples of the rows in which the criterion chooses the same K; a dash "
        "where the rows are too many to be resampled. On the border: the smallest or the largest K that the criterion "
        "can choose."
    )
    columns = ["dataset", "criterion", "chosen", "k", "share"]
    caption = "Number of clusters in resamples of the rows"
    tables.write(stem, pd.DataFrame(numbers, columns=columns), pd.DataFrame(display), caption, note)


def choices_in(record: Record) -> pd.DataFrame:
    """Return the K that each criterion chooses, a row per largest K, from a record of `elbow`."""
    curves = criterion_curves(record)
    return choices_by_k_max(curves, sorted({*(k for k in K_MAX if k < len(curves)), len(curves)}))


def k_choice(dataset: str, record: Record, criterion: str) -> Choice:
    """Return the K that a criterion chooses for a data set, from its record of `elbow`."""
    k, resamples = member_metrics(record, "data").get(criterion, np.nan), k_resamples(record)[criterion]
    share = float(shares_of_k(resamples).get(_k_text(k), 0.0)) if len(resamples) else np.nan
    border = k in (_SMALLEST[criterion], len(criterion_curves(record)))
    return Choice(f"{dataset} {criterion}", _k_text(k), share, border, _k_text(k))


def shares_of_k(chosen: pd.Series) -> pd.Series:
    """Return the share of resamples by the K that was chosen, as text in ascending order, `none` last."""
    counts = chosen.value_counts(normalize=True, dropna=False).sort_index()
    return counts.rename(index=_k_text)


def _k_text(k: float) -> str:
    return "none" if pd.isna(k) else f"{k:.0f}"
