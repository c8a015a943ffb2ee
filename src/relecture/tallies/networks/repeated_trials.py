"""Trials that are trained again with several seeds: the best ones of the search, and those that the paper prints.

The search trains every trial once, and its best ones differ by a few of its validation cells. Trained again, they show
how much of that is the seed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from relecture.data.mnist import Mnist
from relecture.records import FitResult
from relecture.tallies.config import Architecture, FinalistsJob, PrintedTrialsJob, RepeatedTrialsJob
from relecture.tallies.networks import search_space
from relecture.tallies.networks.cell_dataset import CellDataset
from relecture.tallies.networks.cnn import cnn, count_trainable
from relecture.tallies.networks.cnn_training import accuracy, predict_logits, prediction_table, to_training_data, train
from relecture.tallies.networks.hyperband_results import best_trainings, read_rankings
from relecture.tallies.segmentation.cell_normalization import normalize_images


class Trial(NamedTuple):
    """A trial with its name, and how it is trained."""

    name: str
    architecture: Architecture
    learning_rate: float
    epochs: int


def train_finalists(
    config: FinalistsJob, mnist: Mnist, cells: CellDataset, rankings: Sequence[Path], checkpoint_dir: Path
) -> FitResult:
    """Train the `n_trials` best trials of the search again, each for as many epochs as its best training had."""
    trials = [
        Trial(row["name"], search_space.architecture(row), float(row["learning_rate"]), int(row["epochs"]))
        for row in best_trainings(read_rankings(rankings)).head(config.n_trials).to_dict("records")
    ]
    return train_again(config, trials, mnist, cells, checkpoint_dir)


def train_printed(config: PrintedTrialsJob, mnist: Mnist, cells: CellDataset, checkpoint_dir: Path) -> FitResult:
    """Train the trials of the paper's Table A.3."""
    trials = [
        Trial(name, search_space.architecture(row), row["learning_rate"], min(row["epochs"], config.max_epochs))
        for name, row in search_space.PRINTED_TRIALS.items()
    ]
    return train_again(config, trials, mnist, cells, checkpoint_dir)


def train_again(
    config: RepeatedTrialsJob, trials: Sequence[Trial], mnist: Mnist, cells: CellDataset, checkpoint_dir: Path
) -> FitResult:
    """Train every trial with `n_seeds` seeds on MNIST: members `<trial>-seed-00` and so on.

    The predictions are those of the target's validation cells, on which trials are compared.
    """
    images, labels = normalize_images(mnist.train_images[: config.n_images]), mnist.train_labels[: config.n_images]
    validation_images, validation_labels = cells.part("validation")
    data = to_training_data((images, labels), (validation_images, validation_labels))
    result = FitResult()
    for trial in trials:
        for seed in range(config.n_seeds):
            member = f"{trial.name}-seed-{seed:02d}"
            network = cnn(trial.architecture, seed)
            trained = train(
                network,
                data,
                config,
                epochs=trial.epochs,
                learning_rate=trial.learning_rate,
                member=member,
                seed=seed,
                checkpoint_dir=checkpoint_dir,
                precision="bf16",
            )
            logits = predict_logits(network, validation_images)
            metrics = {
                "accuracy": accuracy(logits, validation_labels),
                "epochs": trial.epochs,
                "parameters": count_trainable(network),
            }
            result.add(member, metrics, prediction_table(logits, validation_labels))
            result.histories.append(trained.history)
    return result
