"""The conclusions of the comparison `clusters`, from its tables."""

from pathlib import Path

import pandas as pd

from relecture.clusters import QUESTION
from relecture.data_files import read_csv, read_json
from relecture.findings import read_choices
from relecture.text_format import count, interval, listed, number, percent, sentence
from relecture.uncertainty import LEVEL

#: The figure that shows each conclusion, in their order.
FIGURES = ("elbow", "k_max", "success", "six_runs", "features", "dendrograms")
#: Names of the data sets in a sentence; a user's data set has its own name.
_NAMES = {
    "book_r": "the book's R lab",
    "book_python": "the book's Python lab",
    "music": "music tastes",
    "statecrime": "US states",
    "images": "handwritten digits",
    "users_by_artists": "users by artists",
}
_CRITERIA = {"elbow": "the elbow", "silhouette": "the silhouette", "gap": "the gap statistic"}
#: A choice is firm if it recurs in this share of resamples.
_FIRM = 0.9
#: An outcome is rare if its probability is below.
_RARE = 0.05


def question(results: Path) -> str:
    """Return the question of the comparison, which does not depend on the results."""
    return QUESTION


def conclusions(results: Path) -> tuple[str, ...]:
    """Return sentences about the number of clusters, restarts and algorithms, features, and types of clustering.

    Args:
        results: The folder of all results; of `clusters/` the files that exhibits.py names are read.
    """
    folder = results / "clusters"
    tables = {
        name: read_csv(folder / f"{name}.csv")
        for name in ("elbow", "k_max", "restarts", "six_runs", "features", "agreement")
    }
    images = read_json(folder / "images" / "elbow" / "params.json")["data"]
    sample, choices = images["name"] if images["sample"] else "", read_choices(folder / "choices.csv")
    return (
        _number_of_clusters(tables["elbow"], sample),
        sentence(_k_max(tables["k_max"]) + _firmness(choices)),
        sentence(_restarts(tables["restarts"])),
        sentence(_six_runs(tables["six_runs"])),
        sentence(_distinctive_feature(tables["features"])),
        sentence(_hierarchies(tables["agreement"])),
    )


def _number_of_clusters(elbow: pd.DataFrame, sample: str) -> str:
    """Return the sentence about the three criteria; `sample` is the name of the sample that replaces MNIST, if any."""
    choices = elbow[list(_CRITERIA)]
    n_agree = int(((choices.nunique(axis=1) == 1) & choices.notna().all(axis=1)).sum())
    known = elbow[elbow.true_k.notna()]
    (first, label), *others = _CRITERIA.items()
    correct = {name: count(int((known[name] == known.true_k).sum())) for name in _CRITERIA}
    correct_words = [
        f"{label} finds it in {correct[first]}",
        *(f"{label} in {correct[name]}" for name, label in others),
    ]
    condition = f"with digits of the {sample}, which is not all of MNIST, " if sample else ""
    return sentence(
        f"{condition}on the number of clusters {listed(list(_CRITERIA.values()))} agree in {count(n_agree)} of "
        f"{count(len(elbow))} data sets; where it is known, {listed(correct_words)} of {count(len(known))}"
    )


def _k_max(k_max: pd.DataFrame) -> str:
    """Return the data sets on which the elbow depends on the largest K tried, and from which K to which it moves."""
    by_dataset = k_max.sort_values("k_max", kind="stable").groupby("dataset", sort=False).elbow
    ends = {str(name): (_k(elbow.iloc[0]), _k(elbow.iloc[-1])) for name, elbow in by_dataset}
    moves = [f"{first} to {last} for {_name(name)}" for name, (first, last) in ends.items() if first != last]
    least, most = int(k_max.k_max.min()), int(k_max.k_max.max())
    if not moves:
        return f"the elbow is the same whether K is tried up to {least} or up to {most}"
    return (
        f"the elbow depends on the largest K that is tried, on {count(len(moves))} of {count(len(ends))} data sets: "
        f"with K up to {most} instead of {least} it moves from {listed(moves)}"
    )


def _k(elbow: float) -> str:
    return "none" if pd.isna(elbow) else f"{elbow:.0f}"


