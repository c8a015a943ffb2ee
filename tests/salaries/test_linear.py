"""Least squares against the published numbers and R's."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error

from relecture import records
from relecture.salaries import linear
from relecture.salaries.caveats import caveats
from relecture.salaries.config import LinearFitConfig
from relecture.salaries.data import Split, predictors
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


def wages(n: int = 60, seed: int = 0) -> pd.DataFrame:
    """A made-up table: age, a score, a wage."""
    random = np.random.default_rng(seed)
    age, score = random.integers(18, 80, n).astype(float), random.normal(size=n)
    return pd.DataFrame({"age": age, "score": score, "wage": 0.3 * age - score + random.normal(size=n)})


def split_in_two(n: int = 60) -> Split:
    return Split(seed=1, train=np.arange(n * 2 // 3), test=np.arange(n * 2 // 3, n), folds=np.zeros(n * 2 // 3, int))


def saved(fit, folder) -> dict:
    """The coefficients of the only split in the model file."""
    fit.save_model(folder)
    ((_, model),) = json.loads((folder / "coefficients.json").read_text()).items()
    return model


UNITS = st.integers(-12, 12).map(lambda exponent: 10.0**exponent)


@given(units=st.tuples(UNITS, UNITS, UNITS), levels=st.tuples(*[st.sampled_from([0.0, 1.0, -1e4, 1e7])] * 2))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_predictions_depend_neither_on_units_nor_on_levels(units, levels):
    table, split = wages(), split_in_two()
    expected = LinearRegression().fit(table.loc[split.train, ["age", "score"]], table.wage[split.train])
    expected = expected.predict(table.loc[split.test, ["age", "score"]])
    other = pd.DataFrame(
        {
            "age": (table.age + levels[0]) * units[0],
            "score": (table.score + levels[1]) * units[1],
            "wage": table.wage * units[2],
        }
    )
    fit = linear.fit(other, [split], LinearFitConfig(), Path())
    assert fit.parameters == 3
    np.testing.assert_allclose(fit.predictions[0].predicted / units[2], expected, rtol=1e-6)


def test_estimates_and_their_errors_are_those_of_statsmodels_on_the_plain_columns(players, book, all_19, tmp_path):
    model = sm.OLS(players.Salary[book.train], sm.add_constant(predictors(players)).loc[book.train]).fit()
    expected = pd.DataFrame(
        {"coefficient": model.params, "std_error": model.bse, "t": model.tvalues, "p": model.pvalues}
    )
    estimates = pd.DataFrame(saved(all_19, tmp_path)["train"]).T
    pd.testing.assert_frame_equal(estimates, expected, rtol=1e-8)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("born", lambda table: 2024 - table.age),
        ("age_in_days", lambda table: 365.25 * table.age),
        ("sum", lambda table: table.age + table.score),
        ("founder", lambda table: (table.index == 59) * 1.0),  # in no training row
    ],
)
def test_a_redundant_predictor_has_no_coefficient_and_changes_no_prediction(name, column, tmp_path, capsys):
    table, split = wages(), split_in_two()
    wider = table.assign(**{name: column(table)})[["age", "score", name, "wage"]]
    without = linear.fit(table, [split], LinearFitConfig(), tmp_path)
    assert "no coefficient" not in capsys.readouterr().err
    fit = linear.fit(wider, [split], LinearFitConfig(), tmp_path)
    np.testing.assert_allclose(fit.predictions[0].predicted, without.predictions[0].predicted, rtol=1e-10)
    assert fit.parameters == without.parameters == 3
    assert set(saved(fit, tmp_path)["train"][name].values()) == {None}
    assert f"gives `{name}` no coefficient (NA, as R's lm) in 1 of 1 split" in capsys.readouterr().err
    assert {row["metric"]: row["value"] for row in fit.metrics}["redundant"] == 1
    assert "redundant" not in {row["metric"] for row in without.metrics}


def test_of_two_collinear_predictors_the_later_one_has_no_coefficient(tmp_path):
    table, split = wages(), split_in_two()
    for order in (["age", "born"], ["born", "age"]):
        fit = linear.fit(table.assign(born=2024 - table.age)[[*order, "wage"]], [split], LinearFitConfig(), tmp_path)
        train = saved(fit, tmp_path)["train"]
        assert [train[name]["coefficient"] is None for name in order] == [False, True]


def test_the_table_names_a_predictor_without_a_coefficient(tmp_path):
    table, split = wages(), split_in_two()
    wider = table.assign(born=2024 - table.age)[["age", "born", "wage"]]
    for name, data in (("wider", wider), ("plain", table)):
        fit = linear.fit(data, [split], LinearFitConfig(), tmp_path)
        fit.save(tmp_path / name, f"salaries/book/{name}", LinearFitConfig(), {"name": "a"}, "rule")
    (sentence,) = caveats(records.read(tmp_path / "wider"), "Linear regression")
    assert sentence.startswith("Linear regression has no coefficient (NA, as R's lm) for born (in 1 of 1 split)")
    assert caveats(records.read(tmp_path / "plain"), "Linear regression") == []
