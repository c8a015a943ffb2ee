"""The base learns from MNIST alone, is scored on both handwritings, and can be loaded again."""

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
from relecture.tallies.networks.cnn_training import accuracy, logits
from relecture.tallies.networks.digit_classifier import Recognizer


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> FitResult:
    return pretraining.base(small.BASE, small.images(), small.cells(), tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="module")
def model(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    source = {"name": "MNIST", "digest": "0123456789abcdef", "sample": True}
    trained.save(folder, "tallies/base/default", small.BASE, source, "tallies_base")
    return folder / "model"


def test_the_base_reads_mnist_and_the_other_handwriting_less_well(trained):
    for scores in small.metrics(trained).values():
        assert scores["mnist_accuracy"] > 0.8
        assert scores["target_accuracy"] < scores["mnist_accuracy"] - 0.1


def test_seeds_are_different_networks(trained):
    first, second = small.metrics(trained).values()
    assert first != second


def test_the_scores_are_shares_of_digits_read_right(trained):
    predictions = pd.concat(trained.predictions)
    for member, own in predictions.groupby("member"):
        assert list(own.columns) == ["member", "cell", "label", "predicted", "probability"]
        assert own.label.tolist() == small.cells().part("test")[1].tolist()
        assert (own.label == own.predicted).mean() == small.metrics(trained)[member]["target_accuracy"]
        assert own.probability.between(0.1, 1).all()


def test_it_never_learns_from_a_target_cell(trained, tmp_path):
    blank = dataclasses.replace(small.cells(), images=np.zeros_like(small.cells().images))
    other = pretraining.base(small.BASE, small.images(), blank, tmp_path)
    for member, scores in small.metrics(trained).items():
        assert small.metrics(other)[member]["mnist_accuracy"] == scores["mnist_accuracy"]


def test_only_so_many_images_are_learned_from(trained, tmp_path):
    mnist = small.images()
    labels = mnist.train_labels.copy()
    labels[small.BASE["images"] :] = 0
    same = pretraining.base(small.BASE, dataclasses.replace(mnist, train_labels=labels), small.cells(), tmp_path)
    assert same.metrics == trained.metrics


def test_the_weights_come_back_by_seed_with_what_builds_their_network(trained, model):
    architecture, weights = pretraining.read(model)
    assert architecture == small.ARCHITECTURE
    assert len(weights) == small.BASE["seeds"]
    images, labels = small.cells().part("test")
    for state, scores in zip(weights, small.metrics(trained).values(), strict=True):
        network = cnn(architecture, seed=9)
        network.load_state_dict(state)
        assert accuracy(logits(network.eval(), images), labels) == scores["target_accuracy"]


def test_its_first_network_is_left_as_a_reader_of_digits(trained, model):
    images, labels = small.cells().part("test")
    reader = Recognizer.load(model / "reader.pt", accelerator="cpu")
    read = reader.probabilities(images).argmax(-1)
    assert (read == labels).mean() == pytest.approx(small.metrics(trained)["seed-00"]["target_accuracy"], abs=0.006)
    assert "MNIST" in reader.name


def test_the_record_counts_the_parameters_of_one_network(trained, model):
    assert trained.parameters == sum(parameter.numel() for parameter in cnn(small.ARCHITECTURE, 0).parameters())
    record = records.read(model.parent)
    assert set(record.history.metric) == {"train_accuracy", "train_loss", "validation_accuracy", "validation_loss"}
    assert set(record.history.step) == {1, 2, 3, 4}


def test_the_same_base_is_the_same_bytes(model, tmp_path):
    again = pretraining.base(small.BASE, small.images(), small.cells(), tmp_path / "scratch")
    again.save_model(tmp_path)
    for name in ("weights.pt", "architecture.json", "reader.pt"):
        assert (tmp_path / name).read_bytes() == (model / name).read_bytes()


@pytest.mark.parametrize("damage", ["gone", "cut short", "another file"])
def test_a_base_that_cannot_be_read_is_named_with_what_makes_it_again(tmp_path, damage):
    folder = tmp_path / "base/model"
    folder.mkdir(parents=True)
    (folder / "architecture.json").write_text(json.dumps(small.ARCHITECTURE))
    if damage != "gone":
        torch.save({"seed-00": {}}, folder / "weights.pt")
        whole = (folder / "weights.pt").read_bytes()
        (folder / "weights.pt").write_bytes(whole[:99] if damage == "cut short" else b"weights")
    with pytest.raises(UserError, match=r"base/model is missing or damaged .* snakemake .*base/metrics\.csv --force"):
        pretraining.read(folder)
