"""The base is trained on MNIST alone, is scored on both handwritings, and can be loaded."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import small
import torch

from relecture import records
from relecture.errors import UserError
from relecture.records import FitResult
from relecture.tallies.networks import pretraining
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.cnn_training import accuracy, predict_logits
from relecture.tallies.networks.digit_classifier import DigitClassifier


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> FitResult:
    return pretraining.pretrain(small.BASE, small.images(), small.cells(), tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="module")
def model(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    source = {"name": "MNIST", "digest": "0123456789abcdef", "sample": True}
    trained.save(folder, "tallies/base/default", small.BASE, source, "tallies_base")
    return folder / "model"


def test_the_base_has_a_lower_accuracy_on_the_other_handwriting_than_on_mnist(trained):
    for scores in small.metrics(trained).values():
        assert scores["mnist_accuracy"] > 0.8
        assert scores["target_accuracy"] < scores["mnist_accuracy"] - 0.1


def test_seeds_are_different_networks(trained):
    first, second = small.metrics(trained).values()
    assert first != second


def test_the_accuracy_is_that_of_the_predictions(trained):
    predictions = pd.concat(trained.predictions)
    for member, rows in predictions.groupby("member"):
        assert list(rows.columns) == ["member", "cell", "label", "predicted", "probability"]
        assert rows.label.tolist() == small.cells().part("test")[1].tolist()
        assert (rows.label == rows.predicted).mean() == small.metrics(trained)[member]["target_accuracy"]
        assert rows.probability.between(0.1, 1).all()


def test_it_is_not_trained_on_target_cells(trained, tmp_path):
    blank = dataclasses.replace(small.cells(), images=np.zeros_like(small.cells().images))
    other = pretraining.pretrain(small.BASE, small.images(), blank, tmp_path)
    for member, scores in small.metrics(trained).items():
        assert small.metrics(other)[member]["mnist_accuracy"] == scores["mnist_accuracy"]


def test_it_is_trained_on_the_configured_number_of_images(trained, tmp_path):
    mnist = small.images()
    labels = mnist.train_labels.copy()
    labels[small.BASE.n_images :] = 0
    same = pretraining.pretrain(small.BASE, dataclasses.replace(mnist, train_labels=labels), small.cells(), tmp_path)
    assert same.metrics == trained.metrics


def test_the_weights_are_loaded_by_seed_with_their_architecture(trained, model):
    architecture, weights = pretraining.load_weights(model)
    assert architecture == small.ARCHITECTURE
    assert len(weights) == small.BASE.n_seeds
    images, labels = small.cells().part("test")
    for state, scores in zip(weights, small.metrics(trained).values(), strict=True):
        network = cnn(architecture, seed=9)
        network.load_state_dict(state)
        assert accuracy(predict_logits(network.eval(), images), labels) == scores["target_accuracy"]


def test_its_first_network_is_saved_as_a_digit_classifier(trained, model):
    images, labels = small.cells().part("test")
    classifier = DigitClassifier.load(model / "classifier.pt", accelerator="cpu")
    predicted = classifier.probabilities(images).argmax(-1)
    assert (predicted == labels).mean() == pytest.approx(
        small.metrics(trained)["seed-00"]["target_accuracy"], abs=0.006
    )
    assert "MNIST" in classifier.name


def test_the_record_counts_the_parameters_of_one_network(trained, model):
    assert trained.parameters == sum(parameter.numel() for parameter in cnn(small.ARCHITECTURE, 0).parameters())
    record = records.read(model.parent)
    assert set(record.history.metric) == {"train_accuracy", "train_loss", "validation_accuracy", "validation_loss"}
    assert set(record.history.step) == {1, 2, 3, 4}


def test_the_same_base_is_the_same_bytes(model, tmp_path):
    again = pretraining.pretrain(small.BASE, small.images(), small.cells(), tmp_path / "scratch")
    again.save_model(tmp_path)
    for name in ("weights.pt", "architecture.json", "classifier.pt"):
        assert (tmp_path / name).read_bytes() == (model / name).read_bytes()


@pytest.mark.parametrize("damage", ["gone", "cut short", "another file"])
def test_an_error_about_an_unreadable_base_names_the_command_that_makes_it(tmp_path, damage):
    folder = tmp_path / "base/model"
    folder.mkdir(parents=True)
    (folder / "architecture.json").write_text(json.dumps(small.ARCHITECTURE))
    if damage != "gone":
        torch.save({"seed-00": {}}, folder / "weights.pt")
        whole = (folder / "weights.pt").read_bytes()
        (folder / "weights.pt").write_bytes(whole[:99] if damage == "cut short" else b"weights")
    with pytest.raises(UserError, match=r"base/model is missing or damaged .* snakemake .*base/metrics\.csv --force"):
        pretraining.load_weights(folder)
