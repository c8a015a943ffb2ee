"""The lasso along glmnet's path, lambda chosen by cross-validated absolute error.

glmnet stops its coordinate descent early (thresh = 1e-7), so R prints a MAE of 252.2994 where the exact solution
has 252.2523, as R has with `thresh = 1e-14`. Here the path is solved exactly: its solutions are piecewise linear in
lambda, and least-angle regression finds the knots, thirty times faster than coordinate descent to 1e-10.

Least-angle regression goes wrong at ties and at collinear columns. So every solution is checked against the optimality
conditions, and one that fails is replaced by the solution of the dual problem, which has no such exceptions.
"""

import contextlib
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import lars_path_gram

from relecture.errors import UserError
from relecture.prediction.estimators import Estimator
from relecture.records import FitResult
from relecture.salaries import tuning
from relecture.salaries.config import LassoFitConfig
from relecture.salaries.data import Split, predictors, standardise, target
from relecture.salaries.scoring import add_member

#: Largest violation of the optimality conditions that is accepted, as a share of lambda. Rounding leaves up to 1e-9.
KKT_TOLERANCE = 1e-6
#: Correlations with the target up to this size are rounding errors.
NO_CORRELATION = 1e-12


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
            raw = predictors(table)
            arrays = {
                "centre": raw.mean().to_numpy(),
                "scale": raw.std(ddof=1).to_numpy(),
                "intercept": intercepts[best],
                "slopes": slopes[:, best],
            }
            result.estimator = Estimator("linear", "value", split.name, arrays)
            curves = {"lambda": lambdas, "cv_mae": error, "cv_mae_se": error_se, "predictors": n_selected}
            curves |= {f"coefficient_{name}": row for name, row in zip(columns, slopes, strict=True)}
            result.histories.append(tuning.candidate_history(split.name, curves))
    result.save_model = lambda folder: (folder / "coefficients.json").write_text(
        json.dumps(models, indent=1), encoding="utf-8"
    )
    return result


def lambda_path(x: np.ndarray, y: np.ndarray, config: LassoFitConfig) -> np.ndarray:
    """Return glmnet's lambdas, (n_lambda,), falling on a log scale from the smallest that sets all slopes to zero."""
    (z, _), response = _standardised(x), _centred(y)
    largest = max(np.abs(z.T @ response).max() / len(y), NO_CORRELATION * response.std())
    path: np.ndarray = largest * np.logspace(0, np.log10(config.lambda_min_ratio), config.n_lambda)
    return path


def solve_path(x: np.ndarray, y: np.ndarray, lambdas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return intercepts (lambdas,) and slopes (columns, lambdas) of the path, on the scale of `x`.

    As in glmnet the columns are standardised (1/n) inside each fit, so the penalty is the same for all.

    Raises:
        UserError: A solution violates the optimality conditions by more than KKT_TOLERANCE.
    """
    (z, sd), response = _standardised(x), _centred(y)
    gram, covariance = z.T @ z / len(y), z.T @ response / len(y)
    largest = np.abs(covariance).max()
    slopes = np.zeros((x.shape[1], len(lambdas)))
    if largest > NO_CORRELATION * response.std():
        # With a largest covariance of 1 the absolute tolerances of the solvers do not depend on the target's unit.
        slopes = largest * _solve_standardised(z, gram, covariance / largest, lambdas / largest) / sd[:, None]
    return y.mean() - x.mean(0) @ slopes, slopes


def kkt_violation(gram: np.ndarray, covariance: np.ndarray, lambdas: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Return by how much each solution (columns, lambdas) violates the optimality conditions, as a share of lambda.

    In the minimum of b'Gb / 2 - c'b + lambda sum|b| the covariance of the residuals with a selected column is
    lambda sign(b), and with any other column at most lambda (Karush, Kuhn, Tucker).
    """
    residual = covariance[:, None] - gram @ slopes
    excess = np.where(slopes != 0, np.abs(residual - lambdas * np.sign(slopes)), np.abs(residual) - lambdas)
    violation: np.ndarray = np.maximum(excess.max(0), 0) / lambdas
    return violation


def _solve_standardised(z: np.ndarray, gram: np.ndarray, covariance: np.ndarray, lambdas: np.ndarray) -> np.ndarray:
    """Return the slopes (columns, lambdas) per standard deviation, checked; see `kkt_violation` for the arguments."""
    slopes = _least_angle(gram, covariance, lambdas)
    wrong = np.flatnonzero(~(kkt_violation(gram, covariance, lambdas, slopes) <= KKT_TOLERANCE))
    if len(wrong):
        slopes[:, wrong] = _solve_dual(z, covariance, lambdas[wrong])
        violation = kkt_violation(gram, covariance, lambdas[wrong], slopes[:, wrong])
        if not (violation <= KKT_TOLERANCE).all():
            raise UserError(
                f"the lasso has no accurate solution for {(~(violation <= KKT_TOLERANCE)).sum()} of {len(lambdas)} "
                f"lambdas: the optimality conditions are violated by {violation.max():.0e} of lambda. Predictors that "
                "are nearly linear functions of others may be the cause: name them in salaries.data.exclude_columns"
            )
    return slopes


def _least_angle(gram: np.ndarray, covariance: np.ndarray, lambdas: np.ndarray) -> np.ndarray:
    """Return the slopes (columns, lambdas) by least-angle regression, which may be wrong at ties and collinearity."""
    max_iter = max(500, 10 * len(gram))  # the path of 300 columns has some 400 knots
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)  # of columns that it drops
        knots, _, knot_slopes = lars_path_gram(
            Xy=covariance, Gram=gram, n_samples=1, method="lasso", max_iter=max_iter, alpha_min=lambdas.min()
        )
    return np.array([np.interp(lambdas, knots[::-1], row[::-1]) for row in knot_slopes])


