"""Every method of `salaries`: its saved model predicts new rows as the fitted one did."""

from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from relecture import predict, records
from relecture.data.config import TableFormat
from relecture.data_files import read_csv
from relecture.errors import UserError
from relecture.prediction.estimators import Estimator
from relecture.prediction.inputs import InputColumn, Inputs
from relecture.prediction.model import PredictionModel, _load_pyfunc, add_model
from relecture.salaries import METHODS, ONE_HOT
from relecture.salaries.config import (
    FIT_CONFIGS,
    ForestConfig,
    KnnConfig,
    LassoFitConfig,
    LinearFitConfig,
    NetworkFitConfig,
    RidgeConfig,
    SplitsConfig,
    TreeConfig,
)
from relecture.salaries.data import draw_splits, encode, inputs, iter_splits
from relecture.training.config import TrainingConfig

N_ROWS = 60
SOURCE = records.DataSource(name="flats", digest="0" * 16, sample=False)


@pytest.fixture(scope="module")
def flats() -> pd.DataFrame:
    """Made-up flats with factors of two and of three levels, whose names a spreadsheet would sort otherwise."""
    random = np.random.default_rng(1)
    size, district = random.uniform(20, 150, N_ROWS).round(1), random.choice(["north", "East", "south"], N_ROWS)
    table = pd.DataFrame({"size": size, "district": district, "lift": random.choice(["no", "yes"], N_ROWS)})
    return table.assign(floor=random.integers(0, 9, N_ROWS), rent=9 * size + 80 * (district == "East"))


def config(method: str):
    training = TrainingConfig(epochs=2, batch_size=16, learning_rate=1e-2, rho=0.9, epsilon=1e-7, log_every_n_epochs=1)
    network = NetworkFitConfig(n_seeds=2, hidden=5, dropout=0.1, training=training)
    return {
        "linear": LinearFitConfig(),
        "relaxed_lasso": LinearFitConfig(predictors=["size", "districtsouth"]),
        "lasso": LassoFitConfig(n_lambda=20, lambda_min_ratio=0.001),
        "ridge": RidgeConfig(lambdas=[0.01, 0.1]),
        "knn": KnnConfig(n_neighbors=[3, 5]),
        "tree": TreeConfig(cp=[0.1, 0.01]),
        "bagging": ForestConfig(n_trees=50, max_features=[1.0], min_samples_leaf=[1]),
        "random_forest": ForestConfig(n_trees=50, max_features=[0.5], min_samples_leaf=[1, 5]),
        "network": network,
        "network_standardised": network.model_copy(update={"standardise_target": True}),
    }[method]


def fit(flats: pd.DataFrame, method: str, folder: Path, seeds: tuple[int, ...] = (1,)) -> pd.DataFrame:
    """Fit a method, write its record, and return the predictions of its first member for the test rows."""
    one_hot = method in ONE_HOT
    table = encode(flats, "rent", one_hot=one_hot)
    drawn = draw_splits(N_ROWS, SplitsConfig(seeds=list(seeds), test_size=20, n_folds=3, max_training_rows=5000))
    result = resolve_name(METHODS[method])(table, list(iter_splits(drawn)), config(method), folder / "checkpoints")
    result.why_no_estimator = "many splits"
    columns = inputs(flats, "rent", TableFormat(separator=";"), one_hot=one_hot)
    add_model(result, columns).save(
        folder / "record", f"salaries/book/{method}", config(method), SOURCE, "salaries_fit"
    )
    return result.predictions[0]


@pytest.mark.parametrize("method", FIT_CONFIGS)
def test_the_saved_model_predicts_the_test_rows_as_the_fitted_one(flats, method, tmp_path, capsys):
    fitted = fit(flats, method, tmp_path)
    new = flats.iloc[fitted.player].drop(columns="rent")
    new.to_csv(tmp_path / "new.csv", index=False, sep=";")
    predict.predict(str(tmp_path / "record"), tmp_path / "new.csv", tmp_path / "out.csv")
    predicted = read_csv(tmp_path / "out.csv")
    assert predicted.row.tolist() == list(range(1, 21))
    single = 1e-5 if method.startswith("network") else 1e-12
    np.testing.assert_allclose(predicted.predicted, fitted.predicted, rtol=single)
    assert f"({fitted.member[0]})" in capsys.readouterr().out
    loaded = _load_pyfunc(str(tmp_path / "record/model"))  # what MLflow calls
    np.testing.assert_allclose(loaded.predict(new).predicted, fitted.predicted, rtol=single)


