"""Data drawn by a recipe: those of the book's labs, and the lecture's music tastes."""

from pathlib import Path
from typing import Any

import numpy as np

from relecture.clusters.data import Dataset, made
from relecture.data.rstream import RStream

#: Hours a week of hip hop and of jazz, as the lecture tells the groups apart.
TASTES = {
    "hip hop a lot, no jazz": (10.0, 0.0),
    "hip hop moderately, no jazz": (5.0, 0.0),
    "hip hop moderately, jazz a lot": (5.0, 10.0),
}


def book_r(spec: dict[str, Any], source: Path | None = None) -> Dataset:
    """`x = matrix(rnorm(50 * 2), ncol = 2)` in R, filled column by column; rows 1-25 shifted by (3, -4)."""
    return _shifted("book_r", "R lab (simulated)", RStream(spec["seed"]).rnorm(100).reshape(2, 50).T.copy())


def book_python(spec: dict[str, Any], source: Path | None = None) -> Dataset:
    """`np.random.standard_normal((50, 2))`, filled row by row; the first 25 rows shifted by (3, -4)."""
    numbers = np.random.RandomState(spec["seed"]).standard_normal((50, 2))
    return _shifted("book_python", "Python lab (simulated)", numbers)


def music(spec: dict[str, Any], source: Path | None = None) -> Dataset:
    """Three groups of people around TASTES. Nobody listens for less than no time, so a draw below 0 counts as 0."""
    hours, groups = listeners(np.random.RandomState(spec["seed"]), spec["people"], spec["spread"])
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
