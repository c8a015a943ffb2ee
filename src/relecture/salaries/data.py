"""The players, coded as R codes them, and the splits, drawn as R draws them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from relecture.data.rstream import RStream

TARGET = "Salary"  # in thousands of dollars
FACTORS = {"League": "N", "Division": "W", "NewLeague": "N"}  # second level, which R's treatment coding shows


@dataclass(frozen=True)
class Split:
    """One division of the players. `train` and `test` are row numbers, `folds` (1..k) belong to `train`."""

    seed: int
    train: np.ndarray
    test: np.ndarray
    folds: np.ndarray

    @property
    def name(self) -> str:
        return f"split-{self.seed:04d}"


def players(raw: pd.DataFrame) -> pd.DataFrame:
    """The players with a known salary, in file order: 19 numeric predictors as in `lm(Salary ~ .)`, and Salary.

    A factor becomes one column, named as in R: `LeagueN` is 1 in the National League.
    """
    complete = raw.dropna().reset_index(drop=True)
    coded = {
        f"{name}{FACTORS[name]}" if name in FACTORS else name: (
            (complete[name] == FACTORS[name]).astype(int) if name in FACTORS else complete[name]
        )
        for name in raw.columns
    }
    table = pd.DataFrame(coded)
    return table[[*(column for column in table if column != TARGET), TARGET]]


def predictors(table: pd.DataFrame) -> pd.DataFrame:
    """The 19 predictors of a table made by `players`."""
    return table.drop(columns=TARGET)


def scaled(x: pd.DataFrame) -> pd.DataFrame:
    """R's `scale`: zero mean and unit standard deviation (n-1) over all rows, as the lab does before it splits."""
    return (x - x.mean()) / x.std(ddof=1)


def draw(seeds: Sequence[int], players: int, test_size: int, folds: int) -> pd.DataFrame:
    """Splits as the book's lab draws them, one per seed; columns seed, row, fold (0 in the test set).

    In R: `set.seed(seed); sample(1:players, test_size)`, and then cv.glmnet's folds for the rest from the same
    stream, `sample(rep(1:folds, length = ...))`.
    """
    tables = []
    for seed in seeds:
        stream = RStream(seed)
        test = np.array(stream.sample(range(players), test_size))
        train = np.setdiff1d(np.arange(players), test)
        fold = np.zeros(players, dtype=np.int8)
        fold[train] = stream.sample([i % folds + 1 for i in range(len(train))])
        # The drawn order of the test rows carries no meaning; the rows are kept in file order.
        tables.append(pd.DataFrame({"seed": seed, "row": np.arange(players), "fold": fold}))
    return pd.concat(tables, ignore_index=True)


def splits(table: pd.DataFrame) -> Iterator[Split]:
    """The splits in a table made by `draw`."""
    for seed, rows in table.groupby("seed", sort=False):
        train = rows[rows.fold > 0]
        yield Split(int(seed), train.row.to_numpy(), rows.row[rows.fold == 0].to_numpy(), train.fold.to_numpy())
