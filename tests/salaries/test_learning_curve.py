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


def test_the_standard_sizes_are_40_to_130_players(standard, book):
    assert sizes(standard.salaries.learning_curve.train_sizes, book, 19) == [40, 60, 90, 130]


def test_no_size_is_too_small_for_folds_or_predictors(book):
    assert sizes([0.01, 0.02, 0.5], book, 5) == [30, 88]  # three rows for each of ten folds
    assert sizes([0.01, 0.5], book, 60) == [62, 88]
    assert sizes([0.01, 0.5], book, 500) == [176]


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


def test_every_method_has_an_error_on_every_split(record, some_splits):
    assert set(record.history.metric) == {f"{method}_mae" for method in METHODS}
    names = [split.name for split in some_splits[:3]]
    for method in METHODS:
        assert list(errors(record, method, 40)) == names
    assert set(record.metrics.member) == set(names)
    last = record.history.drop(columns="step")
    assert record.metrics.sort_values(["member", "metric"], ignore_index=True).equals(
        last.sort_values(["member", "metric"], ignore_index=True)
    )


def test_with_40_players_linear_regression_is_that_on_these_players(record, players, some_splits):
    x, y = predictors(players).to_numpy(), players.Salary.to_numpy()
    for split in some_splits[:3]:
        rows = nested_part(split, 40).train
        predicted = LinearRegression().fit(x[rows], y[rows]).predict(x[split.test])
        assert errors(record, "linear", 40)[split.name] == pytest.approx(mean_absolute_error(y[split.test], predicted))


def test_a_part_of_all_rows_is_the_split_itself(some_splits):
    assert nested_part(some_splits[0], 176) is some_splits[0]


def test_fewer_players_are_worse_for_linear_regression(record, salaries_records):
    metrics = records.read(salaries_records["resampled", "linear"]).metrics
    all_players = metrics[(metrics.metric == "mae")].value.mean()
    assert np.mean(list(errors(record, "linear", 40).values())) > all_players + 50
