"""The lasso against the book's numbers, R's, its optimality conditions, and coordinate descent."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Lasso, lasso_path

from relecture.salaries import lasso
from relecture.salaries.config import LassoFitConfig
from relecture.salaries.data import predictors, standardise

CONFIG = LassoFitConfig(n_lambda=100, lambda_min_ratio=1e-4)


@pytest.fixture(scope="module")
def xy(players, book) -> tuple[np.ndarray, np.ndarray]:
    """The training players: (176, 19) and (176,)."""
    return standardise(predictors(players)).to_numpy()[book.train], players.Salary.to_numpy()[book.train]


@pytest.fixture(scope="module")
def fitted(players, book, standard, tmp_path_factory):
    assert standard.salaries.method("book", "lasso") == CONFIG
    return lasso.fit(players, [book], CONFIG, tmp_path_factory.mktemp("unused"))


@pytest.fixture(scope="module")
def scores(fitted) -> dict[str, float]:
    return {row["metric"]: row["value"] for row in fitted.metrics}


def test_the_lasso_reproduces_the_printed_252_3(scores):
    assert f"{scores['mae']:.1f}" == "252.3"
    assert scores["mae"] == pytest.approx(252.252315, abs=5e-4)  # R with thresh = 1e-14


def test_the_lasso_reproduces_the_printed_r2_of_0_51(scores):
    assert f"{scores['r2']:.2f}" == "0.51"
    assert scores["r2"] == pytest.approx(0.5131219, abs=1e-6)  # R with thresh = 1e-14


def test_cross_validation_chooses_r_s_lambda(scores):
    assert scores["lambda_min"] == pytest.approx(6.247366, abs=5e-7)  # cv.glmnet's lambda.min


def test_the_lasso_selects_the_printed_12_predictors(fitted, scores):
    assert (fitted.parameters, scores["predictors"]) == (12, 12)
    (history,) = fitted.histories
    path = history.pivot(index="step", columns="metric", values="value")
    coefficients = path.filter(regex="^coefficient_").loc[path.cv_mae.idxmin()]
    assert np.count_nonzero(coefficients) == 12
    assert path["lambda"][path.cv_mae.idxmin()] == scores["lambda_min"]


def test_the_path_starts_at_the_smallest_lambda_that_sets_every_coefficient_to_zero(xy):
    lambdas = lasso.lambda_path(*xy, CONFIG)
    assert len(lambdas) == 100
    assert lambdas[-1] == pytest.approx(1e-4 * lambdas[0])
    assert np.allclose(np.diff(np.log(lambdas)), np.diff(np.log(lambdas))[0])
    _, slopes = lasso.solve_path(*xy, np.array([lambdas[0], 0.999 * lambdas[0]]))
    assert np.count_nonzero(np.abs(slopes) > 1e-9, axis=0).tolist() == [0, 1]


def test_the_solutions_satisfy_the_optimality_conditions_of_the_lasso(xy):
    # In the minimum of sum(r^2) / 2n + lambda sum|b| the correlation of r with a selected column is lambda sign(b),
    # and with another it is at most lambda (columns of unit variance).
    x, y = xy
    lambdas = lasso.lambda_path(x, y, CONFIG)
    intercepts, slopes = lasso.solve_path(x, y, lambdas)
    z = (x - x.mean(0)) / x.std(0)
    standardised = slopes * x.std(0)[:, None]
    residuals = y[:, None] - intercepts - x @ slopes
    correlations = z.T @ residuals / len(y)
    selected = standardised != 0
    assert np.allclose(residuals.mean(0), 0, atol=1e-9)
    assert np.allclose(correlations[selected], (lambdas * np.sign(standardised))[selected], rtol=1e-6, atol=1e-7)
    assert (np.abs(correlations) <= lambdas * (1 + 1e-6) + 1e-7).all()


@pytest.mark.parametrize("penalty", [200.0, 50.0, 6.247366, 1.0])
def test_the_solutions_are_those_of_coordinate_descent(xy, penalty):
    x, y = xy
    model = Lasso(alpha=penalty, tol=1e-12, max_iter=1_000_000).fit((x - x.mean(0)) / x.std(0), y)
    (intercept,), slopes = lasso.solve_path(x, y, np.array([penalty]))
    np.testing.assert_allclose(slopes[:, 0], model.coef_ / x.std(0), rtol=1e-4, atol=1e-4)
    assert np.count_nonzero(slopes) == np.count_nonzero(model.coef_)
    assert intercept == pytest.approx(model.intercept_ - x.mean(0) @ slopes[:, 0], abs=1e-6)


def test_the_second_league_dummy_of_the_lab_changes_neither_fitted_values_nor_the_count(players, book, xy, scores):
    # model.matrix(Salary ~ . - 1) has LeagueA and LeagueN: 20 columns, 13 of them selected, 12 distinct predictors.
    all_rows = standardise(predictors(players).assign(LeagueA=lambda table: 1 - table.LeagueN)).to_numpy()
    x, y = all_rows[book.train], xy[1]
    centre, spread = x.mean(0), x.std(0)
    model = Lasso(alpha=scores["lambda_min"], tol=1e-12, max_iter=1_000_000).fit((x - centre) / spread, y)
    (intercept,), slopes = lasso.solve_path(*xy, np.array([scores["lambda_min"]]))
    np.testing.assert_allclose(
        model.predict((all_rows - centre) / spread), intercept + all_rows[:, :19] @ slopes[:, 0], rtol=1e-6
    )
    columns = [*predictors(players).columns, "LeagueA"]
    selected = {columns[i] for i in np.flatnonzero(model.coef_)}
    assert len(selected - {"LeagueA", "LeagueN"}) + 1 == 12
    assert selected & {"LeagueA", "LeagueN"}


def test_the_cross_validated_errors_are_those_of_fits_without_the_fold(xy, book):
    x, y = xy
    lambdas = lasso.lambda_path(x, y, CONFIG)[[10, 45, 60]]
    errors = []
    for fold in range(1, 11):
        out = book.folds == fold
        centre, spread = x[~out].mean(0), x[~out].std(0)
        z, centred = (x[~out] - centre) / spread, y[~out] - y[~out].mean()
        _, slopes, _ = lasso_path(z, centred, alphas=lambdas, tol=1e-10, max_iter=1_000_000)
        predicted = y[~out].mean() + (x[out] - centre) / spread @ slopes
        errors.append(np.abs(y[out, None] - predicted))
    mean, error = lasso.cross_validate(x, y, book.folds, lambdas)
    np.testing.assert_allclose(mean, np.concatenate(errors).mean(0), rtol=1e-5)
    spread = np.std([fold.mean(0) for fold in errors], axis=0, ddof=1) / np.sqrt(10)
    np.testing.assert_allclose(error, spread, rtol=0.05)  # cv.glmnet weights folds by their sizes


def test_every_random_split_has_its_own_lambda_and_no_curves(players, some_splits, tmp_path):
    fit = lasso.fit(players, some_splits, CONFIG, tmp_path)
    metrics = pd.DataFrame(fit.metrics).pivot(index="member", columns="metric", values="value")
    assert metrics.lambda_min.is_unique
    assert metrics.predictors.between(1, 19).all()
    assert fit.histories == []
    fit.save_model(tmp_path)
    models = json.loads((tmp_path / "coefficients.json").read_text())
    for member, row in metrics.iterrows():
        assert np.count_nonzero(list(models[member].values())) - 1 == row.predictors


def test_the_path_of_300_columns_satisfies_the_optimality_conditions_to_its_end():
    random = np.random.default_rng(0)
    x = 0.5 * random.normal(size=(400, 1)) + 0.5 * random.normal(size=(400, 300))
    y = x[:, :5].sum(1) + random.normal(size=400)
    lambdas = lasso.lambda_path(x, y, CONFIG)
    intercepts, slopes = lasso.solve_path(x, y, lambdas)
    correlations = ((x - x.mean(0)) / x.std(0)).T @ (y[:, None] - intercepts - x @ slopes) / len(y)
    np.testing.assert_allclose(np.abs(correlations).max(0), lambdas, rtol=1e-6)
