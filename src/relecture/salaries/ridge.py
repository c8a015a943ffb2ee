"""Ridge regression, lambda chosen by cross-validated absolute error.

The penalty is glmnet's: (1/2n) x sum of squared errors + (lambda/2) x sum of squared slopes of the predictors, which
are standardised on the training rows. So lambda has no unit and does not depend on the number of rows.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from relecture.prediction.estimators import Arrays
from relecture.records import FitResult
from relecture.salaries.config import RidgeConfig
from relecture.salaries.data import Split, predictors
from relecture.salaries.tuning import fit_tuned


def fit(table: pd.DataFrame, splits: list[Split], config: RidgeConfig, checkpoint_dir: Path) -> FitResult:
    """Fit ridge regression with lambda chosen on each split's training rows; a member per split."""
    lambdas = np.array(config.lambdas)
    columns = list(predictors(table))

    def predict(x_train: np.ndarray, y_train: np.ndarray, x_test: np.ndarray) -> np.ndarray:
        return solve(x_train, y_train, x_test, lambdas)

    def coefficients(x: np.ndarray, y: np.ndarray, chosen: float) -> dict[str, float]:
        scaler = StandardScaler().fit(x)
        model = Ridge(alpha=len(y) * chosen).fit(scaler.transform(x), y)
        slopes = model.coef_ / scaler.scale_
        intercept = float(model.intercept_ - scaler.mean_ @ slopes)
        return {"intercept": intercept, **dict(zip(columns, slopes.tolist(), strict=True))}

    def estimate(x: np.ndarray, y: np.ndarray, chosen: float) -> tuple[str, Arrays]:
        scaler = StandardScaler().fit(x)
        model = Ridge(alpha=len(y) * chosen).fit(scaler.transform(x), y)
        scaling = {"centre": scaler.mean_, "scale": scaler.scale_}
        return "linear", {**scaling, "intercept": np.array(model.intercept_), "slopes": model.coef_}

    result = fit_tuned(table, splits, "lambda", config.lambdas, predict, coefficients, estimate)
    result.parameters = len(columns) + 1
    return result


def solve(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, lambdas: np.ndarray) -> np.ndarray:
    """Return the predictions for `x_test` with each lambda, (lambdas, rows); a constant column has no effect."""
    scaler = StandardScaler().fit(x)
    # Ridge takes a penalty for every target, so all lambdas are solved at once.
    model = Ridge(alpha=len(y) * lambdas).fit(scaler.transform(x), np.tile(y[:, None], len(lambdas)))
    predicted: np.ndarray = model.predict(scaler.transform(x_test)).reshape(len(x_test), len(lambdas)).T
    return predicted
