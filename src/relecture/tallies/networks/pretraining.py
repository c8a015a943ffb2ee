"""The base models: networks of one architecture that are trained on MNIST alone."""

import json
from dataclasses import replace
from pathlib import Path

import torch

from relecture import records
from relecture.atomic_files import write_json
from relecture.data.mnist import Mnist
from relecture.errors import UserError
from relecture.provenance import rerun_command
from relecture.records import DataSource, FitResult
from relecture.tallies.config import Architecture, PretrainingJob
from relecture.tallies.networks.cell_dataset import CellDataset, Crop
from relecture.tallies.networks.cnn import Cnn, cnn, count_trainable
from relecture.tallies.networks.cnn_training import accuracy, predict_logits, prediction_table, to_training_data, train
from relecture.tallies.networks.digit_classifier import DigitClassifier, digit_frequencies, ensemble
from relecture.tallies.segmentation.cell_normalization import normalize_images

Weights = dict[str, torch.Tensor]


def pretrain(config: PretrainingJob, mnist: Mnist, cells: CellDataset, checkpoint_dir: Path) -> FitResult:
    """Train `n_seeds` networks on normalised MNIST images.

    They are scored on MNIST's test images and on the target's cells, normalised and as cut. `model/weights.pt` has the
    weights by member, `model/architecture.json` what `cnn` builds, `model/classifier.pt` the first network as a digit
    classifier.
    """
    images, labels = normalize_images(mnist.train_images[: config.n_images]), mnist.train_labels[: config.n_images]
    mnist_test = normalize_images(mnist.test_images)
    data = to_training_data((images, labels), cells.part("validation"))
    result, weights, networks = FitResult(), {}, []
    for seed in range(config.n_seeds):
        member = f"seed-{seed:02d}"
        network = cnn(config.architecture, seed, config.augment)
        trained = train(
            network,
            data,
            config,
            epochs=config.epochs,
            learning_rate=config.learning_rate,
            member=member,
            seed=seed,
            checkpoint_dir=checkpoint_dir,
        )
        metrics = score(network, cells)
        metrics |= {f"{metric}_as_cut": value for metric, value in score(network, cells, "as_cut").items()}
        metrics["mnist_accuracy"] = accuracy(predict_logits(network, mnist_test), mnist.test_labels)
        test_images, test_labels = cells.part("test")
        result.add(member, metrics, prediction_table(predict_logits(network, test_images), test_labels))
        result.parameters = count_trainable(network)
        result.histories.append(trained.history)
        weights[member] = contiguous_weights(network)
        networks.append(network)

    def save(folder: Path) -> None:
        save_weights(folder, config.architecture, weights)
        name = f"a network trained on {mnist.name}"
        classifier = DigitClassifier(networks[0], config.architecture, name, train_prior=digit_frequencies(labels))
        classifier.save(folder / "classifier.pt")

    result.save_model = save
    return result


def score(network: Cnn, cells: CellDataset, crop: Crop = "normalised") -> dict[str, float]:
    """Return a trained network's accuracy on the target's test and validation cells."""
    metrics = {}
    for metric, part in (("target_accuracy", "test"), ("validation_accuracy", "validation")):
        images, labels = cells.part(part, crop)
        metrics[metric] = accuracy(predict_logits(network, images), labels)
    return metrics


def save_weights(folder: Path, architecture: Architecture, weights: dict[str, Weights]) -> None:
    """Write weights by member and their architecture to the folder `model/` of a record."""
    torch.save(weights, folder / "weights.pt")
    write_json(folder / "architecture.json", architecture)


def load_weights(folder: Path) -> tuple[Architecture, list[Weights]]:
    """Read the architecture of a base and the weights of its networks, by seed, from its folder `model/`."""
    try:
        weights = torch.load(folder / "weights.pt", weights_only=True)
        return json.loads((folder / "architecture.json").read_text(encoding="utf-8")), list(weights.values())
    except Exception as error:  # torch raises many types for a damaged file
        reason = " ".join(str(error).split())[:100]
        raise UserError(
            f"the base in {folder} is missing or damaged ({type(error).__name__}: {reason}). "
            f"Rerun it: {rerun_command(folder.parent / 'metrics.csv')}"
        ) from error


def load_ensemble(folder: Path) -> DigitClassifier:
    """Return the networks of a base, from its folder `model/`, as one classifier."""
    architecture, every = load_weights(folder)
    first = DigitClassifier.load(folder / "classifier.pt")
    networks = [cnn(architecture, seed=0) for _ in every]
    for network, weights in zip(networks, every, strict=True):
        network.load_state_dict(weights)
    return ensemble([replace(first, network=network) for network in networks])


def training_data(folder: Path) -> DataSource:
    """Return the data description in the record of the base in `folder`: MNIST and the target's cells."""
    data: DataSource = records.read(folder.parent).params["data"]
    return data


def contiguous_weights(network: Cnn) -> Weights:
    """Return the weights in the usual memory order, so that equal weights are equal bytes."""
    return {name: value.contiguous() for name, value in network.state_dict().items()}
