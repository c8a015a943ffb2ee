"""Each regulariser is a setting of the same network; choices are made on validation images."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from relecture.config import load
from relecture.config.yaml_files import merge, read
from relecture.digits import METHODS, SEARCH, networks
from relecture.digits.scoring import error
from relecture.records import rows
from relecture.training.config import TrainingConfig
from relecture.training.fit import TrainedNetwork
from relecture.training.mlp import count_parameters, mlp

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def asked(monkeypatch, sample_digits, standard, tmp_path):
    """What a method asks `training.fit` for: `asked("dropout")` is (network, settings)."""

    def ask(method: str, penalty: float = 0.0) -> tuple[nn.Module, dict]:
        calls = []
        monkeypatch.setattr(networks, "train", lambda network, data, **settings: calls.append((network, settings)))
        config = standard.digits.method(method)
        networks.train_one(config, networks.arrays(sample_digits), "seed-03", 3, penalty, tmp_path)
        return calls[0]

    return ask


def dropouts(network: nn.Module) -> list[float]:
    return [layer.p for layer in network if isinstance(layer, nn.Dropout)]


@pytest.mark.parametrize("method", ["plain", "ridge", "dropout", "early_stopping"])
def test_every_network_is_the_book_s_of_235146_parameters(asked, method):
    network, _ = asked(method)
    assert count_parameters(network) == 235_146
    assert [layer.out_features for layer in network if isinstance(layer, nn.Linear)] == [256, 128, 10]


def test_logistic_regression_is_the_network_without_hidden_layers(asked):
    network, settings = asked("logistic")
    assert count_parameters(network) == 7_850
    assert [type(layer) for layer in network] == [nn.Linear]
    assert settings["training"] == asked("plain")[1]["training"]


def test_each_regulariser_is_one_setting_and_no_method_has_another_s(asked):
    found = {method: asked(method, 0.01 if method == "ridge" else 0.0) for method in ("plain", "ridge", "dropout",
             "early_stopping", "logistic")}  # fmt: skip
    assert {method: dropouts(network) for method, (network, _) in found.items() if dropouts(network)} == {
        "dropout": [0.4, 0.3]
    }
    assert {m: s["hidden_penalty"] for m, (_, s) in found.items() if s["hidden_penalty"]} == {"ridge": 0.01}
    assert {m: s["patience"] for m, (_, s) in found.items() if s["patience"]} == {"early_stopping": 5}


def test_the_standard_training_is_the_book_s(asked):
    _, settings = asked("plain")
    assert settings["training"] == TrainingConfig(
        epochs=30, batch_size=128, learning_rate=1e-3, rho=0.9, epsilon=1e-7, log_every_n_epochs=1
    )


def test_networks_of_one_seed_start_from_the_same_weights_whatever_the_method(asked):
    plain, dropout = asked("plain")[0], asked("dropout")[0]
    for one, other in zip(plain.parameters(), dropout.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_search_tries_every_strength_with_the_seeds_it_is_given(standard):
    config = standard.digits.method("ridge_search")
    assert config["strengths"] == standard.digits.ridge.strengths
    assert config["seeds"] == standard.digits.ridge.seeds_per_strength
    plain = standard.digits.method("plain")
    assert {name: config[name] for name in ("hidden", "training")} == {
        name: plain[name] for name in ("hidden", "training")
    }
    assert standard.digits.method("ridge") == plain  # the strength comes from the search's record


def test_a_method_that_does_not_exist_has_no_settings(standard):
    with pytest.raises(KeyError, match="lasso"):
        standard.digits.method("lasso")


def test_the_error_is_the_share_of_misread_digits():
    assert error(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 9])) == 0.25
    scores = torch.tensor([[0.1, 0.9], [0.8, 0.2]])
    assert networks.zero_one_loss(scores, torch.tensor([1, 1])).tolist() == [0.0, 1.0]


def trials(errors: dict[float, list[float]]) -> pd.DataFrame:
    """Metrics of a search: strength and the validation error of each seed."""
    return pd.DataFrame(
        [
            row
            for strength, values in errors.items()
            for seed, value in enumerate(values)
            for row in rows(f"lambda-{strength:g}-seed-{seed:02d}", {"penalty": strength, "validation_error": value})
        ]
    )


def test_the_strength_with_the_lowest_mean_validation_error_is_chosen():
    assert networks.best_penalty(trials({1e-5: [0.03, 0.01], 1e-4: [0.018, 0.019], 1e-3: [0.02, 0.02]})) == 1e-4


def test_of_equally_good_strengths_the_stronger_is_chosen():
    assert networks.best_penalty(trials({1e-3: [0.02], 1e-5: [0.02], 1e-4: [0.02], 1e-2: [0.021]})) == 1e-3


def test_the_strength_survives_its_way_through_a_record(digits_records):
    metrics = pd.read_csv(digits_records["ridge_search"] / "metrics.csv")
    assert networks.best_penalty(metrics) in (1e-5, 1e-3)


def test_the_search_never_scores_a_test_image(digits_records):
    metrics = pd.read_csv(digits_records["ridge_search"] / "metrics.csv")
    assert set(metrics.metric) == {"penalty", "validation_error", "validation_loss", "train_error"}
    assert len(pd.read_parquet(digits_records["ridge_search"] / "predictions.parquet")) == 0


def test_the_test_images_change_nothing_but_their_own_error(sample_digits, standard, tmp_path):
    config = {**standard.digits.method("early_stopping"), "hidden": [16], "seeds": 1}
    config["training"] = {**config["training"], "epochs": 2}
    blank = type(sample_digits)(**{**vars(sample_digits), "test_images": np.zeros_like(sample_digits.test_images)})
    seen, unseen = (networks.fit(digits, config, tmp_path) for digits in (sample_digits, blank))
    assert seen.histories[0].equals(unseen.histories[0])
    other = [row for row in unseen.metrics if row["metric"] != "test_error"]
    assert [row for row in seen.metrics if row["metric"] != "test_error"] == other


def test_a_network_s_validation_error_is_that_of_the_weights_it_keeps(monkeypatch, sample_digits, standard, tmp_path):
    network = mlp([784, 10], seed=0).eval()
    history = pd.DataFrame(columns=["member", "step", "metric", "value"])
    monkeypatch.setattr(networks, "train", lambda *_, **__: TrainedNetwork(network, history, epochs=9, best_epoch=4))
    fit = networks.fit(sample_digits, {**standard.digits.method("logistic"), "seeds": 1}, tmp_path)
    scores = {row["metric"]: row["value"] for row in fit.metrics}
    images, labels = sample_digits.train_images[3200:], sample_digits.train_labels[3200:]
    predicted = network(torch.from_numpy(images)).argmax(1).numpy()
    assert scores["validation_error"] == pytest.approx((predicted != labels).mean(), abs=1e-6)
    assert (scores["epochs"], scores["best_epoch"]) == (9, 4)


def test_every_budget_has_a_method_for_each_name(standard):
    config = read(CONFIG / "config.yaml")
    for budget in ("quick", "full"):
        digits = load(merge(config, read(CONFIG / f"{budget}.yaml"))).digits
        for method in {**METHODS, **SEARCH}:
            assert digits.method(method).keys() == standard.digits.method(method).keys()
