"""The choice of a hyperparameter inside the training set."""

import json

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

from relecture.salaries import knn, ridge, tree
from relecture.salaries.config import KnnConfig, RidgeConfig, TreeConfig
from relecture.salaries.data import predictors

LAMBDAS, NEIGHBORS = [0.01, 0.1, 1.0, 10.0], [1, 5, 9, 20]


def mae_of(fit) -> list[float]:
    return [row["value"] for row in fit.metrics if row["metric"] == "mae"]


def metrics_of(fit) -> dict[str, float]:
    return {row["metric"]: row["value"] for row in fit.metrics}


def searched(model, grid, players, split):
    """Return scikit-learn's own search with the folds of a split."""
    x, y = predictors(players).to_numpy(float)[split.train], players.Salary.to_numpy()[split.train]
    return GridSearchCV(model, grid, scoring="neg_mean_absolute_error", cv=PredefinedSplit(split.folds)).fit(x, y)


def test_the_k_and_the_predictions_are_those_of_scikit_learn_s_grid_search(players, some_splits, tmp_path):
    model, key = make_pipeline(StandardScaler(), KNeighborsRegressor()), "kneighborsregressor__n_neighbors"
    for split in some_splits[:2]:
        fit = knn.fit(players, [split], KnnConfig(n_neighbors=NEIGHBORS), tmp_path)
        search = searched(model, {key: NEIGHBORS}, players, split)
        assert metrics_of(fit)["n_neighbors"] == search.best_params_[key]
        expected = search.predict(predictors(players).to_numpy(float)[split.test])
        np.testing.assert_allclose(fit.predictions[0].predicted, expected, rtol=1e-9)


def test_the_lambda_and_the_predictions_are_those_of_scikit_learn_s_grid_search(players, some_splits, tmp_path):
    # scikit-learn's alpha is lambda times the number of rows; the candidates are so far apart that a tenth is nothing.
    model, lambdas = make_pipeline(StandardScaler(), Ridge()), [0.5, 50.0]
    for split in some_splits[:2]:
        fit = ridge.fit(players, [split], RidgeConfig(lambdas=lambdas), tmp_path)
        search = searched(model, {"ridge__alpha": [value * len(split.train) for value in lambdas]}, players, split)
        assert metrics_of(fit)["lambda"] == search.best_params_["ridge__alpha"] / len(split.train)
        expected = search.predict(predictors(players).to_numpy(float)[split.test])
        np.testing.assert_allclose(fit.predictions[0].predicted, expected, rtol=1e-9)


def test_the_choice_does_not_depend_on_the_test_rows(players, book, tmp_path):
    other = players.copy()
    other.loc[book.test, "Salary"] = 0.0
    for module, config in ((ridge, RidgeConfig(lambdas=LAMBDAS)), (knn, KnnConfig(n_neighbors=NEIGHBORS))):
        first, second = (module.fit(table, [book], config, tmp_path) for table in (players, other))
        assert first.predictions[0].predicted.equals(second.predictions[0].predicted)
        assert first.histories[0].equals(second.histories[0])


def test_the_history_of_a_single_split_has_the_error_of_every_candidate(players, book, tmp_path):
    fit = knn.fit(players, [book], KnnConfig(n_neighbors=NEIGHBORS), tmp_path)
    curves = fit.histories[0].pivot(index="step", columns="metric", values="value")
    assert curves.n_neighbors.tolist() == NEIGHBORS
    metrics = metrics_of(fit)
    assert metrics["cv_mae"] == curves.cv_mae.min()
    assert metrics["n_neighbors"] == curves.n_neighbors[curves.cv_mae.idxmin()]
    assert (curves.cv_mae_se > 0).all()


def test_ridge_is_the_minimum_of_glmnet_s_objective(players, book):
    x, y = predictors(players).to_numpy(float)[book.train], players.Salary.to_numpy()[book.train]
    z = (x - x.mean(0)) / x.std(0)
    for lambda_, predicted in zip(LAMBDAS, ridge.solve(x, y, x, np.array(LAMBDAS)), strict=True):
        # The gradient of (1/2n) sum (y - a - zb)^2 + (lambda/2) sum b^2 is zero.
        slopes = np.linalg.lstsq(z, predicted - predicted.mean(), rcond=None)[0]
        gradient = -z.T @ (y - predicted) / len(y) + lambda_ * slopes
        assert np.abs(gradient).max() < 1e-8 * np.abs(z.T @ y / len(y)).max()
        assert predicted.mean() == pytest.approx(y.mean())


