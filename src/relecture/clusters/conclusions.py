"""The conclusions of the comparison `clusters` in two sentences, from its tables."""

import json
from pathlib import Path

import pandas as pd

from relecture.clusters import QUESTION
from relecture.text_format import count, interval, listed, number, percent, sentence

#: Names of the data sets in a sentence; a user's data set has its own name.
_NAMES = {
    "book_r": "the book's R lab",
    "book_python": "the book's Python lab",
    "music": "music tastes",
    "statecrime": "US states",
    "images": "handwritten digits",
}
_CRITERIA = {"elbow": "the elbow", "silhouette": "the silhouette", "gap": "the gap statistic"}


def question(results: Path) -> str:
    """Return the question of the comparison, which does not depend on the results."""
    return QUESTION


def conclusions(results: Path) -> tuple[str, str]:
    """Return a sentence about the number of clusters, and one about restarts and distinctive features.

    Args:
        results: The folder of all results; of `clusters/` elbow.csv, restarts.csv, features.csv and params.json of
            one method on the images are read.
    """
    folder = results / "clusters"
    elbow, restarts = pd.read_csv(folder / "elbow.csv"), pd.read_csv(folder / "restarts.csv")
    images = json.loads((folder / "images" / "elbow" / "params.json").read_text(encoding="utf-8"))["data"]
    sample, features = images["name"] if images["sample"] else "", pd.read_csv(folder / "features.csv")
    return _number_of_clusters(elbow, sample), f"{_restarts(restarts)}; {_distinctive_feature(features)}."


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


def _restarts(restarts: pd.DataFrame) -> str:
    """Return the range of the success probability of one random partition, from the hardest data set to the easiest."""
    by_share = restarts[restarts.init == "random_partition"].sort_values("best_share", kind="stable")
    successful = by_share[by_share.best_share > 0]
    if successful.empty:
        return "No start from a random partition ends in the best known optimum"
    hardest, easiest = successful.iloc[0], successful.iloc[-1]
    never = [
        f"for {_name(row.dataset)} none of {number(row.n_starts, 0)}"
        for row in by_share[by_share.best_share == 0].itertuples()
    ]
    return (
        f"A start from a random partition ends in the best known optimum with a probability of "
        f"{percent(hardest.best_share)} ({_name(hardest.dataset)}) to {percent(easiest.best_share)} "
        f"({_name(easiest.dataset)}), so that {number(easiest.n_starts_for_95, 0)} to "
        f"{number(hardest.n_starts_for_95, 0)} starts find it with 95 % certainty"
        f"{f'; {listed(never)} starts did' if never else ''}"
    )


def _distinctive_feature(features: pd.DataFrame) -> str:
    """Return the most distinctive feature of a cluster of several states; one state by itself is an outlier."""
    states = features[(features.dataset == "statecrime") & (features.members > 1)]
    largest = states.loc[states.difference.abs().idxmax()]
    sign, side = (1, "above") if largest.difference > 0 else (-1, "below")
    low, high = sorted((sign * largest.low, sign * largest.high))
    feature, _, unit = largest.feature.partition(", ")
    return (
        f"the most distinctive feature of a cluster of several US states is {feature}{f' ({unit})' if unit else ''}, "
        f"{number(abs(largest.difference), 1)} standard deviations {side} the others "
        f"(95 % interval {interval(low, high, 1)})"
    )


def _name(dataset: str) -> str:
    return _NAMES.get(dataset, dataset)
