"""The network: the published size, and stacked members that are the same as single networks."""

import re

import numpy as np
import pandas as pd
import pytest
import torch

from relecture import records
from relecture.errors import UserError
from relecture.salaries import network
from relecture.salaries.caveats import caveats
from relecture.salaries.config import NetworkFitConfig, SplitsConfig
from relecture.salaries.data import draw_splits, iter_splits
from relecture.training.mlp import mlp


@pytest.fixture
def config(standard) -> NetworkFitConfig:
    """The book's network, for eight epochs and one seed."""
    config = standard.salaries.method("resampled", "network")
    return changed(config, training=changed(config.training, epochs=8, log_every_n_epochs=2))


def changed(config, **values):
    return config.model_copy(update=values)


def predictions(fit) -> dict[str, np.ndarray]:
    """By member."""
    return {table.member.iloc[0]: table.predicted.to_numpy() for table in fit.predictions}


def test_the_standard_network_is_the_book_s(standard):
    config = standard.salaries.method("book", "network")
    assert (config.hidden, config.dropout) == (64, 0.1)
    assert (config.training.epochs, config.training.batch_size) == (1000, 32)
    assert (config.training.learning_rate, config.training.rho) == (0.001, 0.9)  # Keras' RMSprop
    assert config.n_seeds > 1
    assert standard.salaries.method("resampled", "network") == changed(config, n_seeds=1)


def test_the_network_has_the_printed_1345_parameters(players, some_splits, config, tmp_path):
    assert network.fit(players, some_splits, config, tmp_path).parameters == 1_345


def test_stacked_networks_are_the_same_networks_trained_one_by_one(players, some_splits, config, tmp_path):
    config = changed(config, dropout=0.0)  # members of a stack share one stream of dropout
    together = network.fit(players, some_splits, config, tmp_path)
    alone = [network.fit(players, [split], config, tmp_path) for split in some_splits]
    for fit in alone:
        ((member, expected),) = predictions(fit).items()
        np.testing.assert_allclose(predictions(together)[member], expected, rtol=1e-4, atol=1e-3)
    expected = pd.concat([history for fit in alone for history in fit.histories], ignore_index=True)
    (history,) = together.histories
    assert history[["member", "step", "metric"]].equals(expected[["member", "step", "metric"]])
    np.testing.assert_allclose(history.value, expected.value, rtol=1e-4)


def test_members_of_one_split_differ_in_their_seed_and_do_not_depend_on_the_others(players, book, config, tmp_path):
    config = changed(config, dropout=0.0)
    three = predictions(network.fit(players, [book], changed(config, n_seeds=3), tmp_path))
    two = predictions(network.fit(players, [book], changed(config, n_seeds=2), tmp_path))
    assert list(three) == ["split-0013-seed-00", "split-0013-seed-01", "split-0013-seed-02"]
    assert len({values.tobytes() for values in three.values()}) == 3
    for member, values in two.items():
        np.testing.assert_allclose(values, three[member], rtol=1e-4, atol=1e-3)


def test_two_fits_are_identical(players, some_splits, config, tmp_path):
    first, second = (network.fit(players, some_splits, config, tmp_path / name) for name in "ab")
    assert first.metrics == second.metrics
    assert first.histories[0].equals(second.histories[0])


def test_the_predictions_do_not_depend_on_the_salaries_of_the_test_players(players, book, config, tmp_path):
    other = players.copy()
    other.loc[book.test, "Salary"] = 0.0
    ((_, expected),) = predictions(network.fit(players, [book], config, tmp_path / "a")).items()
    ((_, actual),) = predictions(network.fit(other, [book], config, tmp_path / "b")).items()
    assert np.array_equal(actual, expected)


def test_the_network_learns(players, book, config, tmp_path):
    config = changed(config, training=changed(config.training, epochs=60, learning_rate=0.01))
    fit = network.fit(players, [book], config, tmp_path)
    curve = fit.histories[0].pivot(index="step", columns="metric", values="value")
    assert curve.index.tolist() == list(range(2, 61, 2))
    assert (np.diff(curve.train_mae.rolling(5).mean().dropna()) < 0).all()
    assert curve.train_mae.iloc[-1] < 0.6 * curve.train_mae.iloc[0]
    scores = {row["metric"]: row["value"] for row in fit.metrics}
    assert scores["mae"] == pytest.approx(curve.test_mae.iloc[-1], rel=1e-5)


def test_the_saved_model_gives_the_recorded_predictions(players, some_splits, config, tmp_path):
    fit = network.fit(players, some_splits[:2], config, tmp_path)
    fit.save_model(tmp_path)
    state = torch.load(tmp_path / "weights.pt", weights_only=True)
    x = players.drop(columns="Salary")
    x = torch.tensor(((x - x.mean()) / x.std()).to_numpy(), dtype=torch.float32)
    for k, split in enumerate(some_splits[:2]):
        alone = mlp([19, 64, 1], seed=0)
        weights = {re.sub("^3", "2", name): values[k].squeeze(0) for name, values in state.items()}
        alone.load_state_dict({n: v.T if n.endswith("weight") else v for n, v in weights.items()})
        predicted = alone(x[torch.tensor(split.test)]).squeeze(-1).detach().numpy()
        np.testing.assert_allclose(predicted, predictions(fit)[split.name], rtol=1e-4, atol=1e-3)


