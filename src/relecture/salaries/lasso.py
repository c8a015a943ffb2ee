"""The lasso along glmnet's path, lambda chosen by cross-validated absolute error.

glmnet stops its coordinate descent early (thresh = 1e-7), so R prints a MAE of 252.2994 where the exact solution
has 252.2523, as R has with `thresh = 1e-14`. Here the path is solved exactly: its solutions are piecewise linear in
lambda, and least-angle regression finds the knots, thirty times faster than coordinate descent to 1e-10.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import lars_path

from relecture.records import FitResult
from relecture.salaries.config import LassoFitConfig
from relecture.salaries.data import Split, predictors, standardise, target
from relecture.salaries.scoring import add_member


def fit(table: pd.DataFrame, splits: list[Split], config: LassoFitConfig, checkpoint_dir: Path) -> FitResult:
    """Fit the lasso with lambda chosen on each split's training rows; a member per split.

    On Hitters the lab's matrix has both levels of League, a 20th column that is one minus another: the fitted values
    and the number of distinct predictors are those of the 19 columns used here.

    The history of a single split has the path: at each step lambda, the cross-validated error with its standard error,
    the number of distinct predictors, and the coefficients (per standard deviation) on the training rows.
    """
    columns = standardise(predictors(table))
    x, y = columns.to_numpy(), target(table).to_numpy()
    result, models = FitResult(), {}
    for split in splits:
        x_train, y_train = x[split.train], y[split.train]
        lambdas = lambda_path(x_train, y_train, config)
        intercepts, slopes = solve_path(x_train, y_train, lambdas)
        error, error_se = cross_validate(x_train, y_train, split.folds, lambdas)
        best = int(np.argmin(error))
        n_selected = np.count_nonzero(slopes, axis=0)
        predicted = intercepts[best] + x[split.test] @ slopes[:, best]
        metrics = {"lambda_min": lambdas[best], "predictors": n_selected[best]}
        add_member(result, split.name, table, split, predicted, **metrics)
        models[split.name] = {
            "intercept": intercepts[best],
            **dict(zip(columns, slopes[:, best], strict=True)),
        }
        if len(splits) == 1:
            result.parameters = int(n_selected[best])
            curves = {"lambda": lambdas, "cv_mae": error, "cv_mae_se": error_se, "predictors": n_selected}
            curves |= {f"coefficient_{name}": row for name, row in zip(columns, slopes, strict=True)}
            result.histories.append(_history(split.name, curves))
    result.save_model = lambda folder: (folder / "coefficients.json").write_text(
        json.dumps(models, indent=1), encoding="utf-8"
    )
    return result


def lambda_path(x: np.ndarray, y: np.ndarray, config: LassoFitConfig) -> np.ndarray:
    """Return glmnet's lambdas, (n_lambda,), falling on a log scale from the smallest that sets all slopes to zero."""
    z = (x - x.mean(0)) / _column_sd(x)
    largest = np.abs(z.T @ (y - y.mean())).max() / len(y)
    path: np.ndarray = largest * np.logspace(0, np.log10(config.lambda_min_ratio), config.n_lambda)
    return path


def solve_path(x: np.ndarray, y: np.ndarray, lambdas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return intercepts (lambdas,) and slopes (columns, lambdas) of the path, on the scale of `x`.

    As in glmnet the columns are standardised (1/n) inside each fit, so the penalty is the same for all.
    """
    centre, sd = x.mean(0), _column_sd(x)
    max_iter = max(500, 10 * x.shape[1])  # the path of 300 columns has some 400 knots
    knots, _, knot_slopes = lars_path((x - centre) / sd, y - y.mean(), method="lasso", max_iter=max_iter)
    slopes = np.array([np.interp(lambdas, knots[::-1], row[::-1]) for row in knot_slopes]) / sd[:, None]
    return y.mean() - centre @ slopes, slopes


def cross_validate(
    x: np.ndarray, y: np.ndarray, folds: np.ndarray, lambdas: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the out-of-fold mean absolute error and its standard error, both (lambdas,), as cv.glmnet does."""
    errors, sizes = [], []
    for fold in np.unique(folds):
        out = folds == fold
        intercepts, slopes = solve_path(x[~out], y[~out], lambdas)
        errors.append(np.abs(y[out, None] - intercepts - x[out] @ slopes).mean(0))
        sizes.append(out.sum())
    mean = np.average(errors, axis=0, weights=sizes)
    variance = np.average((np.array(errors) - mean) ** 2, axis=0, weights=sizes)
    return mean, np.sqrt(variance / (len(sizes) - 1))


def _column_sd(x: np.ndarray) -> np.ndarray:
    """Return the standard deviation (1/n) of each column; 1 for a constant column, whose slope is then zero."""
    return np.where(np.ptp(x, axis=0) == 0, 1.0, x.std(0))


def _history(member: str, curves: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.concat(
        [
            pd.DataFrame({"member": member, "step": np.arange(len(values)), "metric": metric, "value": values})
            for metric, values in curves.items()
        ],
        ignore_index=True,
    )
