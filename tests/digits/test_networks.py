"""Each regulariser is a field of the same network; choices are made on validation images."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from relecture.cli import parse_config
from relecture.config import load
from relecture.config.yaml_files import merge, read
from relecture.digits import METHODS, SEARCH, networks
from relecture.digits.cli import CONFIGS
from relecture.digits.config import MethodConfig, NetworkConfig, RidgeSearchConfig
from relecture.digits.scoring import error_rate
from relecture.records import rows
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
        config = standard.digits.method(method)
        networks.train_one(config, networks.arrays(sample_digits), "seed-03", 3, hidden_l2, tmp_path)
        return calls[0]

    return call


def dropouts(network: nn.Module) -> list[float]:
    return [layer.p for layer in network if isinstance(layer, nn.Dropout)]


@pytest.mark.parametrize("method", ["plain", "ridge", "dropout", "early_stopping"])
def test_every_network_is_the_book_s_of_235146_parameters(train_call, method):
    network, _ = train_call(method)
    assert count_parameters(network) == 235_146
    assert [layer.out_features for layer in network if isinstance(layer, nn.Linear)] == [256, 128, 10]


def test_logistic_regression_is_the_network_without_hidden_layers(train_call):
    network, options = train_call("logistic")
    assert count_parameters(network) == 7_850
    assert [type(layer) for layer in network] == [nn.Linear]
    assert options["training"] == train_call("plain")[1]["training"]


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
    assert isinstance(config, RidgeSearchConfig)
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


def trials(errors: dict[float, list[float]]) -> pd.DataFrame:
    """Return the metrics of a search: lambda and the validation error of each seed."""
    return pd.DataFrame(
        [
            row
            for lambda_, values in errors.items()
            for seed, value in enumerate(values)
            for row in rows(f"lambda-{lambda_:g}-seed-{seed:02d}", {"lambda": lambda_, "validation_error": value})
        ]
    )


def test_the_lambda_with_the_lowest_mean_validation_error_is_chosen():
    assert networks.best_lambda(trials({1e-5: [0.03, 0.01], 1e-4: [0.018, 0.019], 1e-3: [0.02, 0.02]})) == 1e-4


def test_of_equally_good_lambdas_the_largest_is_chosen():
    assert networks.best_lambda(trials({1e-3: [0.02], 1e-5: [0.02], 1e-4: [0.02], 1e-2: [0.021]})) == 1e-3


def test_the_best_lambda_is_exact_after_writing_and_reading_a_record(digits_records):
    metrics = pd.read_csv(digits_records["ridge_search"] / "metrics.csv")
    assert networks.best_lambda(metrics) in (1e-5, 1e-3)


def test_the_search_never_scores_a_test_image(digits_records):
    metrics = pd.read_csv(digits_records["ridge_search"] / "metrics.csv")
    assert set(metrics.metric) == {"lambda", "validation_error", "validation_loss", "train_error"}
    assert len(pd.read_parquet(digits_records["ridge_search"] / "predictions.parquet")) == 0


def test_the_test_images_change_nothing_but_their_own_error(sample_digits, standard, tmp_path):
    training = standard.digits.training.model_copy(update={"epochs": 2})
    config = standard.digits.method("early_stopping")
    config = config.model_copy(update={"hidden": [16], "n_seeds": 1, "training": training})
    blank = type(sample_digits)(**{**vars(sample_digits), "test_images": np.zeros_like(sample_digits.test_images)})
    seen, unseen = (networks.fit(digits, config, tmp_path) for digits in (sample_digits, blank))
    assert seen.histories[0].equals(unseen.histories[0])
    other = [row for row in unseen.metrics if row["metric"] != "test_error"]
    assert [row for row in seen.metrics if row["metric"] != "test_error"] == other


def test_the_validation_error_is_that_of_the_best_weights(monkeypatch, sample_digits, standard, tmp_path):
    network = mlp([784, 10], seed=0).eval()
    history = pd.DataFrame(columns=["member", "step", "metric", "value"])
    monkeypatch.setattr(networks, "train", lambda *_, **__: TrainedNetwork(network, history, epochs=9, best_epoch=4))
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
