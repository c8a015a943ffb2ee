"""A table coded as R codes it, and the splits, drawn as R draws them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from relecture.data.r_random import RStream
from relecture.errors import UserError
from relecture.salaries.table_labels import HITTERS


@dataclass(frozen=True)
class Split:
    """One division of the rows. `train` and `test` are row numbers, `folds` (1..k) belong to `train`."""

    seed: int
    train: np.ndarray
    test: np.ndarray
    folds: np.ndarray

    @property
    def name(self) -> str:
        return f"split-{self.seed:04d}"


def players(raw: pd.DataFrame) -> pd.DataFrame:
    """The players with a known salary, in file order: 19 numeric predictors as in `lm(Salary ~ .)`, and Salary."""
    return coded(raw.dropna().reset_index(drop=True), HITTERS.target)


def coded(complete: pd.DataFrame, target: str) -> pd.DataFrame:
    """Predictors as in R's `lm(target ~ .)`, all numbers, and the target as the last column.

    A factor, a column of text, of k levels becomes k-1 columns that are 1 at their level (R's treatment coding), named
    as in R: `LeagueN` is 1 in the National League.
    """
    columns = {}
    for name in complete:
        if pd.api.types.is_numeric_dtype(complete[name]):
            columns[name] = complete[name]
        else:
            columns |= {f"{name}{level}": (complete[name] == level).astype(int) for level in levels(complete[name])[1:]}
    table = pd.DataFrame(columns)
    return table[[*(column for column in table if column != target), target]]


def levels(factor: pd.Series) -> list[str]:
    """The levels of a factor in R's order: by the alphabet, capitals or not. The first one gets no column."""
    return sorted(factor.unique(), key=lambda level: (str(level).casefold(), str(level)))


def predictors(table: pd.DataFrame) -> pd.DataFrame:
    """The predictors of a table made by `coded`."""
    return table.iloc[:, :-1]


def target(table: pd.DataFrame) -> pd.Series:
    """The target of a table made by `coded`."""
    return table.iloc[:, -1]


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


def check(drawn: pd.DataFrame, observed: pd.Series) -> None:
    """A UserError where the target is the same in all rows of a part: nothing is learned there, or R² has no value."""
    for split in splits(drawn):
        for part, rows in (("learned from", split.train), ("held out", split.test)):
            if observed.iloc[rows].nunique() == 1:
                value = observed.iloc[rows[0]]
                raise UserError(
                    f"{split.name}: `{observed.name}` is {value} in all {len(rows)} rows that are {part}; "
                    "set another salaries.test_size, or take a target that varies more"
                )
