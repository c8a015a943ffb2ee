"""The lasso against the book's numbers, R's, its optimality conditions, and coordinate descent."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Lasso, lasso_path

from relecture.errors import UserError
from relecture.salaries import lasso
from relecture.salaries.config import LassoFitConfig, SplitsConfig
from relecture.salaries.data import draw_splits, encode, iter_splits, predictors, standardise

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


def assert_optimal(x: np.ndarray, y: np.ndarray, intercepts: np.ndarray, slopes: np.ndarray, lambdas: np.ndarray):
    """The optimality conditions from the residuals, to a millionth of lambda; `z` has unit variance (1/n)."""
    sd = np.where(np.ptp(x, axis=0) == 0, 1.0, x.std(0))
    correlations = ((x - x.mean(0)) / sd).T @ (y[:, None] - intercepts - x @ slopes) / len(y)
    signs = np.sign(slopes)
    limit = 2e-6 * lambdas + 1e-13 * y.std()  # one millionth in the solver, another for these sums
    assert (np.abs(correlations) <= lambdas + limit).all()
    assert (np.abs(correlations - lambdas * signs) <= limit)[signs != 0].all()


def fitted_values(x: np.ndarray, y: np.ndarray, lambdas: np.ndarray) -> np.ndarray:
    intercepts, slopes = lasso.solve_path(x, y, lambdas)
    assert_optimal(x, y, intercepts, slopes, lambdas)
    return intercepts + x @ slopes


def rare_level(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Dummies of a factor whose reference level is missing: two columns that sum to one."""
    level = random.integers(0, 2, n)
    return np.column_stack([level == 0, level == 1, random.normal(size=n)]).astype(float), level + random.normal(size=n)