def _firmness(choices: pd.DataFrame) -> str:
    """Return how many choices of K recur in resamples, and which is the least firm."""
    of_k = choices[choices.index.str.endswith(tuple(f" {name}" for name in _CRITERIA))]
    measured = of_k[of_k.share_of_wins.notna()]
    if measured.empty:
        return ""
    least = measured.share_of_wins.idxmin()
    dataset, _, criterion = str(least).rpartition(" ")
    n_firm = int((measured.share_of_wins >= _FIRM).sum())
    return (
        f"; in resamples of the rows {count(n_firm)} of {count(len(measured))} choices of K recur in at least "
        f"{percent(_FIRM)}, and the least firm, {_CRITERIA[criterion]} for {_name(dataset)}, in "
        f"{percent(measured.share_of_wins[least])}"
    )


def _restarts(restarts: pd.DataFrame) -> str:
    """Return the range of the success probability of one random partition, from the hardest data set to the easiest."""
    by_share = restarts[(restarts.init == "random_partition") & (restarts.algorithm == "lloyd")]
    by_share = by_share.sort_values("best_share", kind="stable")
    successful = by_share[by_share.best_share > 0]
    if successful.empty:
        return "no start of Lloyd's algorithm from a random partition ends in the best known optimum"
    hardest, easiest = successful.iloc[0], successful.iloc[-1]
    never = [
        f"for {_name(row.dataset)} none of {number(row.n_starts, 0)}"
        for row in by_share[by_share.best_share == 0].itertuples()
    ]
    return (
        f"a start of Lloyd's algorithm from a random partition ends in the best known optimum with a probability of "
        f"{percent(hardest.best_share)} ({_name(hardest.dataset)}) to {percent(easiest.best_share)} "
        f"({_name(easiest.dataset)}), so that {number(easiest.n_starts_for_95, 0)} to "
        f"{number(hardest.n_starts_for_95, 0)} starts find it with 95 % certainty"
        f"{f'; {listed(never)} starts did' if never else ''}"
    )


def _six_runs(six_runs: pd.DataFrame) -> str:
    """Return whether the lecture's three of six runs are plausible, with its algorithm and with R's."""
    lab = six_runs[six_runs.dataset == "book_r"].set_index(["algorithm", "init"]).six_runs_three_best
    described, default = (
        float(lab[algorithm, init]) for algorithm, init in
        (("lloyd", "random_partition"), ("hartigan_wong", "random_points"))
    )  # fmt: skip
    words = {probability: "rare" if probability < _RARE else "plausible" for probability in (described, default)}
    joined = "and" if words[described] == words[default] else "but"
    return (
        f"three of six runs in the best optimum, as the lecture shows, are {words[described]} on the R lab's data with "
        f"the algorithm that it describes, Lloyd's from random partitions ({percent(described)}), {joined} "
        f"{words[default]} with R's default, Hartigan and Wong's from random points ({percent(default)})"
    )


def _distinctive_feature(features: pd.DataFrame) -> str:
    """Return the most distinctive feature of a cluster of several states; one state by itself is an outlier."""
    all_features = features[features.dataset == "statecrime"]
    states = all_features[all_features.members > 1]
    largest = states.loc[states.difference.abs().idxmax()]
    sign, side = (1, "above") if largest.difference > 0 else (-1, "below")
    low, high = sorted((sign * largest.low, sign * largest.high))
    feature, _, unit = largest.feature.partition(", ")
    size = (
        f"{feature}{f' ({unit})' if unit else ''}, {number(abs(largest.difference), 1)} standard deviations {side} the "
        f"others (95 % interval {interval(low, high, 1)}, which allows for all {len(all_features)} differences looked "
        "at)"
    )
    if not largest.adjusted_p < LEVEL:
        return f"no feature of a cluster of several US states differs significantly; the largest difference is {size}"
    only = "" if largest.share_largest >= 0.5 else "only "
    return (
        f"the most distinctive feature of a cluster of several US states is {size}, and it is the largest of all in "
        f"{only}{percent(largest.share_largest)} of the resamples"
    )


def _hierarchies(agreement: pd.DataFrame) -> str:
    """Return how far Ward's clusters agree with those of k-means on each data set."""
    ward = agreement[agreement.member == "ward"]
    if ward.empty:
        return "no data set was clustered hierarchically"
    indices = [f"{number(row.ari_kmeans, 2)} for {_name(row.dataset)}" for row in ward.itertuples()]
    return (
        "Ward's hierarchy, cut into as many clusters, agrees with k-means with an adjusted Rand index of "
        f"{listed(indices)}"
    )


def _name(dataset: str) -> str:
    return _NAMES.get(dataset, dataset)