def _solve_dual(z: np.ndarray, covariance: np.ndarray, lambdas: np.ndarray) -> np.ndarray:
    """Return the slopes (columns, lambdas) by the dual problem, whatever ties and collinear columns there are.

    The fitted values f = Rb, with R'R = z'z / n, are those of least norm for which |c - R'f| <= lambda in every
    column: a least-distance problem, solved by non-negative least squares (Lawson and Hanson 1974, chapter 23).
    Columns that depend on selected ones are never selected. On 1,248 paths with ties or collinear columns no solution
    violated the optimality conditions by more than 5e-11 of lambda; coordinate descent left up to 1e-3.
    """
    columns = z.shape[1]
    root = np.asarray(np.linalg.qr(z / np.sqrt(len(z)), mode="r"))
    slopes = np.zeros((columns, len(lambdas)))
    for i, penalty in enumerate(lambdas):
        bounds = np.concatenate([covariance - penalty, -covariance - penalty])
        system = np.vstack([np.hstack([root, -root]), bounds])
        unit = np.zeros(len(system))
        unit[-1] = 1
        with contextlib.suppress(RuntimeError):  # too many iterations; the optimality conditions show it
            multipliers, _ = nnls(system, unit, maxiter=30 * columns)
            slopes[:, i] = (multipliers[:columns] - multipliers[columns:]) / (1 - bounds @ multipliers)
    return slopes


def cross_validate(
    x: np.ndarray, y: np.ndarray, folds: np.ndarray, lambdas: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the out-of-fold mean absolute error and its standard error, both (lambdas,), as cv.glmnet does."""

    def predict(x_train: np.ndarray, y_train: np.ndarray, x_test: np.ndarray) -> np.ndarray:
        intercepts, slopes = solve_path(x_train, y_train, lambdas)
        predicted: np.ndarray = (intercepts + x_test @ slopes).T
        return predicted

    return tuning.cross_validate(predict, x, y, folds)


def _centred(values: np.ndarray) -> np.ndarray:
    """Return the values minus their mean, by column; twice, because the mean of large numbers is rounded."""
    centred: np.ndarray = values - values.mean(0)
    centred -= centred.mean(0)
    return centred


def _standardised(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns with mean 0 and standard deviation (1/n) 1, and their standard deviations before.

    A constant column is all zeros, and its standard deviation 1, so its slope is zero.
    """
    z, constant = _centred(x), np.ptp(x, axis=0) == 0
    z[:, constant] = 0
    sd = np.where(constant, 1.0, np.sqrt(np.einsum("ij,ij->j", z, z) / len(z)))
    z /= sd
    return z, sd
