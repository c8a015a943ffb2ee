"""The built-in data sets: the book's labs, the lecture's music tastes, the US states and MNIST images."""

from pathlib import Path
from typing import Any

import numpy as np

from relecture.clusters.data import Dataset, made, standardised
from relecture.data.r_random import RStream
from relecture.errors import UserError

#: The columns of statecrime, in words.
RATES = {
    "violent": "violent crimes per 100,000",
    "murder": "murders per 100,000",
    "hs_grad": "high-school graduates, %",
    "poverty": "poor, %",
    "single": "single-parent households, %",
    "white": "white, %",
    "urban": "urban, %",
}


def statecrime(config: dict[str, Any], source: Path | None = None) -> Dataset:
    """50 US states and DC in 2009, seven rates, standardised."""
    from statsmodels.datasets import statecrime

    table = statecrime.load_pandas().data[list(RATES)]
    words, states = list(RATES.values()), [str(name).strip() for name in table.index]
    return standardised("statecrime", table.to_numpy(float), "statecrime (statsmodels)", words, states)


def images(config: dict[str, Any], source: Path | None = None) -> Dataset:
    """Training images of MNIST drawn at random, as rows of 784 numbers from 0 to 1; the groups are the digits."""
    from relecture.data import mnist

    if source is None:
        raise UserError("the images need the manifest of MNIST: --source resources/mnist.json")
    loaded = mnist.load(source)
    count = min(config["images"], len(loaded.train_labels))
    drawn = np.sort(np.random.RandomState(config["seed"]).permutation(len(loaded.train_labels))[:count])
    return made(
        "images",
        loaded.train_images[drawn].reshape(count, 784) / 255,
        loaded.name,
        [f"pixel {row},{column}" for row in range(28) for column in range(28)],
        rows=np.array([f"image {i}" for i in drawn]),
        groups=loaded.train_labels[drawn].astype(str),
        sample=loaded.sample,
    )


#: Hours a week of hip hop and of jazz, as the lecture tells the groups apart.
TASTES = {
    "hip hop a lot, no jazz": (10.0, 0.0),
    "hip hop moderately, no jazz": (5.0, 0.0),
    "hip hop moderately, jazz a lot": (5.0, 10.0),
}


def book_r(config: dict[str, Any], source: Path | None = None) -> Dataset:
    """`x = matrix(rnorm(50 * 2), ncol = 2)` in R, filled column by column; rows 1-25 shifted by (3, -4)."""
    return _shifted("book_r", "R lab (simulated)", RStream(config["seed"]).rnorm(100).reshape(2, 50).T.copy())


def book_python(config: dict[str, Any], source: Path | None = None) -> Dataset:
    """`np.random.standard_normal((50, 2))`, filled row by row; the first 25 rows shifted by (3, -4)."""
    numbers = np.random.RandomState(config["seed"]).standard_normal((50, 2))
    return _shifted("book_python", "Python lab (simulated)", numbers)


def music(config: dict[str, Any], source: Path | None = None) -> Dataset:
    """Three groups of people around TASTES. Nobody listens for less than no time, so a draw below 0 counts as 0."""
    hours, groups = listeners(np.random.RandomState(config["seed"]), config["people"], config["spread"])
    features = ["hip hop (hours a week)", "jazz (hours a week)"]
    return made("music", hours, "music tastes (simulated)", features, groups=groups)


def listeners(random: np.random.RandomState, people: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Hours (3 x people, 2) and the name of each person's group."""
    hours = [random.normal(taste, spread, size=(people, 2)) for taste in TASTES.values()]
    return np.concatenate(hours).clip(min=0), np.repeat(list(TASTES), people)


def _shifted(name: str, source: str, x: np.ndarray) -> Dataset:
    x[:25] += (3, -4)
    groups = np.repeat(["shifted", "not shifted"], 25)
    return made(name, x, source, ["x1", "x2"], groups=groups)
