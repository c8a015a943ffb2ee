"""The network: the published size, and stacked members that are the same as single networks."""

import re

import numpy as np
import pandas as pd
import pytest
import torch

from relecture.salaries import network
from relecture.salaries.config import NetworkFitConfig
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
