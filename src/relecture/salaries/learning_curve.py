"""The errors of all methods on smaller training sets.

The test sets are those of random splits. The training sets are nested random parts of their training rows, the same for
all methods. Every method chooses its settings anew in each. What they have with all training rows is in the records of
the random splits.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from relecture import records
from relecture.records import FitResult
from relecture.salaries import ONE_HOT, forest, knn, lasso, linear, network, ridge, tree
from relecture.salaries.config import LearningCurveFitConfig
from relecture.salaries.data import Split, predictors

_FITS: dict[str, Callable[..., FitResult]] = {
    "linear": linear.fit,
    "lasso": lasso.fit,
    "relaxed_lasso": linear.fit,
    "ridge": ridge.fit,
    "knn": knn.fit,
    "tree": tree.fit,
    "bagging": forest.fit,
    "random_forest": forest.fit,
    "network": network.fit,
    "network_standardised": network.fit,
}
ROWS_PER_FOLD = 3  # glmnet's minimum


def fit(
    table: pd.DataFrame,
    one_hot: pd.DataFrame,
    splits: list[Split],
    config: LearningCurveFitConfig,
    checkpoint_dir: Path,
) -> FitResult:
    """Fit every method on training sets of several sizes; a member per split.

    Args:
        table: The table in R's coding.
        one_hot: The same table for the methods of ONE_HOT.
        splits: The random splits; the first `config.n_splits` are used, or all if there are fewer.
        config: Sizes and methods; a method that is None is left out.
        checkpoint_dir: Folder for the checkpoints of the networks.

    The history has `<method>_mae` at each size (the step), the metrics that at the largest.
    """
    some = splits[: config.n_splits]
    rows = []
    for n_train in sizes(config.train_sizes, some[0], predictors(table).shape[1]):
        parts = [nested_part(split, n_train) for split in some]
        for method, fit_method in _FITS.items():
            method_config = getattr(config, method)
            if method_config is None:
                continue
            data = one_hot if method in ONE_HOT else table
            fitted = fit_method(data, parts, method_config, checkpoint_dir / f"{method}_{n_train}")
            scores = {row["member"]: row["value"] for row in fitted.metrics if row["metric"] == "mae"}
            for member, mae in scores.items():
                rows += records.rows(member, {f"{method}_mae": mae}, step=n_train)
        print(f"learning_curve: {n_train} training rows", flush=True)
    history = pd.DataFrame(rows)
    result = FitResult(histories=[history])
    for member, last in history[history.step == history.step.max()].groupby("member", sort=False):
        result.add(str(member), dict(zip(last.metric, last.value, strict=True)))
    return result


def sizes(shares: list[float], split: Split, n_predictors: int) -> list[int]:
    """Return the numbers of training rows, ascending, each once.

    They are at least what a user's table must have: three rows for each fold, and two more than predictors. All rows
    are among them only if a table has no more than that.
    """
    n_rows, n_folds = len(split.train), len(np.unique(split.folds))
    least = min(n_rows, max(ROWS_PER_FOLD * n_folds, n_predictors + 2))
    numbers = sorted({max(least, round(share * n_rows)) for share in shares})
    return [number for number in numbers if number < n_rows] or [n_rows]


def nested_part(split: Split, n_train: int) -> Split:
    """Return the split with `n_train` of its training rows, which are also in every larger part.

    All rows have the folds of the split; fewer are dealt to as many folds, so that these are even.
    """
    if n_train == len(split.train):
        return split
    random = np.random.default_rng(split.seed)
    rows = np.sort(random.permutation(split.train)[:n_train])
    folds = np.random.default_rng((split.seed, n_train)).permutation(np.arange(n_train) % split.folds.max() + 1)
    return Split(split.seed, rows, split.test, folds)
