"""How the predictions of every method of `salaries` are scored."""

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error, r2_score

from relecture.records import FitResult
from relecture.salaries.data import Split, target
from relecture.salaries.table_labels import HITTERS, Subject


def add(fit: FitResult, member: str, table: pd.DataFrame, split: Split, predicted: np.ndarray, **more: float) -> None:
    """Add a member's predictions for the test rows (rows,): mean absolute error in the target's unit, and R2."""
    observed = target(table).to_numpy()[split.test]
    scores = {"mae": mean_absolute_error(observed, predicted), "r2": r2_score(observed, predicted), **more}
    columns = {
        HITTERS.row_column: split.test,
        HITTERS.target_column: observed,
        "predicted": predicted.astype("float64"),
    }
    fit.add(member, scores, pd.DataFrame(columns))


def named(fit: FitResult, subject: Subject) -> FitResult:
    """The same with the columns of its predictions called after what they hold."""
    names = {HITTERS.row_column: subject.row_column, HITTERS.target_column: subject.target_column}
    fit.predictions = [table.rename(columns=names) for table in fit.predictions]
    return fit
