"""Choice of a hyperparameter by cross-validated absolute error inside the training set of each split."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from relecture.prediction.estimators import Arrays, Estimator
from relecture.records import FitResult
from relecture.salaries.data import Split, predictors, target
from relecture.salaries.scoring import add_member


@dataclass(frozen=True)
class Scaling:
    """Predictors and target in standard deviations (1/n) of the training rows.

    scikit-learn's trees compare values with thresholds that have no unit, so without it a result depends on units.
    """

    scaler: StandardScaler
    centre: float
    scale: float

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray) -> "Scaling":
        """Return the scaling by training rows; what is constant in them is only centred."""
        return cls(StandardScaler().fit(x), float(y.mean()), float(y.std()) or 1.0)

    def x(self, x: np.ndarray) -> np.ndarray:
        """Return predictors scaled."""
        scaled: np.ndarray = self.scaler.transform(x)
        return scaled

    def y(self, y: np.ndarray) -> np.ndarray:
        """Return a target scaled."""
        scaled: np.ndarray = (y - self.centre) / self.scale
        return scaled

    def arrays(self) -> Arrays:
        """Return the scaling as an estimator takes it."""
        return {
            "centre": self.scaler.mean_,
            "scale": self.scaler.scale_,
            "target_centre": np.array(self.centre),
            "target_scale": np.array(self.scale),
        }

    def original(self, y: np.ndarray) -> np.ndarray:
        """Return a scaled target, or predictions of it, in the unit of the target."""
        original: np.ndarray = y * self.scale + self.centre
        return original


#: (x_train, y_train, x_test) -> predictions of every candidate for the rows of x_test, (candidates, rows).
PredictCandidates = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
#: (x_train, y_train, candidate) -> kind and arrays of an Estimator.
Estimate = Callable[[np.ndarray, np.ndarray, float], tuple[str, Arrays]]


def fit_tuned(
    table: pd.DataFrame,
    splits: list[Split],
    hyperparameter: str,
    candidates: Sequence[float],
    predict: PredictCandidates,
    describe: Callable[[np.ndarray, np.ndarray, float], Any],
    estimate: Estimate,
) -> FitResult:
    """Choose the candidate with the lowest cross-validated error on each split's training rows; a member per split.

    Equal errors go to the candidate that is named first. The metrics have the chosen candidate under the name of the
    hyperparameter, and its `cv_mae`; the history of a single split has both for every candidate, with the standard
    error. The model file has what `describe` returns for x, y and the chosen candidate, of every split; a single split
    has the estimator that `estimate` returns.
    """
    x, y = predictors(table).to_numpy(dtype="float64"), target(table).to_numpy(dtype="float64")
    result, models = FitResult(), {}
    for split in splits:
        x_train, y_train = x[split.train], y[split.train]
        error, error_se = cross_validate(predict, x_train, y_train, split.folds)
        best = int(np.argmin(error))
        predicted = predict(x_train, y_train, x[split.test])[best]
        metrics = {hyperparameter: float(candidates[best]), "cv_mae": float(error[best])}
        add_member(result, split.name, table, split, predicted, **metrics)
        models[split.name] = {hyperparameter: candidates[best], "fit": describe(x_train, y_train, candidates[best])}
        if len(splits) == 1:
            kind, arrays = estimate(x_train, y_train, candidates[best])
            result.estimator = Estimator(kind, "value", split.name, arrays)
            curves = {hyperparameter: candidates, "cv_mae": error, "cv_mae_se": error_se}
            result.histories.append(candidate_history(split.name, curves))
    result.save_model = lambda folder: (folder / "chosen.json").write_text(
        json.dumps(models, indent=1), encoding="utf-8"
    )
    return result


def cross_validate(
    predict: PredictCandidates, x: np.ndarray, y: np.ndarray, folds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the out-of-fold mean absolute error and its standard error, both (candidates,), as cv.glmnet does."""
    errors, sizes = [], []
    for fold in np.unique(folds):
        out = folds == fold
        errors.append(np.abs(y[out] - predict(x[~out], y[~out], x[out])).mean(1))
        sizes.append(out.sum())
    mean = np.average(errors, axis=0, weights=sizes)
    variance = np.average((np.array(errors) - mean) ** 2, axis=0, weights=sizes)
    return mean, np.sqrt(variance / (len(sizes) - 1))


def candidate_history(member: str, curves: dict[str, Any]) -> pd.DataFrame:
    """Return the history of one member: a step per candidate, a metric per curve."""
    return pd.concat(
        [
            pd.DataFrame({"member": member, "step": np.arange(len(values)), "metric": metric, "value": values})
            for metric, values in curves.items()
        ],
        ignore_index=True,
    )