def all_levels(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Dummies of all levels of two factors, with an effect of the first."""
    first, second = random.integers(0, 4, n), random.integers(0, 3, n)
    return np.column_stack([np.eye(4)[first], np.eye(3)[second]]), first**2 + random.normal(size=n)


def balanced(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """A factorial design of four factors, two of them with exactly the same effect, and an answer in whole numbers."""
    runs = np.array(np.meshgrid(*[[-1.0, 1.0]] * 4)).reshape(4, -1).T
    return runs, 2 * runs[:, 0] + 2 * runs[:, 1] + random.integers(0, 2) * runs[:, 2] * runs[:, 3]


def whole_numbers(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Answers on a scale of three points, and their sum."""
    x = random.integers(0, 3, (n, 5)).astype(float)
    return x, x.sum(1)


def near_copies(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Three measurements of one thing that differ by a ten-millionth."""
    x = random.normal(size=(n, 1)) + np.column_stack([1e-7 * random.normal(size=(n, 3)), random.normal(size=n)])
    return x, x.sum(1) + random.normal(size=n)


def more_columns_than_rows(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """A quarter as many rows as columns."""
    return random.normal(size=(10, 40)), random.normal(size=10)


DESIGNS = [rare_level, all_levels, balanced, whole_numbers, near_copies, more_columns_than_rows]


@pytest.mark.parametrize("design", DESIGNS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_ties_and_collinear_columns_do_not_make_a_solution_wrong(design, seed):
    x, y = design(np.random.default_rng(seed), 30)
    fitted_values(x, y, lasso.lambda_path(x, y, LassoFitConfig(n_lambda=20, lambda_min_ratio=1e-4)))


@given(
    seed=st.integers(0, 10_000),
    slope=st.sampled_from([-1.0, 1.0, 1.8, -0.001, 39.37]),
    intercept=st.sampled_from([0.0, 1.0, 32.0, 2024.0]),
)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_an_exact_linear_function_of_a_column_changes_no_fitted_value(seed, slope, intercept):
    random = np.random.default_rng(seed)
    x = np.column_stack([random.integers(18, 90, 40), random.normal(size=(40, 2))]).astype(float)
    y = 0.1 * x[:, 0] - x[:, 1] + random.normal(size=40)
    lambdas = lasso.lambda_path(x, y, LassoFitConfig(n_lambda=20, lambda_min_ratio=1e-4))
    both = np.column_stack([x, intercept + slope * x[:, 0]])
    np.testing.assert_allclose(fitted_values(both, y, lambdas), fitted_values(x, y, lambdas), rtol=1e-8, atol=1e-8)


UNITS = st.integers(-12, 12).map(lambda exponent: 10.0**exponent)


@given(seed=st.integers(0, 10_000), unit=UNITS, x_units=st.tuples(UNITS, UNITS, UNITS), level=st.integers(0, 5))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_fit_does_not_depend_on_the_units_of_target_and_predictors(seed, unit, x_units, level):
    random = np.random.default_rng(seed)
    x, y = random.normal(size=(30, 3)), random.normal(size=30)
    y += x[:, 0]
    lambdas = lasso.lambda_path(x, y, LassoFitConfig(n_lambda=20, lambda_min_ratio=1e-4))
    other_x, other_y = (x + 10.0**level) * np.array(x_units), y * unit
    np.testing.assert_allclose(
        lasso.lambda_path(other_x, other_y, LassoFitConfig(n_lambda=20, lambda_min_ratio=1e-4)),
        lambdas * unit,
        rtol=1e-6,
    )
    expected = fitted_values(x, y, lambdas)
    np.testing.assert_allclose(fitted_values(other_x, other_y, lambdas * unit) / unit, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("unit", [1e-12, 1e-9, 1.0, 1e12])
def test_the_whole_method_gives_the_same_errors_in_every_unit_of_the_target(players, some_splits, unit, tmp_path):
    def errors(table):
        fit = lasso.fit(table, some_splits[:2], CONFIG, tmp_path)
        return pd.DataFrame(fit.metrics).pivot(index="member", columns="metric", values="value")

    expected, scaled = errors(players), errors(players.assign(Salary=players.Salary * unit))
    np.testing.assert_allclose(scaled.mae / unit, expected.mae, rtol=1e-6)
    assert scaled.predictors.tolist() == expected.predictors.tolist()


def test_a_factor_level_that_a_fold_lacks_does_not_make_its_solutions_wrong():
    # The reference level has three rows of 80, so many folds have none, and the other two levels sum to one there.
    random = np.random.default_rng(4)
    level, score = np.array(["a"] * 3 + ["b", "c"] * 38 + ["b"]), random.normal(size=80)
    wage = np.where(level == "c", 2.0, 0.0) + score + random.normal(size=80)
    table = encode(pd.DataFrame({"level": level, "score": score, "wage": wage}), "wage")
    splits = list(
        iter_splits(
            draw_splits(80, SplitsConfig(seeds=list(range(20)), test_size=40, n_folds=5, max_training_rows=5_000))
        )
    )
    for split in splits:
        x, y = standardise(predictors(table)).to_numpy()[split.train], wage[split.train]
        lambdas = lasso.lambda_path(x, y, CONFIG)
        for fold in range(1, 6):
            kept = split.folds != fold
            fitted_values(x[kept], y[kept], lambdas)


def test_a_target_that_no_predictor_is_correlated_with_is_predicted_by_its_mean():
    runs = np.array(np.meshgrid(*[[-1.0, 1.0]] * 3)).reshape(3, -1).T
    interaction = 0.1 + runs[:, 0] * runs[:, 1]  # only an interaction, so every correlation is zero
    lambdas = lasso.lambda_path(runs, interaction, CONFIG)
    assert (lambdas > 0).all()
    intercepts, slopes = lasso.solve_path(runs, interaction, lambdas)
    assert not slopes.any()
    np.testing.assert_allclose(intercepts, 0.1)


def test_a_solution_that_is_not_optimal_is_an_error_that_says_what_to_do(xy, monkeypatch):
    x, y = xy
    monkeypatch.setattr(lasso, "_least_angle", lambda gram, covariance, lambdas: np.zeros((len(gram), len(lambdas))))
    monkeypatch.setattr(lasso, "nnls", lambda *_, **__: (np.zeros(38), 0.0))
    with pytest.raises(
        UserError, match=r"no accurate solution for 99 of 100 lambdas: .* salaries\.data\.exclude_columns"
    ):
        lasso.solve_path(x, y, lasso.lambda_path(x, y, CONFIG))
