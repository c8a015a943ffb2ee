"""Training and test error of linear models, against the pseudo-inverse."""

import numpy as np
import pytest

from relecture.illustrations.config import LinearOverfitFigureConfig
from relecture.illustrations.linear_overfit import N_TEST, geometric_means, mean_squared_errors, sample

CONFIG = LinearOverfitFigureConfig(seed=5, n_seeds=4, n_rows=20, n_predictors=[2, 5, 20, 40])


@pytest.fixture(scope="module")
def errors():
    return mean_squared_errors(CONFIG)


def test_errors_are_those_of_the_pseudo_inverse_also_beyond_the_number_of_rows(errors):
    random = np.random.RandomState(CONFIG.seed)
    (x, y), (x_test, y_test) = sample(20, 40, random), sample(N_TEST, 40, random)
    for row in errors[errors.member == "seed-5"].itertuples():
        a = x[:, : row.predictors]
        coefficients = np.linalg.pinv(a) @ y
        assert row.train == pytest.approx(np.mean((a @ coefficients - y) ** 2), abs=1e-9)
        assert row.test == pytest.approx(np.mean((x_test[:, : row.predictors] @ coefficients - y_test) ** 2), rel=1e-6)


def test_as_many_predictors_as_rows_have_no_training_error_and_the_largest_test_error(errors):
    train = errors.pivot(index="member", columns="predictors", values="train")
    assert (train.diff(axis=1).iloc[:, 1:] <= 1e-12).all(axis=None)
    assert train[[20, 40]].max(axis=None) < 1e-12
    test = geometric_means(errors)["mean"]
    assert test.idxmax() == 20
    assert test.idxmin() == 5  # those that matter


def test_the_means_are_geometric_with_the_interval_of_their_logarithms(errors):
    logs = np.log([row.test for row in errors.itertuples() if row.predictors == 20])
    half = 3.182446 * np.std(logs, ddof=1) / 2  # t quantile with 3 degrees of freedom, four draws
    expected = np.exp([logs.mean(), logs.mean() - half, logs.mean() + half])
    np.testing.assert_allclose(geometric_means(errors).loc[20, ["mean", "low", "high"]], expected, rtol=1e-6)


def test_the_standard_figure_reaches_beyond_the_number_of_rows(standard):
    config = standard.illustrations.illustration("linear_overfit")
    assert config.n_rows in config.n_predictors
    assert max(config.n_predictors) > 2 * config.n_rows
