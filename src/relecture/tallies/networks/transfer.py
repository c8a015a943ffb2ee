"""Transfer: a base is fine-tuned on labelled cells of the target, by variant and by number of cells."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from torch import nn

from relecture.errors import UserError
from relecture.records import FitResult
from relecture.tallies.config import FinalJob, FineTuneSettings, LabelCurveJob, TransferJob
from relecture.tallies.networks.cell_dataset import CellDataset
from relecture.tallies.networks.cnn import Cnn, Head, cnn, count_trainable, freeze, frozen_features
from relecture.tallies.networks.cnn_training import (
    EVAL_BATCH_SIZE,
    predict_logits,
    prediction_table,
    to_training_data,
    train,
)
from relecture.tallies.networks.digit_classifier import DigitClassifier, digit_frequencies
from relecture.tallies.networks.pretraining import contiguous_weights, load_weights, save_weights, score
from relecture.training.lit_module import TrainingData

N_POINTS = 20  # of a curve in history.csv, at most; the last epoch comes on top


class FineTuned(NamedTuple):
    """A network after transfer, its curve, and its number of trained parameters."""

    network: Cnn
    history: pd.DataFrame
    trained_parameters: int


def transfer(config: TransferJob, cells: CellDataset, base: Path, checkpoint_dir: Path) -> FitResult:
    """Fine-tune `n_seeds` networks, each from the base with its seed and with its own sample of labelled cells.

    The cells of a seed are the same for every variant, so that variants can be compared in pairs. `base` is the folder
    `model/` of the base.
    """
    result, weights = FitResult(), {}
    for seed in range(config.n_seeds):
        member = f"seed-{seed:02d}"
        rows = sample_labelled(cells, seed, config.n_labelled)
        tuned = fine_tune(config, cells, rows, base, member, seed, config.epochs, checkpoint_dir)
        _add_member(result, member, tuned, cells, len(rows), config.epochs)
        weights[member] = contiguous_weights(tuned.network)
    architecture, _ = load_weights(base)
    result.save_model = lambda folder: save_weights(folder, architecture, weights)
    return result


def label_curve(config: LabelCurveJob, cells: CellDataset, base: Path, checkpoint_dir: Path) -> FitResult:
    """Fine-tune networks for each number of cells in `n_labelled` and each seed: members `cells-0500-seed-01`.

    Every training has `n_images` cells, with repetition, whatever the number of labelled cells. Numbers above that of
    the available cells are left out; a smaller sample is part of a larger one of the same seed.
    """
    result, available = FitResult(), int((cells.parts == "train").sum())
    for n_labelled in [n for n in config.n_labelled if n <= available] or [available]:
        epochs = max(1, round(config.n_images / n_labelled))
        for seed in range(config.n_seeds):
            rows, member = sample_labelled(cells, seed, n_labelled), f"cells-{n_labelled:04d}-seed-{seed:02d}"
            tuned = fine_tune(config, cells, rows, base, member, seed, epochs, checkpoint_dir)
            _add_member(result, member, tuned, cells, len(rows), epochs)
    return result


def fit_final(config: FinalJob, cells: CellDataset, base: Path, checkpoint_dir: Path) -> FitResult:
    """Fine-tune the base's first network on all labelled cells: the digit classifier `model/classifier.pt`.

    Its predictions are those of validation and test cells (column `part`), with all ten logits (`l0` to `l9`).
    """
    result, member, rows = FitResult(), "seed-00", np.flatnonzero(cells.parts == "train")
    tuned = fine_tune(config, cells, rows, base, member, 0, config.epochs, checkpoint_dir)
    _add_member(result, member, tuned, cells, len(rows), config.epochs)
    network = tuned.network
    result.predictions = [_logit_table(network, cells, part).assign(member=member) for part in ("validation", "test")]
    architecture, _ = load_weights(base)

    def save(folder: Path) -> None:
        save_weights(folder, architecture, {member: contiguous_weights(network)})
        name = f"{DigitClassifier.load(base / 'classifier.pt').name}, fine-tuned on {cells.name}"
        train_prior = digit_frequencies(cells.labels[rows])
        DigitClassifier(network, architecture, name, train_prior=train_prior).save(folder / "classifier.pt")

    result.save_model = save
    return result


def sample_labelled(cells: CellDataset, seed: int, n_labelled: int) -> np.ndarray:
    """Return the rows of `n_labelled` random training cells (all, if there are fewer), the same for all variants."""
    rows = np.flatnonzero(cells.parts == "train")
    return np.random.default_rng(seed).permutation(rows)[:n_labelled]


def fine_tune(
    config: FineTuneSettings,
    cells: CellDataset,
    rows: np.ndarray,
    base: Path,
    member: str,
    seed: int,
    epochs: int,
    checkpoint_dir: Path,
) -> FineTuned:
    """Train one network on the cells `rows`, in the variant of `config`.

    Raises:
        UserError: The base has no network with this seed, or cannot be read.
    """
    architecture, bases = load_weights(base)
    network = cnn(architecture, seed, config.augment)
    if config.start == "base":
        if seed >= len(bases):
            raise UserError(
                f"the base in {base} has {len(bases)} seeds, but more networks start from it: in the configuration, "
                "tallies.base.n_seeds must be at least tallies.transfer.n_seeds and tallies.label_curve.n_seeds"
            )
        network.load_state_dict(bases[seed])
    n_frozen = freeze(network, config.frozen_blocks)
    data = to_training_data((cells.images[rows], cells.labels[rows]), cells.part("validation"))
    module: nn.Module = network
    if n_frozen and not config.augment:  # the output of the frozen blocks never changes, so it is computed once
        module = Head(network, n_frozen)
        features = frozen_features(network, n_frozen, data.inputs, EVAL_BATCH_SIZE)
        data = TrainingData(features, data.targets, data.train, data.eval_sets)
    trained = train(
        module,
        data,
        config,
        epochs=epochs,
        learning_rate=config.learning_rate,
        member=member,
        seed=seed,
        checkpoint_dir=checkpoint_dir,
        log_every_n_epochs=-(-epochs // N_POINTS),
        precision=config.precision or "32",
    )
    return FineTuned(network.eval(), trained.history, count_trainable(network))


def _add_member(
    result: FitResult, member: str, tuned: FineTuned, cells: CellDataset, n_labelled: int, epochs: int
) -> None:
    """Add one network to `result`, with its predictions of the test cells."""
    network, history, parameters = tuned
    images, labels = cells.part("test")
    metrics = {
        **score(network, cells),
        "n_labelled": n_labelled,
        "epochs": epochs,
        "trained_parameters": parameters,
    }
    result.add(member, metrics, prediction_table(predict_logits(network, images), labels))
    result.histories.append(history)
    result.parameters = parameters


def _logit_table(network: Cnn, cells: CellDataset, part: str) -> pd.DataFrame:
    images, labels = cells.part(part)
    logits = predict_logits(network, images)
    table = prediction_table(logits, labels).assign(part=part)
    return table.join(pd.DataFrame(logits, columns=[f"l{digit}" for digit in range(logits.shape[1])]))
