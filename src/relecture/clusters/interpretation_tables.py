"""The tables of what clusters mean: distinctive features, members, digits; and of what k-means cannot do."""

from pathlib import Path

import pandas as pd

from relecture import records, tables
from relecture.clusters import TITLES
from relecture.clusters.record_access import Found, features, members, values
from relecture.scorecard.published_values import PublishedValue
from relecture.uncertainty import paired

#: What is measured on simulated data: metric, words, digits.
LIMITS = (
    ("soft", "soft.entropy", "entropy of membership, bits a point"),
    ("soft", "soft.doubtful", "share of points that the mixture doubts"),
    ("soft", "soft.wrong_in_doubt", "k-means wrong where the mixture doubts"),
    ("soft", "soft.wrong_when_sure", "k-means wrong where the mixture is sure"),
    ("spread", "spread.kmeans_ari", "k-means, adjusted Rand index"),
    ("spread", "spread.mixture_ari", "mixture, adjusted Rand index"),
    ("outliers", "outliers.kmeans_ari", "k-means, adjusted Rand index"),
    ("outliers", "outliers.mixture_ari", "mixture, adjusted Rand index"),
    ("outliers", "outliers.kmeans_spare_ari", "k-means with a group to spare, adjusted Rand index"),
    ("outliers", "outliers.mixture_spare_ari", "mixture with a group to spare, adjusted Rand index"),
    ("music", "music.kmeans_ari", "k-means, adjusted Rand index"),
)
PARTS = {
    "soft": "Hard assignment: two groups 3 sd apart",
    "spread": "Unequal spread: one group three times as wide",
    "outliers": "Outliers: three groups and {} outliers",
    "music": "Music tastes: three groups",
}
#: Paired differences over the same simulations: mixture against k-means.
PAIRS = (
    ("spread", "spread.mixture_ari", "spread.kmeans_ari"),
    ("outliers", "outliers.mixture_ari", "outliers.kmeans_ari"),
    ("outliers", "outliers.mixture_spare_ari", "outliers.kmeans_spare_ari"),
)


def distinctive(found: Found, printed: list[PublishedValue], out: Path) -> None:
    """Write the distinctive features of every cluster with their intervals, and members; images are a figure."""
    numbers, shown = [], []
    for key, record in found.items():
        name, _, method = key.partition("/")
        if method != "interpretation" or name == "images":
            continue
        table = features(record)
        sizes = record.predictions.cluster.value_counts()
        numbers.append(table.assign(dataset=name, members=table.cluster.map(sizes)))
        for cluster, rows in table.groupby("cluster"):
            nearest, drawn = members(record, int(cluster))
            for i, row in enumerate(rows.head(3).itertuples()):
                shown.append(
                    {
                        "data": TITLES.get(name, name) if i == 0 else "",
                        "cluster": f"{cluster} ({sizes[cluster]})" if i == 0 else "",
                        "feature": row.feature,
                        "difference, sd": f"{row.difference:+.2f}",
                        "95 % interval": f"{row.low:+.2f} to {row.high:+.2f}",
                        "mean inside": tables.number(row.inside, 1),
                        "outside": tables.number(row.outside, 1),
                        "nearest members": ", ".join(nearest[:3]) if i == 0 else "",
                        "members at random": ", ".join(drawn[:3]) if i == 0 else "",
                    }
                )
    note = (
        "The three most distinctive features of each cluster (with its size): mean inside minus mean outside in "
        "standard deviations of the feature. The intervals are from bootstrap samples that were clustered again."
    )
    tables.write(out, pd.concat(numbers), pd.DataFrame(shown), "What sets the clusters apart", note)


def crosstab(found: Found, printed: list[PublishedValue], out: Path) -> None:
    """Write how the clusters of the images meet the digits."""
    record = found["images/interpretation"]
    counts = pd.crosstab(record.predictions.cluster, record.predictions.group)
    ari = values(record, "all").ari
    shown = counts.astype(str).reset_index().astype({"cluster": str})
    shown["commonest"] = [f"{row.idxmax()} ({100 * row.max() / row.sum():.0f} %)" for _, row in counts.iterrows()]
    note = f"Images per cluster and digit. Adjusted Rand index {ari:.3f}: 1 is the same grouping, 0 chance."
    tables.write(out, counts.reset_index(), shown, "Clusters of images and the digits they show", note)


def limits(found: Found, printed: list[PublishedValue], out: Path) -> None:
    """Write what k-means and the mixture do on the simulated data."""
    record = found["limits"]
    summary = records.summarize(record)
    most = max(record.params["config"]["outliers"])
    numbers, shown = [], []
    for part, metric, words in LIMITS:
        mean, sd, n = summary.loc[metric]
        numbers.append({"question": part, "metric": metric, "mean": mean, "sd": sd, "n": int(n)})
        value = f"{tables.number(mean, 3)} ± {tables.number(sd, 3)}"
        shown.append({"question": PARTS[part].format(most), "measured": words, "value": value})
    wide = record.metrics.pivot(index="member", columns="metric", values="value")
    for part, a, b in PAIRS:
        gap = paired(wide[a], wide[b])
        spare = ", both with a group to spare" if "spare" in a else ""
        numbers.append({"question": part, "metric": f"{a} - {b}", "mean": gap.mean, "low": gap.low, "high": gap.high,
                        "n": gap.n})  # fmt: skip
        value = f"{gap.mean:+.3f} ({gap.low:+.3f} to {gap.high:+.3f})"
        words = f"mixture minus k-means{spare}, with its 95 % interval"
        shown.append({"question": PARTS[part].format(most), "measured": words, "value": value})
    note = f"Mean ± standard deviation over {len(wide)} simulations; differences are paired over the same simulations."
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "What k-means cannot do", note)
