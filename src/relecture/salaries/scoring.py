"""Scores of the predictions of every method of `salaries`."""

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error, r2_score

from relecture.records import FitResult
from relecture.salaries.data import Split, target
from relecture.salaries.table_labels import HITTERS, TableLabels


def add_member(
    result: FitResult, member: str, table: pd.DataFrame, split: Split, predicted: np.ndarray, **metrics: float
) -> None:
    """Add a member's predictions for the test rows, (rows,), its mean absolute error in the target's unit, and R2.

    Where the split has a sample of the other rows, its size is the metric `training_rows`.
    """
    observed = target(table).to_numpy()[split.test]
    scores = {"mae": mean_absolute_error(observed, predicted), "r2": r2_score(observed, predicted), **metrics}
    if len(split.train) + len(split.test) < len(table):
        scores["training_rows"] = len(split.train)
    columns = {
        HITTERS.row_column: split.test,
        HITTERS.target_column: observed,
        "predicted": predicted.astype("float64"),
    }
    result.add(member, scores, pd.DataFrame(columns))


def rename_prediction_columns(result: FitResult, labels: TableLabels) -> FitResult:
    """Return `result` with the columns of its predictions named as `labels` say."""
    names = {HITTERS.row_column: labels.row_column, HITTERS.target_column: labels.target_column}
    result.predictions = [table.rename(columns=names) for table in result.predictions]
    return result
