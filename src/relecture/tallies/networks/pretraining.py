"""The base: networks of one architecture that have seen MNIST and nothing else."""

import json
from pathlib import Path
from typing import Any

import torch

from relecture import records
from relecture.data.mnist import Mnist
from relecture.errors import UserError
from relecture.provenance import rerun_command
from relecture.records import FitResult
from relecture.tallies.networks.cell_dataset import Cells
from relecture.tallies.networks.cnn import Cnn, cnn, count_trained
from relecture.tallies.networks.cnn_training import accuracy, arrays, cases, logits, train
from relecture.tallies.networks.digit_classifier import Recognizer, shares

#: MNIST images from the training set on which the learning itself is watched, with dropout off.
WATCHED = 500


def base(config: dict[str, Any], mnist: Mnist, cells: Cells, checkpoint_dir: Path) -> FitResult:
    """`spec["seeds"]` networks on MNIST, scored on MNIST's test images and on the target's cells when training is over.

    Args:
        spec: seeds, images, epochs, batch_size, rho, epsilon; architecture and learning_rate.

    `model/weights.pt` has the weights by member, `model/architecture.json` what `cnn` builds, `model/reader.pt`
    the first network as a reader of digits.
    """
    images, labels = mnist.train_images[: config["images"]], mnist.train_labels[: config["images"]]
    data = arrays((images, labels), {"train": (images[:WATCHED], labels[:WATCHED]),
                                     "validation": cells.part("validation")})  # fmt: skip
    result, weights, networks = FitResult(), {}, []
    for seed in range(config["seeds"]):
        member = f"seed-{seed:02d}"
        network = cnn(config["architecture"], seed)
        fitted = train(
            network,
            data,
            config,
            epochs=config["epochs"],
            learning_rate=config["learning_rate"],
            member=member,
            seed=seed,
            checkpoint_dir=checkpoint_dir,
        )
        found = scores(network, cells)
        found["mnist_accuracy"] = accuracy(logits(network, mnist.test_images), mnist.test_labels)
        images_read, digits = cells.part("test")
        result.add(member, found, cases(logits(network, images_read), digits))
        result.parameters = count_trained(network)
        result.histories.append(fitted.history)
        weights[member] = plain(network)
        networks.append(network)

    def save(folder: Path) -> None:
        keep(folder, config["architecture"], weights)
        name = f"a network trained on {mnist.name}"
        reader = Recognizer(networks[0], config["architecture"], name, learned=shares(labels))
        reader.save(folder / "reader.pt")

    result.save_model = save
    return result


def scores(network: Cnn, cells: Cells) -> dict[str, float]:
    """Shares of the target's test and validation cells that a trained network reads right."""
    found = {}
    for metric, part in (("target_accuracy", "test"), ("validation_accuracy", "validation")):
        images, labels = cells.part(part)
        found[metric] = accuracy(logits(network, images), labels)
    return found


def keep(folder: Path, architecture: dict[str, Any], weights: dict[str, dict[str, torch.Tensor]]) -> None:
    """Write weights by member and the architecture they belong to."""
    torch.save(weights, folder / "weights.pt")
    (folder / "architecture.json").write_text(json.dumps(architecture, indent=2) + "\n")


def read(folder: Path) -> tuple[dict[str, Any], list[dict[str, torch.Tensor]]]:
    """The architecture of a base and the weights of its networks, by seed; from its folder `model/`."""
    try:
        weights = torch.load(folder / "weights.pt", weights_only=True)
        return json.loads((folder / "architecture.json").read_text()), list(weights.values())
    except Exception as error:  # torch has many for a damaged file
        reason = " ".join(str(error).split())[:100]
        raise UserError(
            f"the base in {folder} is missing or damaged ({type(error).__name__}: {reason}). "
            f"Make it again: {rerun_command(folder.parent / 'metrics.csv')}"
        ) from error


def learned_from(folder: Path) -> dict[str, Any]:
    """What the record of the base in `folder` says of its data: MNIST and the target's cells."""
    return records.read(folder.parent).params["data"]


def plain(network: Cnn) -> dict[str, torch.Tensor]:
    """Its weights in the usual order in memory, so that the same weights are the same bytes."""
    return {name: value.contiguous() for name, value in network.state_dict().items()}