def test_ridge_saves_its_coefficients_in_the_units_of_the_table(players, book, tmp_path):
    fit = ridge.fit(players, [book], RidgeConfig(lambdas=[0.3]), tmp_path)
    fit.save_model(tmp_path)
    saved = json.loads((tmp_path / "chosen.json").read_text())[book.name]
    slopes = predictors(players).iloc[book.test] @ np.array(list(saved["fit"].values())[1:])
    np.testing.assert_allclose(slopes + saved["fit"]["intercept"], fit.predictions[0].predicted, rtol=1e-9)
    assert saved["lambda"] == 0.3
    assert fit.parameters == 20


def test_a_nearest_neighbour_is_nearest_in_standard_deviations():
    x = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1000.0], [1.0, 1000.0]])
    y = np.array([1.0, 2.0, 3.0, 4.0])
    one, all_four = knn.neighbour_means(x, y, np.array([[0.9, 100.0]]), np.array([1, 9]))
    assert one.tolist() == [2.0]
    assert all_four.tolist() == [2.5]  # more neighbours than rows are all rows


def test_the_errors_of_ridge_neighbours_and_tree_do_not_depend_on_units(players, some_splits, tmp_path):
    other = players.assign(Salary=players.Salary / 1024, CRuns=players.CRuns * 4096)  # powers of two, so exact
    fits = (
        (ridge, RidgeConfig(lambdas=LAMBDAS)),
        (knn, KnnConfig(n_neighbors=NEIGHBORS)),
        (tree, TreeConfig(cp=[0.02])),
    )
    for module, config in fits:
        ours, theirs = (mae_of(module.fit(table, some_splits[:2], config, tmp_path)) for table in (players, other))
        np.testing.assert_allclose(ours, np.array(theirs) * 1024, rtol=1e-9)


def test_a_split_of_the_tree_explains_at_least_the_share_cp_of_the_variance():
    x = np.arange(40.0)[:, None]
    y = np.where(x[:, 0] < 20, 0.0, 10.0) + np.where(x[:, 0] % 20 < 10, 0.0, 1.0)
    # Of the variance 25.25 the first split explains 25, or 99 %, and each of the other two 0.125, or 0.5 %.
    leaves = {cp: tree.pruned(x, y, cp).get_n_leaves() for cp in (0.995, 0.5, 0.006, 0.004, 0.0)}
    assert leaves == {0.995: 1, 0.5: 2, 0.006: 2, 0.004: 4, 0.0: 4}


def test_the_tree_is_that_of_the_complexity_with_the_lowest_cross_validated_error(players, book, tmp_path):
    x, y = (values[book.train] for values in (predictors(players).to_numpy(float), players.Salary.to_numpy()))
    errors = {}
    for cp in (0.3, 0.02):
        held_out = np.empty(len(y))
        for fold in np.unique(book.folds):
            out = book.folds == fold
            centre, sd, mean, scale = x[~out].mean(0), x[~out].std(0), y[~out].mean(), y[~out].std()
            model = DecisionTreeRegressor(ccp_alpha=cp, random_state=0)
            model.fit((x[~out] - centre) / sd, (y[~out] - mean) / scale)
            held_out[out] = model.predict((x[out] - centre) / sd) * scale + mean
        errors[cp] = np.abs(held_out - y).mean()
    fit = tree.fit(players, [book], TreeConfig(cp=[0.3, 0.02]), tmp_path)
    metrics = metrics_of(fit)
    assert metrics["cp"] == min(errors, key=errors.get)
    assert metrics["cv_mae"] == pytest.approx(min(errors.values()))


def test_the_saved_tree_gives_the_recorded_predictions_in_the_table_s_units(players, book, tmp_path):
    fit = tree.fit(players, [book], TreeConfig(cp=[0.05]), tmp_path)
    fit.save_model(tmp_path)
    nodes = json.loads((tmp_path / "chosen.json").read_text())[book.name]["fit"]
    for row, expected in zip(book.test, fit.predictions[0].predicted, strict=True):
        node = nodes[0]
        while "left" in node:
            node = nodes[node["left" if players[node["predictor"]][row] <= node["at_most"] else "right"]]
        assert node["mean"] == pytest.approx(expected)
    assert nodes[0]["n"] == 176
    assert nodes[0]["mean"] == pytest.approx(players.Salary[book.train].mean())
