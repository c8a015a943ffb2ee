"""Errors by the size of the training set and by epoch, and their paired differences."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel
from statsmodels.stats.multitest import multipletests

from relecture.plotting import style
from relecture.salaries import METHODS, figures, findings, learning_tables, result_tables

TEST_TO_TRAIN = 87 / 176


@pytest.fixture(scope="module")
def results(salaries_records, salaries_learning_curve):
    folders = [*salaries_records.values(), salaries_learning_curve]
    return replace(result_tables.load(folders, []), n_train=176, n_test=87)


@pytest.fixture(scope="module")
def written(results, tmp_path_factory):
    """The three tables as read from CSV, by name."""
    folder, tables = tmp_path_factory.mktemp("tables"), {}
    for name in ("learning_curve", "size_differences", "epochs"):
        getattr(learning_tables, name)(results, folder / name)
        tables[name] = pd.read_csv(folder / f"{name}.csv")
    return tables


def errors(results, method, n_train) -> pd.Series:
    """The errors of a method on three splits; with all players they are those over the random splits."""
    if n_train == 176:
        return results.random_errors[method].iloc[:3]
    history = results.learning_curve.history
    rows = history[(history.metric == f"{method}_mae") & (history.step == n_train)]
    return rows.set_index("member").value


def widened(interval, mean, n):
    """Return the half-width of Nadeau and Bengio's interval from that of independent splits."""
    return (interval.high - mean) * np.sqrt(1 + n * TEST_TO_TRAIN)


def test_the_learning_curve_has_every_method_at_every_size_with_its_interval(results, written):
    table = written["learning_curve"].set_index(["method", "n_train"])
    assert set(table.index) == {(method, n) for method in METHODS for n in (40, 176)}
    for method, n_train in table.index:
        values = errors(results, method, n_train)
        row = table.loc[(method, n_train)]
        assert row.mae == pytest.approx(values.mean())
        assert row.n == 3
        half = 4.30265 * values.std() * np.sqrt(1 / 3 + TEST_TO_TRAIN)  # Student's quantile for two degrees of freedom
        assert (row.high - row.low) / 2 == pytest.approx(half, rel=1e-5)


def test_the_differences_by_size_are_paired_and_adjusted_over_the_table(results, written):
    table = written["size_differences"].set_index(["a", "b", "n_train"])
    assert len(table) == 6
    for a, b, n_train in table.index:
        row, ours = table.loc[(a, b, n_train)], errors(results, a, n_train)
        test = ttest_rel(ours, errors(results, b, n_train)[ours.index])
        assert row["mean"] == pytest.approx((ours - errors(results, b, n_train)).mean())
        assert row.high - row["mean"] == pytest.approx(widened(test.confidence_interval(), row["mean"], 3))
    np.testing.assert_allclose(table.adjusted_p, multipletests(table.p, method="holm")[1])


def test_the_errors_by_epoch_are_those_of_one_training(results, written):
    table = written["epochs"]
    # Five epochs, each logged; the first is nearest to a tenth of them, and as near to three tenths as the second.
    assert table.network.tolist() == ["network"] * 2 + ["network_standardised"] * 2
    assert table.epoch.tolist() == [1, 5] * 2
    for row in table.itertuples():
        history = results.records["resampled", row.network].history
        by_epoch = history[history.metric == "test_mae"].pivot(index="member", columns="step", values="value")
        assert row.mae == pytest.approx(by_epoch[row.epoch].mean())
        if row.epoch < 5:
            test = ttest_rel(by_epoch[row.epoch], by_epoch[5])
            assert row.change == pytest.approx((by_epoch[row.epoch] - by_epoch[5]).mean())
            assert row.high - row.change == pytest.approx(widened(test.confidence_interval(), row.change, 5))
    last = table[table.epoch == 5]
    assert last[["change", "low", "high", "p", "adjusted_p"]].isna().all(axis=None)
    for network, mae in zip(last.network, last.mae, strict=True):
        assert mae == pytest.approx(results.random_errors[network].mean(), rel=1e-5)
    tested = table.dropna()
    np.testing.assert_allclose(tested.adjusted_p, multipletests(tested.p, method="holm")[1])


def test_every_tested_difference_is_a_finding(results, written):
    found = {one.id: one for one in findings.findings(results)}
    assert len(found) == 13 + 6 + 2
    for row in written["size_differences"].itertuples():
        one = found[f"n = {row.n_train}: {row.a} - {row.b}"]
        assert one.adjusted_p == pytest.approx(row.adjusted_p)
        assert one.finding == ("significant" if row.adjusted_p < 0.05 else "not significant")
    assert "network_standardised: epoch 1 - last epoch" in found
    assert "network - network_standardised" in found


def test_the_figure_of_the_learning_curve_draws_every_mean(results):
    with style():
        left, right = figures.learning_curve(results).axes
    drawn = {}
    for axes in (left, right):
        for container in axes.containers:
            drawn[container.get_label()] = container.lines[0].get_ydata().astype(float)
    assert set(drawn) == set(result_tables.NAMES.values())
    for method, name in result_tables.NAMES.items():
        means = [errors(results, method, n_train).mean() for n_train in (40, 176)]
        np.testing.assert_allclose(drawn[name], means)
    assert left.get_xlabel() == "training players"
