"""The lasso along glmnet's path, lambda chosen by cross-validated absolute error.

glmnet stops its coordinate descent early (thresh = 1e-7), so R prints a MAE of 252.2994 where the solved problem
has 252.2523, as R has with `thresh = 1e-14`. Here the path is solved exactly: its solutions are piecewise linear in
lambda, and least-angle regression finds the knots, thirty times faster than coordinate descent to 1e-10.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import lars_path

from relecture.records import FitResult
from relecture.salaries.data import Split, predictors, scaled, target
from relecture.salaries.scoring import add


def fit(table: pd.DataFrame, splits: list[Split], config: dict[str, Any], checkpoint_dir: Path) -> FitResult:
    """Lasso with lambda chosen inside each split's training rows; a member per split.

    On Hitters the lab's matrix has both levels of League, a 20th column that is the mirror image of another: the
    fitted values and the number of distinct predictors are those of the 19 columns used here.

    The history has the path: at each step lambda, the cross-validated error with its standard error, the number of
    distinct predictors, and the coefficients (per standard deviation) on the training rows.
    """
    x, y = scaled(predictors(table)), target(table).to_numpy()
    result, models = FitResult(), {}
    for split in splits:
        lambdas = path_values(x.to_numpy()[split.train], y[split.train], config["path_length"], config["path_ratio"])
        intercepts, slopes = solve(x.to_numpy()[split.train], y[split.train], lambdas)
        error, error_se = cross_validate(x.to_numpy()[split.train], y[split.train], split.folds, lambdas)
        best = int(np.argmin(error))
        kept = np.count_nonzero(slopes, axis=0)
        predicted = intercepts[best] + x.to_numpy()[split.test] @ slopes[:, best]
        add(result, split.name, table, split, predicted, lambda_min=lambdas[best], predictors=kept[best])
        models[split.name] = {
            "intercept": intercepts[best],
            **dict(zip(x.columns, slopes[:, best], strict=True)),
        }
        if len(splits) == 1:
            result.parameters = int(kept[best])
            curves = {"lambda": lambdas, "cv_mae": error, "cv_mae_se": error_se, "predictors": kept}
            curves |= {f"coefficient_{name}": row for name, row in zip(x.columns, slopes, strict=True)}
            result.histories.append(_curves(split.name, curves))
    result.save_model = lambda folder: (folder / "coefficients.json").write_text(json.dumps(models, indent=1))
    return result


def path_values(x: np.ndarray, y: np.ndarray, length: int, ratio: float) -> np.ndarray:
    """glmnet's lambdas, (length,), falling: from the smallest that sets every coefficient to zero, on a log scale."""
    z = (x - x.mean(0)) / _spread(x)
    largest = np.abs(z.T @ (y - y.mean())).max() / len(y)
    return largest * np.logspace(0, np.log10(ratio), length)


def solve(x: np.ndarray, y: np.ndarray, lambdas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Intercepts (lambdas,) and slopes (columns, lambdas) of the path, on the scale of `x`.

    As in glmnet the columns are standardised (1/n) inside each fit, so the penalty is the same for all.
    """
    centre, spread = x.mean(0), _spread(x)
    steps = max(500, 10 * x.shape[1])  # the path of 300 columns has some 400 knots
    knots, _, at_knots = lars_path((x - centre) / spread, y - y.mean(), method="lasso", max_iter=steps)
    slopes = np.array([np.interp(lambdas, knots[::-1], row[::-1]) for row in at_knots]) / spread[:, None]
    return y.mean() - centre @ slopes, slopes


def cross_validate(
    x: np.ndarray, y: np.ndarray, folds: np.ndarray, lambdas: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean absolute error out of fold and its standard error, both (lambdas,), as cv.glmnet computes them."""
    errors, sizes = [], []
    for fold in np.unique(folds):
        out = folds == fold
        intercepts, slopes = solve(x[~out], y[~out], lambdas)
        errors.append(np.abs(y[out, None] - intercepts - x[out] @ slopes).mean(0))
        sizes.append(out.sum())
    mean = np.average(errors, axis=0, weights=sizes)
    spread = np.average((np.array(errors) - mean) ** 2, axis=0, weights=sizes)
    return mean, np.sqrt(spread / (len(sizes) - 1))


def _spread(x: np.ndarray) -> np.ndarray:
    """Standard deviation (1/n) of each column; 1 where a column is constant in these rows, which then stays out."""
    return np.where(np.ptp(x, axis=0) == 0, 1.0, x.std(0))


def _curves(member: str, curves: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.concat(
        [
            pd.DataFrame({"member": member, "step": np.arange(len(values)), "metric": metric, "value": values})
            for metric, values in curves.items()
        ],
        ignore_index=True,
    )