def test_least_squares_predicts_as_scikit_learn(flats, tmp_path):
    fitted = fit(flats, "linear", tmp_path)
    dummies = pd.get_dummies(flats.drop(columns="rent"), dtype=float)
    train = np.setdiff1d(np.arange(N_ROWS), fitted.player)
    expected = LinearRegression().fit(dummies.iloc[train], flats.rent[train]).predict(dummies.iloc[fitted.player])
    model = _load_pyfunc(str(tmp_path / "record/model"))
    np.testing.assert_allclose(model.predict(flats.iloc[fitted.player]).predicted, expected)


def test_many_splits_leave_no_model_and_the_command_says_why(flats, tmp_path):
    fit(flats, "linear", tmp_path, seeds=(1, 2))
    with pytest.raises(UserError, match="cannot predict new rows: many splits"):
        predict.predict(str(tmp_path / "record"), tmp_path / "new.csv", tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": "sizes"}, "it has no column `size`: did you mean `sizes`?"),
        ({"East": "Est"}, 'the column `district` has "Est" in row 2, a level that training did not have (it had East'),
        ({"East": "east"}, 'there are "East" and "east", which differ only in capitals'),
        ({"70.5": "big"}, 'the column `size` holds text ("big" in row 1)'),
        ({"70.5": "70,5"}, "the column `size`"),
        ({"70.5": "inf"}, "the column `size` is infinite in row 1"),
        ({";": ","}, "its columns are separated by commas"),
    ],
)
def test_a_wrong_row_is_refused_with_cause_and_remedy(flats, tmp_path, change, message):
    fit(flats, "linear", tmp_path)
    text = "size;district;lift;floor\n70.5;north;no;1\n40;East;yes;2\n30;south;no;3\n"
    for old, new in change.items():
        text = text.replace(old, new)
    (tmp_path / "new.csv").write_text(text)
    with pytest.raises(UserError) as caught:
        predict.predict(str(tmp_path / "record"), tmp_path / "new.csv", tmp_path / "out.csv")
    assert message in str(caught.value)
    assert not (tmp_path / "out.csv").exists()


def test_an_incomplete_row_gets_no_prediction_and_what_is_suspicious_is_said(flats, tmp_path, capsys):
    fit(flats, "linear", tmp_path)
    (tmp_path / "new.csv").write_text("size;district;lift;floor;view\n7000;north;no;1;sea\nNA;East;yes;2;none\n")
    predict.predict(str(tmp_path / "record"), tmp_path / "new.csv", tmp_path / "out.csv")
    assert read_csv(tmp_path / "out.csv").predicted.isna().tolist() == [False, True]
    said = capsys.readouterr().err
    assert "1 of 2 rows have a missing value and get no prediction" in said
    assert "`size` is 7000 in row 1, outside the range of the training table" in said
    assert "the columns view are not used" in said


def test_a_model_asks_only_for_the_columns_that_it_uses(flats, tmp_path):
    fit(flats, "relaxed_lasso", tmp_path)
    model = _load_pyfunc(str(tmp_path / "record/model"))
    assert len(model.predict(pd.DataFrame({"size": [50.0], "district": ["south"]}))) == 1


def test_a_folder_that_is_no_record_is_named(tmp_path):
    with pytest.raises(UserError, match="is no record: give its folder, such as"):
        predict.predict(str(tmp_path), tmp_path / "new.csv", tmp_path / "out.csv")


def test_numbers_and_levels_of_other_rows_than_those_of_training_are_new():
    columns = [
        InputColumn(name="size", low=0, high=900),
        InputColumn(name="d", levels=["a", "b", "c"], coded=["b", "c"]),
    ]
    coded = pd.DataFrame({"size": [1.0, 2, 900], "db": [1, 0, 0], "dc": [0, 0, 1]})
    seen = Inputs(columns=columns).seen_in(coded.iloc[:2])
    assert [(one.low, one.high, one.levels) for one in seen.columns] == [(1, 2, None), (None, None, ["a", "b"])]
    (problem,) = seen.problems(pd.DataFrame({"size": [1.0], "d": ["c"]}))
    assert 'has "c" in row 1, a level that training did not have' in problem


def test_a_table_with_repeated_labels_and_a_number_outside_the_range_is_predicted_with_a_warning():
    inputs = Inputs(columns=[InputColumn(name="size", low=0.1, high=0.3)])
    estimator = Estimator("linear", "value", "book", {"intercept": np.array(1.0), "slopes": np.array([2.0])})
    rows = pd.DataFrame({"size": [0.2, np.nan, 50.0]}, index=[0, 0, 1])
    with pytest.warns(UserWarning, match=r"`size` is 50 in row 3, outside the range"):
        predicted = PredictionModel(inputs, estimator).predict(rows)
    assert predicted.index.tolist() == [0, 0, 1]
    np.testing.assert_allclose(predicted.iloc[:, 0], [1.4, np.nan, 101.0])
    assert list(inputs.warnings(pd.DataFrame({"size": [0.1 - 1e-12, 0.3 + 1e-12]}))) == []
