"""The built-in data sets: the book's labs, the lecture's music tastes, the US states and MNIST images."""

from pathlib import Path

import numpy as np

from relecture.clusters.config import Images, LabDataConfig, Music, Statecrime, UsersByArtists
from relecture.clusters.data import Dataset, standardised, unscaled
from relecture.data.r_random import RStream
from relecture.errors import UserError

#: The columns of statecrime and their labels.
RATES = {
    "violent": "violent crimes per 100,000",
    "murder": "murders per 100,000",
    "hs_grad": "high-school graduates, %",
    "poverty": "poor, %",
    "single": "single-parent households, %",
    "white": "white, %",
    "urban": "urban, %",
}
#: Mean hours a week of hip hop and of jazz in the lecture's groups.
TASTES = {
    "hip hop a lot, no jazz": (10.0, 0.0),
    "hip hop moderately, no jazz": (5.0, 0.0),
    "hip hop moderately, jazz a lot": (5.0, 10.0),
}
#: The lecture's users A to H by six artists: 1 where a user listens to an artist.
LISTENS = ("000111", "110000", "000110", "111000", "000011", "011000", "110000", "000110")


def book_r(config: LabDataConfig, source: Path | None = None) -> Dataset:
    """Return `matrix(rnorm(50 * 2), ncol = 2)` of R, filled column by column; rows 1-25 shifted by (3, -4)."""
    return _lab("book_r", "R lab (simulated)", RStream(config.seed).rnorm(100).reshape(2, 50).T.copy())


def book_python(config: LabDataConfig, source: Path | None = None) -> Dataset:
    """Return `np.random.standard_normal((50, 2))`, filled row by row; the first 25 rows shifted by (3, -4)."""
    numbers = np.random.RandomState(config.seed).standard_normal((50, 2))
    return _lab("book_python", "Python lab (simulated)", numbers)


def music(config: Music, source: Path | None = None) -> Dataset:
    """Simulate three groups of listeners around TASTES."""
    hours, groups = simulate_listeners(np.random.RandomState(config.seed), config.n_people, config.spread)
    features = ["hip hop (hours a week)", "jazz (hours a week)"]
    return unscaled("music", hours, "music tastes (simulated)", features, groups=groups)


def simulate_listeners(random: np.random.RandomState, n_people: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Return hours (3 x n_people, 2), clipped at zero, and the name of each person's group."""
    hours = [random.normal(taste, spread, size=(n_people, 2)) for taste in TASTES.values()]
    return np.concatenate(hours).clip(min=0), np.repeat(list(TASTES), n_people)


def statecrime(config: Statecrime, source: Path | None = None) -> Dataset:
    """Return seven rates of 50 US states and DC in 2009, standardised."""
    from statsmodels.datasets import statecrime

    table = statecrime.load_pandas().data[list(RATES)]
    states = [str(name).strip() for name in table.index]
    return standardised("statecrime", table.to_numpy(float), "statecrime (statsmodels)", list(RATES.values()), states)


def images(config: Images, source: Path | None = None) -> Dataset:
    """Sample training images of MNIST, as rows of 784 numbers from 0 to 1; the groups are the digits."""
    from relecture.data import mnist

    if source is None:
        raise UserError("the images need the manifest of MNIST: --source resources/mnist.json")
    loaded = mnist.load(source)
    count = min(config.n_images, len(loaded.train_labels))
    sampled = np.sort(np.random.RandomState(config.seed).permutation(len(loaded.train_labels))[:count])
    return unscaled(
        "images",
        loaded.train_images[sampled].reshape(count, 784) / 255,
        loaded.name,
        [f"pixel {row},{column}" for row in range(28) for column in range(28)],
        rows=np.array([f"image {i}" for i in sampled]),
        groups=loaded.train_labels[sampled].astype(str),
        sample=loaded.sample,
    )


def users_by_artists(config: UsersByArtists, source: Path | None = None) -> Dataset:
    """Return the lecture's users by artists, 0 or 1; the two groups listen to artists 1 to 3 and to artists 4 to 6."""
    x = np.array([[float(digit) for digit in row] for row in LISTENS])
    groups = np.where(x[:, :3].any(1), "artists 1 to 3", "artists 4 to 6")
    artists = [f"artist {i}" for i in range(1, 7)]
    return unscaled("users_by_artists", x, "users by artists (lecture)", artists, rows=np.array(list("ABCDEFGH")),
                    groups=groups)  # fmt: skip


def _lab(name: str, source: str, x: np.ndarray) -> Dataset:
    x[:25] += (3, -4)
    return unscaled(name, x, source, ["x1", "x2"], groups=np.repeat(["shifted", "not shifted"], 25))
