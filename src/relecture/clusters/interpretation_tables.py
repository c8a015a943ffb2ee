"""The tables of distinctive features, members and digits of the clusters, and of the limits of k-means."""

from pathlib import Path

import pandas as pd

from relecture import records, tables
from relecture.clusters import TITLES
from relecture.clusters.record_access import (
    ClustersResults,
    dataset_names,
    distinctive_features,
    member_metrics,
    member_names,
)
from relecture.records import Record
from relecture.text_format import number, p_value, percent, signed, spread
from relecture.uncertainty import Difference, holm, paired

#: Metrics of the simulations: limit, metric, label.
LIMIT_METRICS = (
    ("soft", "soft.entropy", "entropy of membership, bits a point"),
    ("soft", "soft.uncertain_share", "share of points where the mixture is uncertain"),
    ("soft", "soft.kmeans_error_uncertain", "error rate of k-means where the mixture is uncertain"),
    ("soft", "soft.kmeans_error_certain", "error rate of k-means where the mixture is certain"),
    ("spread", "spread.kmeans_ari", "k-means, adjusted Rand index"),
    ("spread", "spread.mixture_ari", "mixture, adjusted Rand index"),
    ("outliers", "outliers.kmeans_ari", "k-means, adjusted Rand index"),
    ("outliers", "outliers.mixture_ari", "mixture, adjusted Rand index"),
    ("outliers", "outliers.kmeans_extra_ari", "k-means with one extra cluster, adjusted Rand index"),
    ("outliers", "outliers.mixture_extra_ari", "mixture with one extra component, adjusted Rand index"),
    ("music", "music.kmeans_ari", "k-means, adjusted Rand index"),
)
LIMIT_LABELS = {
    "soft": "Hard assignment: two groups 3 sd apart",
    "spread": "Unequal spread: one group three times as wide",
    "outliers": "Outliers: three groups and {} outliers",
    "music": "Music tastes: three groups",
}
#: Paired differences over the same simulations: mixture minus k-means.
PAIRS = (
    ("spread", "spread.mixture_ari", "spread.kmeans_ari", ""),
    ("outliers", "outliers.mixture_ari", "outliers.kmeans_ari", ""),
    ("outliers", "outliers.mixture_extra_ari", "outliers.kmeans_extra_ari", ", both with K + 1"),
)


def features(results: ClustersResults, stem: Path) -> None:
    """Write the distinctive features of every cluster with their intervals, and members; the images are a figure."""
    numbers, display = [], []
    for name in dataset_names(results, "interpretation"):
        if name == "images":
            continue
        record = results.records[f"{name}/interpretation"]
        table = distinctive_features(record)
        sizes = record.predictions.cluster.value_counts()
        numbers.append(table.assign(dataset=name, members=table.cluster.map(sizes)))
        for cluster, rows in table.groupby("cluster"):
            nearest, sampled = member_names(record, int(cluster))
            for i, row in enumerate(rows.head(3).itertuples()):
                display.append(
                    {
                        "data": TITLES.get(name, name) if i == 0 else "",
                        "cluster": f"{cluster} ({sizes[cluster]})" if i == 0 else "",
                        "feature": row.feature,
                        "difference, sd": signed(row.difference, 2),
                        "95 % interval": f"{signed(row.low, 2)} to {signed(row.high, 2)}",
                        "adjusted p": p_value(row.adjusted_p),
                        "largest of all in": percent(row.share_largest),
                        "mean inside": number(row.inside, 1),
                        "outside": number(row.outside, 1),
                        "nearest members": ", ".join(nearest[:3]) if i == 0 else "",
                        "members at random": ", ".join(sampled[:3]) if i == 0 else "",
                    }
                )
    note = (
        "The three most distinctive features of each cluster (with its size): mean inside minus mean outside in "
        "standard deviations of the feature. The intervals and p-values allow for all features of all clusters of a "
        "data set, of which the largest are shown; they are from bootstrap samples that were clustered again. They say "
        "how firmly a difference is placed, not that there are groups: k-means makes clusters that differ on any data. "
        "Largest of all in: share of the samples in which no feature of any cluster of several members has a larger "
        "difference."
    )
    tables.write(stem, pd.concat(numbers), pd.DataFrame(display), "Distinctive features of the clusters", note)


def crosstab(results: ClustersResults, stem: Path) -> None:
    """Write the number of images per cluster and digit."""
    record = results.records["images/interpretation"]
    counts = pd.crosstab(record.predictions.cluster, record.predictions.group)
    ari = member_metrics(record, "all").ari
    display = counts.astype(str).reset_index().astype({"cluster": str})
    display["most frequent"] = [f"{row.idxmax()} ({percent(row.max() / row.sum())})" for _, row in counts.iterrows()]
    note = f"Images per cluster and digit. Adjusted Rand index {ari:.3f}: 1 is the same grouping, 0 chance."
    tables.write(stem, counts.reset_index(), display, "Clusters of images and their digits", note)


def limits(results: ClustersResults, stem: Path) -> None:
    """Write the metrics of k-means and the mixture on the simulated data, and their paired differences."""
    record = results.records["limits"]
    summary = records.summarize(record)
    labels = {limit: label.format(max(record.params["config"]["n_outliers"])) for limit, label in LIMIT_LABELS.items()}
    numbers, display = [], []
    for limit, metric, label in LIMIT_METRICS:
        mean, sd, n = summary.loc[metric]
        numbers.append({"limit": limit, "metric": metric, "mean": mean, "sd": sd, "n": int(n)})
        display.append({"limit": labels[limit], "metric": label, "value": spread(mean, sd, 3)})
    for (limit, _, _, condition), ((mixture, kmeans), gap) in zip(PAIRS, limit_gaps(record).items(), strict=True):
        numbers.append({"limit": limit, "metric": f"{mixture} - {kmeans}", **vars(gap)})
        value = f"{signed(gap.mean, 3)} ({signed(gap.low, 3)} to {signed(gap.high, 3)}), p {p_value(gap.adjusted_p)}"
        label = f"mixture minus k-means{condition}, with its 95 % interval: {gap.finding}"
        display.append({"limit": labels[limit], "metric": label, "value": value})
    note = (
        f"Mean ± standard deviation over {record.metrics.member.nunique()} simulations; differences are paired by "
        "simulation. Their p-values are adjusted over all of them by Holm's method; significant below 0.05."
    )
    tables.write(stem, pd.DataFrame(numbers), pd.DataFrame(display), "Limits of k-means", note)


def limit_gaps(record: Record) -> dict[tuple[str, str], Difference]:
    """Return the paired differences of PAIRS, by both metrics, with adjusted p-values."""
    by_member = record.metrics.pivot(index="member", columns="metric", values="value")
    pairs = [(mixture, kmeans) for _, mixture, kmeans, _ in PAIRS]
    return dict(zip(pairs, holm([paired(by_member[a], by_member[b]) for a, b in pairs]), strict=True))
