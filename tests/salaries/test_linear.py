"""Least squares against the published numbers and R's."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error

from relecture.salaries import linear
from relecture.salaries.config import LinearFitConfig
from relecture.salaries.data import predictors
from relecture.scorecard.published_values import rounded

FOUR = ["Hits", "Walks", "CRuns", "PutOuts"]


def scores(fit) -> pd.DataFrame:
    """Metrics by member."""
    return pd.DataFrame(fit.metrics).pivot(index="member", columns="metric", values="value")


@pytest.fixture(scope="module")
def all_19(players, book, tmp_path_factory):
    return linear.fit(players, [book], LinearFitConfig(), tmp_path_factory.mktemp("unused"))


@pytest.fixture(scope="module")
def relaxed(players, book, standard, tmp_path_factory):
    return linear.fit(players, [book], standard.salaries.method("book", "relaxed_lasso"), tmp_path_factory.mktemp("u"))


@pytest.fixture(scope="module")
def coefficients(relaxed, tmp_path_factory):
    """The coefficients of the four predictors in the saved model, fitted on the training and on the test players."""
    folder = tmp_path_factory.mktemp("model")
    relaxed.save_model(folder)
    (by_part,) = json.loads((folder / "coefficients.json").read_text()).values()
    return by_part


def test_linear_regression_reproduces_the_printed_254_7(all_19):
    mae = scores(all_19).mae["split-0013"]
    assert rounded(mae, 1) == rounded(254.7, 1)
    assert mae == pytest.approx(254.6686529, abs=5e-8)  # R 4.2.2


def test_linear_regression_reproduces_the_printed_r2_of_0_56(all_19):
    assert scores(all_19).r2["split-0013"] == pytest.approx(0.56072, abs=5e-6)


def test_linear_regression_has_the_printed_20_parameters(all_19):
    assert all_19.parameters == 20


def test_linear_regression_agrees_with_scikit_learn_s(all_19, players, book):
    x, y = predictors(players).to_numpy(), players.Salary.to_numpy()
    expected = LinearRegression().fit(x[book.train], y[book.train]).predict(x[book.test])
    (predictions,) = all_19.predictions
    assert predictions.player.tolist() == book.test.tolist()
    assert predictions.salary.tolist() == y[book.test].tolist()
    np.testing.assert_allclose(predictions.predicted, expected, rtol=1e-9)


def test_every_split_is_a_member(players, some_splits, tmp_path):
    fit = linear.fit(players, some_splits, LinearFitConfig(), tmp_path)
    assert scores(fit).index.tolist() == ["split-1001", "split-1002", "split-1003", "split-1004", "split-1005"]
    assert scores(fit).mae.is_unique
    assert all(195 < mae < 324 for mae in scores(fit).mae)  # the range over a hundred splits


def test_the_relaxed_lasso_is_least_squares_on_the_book_s_four_predictors(relaxed, standard):
    assert standard.salaries.method("book", "relaxed_lasso") == LinearFitConfig(predictors=FOUR)
    assert relaxed.parameters == 5
    assert scores(relaxed).mae["split-0013"] == pytest.approx(234.70, abs=0.005)


@pytest.mark.parametrize(
    ("term", "value"),
    [("const", "-226.67"), ("Hits", "3.06"), ("Walks", "0.181"), ("CRuns", "0.859"), ("PutOuts", "0.465")],
)
def test_the_fit_on_the_test_players_has_the_coefficients_of_table_10_3(coefficients, term, value):
    estimate = coefficients["test"][term]["coefficient"]
    assert rounded(estimate, len(value.partition(".")[2])) == rounded(float(value), 3)
    assert estimate != coefficients["train"][term]["coefficient"]


def test_the_fit_on_the_training_players_does_not_reproduce_table_10_3(coefficients):
    published = {"const": "-226.67", "Hits": "3.06", "Walks": "0.181", "CRuns": "0.859", "PutOuts": "0.465"}
    for term, value in published.items():
        estimate = coefficients["train"][term]["coefficient"]
        assert rounded(estimate, len(value.partition(".")[2])) != rounded(float(value), 3)


def test_no_fit_on_the_four_predictors_reproduces_the_printed_224_8(players, book, published):
    design = sm.add_constant(players[FOUR])
    rows = {"training": book.train, "test": book.test, "all": np.arange(len(players))}
    errors = {}
    for fitted, scored in product(rows, rows):
        model = sm.OLS(players.Salary[rows[fitted]], design.loc[rows[fitted]]).fit()
        predicted = model.predict(design.loc[rows[scored]])
        errors[fitted, scored] = mean_absolute_error(players.Salary[rows[scored]], predicted)
    assert all(rounded(value, 1) != rounded(224.8, 1) for value in errors.values())
    # The scorecard's reason has these numbers.
    (entry,) = [entry for entry in published if entry.id == "salaries.relaxed_lasso.mae"]
    assert entry.value == "224.8"
    for pair in [("training", "test"), ("test", "test"), ("test", "training")]:
        assert f"{errors[pair]:.2f}" in entry.differs