@pytest.fixture
def julian(config) -> tuple[pd.DataFrame, list, NetworkFitConfig]:
    """Two predictors and a day count: a spread of 0.01 days at a level of 2.46 million; a table, splits, settings."""
    random = np.random.default_rng(8)
    x = random.normal(size=(90, 2))
    day = x[:, 0] - x[:, 1] + 0.1 * random.normal(size=90)
    table = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "day": 2_460_000 + 0.01 * day})
    splits = list(
        iter_splits(draw_splits(90, SplitsConfig(seeds=[1, 2], test_size=30, n_folds=3, max_training_rows=5_000)))
    )
    training = changed(config.training, epochs=40, learning_rate=0.01)
    return table, splits, changed(config, standardise_target=True, training=training)


def maes(fit) -> np.ndarray:
    return np.array([row["value"] for row in fit.metrics if row["metric"] == "mae"])


@pytest.mark.parametrize(("level", "unit"), [(2_460_000.0, 1.0), (0.0, 1e-12), (0.0, 1e12), (0.0, 1e45), (0.0, 1e-60)])
def test_errors_depend_neither_on_the_level_nor_on_the_unit_of_the_target(julian, level, unit, tmp_path):
    table, splits, config = julian
    plain = table.assign(day=table.day - 2_460_000)
    expected = maes(network.fit(plain, splits, config, tmp_path / "a"))
    fit = network.fit(plain.assign(day=level + unit * plain.day), splits, config, tmp_path / "b")
    assert expected.max() < 0.01
    np.testing.assert_allclose(maes(fit) / unit, expected, rtol=1e-4)
    last = fit.histories[0].query("metric == 'test_mae' and step == 40").value.to_numpy()
    np.testing.assert_allclose(last / unit, expected, rtol=1e-4)


def test_training_that_diverges_names_the_setting_and_the_epoch(players, some_splits, config, tmp_path):
    config = changed(config, training=changed(config.training, learning_rate=1e30))
    with pytest.raises(UserError, match=r"not a finite number in epoch [12] of 8: learning_rate = 1e\+30 is too high"):
        network.fit(players, some_splits, config, tmp_path)


def test_a_network_that_is_worse_than_the_mean_in_training_is_flagged(julian, tmp_path, capsys):
    table, splits, config = julian
    absurd = changed(config, training=changed(config.training, learning_rate=1e6))
    for name, settings in (("absurd", absurd), ("ordinary", config)):
        fit = network.fit(table, splits, settings, tmp_path / "checkpoints")
        fit.save(tmp_path / name, "salaries/book/network", settings, {"name": "a"}, "rule")
        log = capsys.readouterr().err
        (text,) = caveats(records.read(tmp_path / name), "Network") or [""]
        assert ("worse_than_mean" in {row["metric"] for row in fit.metrics}) == (name == "absurd")
        assert ("learning_rate (1e+06)" in log) == (name == "absurd")
        assert ("2 of 2 fits" in text) == (name == "absurd")


def test_the_standard_network_is_not_cut_short(standard):
    config = standard.salaries.method("book", "network")
    assert network.capped(config.training, 176, config.max_steps) == config.training


@pytest.mark.parametrize(("n_train", "max_steps"), [(176, 20), (176, 5), (100_000, 1_000), (64, 1)])
def test_a_network_takes_no_more_than_max_steps(config, n_train, max_steps, capsys):
    training = network.capped(config.training, n_train, max_steps)
    assert training.epochs * -(-n_train // training.batch_size) <= max_steps
    assert training.epochs >= 1
    assert f"salaries.network.max_steps is {max_steps:,}" in capsys.readouterr().err


def test_fewer_epochs_are_recorded(julian, tmp_path):
    table, splits, config = julian
    config = changed(config, max_steps=6)  # two steps an epoch
    fit = network.fit(table, splits, config, tmp_path / "checkpoints")
    assert {row["value"] for row in fit.metrics if row["metric"] == "epochs"} == {3}
    assert fit.histories[0].step.max() == 3
    fit.save(tmp_path / "record", "salaries/book/network", config, {"name": "a"}, "rule")
    sentences = caveats(records.read(tmp_path / "record"), "Network")
    assert "Network: 3 of 40 epochs, because salaries.network.max_steps is 6." in sentences


def test_evaluation_in_batches_changes_no_prediction(julian, tmp_path, monkeypatch):
    table, splits, config = julian
    whole = network.fit(table, splits, config, tmp_path / "a")
    monkeypatch.setattr(network, "EVAL_BATCH_SIZE", 7)
    parts = network.fit(table, splits, config, tmp_path / "b")
    for one, other in zip(whole.predictions, parts.predictions, strict=True):
        np.testing.assert_allclose(one.predicted, other.predicted, rtol=1e-9)
