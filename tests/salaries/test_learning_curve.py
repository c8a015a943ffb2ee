"""All methods on training sets of several sizes."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error

from relecture import records
from relecture.salaries import METHODS
from relecture.salaries.data import predictors
from relecture.salaries.learning_curve import nested_part, sizes


@pytest.fixture(scope="module")
def record(salaries_learning_curve) -> records.Record:
    return records.read(salaries_learning_curve)


def errors(record, method, n_train) -> dict[str, float]:
    """The errors of a method by split."""
    rows = record.history[(record.history.metric == f"{method}_mae") & (record.history.step == n_train)]
    return rows.set_index("member").value.to_dict()


def test_the_standard_sizes_are_40_to_176_players(standard, book):
    assert sizes(standard.salaries.learning_curve.train_sizes, book, 19) == [40, 60, 90, 130, 176]


def test_no_size_is_too_small_for_folds_or_predictors(book):
    assert sizes([0.01, 0.02, 1.0], book, 5) == [30, 176]  # three rows for each of ten folds
    assert sizes([0.01, 1.0], book, 60) == [62, 176]
    assert sizes([0.01, 1.0], book, 500) == [176]


def test_smaller_training_sets_are_parts_of_larger_ones_with_the_same_test_set(some_splits):
    for split in some_splits:
        parts = [nested_part(split, n_train) for n_train in (40, 90, 176)]
        assert [len(part.train) for part in parts] == [40, 90, 176]
        for smaller, larger in pairwise(parts):
            assert set(smaller.train) < set(larger.train)
        for part in parts:
            assert np.array_equal(part.test, split.test)
            assert np.ptp(np.bincount(part.folds)[1:]) <= 1
            assert set(part.folds) == set(range(1, 11))
    assert parts[-1] == split


def test_every_method_has_an_error_at_every_size_of_every_split(record, some_splits):
    assert set(record.history.metric) == {f"{method}_mae" for method in METHODS}
    names = [split.name for split in some_splits[:3]]
    for method in METHODS:
        for n_train in (40, 176):
            assert list(errors(record, method, n_train)) == names
    assert set(record.metrics.member) == set(names)
    last = record.history[record.history.step == 176].drop(columns="step")
    assert record.metrics.sort_values(["member", "metric"], ignore_index=True).equals(
        last.sort_values(["member", "metric"], ignore_index=True)
    )


def test_with_40_players_linear_regression_is_that_on_these_players(record, players, some_splits):
    x, y = predictors(players).to_numpy(), players.Salary.to_numpy()
    for split in some_splits[:3]:
        rows = nested_part(split, 40).train
        predicted = LinearRegression().fit(x[rows], y[rows]).predict(x[split.test])
        assert errors(record, "linear", 40)[split.name] == pytest.approx(mean_absolute_error(y[split.test], predicted))


def test_with_all_players_the_errors_are_those_of_the_random_splits(record, salaries_records):
    for method in ("linear", "lasso", "relaxed_lasso", "ridge", "knn"):
        metrics = records.read(salaries_records["resampled", method]).metrics
        expected = metrics[metrics.metric == "mae"].set_index("member").value
        for split, error in errors(record, method, 176).items():
            assert error == pytest.approx(expected[split])


def test_more_players_help_linear_regression(record):
    small, large = (list(errors(record, "linear", n_train).values()) for n_train in (40, 176))
    assert np.mean(small) > np.mean(large) + 50
