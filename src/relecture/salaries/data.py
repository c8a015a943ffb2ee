"""Dummy coding of a table as in R, and train/test splits as R draws them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from relecture.data.config import TableFormat
from relecture.data.r_random import RStream
from relecture.errors import UserError
from relecture.prediction.inputs import InputColumn, Inputs
from relecture.salaries.config import SplitsConfig
from relecture.salaries.table_labels import HITTERS

#: Levels of a factor that one column describes in any coding.
BINARY = 2


@dataclass(frozen=True)
class Split:
    """One train/test split: `train` and `test` are row indices, `folds` (1..k) belong to `train`."""

    seed: int
    train: np.ndarray
    test: np.ndarray
    folds: np.ndarray

    @property
    def name(self) -> str:
        """`split-0013`."""
        return f"split-{self.seed:04d}"


def encode_players(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the players with a known salary, in file order: the 19 predictors of `lm(Salary ~ .)`, and Salary.

    Every factor has two levels, so this is their one-hot coding too.
    """
    return encode(raw.dropna().reset_index(drop=True), HITTERS.target)


def encode(complete: pd.DataFrame, target: str, *, one_hot: bool = False) -> pd.DataFrame:
    """Return the numeric predictors of R's `lm(target ~ .)`, and the target as the last column.

    A factor, a column of text, of k levels becomes k-1 columns that are 1 at their level (R's treatment coding), named
    as in R: `LeagueN` is 1 in the National League. With `one_hot` a factor of three or more levels has a column for
    each, so that no result depends on which of them is the first.
    """
    columns = {}
    for name in complete:
        if pd.api.types.is_numeric_dtype(complete[name]):
            columns[name] = complete[name]
        else:
            columns |= {
                f"{name}{level}": (complete[name] == level).astype(int)
                for level in coded_levels(complete[name], one_hot=one_hot)
            }
    table = pd.DataFrame(columns)
    return table[[*(column for column in table if column != target), target]]


def factor_levels(factor: pd.Series) -> list[str]:
    """Return the levels of a factor in R's order; the first is the reference.

    The order is alphabetical, regardless of case, and by size where all levels are numbers.
    """
    levels = sorted(factor.unique(), key=lambda level: (str(level).casefold(), str(level)))
    sizes = pd.to_numeric(pd.Series(levels), errors="coerce")
    return levels if sizes.isna().any() else sorted(levels, key=float)


def coded_levels(factor: pd.Series, *, one_hot: bool) -> list[str]:
    """Return the levels of a factor that have a column: all but the first, or all of three or more if `one_hot`."""
    levels = factor_levels(factor)
    return levels if one_hot and len(levels) > BINARY else levels[1:]


def inputs(complete: pd.DataFrame, target: str, table_format: TableFormat, *, one_hot: bool = False) -> Inputs:
    """Return the columns that `encode` codes, as a model takes them."""
    columns = []
    for name in complete:
        values = complete[name]
        if name == target:
            continue
        if pd.api.types.is_numeric_dtype(values):
            columns.append(InputColumn(name=str(name), low=float(values.min()), high=float(values.max())))
        else:
            coded = coded_levels(values, one_hot=one_hot)
            columns.append(InputColumn(name=str(name), levels=factor_levels(values), coded=coded))
    return Inputs(columns=columns, others=[target], table_format=table_format)


def predictors(table: pd.DataFrame) -> pd.DataFrame:
    """Return the predictors of a table made by `encode`."""
    return table.iloc[:, :-1]


def target(table: pd.DataFrame) -> pd.Series:
    """Return the target of a table made by `encode`."""
    return table.iloc[:, -1]


def standardise(x: pd.DataFrame) -> pd.DataFrame:
    """Scale columns as R's `scale`, over all rows as in the lab: mean 0 and standard deviation (n-1) 1."""
    return (x - x.mean()) / x.std(ddof=1)


def draw_splits(n_rows: int, config: SplitsConfig) -> pd.DataFrame:
    """Draw splits as the book's lab does, one per seed; columns seed, row, fold (0 in the test set).

    In R: `set.seed(seed); sample(1:n_rows, test_size)`, and then cv.glmnet's folds for the rest from the same
    stream, `sample(rep(1:n_folds, length = ...))`. Of a rest of more than `max_training_rows` a random sample is used.
    """
    tables = []
    for seed in config.seeds:
        stream = RStream(seed)
        test = np.array(stream.sample(range(n_rows), config.test_size))
        train = np.setdiff1d(np.arange(n_rows), test)
        if len(train) > config.max_training_rows:
            train = np.random.default_rng(seed).choice(train, config.max_training_rows, replace=False)
        # The order in which rows were drawn has no meaning; they stay in file order.
        fold = np.full(n_rows, -1, dtype=np.int8)
        fold[test] = 0
        fold[np.sort(train)] = stream.sample([i % config.n_folds + 1 for i in range(len(train))])
        rows = np.flatnonzero(fold >= 0)
        tables.append(pd.DataFrame({"seed": seed, "row": rows, "fold": fold[rows]}))
    return pd.concat(tables, ignore_index=True)


def iter_splits(table: pd.DataFrame) -> Iterator[Split]:
    """Yield the splits in a table made by `draw_splits`."""
    for seed, rows in table.groupby("seed", sort=False):
        train = rows[rows.fold > 0]
        yield Split(int(seed), train.row.to_numpy(), rows.row[rows.fold == 0].to_numpy(), train.fold.to_numpy())


def require_variation(splits: pd.DataFrame, observed: pd.Series) -> None:
    """Raise a UserError if the target is constant in a training set, or in a test set, where R² is undefined."""
    for split in iter_splits(splits):
        for part, rows in (("training", split.train), ("test", split.test)):
            if observed.iloc[rows].nunique() == 1:
                value = observed.iloc[rows[0]]
                raise UserError(
                    f"{split.name}: `{observed.name}` is {value} in all {len(rows)} {part} rows; "
                    "change salaries.test_size, or choose a target that varies more"
                )
