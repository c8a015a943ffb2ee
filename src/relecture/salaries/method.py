"""How the predictions of every method of `salaries` are scored."""

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error, r2_score

from relecture.records import Fit
from relecture.salaries.data import TARGET, Split


def add(fit: Fit, member: str, players: pd.DataFrame, split: Split, predicted: np.ndarray, **more: float) -> None:
    """Add a member's predictions for the test rows (rows,): mean absolute error in $1,000, and R2."""
    salary = players[TARGET].to_numpy()[split.test]
    scores = {"mae": mean_absolute_error(salary, predicted), "r2": r2_score(salary, predicted), **more}
    cases = pd.DataFrame({"player": split.test, "salary": salary, "predicted": predicted.astype("float64")})
    fit.add(member, scores, cases)
