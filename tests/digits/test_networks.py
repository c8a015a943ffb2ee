"""Each regulariser is a field of the same network; choices are made on validation images."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from relecture import records
from relecture.cli import parse_config
from relecture.config import load
from relecture.config.yaml_files import merge, read
from relecture.digits import METHODS, SEARCH, networks
from relecture.digits.cli import CONFIGS
from relecture.digits.config import LambdaGridConfig, MethodConfig, NetworkConfig, equal_width
from relecture.digits.last_epochs import LastEpochsErrors
from relecture.digits.scoring import error_rate
from relecture.training.config import TrainingConfig
from relecture.training.fit import TrainedNetwork
from relecture.training.mlp import count_parameters, mlp

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def train_call(monkeypatch, sample_digits, standard, tmp_path):
    """Return what a method passes to `training.fit`: `train_call("dropout")` is (network, options)."""

    def call(method: str, hidden_l2: float = 0.0) -> tuple[nn.Module, dict]:
        calls = []
        monkeypatch.setattr(networks, "train", lambda network, data, **options: calls.append((network, options)))
        config = standard.digits.method(method).model_copy(update={"hidden_l2": hidden_l2})
        networks.train_one(config, networks.arrays(sample_digits), "seed-03", 3, tmp_path)
        return calls[0]

    return call


def dropouts(network: nn.Module) -> list[float]:
    return [layer.p for layer in network if isinstance(layer, nn.Dropout)]


@pytest.mark.parametrize("method", ["plain", "ridge", "dropout", "early_stopping", "early_stopping_error"])
def test_every_network_is_the_book_s_of_235146_parameters(train_call, method):
    network, _ = train_call(method)
    assert count_parameters(network) == 235_146
    assert [layer.out_features for layer in network if isinstance(layer, nn.Linear)] == [256, 128, 10]


def test_logistic_regression_is_the_network_without_hidden_layers(train_call):
    network, options = train_call("logistic")
    assert count_parameters(network) == 7_850
    assert [type(layer) for layer in network] == [nn.Linear]
    assert options["training"] == train_call("plain")[1]["training"]


def test_one_hidden_layer_has_as_many_parameters_as_the_book_s_two_to_one_percent(train_call):
    network, options = train_call("one_hidden_layer")
    assert next(layer.in_features for layer in network if isinstance(layer, nn.Linear)) == 784
    assert len([layer for layer in network if isinstance(layer, nn.Linear)]) == 2
    assert count_parameters(network) == pytest.approx(235_146, rel=0.01)
    assert options["training"] == train_call("plain")[1]["training"]


@pytest.mark.parametrize("hidden", [[256, 128], [300], [64, 64, 64], [1]])
def test_the_width_of_one_layer_comes_as_close_to_the_parameters_as_a_whole_number_can(hidden):
    def count(layers):
        return count_parameters(mlp([784, *layers, 10], seed=0))

    width, target = equal_width(hidden), count(hidden)
    distances = [abs(count([units]) - target) for units in (max(1, width - 1), width, width + 1)]
    assert min(distances) == distances[1]


def test_early_stopping_by_error_differs_from_that_by_loss_in_the_monitor_alone(train_call):
    (_, by_loss), (_, by_error) = train_call("early_stopping"), train_call("early_stopping_error")
    assert {name for name in by_loss if by_loss[name] != by_error[name]} == {"monitor"}
    assert (by_loss["monitor"], by_error["monitor"]) == ("validation_loss", "validation_error")


def test_each_regulariser_is_one_option_and_no_method_has_that_of_another(train_call):
    calls = {method: train_call(method, 0.01 if method == "ridge" else 0.0) for method in ("plain", "ridge", "dropout",
             "early_stopping", "logistic")}  # fmt: skip
    assert {method: dropouts(network) for method, (network, _) in calls.items() if dropouts(network)} == {
        "dropout": [0.4, 0.3]
    }
    assert {name: o["hidden_l2"] for name, (_, o) in calls.items() if o["hidden_l2"]} == {"ridge": 0.01}
    assert {name: o["patience"] for name, (_, o) in calls.items() if o["patience"]} == {"early_stopping": 5}


def test_the_standard_training_is_the_book_s(train_call):
    _, options = train_call("plain")
    assert options["training"] == TrainingConfig(
        epochs=30, batch_size=128, learning_rate=1e-3, rho=0.9, epsilon=1e-7, log_every_n_epochs=1
    )


def test_networks_of_one_seed_start_from_the_same_weights_whatever_the_method(train_call):
    plain, dropout = train_call("plain")[0], train_call("dropout")[0]
    for one, other in zip(plain.parameters(), dropout.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_search_trains_networks_like_plain_with_every_lambda(standard):
    config = standard.digits.method("ridge_search")
    assert isinstance(config, LambdaGridConfig)
    assert config.lambdas == standard.digits.ridge.lambdas
    assert config.n_seeds == standard.digits.ridge.n_seeds_per_lambda
    plain = standard.digits.method("plain")
    assert (config.hidden, config.training) == (plain.hidden, plain.training)
    assert standard.digits.method("ridge") == plain  # lambda comes from the search's record


@pytest.mark.parametrize("method", [*METHODS, *SEARCH])
def test_the_configuration_of_a_method_is_read_by_its_command_as_it_was_sent(standard, method):
    config = standard.digits.method(method)
    model = CONFIGS.get(method, NetworkConfig)
    assert parse_config(model, config.to_json()) == config
    assert isinstance(config, MethodConfig)


def test_a_method_that_does_not_exist_has_no_configuration(standard):
    with pytest.raises(KeyError, match="lasso"):
        standard.digits.method("lasso")


def test_the_error_rate_is_the_share_of_misclassified_digits():
    assert error_rate(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 9])) == 0.25
    scores = torch.tensor([[0.1, 0.9], [0.8, 0.2]])
    assert networks.zero_one_loss(scores, torch.tensor([1, 1])).tolist() == [0.0, 1.0]


def test_every_lambda_of_both_penalties_has_the_same_seeds(digits_records):
    for record in ("ridge_search", "l1"):
        members = pd.read_csv(digits_records[record] / "metrics.csv").member.unique().tolist()
        assert members == [f"lambda-{lambda_}-seed-0{seed}" for lambda_ in ("1e-05", "0.001") for seed in (0, 1)]


def test_l1_puts_its_lambda_on_the_absolute_weights_and_on_nothing_else(monkeypatch, sample_digits, standard, tmp_path):
    calls = []

    def train(network, data, **options):
        calls.append(options)
        return TrainedNetwork(network.eval(), pd.DataFrame(columns=["member", "step", "metric", "value"]), 30, 30)

    monkeypatch.setattr(networks, "train", train)
    monkeypatch.setattr(LastEpochsErrors, "scores", lambda self: {"validation_error_last_ten": 0.02})
    networks.fit_l1(sample_digits, standard.digits.method("l1"), tmp_path)
    lambdas = standard.digits.l1.lambdas
    assert [options["hidden_l1"] for options in calls] == [lambda_ for lambda_ in lambdas for _ in range(3)]
    assert {options["hidden_l2"] for options in calls} == {0.0}


def test_the_search_never_scores_a_test_image(digits_records):
    metrics = pd.read_csv(digits_records["ridge_search"] / "metrics.csv")
    assert [metric for metric in metrics.metric.unique() if "test" in metric] == []
    predictions = pd.read_parquet(digits_records["ridge_search"] / "predictions.parquet")
    assert list(predictions.columns) == ["member", "image", "n_errors"]


def test_the_search_keeps_the_errors_on_each_validation_image_that_make_up_its_error(digits_records):
    record = records.read(digits_records["ridge_search"])
    metrics = record.metrics.pivot(index="member", columns="metric", values="value")
    n_errors = record.predictions.groupby("member").n_errors.sum()
    assert set(metrics.n_validation) == {800}
    assert set(metrics.n_last_epochs) == {2}  # all that there are
    np.testing.assert_allclose(n_errors / (800 * 2), metrics.validation_error_last_ten, rtol=1e-12)
    assert record.predictions.n_errors.between(1, 2).all()


def test_the_error_of_the_last_ten_epochs_is_the_mean_of_the_curve_and_its_sd_that_within_the_fit(digits_records):
    record = records.read(digits_records["plain"])
    curves = record.history[record.history.metric == "validation_error"].groupby("member").value
    metrics = record.metrics.pivot(index="member", columns="metric", values="value")
    np.testing.assert_allclose(metrics.validation_error_last_ten, curves.mean(), rtol=1e-6)
    np.testing.assert_allclose(metrics.validation_error_within_run_sd, curves.std(), rtol=1e-5)


@pytest.mark.parametrize("method", ["plain", "dropout", "early_stopping", "early_stopping_error"])
def test_the_test_images_change_nothing_but_their_own_error(sample_digits, standard, tmp_path, method):
    training = standard.digits.training.model_copy(update={"epochs": 2})
    config = standard.digits.method(method)
    if method == "dropout":
        config = config.model_copy(update={"dropout": [0.4]})
    config = config.model_copy(update={"hidden": [16], "n_seeds": 1, "training": training})
    blank = type(sample_digits)(**{**vars(sample_digits), "test_images": np.zeros_like(sample_digits.test_images)})
    seen, unseen = (networks.fit(digits, config, tmp_path) for digits in (sample_digits, blank))
    assert seen.histories[0].equals(unseen.histories[0])
    seen_rows, unseen_rows = (
        [row for row in result.metrics if not row["metric"].startswith("test_error")] for result in (seen, unseen)
    )
    assert seen_rows == unseen_rows


def test_the_validation_error_is_that_of_the_best_weights(monkeypatch, sample_digits, standard, tmp_path):
    network = mlp([784, 10], seed=0).eval()
    history = pd.DataFrame(columns=["member", "step", "metric", "value"])
    monkeypatch.setattr(networks, "train", lambda *_, **__: TrainedNetwork(network, history, epochs=9, best_epoch=4))
    monkeypatch.setattr(LastEpochsErrors, "scores", lambda self: {})
    config = standard.digits.method("logistic").model_copy(update={"n_seeds": 1})
    result = networks.fit(sample_digits, config, tmp_path)
    scores = {row["metric"]: row["value"] for row in result.metrics}
    images, labels = sample_digits.train_images[3200:], sample_digits.train_labels[3200:]
    predicted = network(torch.from_numpy(images)).argmax(1).numpy()
    assert scores["validation_error"] == pytest.approx((predicted != labels).mean(), abs=1e-6)
    assert (scores["epochs"], scores["best_epoch"]) == (9, 4)


def test_every_preset_has_the_same_fields_for_each_method(standard):
    config = read(CONFIG / "config.yaml")
    for preset in ("quick", "full"):
        digits = load(merge(config, read(CONFIG / f"{preset}.yaml"))).digits
        for method in {**METHODS, **SEARCH}:
            assert digits.method(method).as_dict().keys() == standard.digits.method(method).as_dict().keys()
