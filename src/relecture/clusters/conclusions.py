"""The answer of the comparison `clusters` in two sentences, from its tables."""

import json
from pathlib import Path

import pandas as pd

from relecture.clusters import QUESTION
from relecture.text_format import count, interval, listed, number, percent, sentence

#: What the data sets are called in a sentence; one of the reader's own by its name.
_NAMES = {
    "book_r": "the book's R lab",
    "book_python": "the book's Python lab",
    "music": "music tastes",
    "statecrime": "US states",
    "images": "handwritten digits",
}
_CRITERIA = {"elbow": "the elbow", "silhouette": "the silhouette", "gap": "the gap statistic"}


def question(results: Path) -> str:
    """What the comparison wants to know, whatever the results."""
    return QUESTION


def answer(results: Path) -> tuple[str, str]:
    """How well the number of clusters is found; then how many restarts are enough, and what the clusters mean.

    Args:
        results: The folder of all results; of `clusters/` elbow.csv, restarts.csv, features.csv and the settings of
            one method on the images are read.
    """
    folder = results / "clusters"
    elbow, restarts = pd.read_csv(folder / "elbow.csv"), pd.read_csv(folder / "restarts.csv")
    images = json.loads((folder / "images" / "elbow" / "params.json").read_text())["data"]
    sample, features = images["name"] if images["sample"] else "", pd.read_csv(folder / "features.csv")
    return _number(elbow, sample), f"{_restarts(restarts)}; {_meaning(features)}."


def _number(elbow: pd.DataFrame, sample: str) -> str:
    """`sample` names what stands in for MNIST, if anything does."""
    answers = elbow[list(_CRITERIA)]
    agree = int(((answers.nunique(axis=1) == 1) & answers.notna().all(axis=1)).sum())
    known = elbow[elbow.known.notna()]
    right = [
        f"{words} finds it in {count(int((known[name] == known.known).sum()))}" for name, words in _CRITERIA.items()
    ]
    right = [right[0], *(words.replace(" finds it in", " in") for words in right[1:])]
    where = f"with digits of the {sample}, which is not all of MNIST, " if sample else ""
    return sentence(
        f"{where}on the number of clusters {listed(list(_CRITERIA.values()))} agree in {count(agree)} of "
        f"{count(len(elbow))} data sets; where it is known, {listed(right)} of {count(len(known))}"
    )


def _restarts(restarts: pd.DataFrame) -> str:
    """How likely one random assignment is to end in the best optimum, from the hardest data set to the easiest."""
    all_of_kind = restarts[restarts.start == "assignment"].sort_values("best_share", kind="stable")
    found = all_of_kind[all_of_kind.best_share > 0]
    if found.empty:
        return "No start from a random assignment ends in the best optimum known"
    hardest, easiest = found.iloc[0], found.iloc[-1]
    never = [
        f"for {_name(row.dataset)} none of {number(row.starts, 0)}"
        for row in all_of_kind[all_of_kind.best_share == 0].itertuples()
    ]
    return (
        f"A start from a random assignment ends in the best optimum known with a probability of "
        f"{percent(hardest.best_share)} ({_name(hardest.dataset)}) to {percent(easiest.best_share)} "
        f"({_name(easiest.dataset)}), so that {number(easiest.starts_for_95, 0)} to "
        f"{number(hardest.starts_for_95, 0)} starts find it with 95 % certainty"
        f"{f'; {listed(never)} starts did' if never else ''}"
    )


def _meaning(features: pd.DataFrame) -> str:
    """The most distinctive feature of a cluster, other than of one state by itself, such as the capital."""
    states = features[(features.dataset == "statecrime") & (features.members > 1)]
    most = states.loc[states.difference.abs().idxmax()]
    sign, side = (1, "above") if most.difference > 0 else (-1, "below")
    low, high = sorted((sign * most.low, sign * most.high))
    feature, _, unit = most.feature.partition(", ")
    return (
        f"what sets a cluster of several US states apart the most is {feature}{f' ({unit})' if unit else ''}, "
        f"{number(abs(most.difference), 1)} standard deviations {side} the others "
        f"(95 % interval {interval(low, high, 1)})"
    )


def _name(dataset: str) -> str:
    return _NAMES.get(dataset, dataset)
