"""The answer of the comparison `clusters` in two sentences, from its tables."""

from pathlib import Path

import pandas as pd

from relecture.clusters import QUESTION
from relecture.wording import count, interval, listed, number, percent

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
        results: The folder of all results; of `clusters/` elbow.csv, restarts.csv and features.csv are read.
    """
    folder = results / "clusters"
    elbow, restarts = pd.read_csv(folder / "elbow.csv"), pd.read_csv(folder / "restarts.csv")
    return _number(elbow), f"{_restarts(restarts)}, and {_meaning(pd.read_csv(folder / 'features.csv'))}."


def _number(elbow: pd.DataFrame) -> str:
    answers = elbow[list(_CRITERIA)]
    agree = int(((answers.nunique(axis=1) == 1) & answers.notna().all(axis=1)).sum())
    known = elbow[elbow.known.notna()]
    right = [
        f"{words} finds it in {count(int((known[name] == known.known).sum()))}" for name, words in _CRITERIA.items()
    ]
    right = [right[0], *(words.replace(" finds it in", " in") for words in right[1:])]
    return (
        f"On the number of clusters {listed(list(_CRITERIA.values()))} agree in {count(agree)} of {count(len(elbow))} "
        f"data sets; where it is known, {listed(right)} of {count(len(known))}."
    )


def _restarts(restarts: pd.DataFrame) -> str:
    """How likely one random assignment is to end in the best optimum, from the hardest data set to the easiest."""
    all_of_kind = restarts[restarts.start == "assignment"].sort_values("best_share", kind="stable")
    found = all_of_kind[all_of_kind.best_share > 0]
    if found.empty:
        return "No start from a random assignment ends in the best optimum known"
    hardest, easiest = found.iloc[0], found.iloc[-1]
    never = [_name(name) for name in all_of_kind.dataset[all_of_kind.best_share == 0]]
    return (
        f"A start from a random assignment ends in the best optimum known with a probability of "
        f"{percent(hardest.best_share)} ({_name(hardest.dataset)}) to {percent(easiest.best_share)} "
        f"({_name(easiest.dataset)}){f', and never for {listed(never)}' if never else ''}, so that "
        f"{number(easiest.starts_for_95, 0)} to {number(hardest.starts_for_95, 0)} starts find it with 95 % certainty"
    )


def _meaning(features: pd.DataFrame) -> str:
    states = features[features.dataset == "statecrime"]
    most = states.loc[states.difference.abs().idxmax()]
    sign, side = (1, "above") if most.difference > 0 else (-1, "below")
    low, high = sorted((sign * most.low, sign * most.high))
    return (
        f"what sets a cluster of US states apart the most is {most.feature}, {number(abs(most.difference), 1)} "
        f"standard deviations {side} the others (95 % interval {interval(low, high, 1)})"
    )


def _name(dataset: str) -> str:
    return _NAMES.get(dataset, dataset)
