"""Least squares: on all predictors (`linear`), and on the few that the lasso selects (`relaxed_lasso`).

The predictors are standardised inside each fit, so that neither their units nor their levels decide which of them are
linear functions of others.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm

from relecture.prediction.estimators import Estimator
from relecture.records import FitResult
from relecture.salaries.config import LinearFitConfig
from relecture.salaries.data import Split, predictors, target
from relecture.salaries.scoring import add_member
from relecture.text_format import counted

#: A column is redundant if the earlier columns explain all but this share of its norm; the tolerance of R's lm().
RANK_TOLERANCE = 1e-7
CONSTANT = "const"


@dataclass(frozen=True)
class LeastSquares:
    """A fit on standardised predictors.

    `used` are the indices of the predictors that have a coefficient, `centre` and `scale` their means and standard
    deviations, `standardised` the constant and the slopes on (x - centre) / scale. `coefficients` are those of the
    predictors as they are: a row for the constant and each predictor, NaN for a redundant one, with the columns
    coefficient, std_error, t and p.
    """

    used: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    standardised: np.ndarray
    coefficients: pd.DataFrame

    def predict(self, x: pd.DataFrame) -> np.ndarray:
        """Return the predictions (rows,) for predictors as they were fitted, redundant ones among them."""
        constant, slopes = self.standardised[0], self.standardised[1:]
        predicted: np.ndarray = constant + (x.to_numpy(float)[:, self.used] - self.centre) / self.scale @ slopes
        return predicted

    @property
    def redundant(self) -> list[str]:
        """Names of the predictors without a coefficient."""
        return list(self.coefficients.index[self.coefficients.coefficient.isna()])


def fit(table: pd.DataFrame, splits: list[Split], config: LinearFitConfig, checkpoint_dir: Path) -> FitResult:
    """Fit ordinary least squares on `config.predictors` (all if None), a member per split.

    The model file also has the same regression on the *test* rows, where there are more of them than coefficients: the
    book's Table 10.3 is fitted on the test players.

    A predictor that is constant or a linear function of earlier ones in the training rows has no coefficient (NA in R,
    null in the model file). The metric `redundant` counts them, if any split has one, and stderr names them.
    """
    x, observed = predictors(table)[config.predictors or predictors(table).columns], target(table)
    result, models, train_fits = FitResult(), {}, []
    for split in splits:
        model = least_squares(x.loc[split.train], observed[split.train])
        train_fits.append(model)
        models[split.name] = {"train": _to_json(model)}
        if len(split.test) > x.shape[1] + 1:
            models[split.name]["test"] = _to_json(least_squares(x.loc[split.test], observed[split.test]))
    n_splits = Counter(name for model in train_fits for name in model.redundant)
    for split, model in zip(splits, train_fits, strict=True):
        metrics = {"redundant": len(model.redundant)} if n_splits else {}
        add_member(result, split.name, table, split, model.predict(x.loc[split.test]), **metrics)
        result.parameters = int(model.coefficients.coefficient.notna().sum())
    result.why_no_estimator = "" if all(len(model.used) for model in train_fits) else "no predictor varies in training"
    if len(splits) == 1 and not result.why_no_estimator:
        [model] = train_fits
        arrays = {
            "centre": model.centre,
            "scale": model.scale,
            "intercept": model.standardised[0],
            "slopes": model.standardised[1:],
        }
        features = tuple(x.columns[model.used])
        result.estimator = Estimator("linear", "value", splits[0].name, arrays, features)
    for name, count in n_splits.items():
        print(
            f"relecture: least squares gives `{name}` no coefficient (NA, as R's lm) in {count} of "
            f"{counted(len(splits), 'split')}: it is constant there, or a linear function of earlier predictors",
            file=sys.stderr,
        )
    result.save_model = lambda folder: (folder / "coefficients.json").write_text(
        json.dumps(models, indent=1), encoding="utf-8"
    )
    return result


def least_squares(x: pd.DataFrame, y: pd.Series) -> LeastSquares:
    """Fit ordinary least squares with a constant on the columns of `x` that are no linear function of earlier ones."""
    values = x.to_numpy(float)
    centre = values.mean(0)
    centre += (values - centre).mean(0)  # the mean of large numbers is rounded
    varying = np.ptp(values, axis=0) > 0
    scale = np.where(varying, values.std(0), 1.0)
    used = np.flatnonzero(varying)
    used = used[_independent(((values - centre) / scale)[:, used])]
    centre, scale = centre[used], scale[used]
    z = (values[:, used] - centre) / scale
    model = sm.OLS(y.to_numpy(float), sm.add_constant(z, has_constant="add")).fit(method="qr")
    constant = model.t_test(np.concatenate([[1.0], -centre / scale]))  # of the predictors as they are
    estimates = {
        "coefficient": np.append(constant.effect, model.params[1:] / scale),
        "std_error": np.append(constant.sd, model.bse[1:] / scale),
        "t": np.append(constant.tvalue, model.tvalues[1:]),
        "p": np.append(constant.pvalue, model.pvalues[1:]),
    }
    coefficients = pd.DataFrame(estimates, index=[CONSTANT, *x.columns[used]]).reindex([CONSTANT, *x.columns])
    return LeastSquares(used, centre, scale, model.params, coefficients)


def _independent(z: np.ndarray) -> np.ndarray:
    """Return the indices of the columns that are no linear function of earlier ones, as dqrdc2 in R chooses them."""
    root = np.asarray(np.linalg.qr(z, mode="r"))  # has the same inner products
    basis, independent = np.empty((len(root), 0)), []
    for j, column in enumerate(root.T):
        rest = column
        for _ in range(2):  # once leaves rounding errors
            rest = rest - basis @ (basis.T @ rest)
        if (norm := np.linalg.norm(rest)) > RANK_TOLERANCE * np.linalg.norm(column):
            basis = np.column_stack([basis, rest / norm])
            independent.append(j)
    return np.array(independent, dtype=int)


def _to_json(model: LeastSquares) -> dict[str, dict[str, float | None]]:
    coefficients = model.coefficients.astype(object).where(model.coefficients.notna(), None)
    by_name: dict[str, dict[str, float | None]] = coefficients.T.to_dict()
    return by_name
