"""Transfer: a base is fine-tuned on labelled cells of the target, by variant and by number of cells."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import nn

from relecture.errors import UserError
from relecture.records import FitResult
from relecture.tallies import MARK
from relecture.tallies.config import FinalJob, FineTuneSettings, LabelCurveJob, TransferJob
from relecture.tallies.networks.cell_dataset import PARTS, CellDataset, Crop
from relecture.tallies.networks.cnn import N_CLASSES, Cnn, Head, cnn, count_trainable, freeze, frozen_features
from relecture.tallies.networks.cnn_training import (
    EVAL_BATCH_SIZE,
    Labelled,
    predict_logits,
    prediction_table,
    to_training_data,
    train,
)
from relecture.tallies.networks.digit_classifier import DigitClassifier, classifier_file, digit_frequencies
from relecture.tallies.networks.drawn_symbols import draw_marks, draw_variants
from relecture.tallies.networks.pretraining import Weights, contiguous_weights, load_weights, save_weights, score
from relecture.training.lit_module import TrainingData

MAX_DRAWN = 1 / 3  # drawn marks, and drawn variants, per labelled cell: few cells are not to drown in them
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
        tuned = fine_tune(config, *_digits(cells, rows, config.crop), base, member, seed, config.epochs, checkpoint_dir)
        _add_member(result, member, tuned, cells, config.crop, len(rows), config.epochs)
        weights[member] = contiguous_weights(tuned.network)
    architecture, _ = load_weights(base)
    result.save_model = lambda folder: save_weights(folder, architecture, weights)
    return result


def label_curve(config: LabelCurveJob, cells: CellDataset, base: Path, checkpoint_dir: Path) -> FitResult:
    """Fine-tune networks for each number of cells in `n_labelled` and each seed: members `cells-0500-seed-01`.

    Every training has `n_images` cells, with repetition, whatever the number of labelled cells. Numbers above that of
    the available cells are left out; a smaller sample is part of a larger one of the same seed.
    """
    result, available = FitResult(), len(cells.digit_rows("train"))
    for n_labelled in [n for n in config.n_labelled if n <= available] or [available]:
        epochs = max(1, round(config.n_images / n_labelled))
        for seed in range(config.n_seeds):
            rows, member = sample_labelled(cells, seed, n_labelled), f"cells-{n_labelled:04d}-seed-{seed:02d}"
            data = _digits(cells, rows, config.crop)
            tuned = fine_tune(config, *data, base, member, seed, epochs, checkpoint_dir)
            _add_member(result, member, tuned, cells, config.crop, len(rows), epochs)
    return result


def fit_final(config: FinalJob, cells: CellDataset, base: Path, checkpoint_dir: Path) -> FitResult:
    """Fine-tune `n_seeds` networks of the base on all labelled cells.

    The first is the digit classifier `model/classifier.pt`, the others are `model/seed-01.pt` and so on. Each has an
    eleventh class, MARK, which the base has not: its weights start at random. Drawn symbols are added to every part, so
    that they are also in the calibration. The predictions are those of validation and test cells (column `part`) and
    of the symbols drawn for them (column `drawn`), with all eleven logits (`l0` to `l10`).
    """
    result = FitResult()
    parts = {part: _with_drawn_symbols(config, cells, part) for part in PARTS}
    data, networks = (parts["train"], parts["validation"]), {}
    for seed in range(config.n_seeds):
        member = f"seed-{seed:02d}"
        tuned = fine_tune(config, *data, base, member, seed, config.epochs, checkpoint_dir, n_classes=N_CLASSES + 1)
        _add_member(result, member, tuned, cells, config.crop, len(cells.symbols("train")[1]), config.epochs)
        networks[member] = tuned.network
    result.predictions = [
        _logit_table(network, parts[part], part, len(cells.symbols(part)[1])).assign(member=member)
        for member, network in networks.items()
        for part in PARTS[1:]
    ]
    architecture, _ = load_weights(base)

    def save(folder: Path) -> None:
        save_weights(folder, architecture, {name: contiguous_weights(network) for name, network in networks.items()})
        n_cells = len(cells.symbols("train")[1])
        name = f"{DigitClassifier.load(base / 'classifier.pt').name}, fine-tuned on {n_cells:,} cells: {cells.name}"
        train_prior = digit_frequencies(parts["train"][1], N_CLASSES + 1)
        for member, network in networks.items():
            classifier = DigitClassifier(network, architecture, name, train_prior=train_prior)
            classifier.save(folder / classifier_file(member))

    result.save_model = save
    return result


def sample_labelled(cells: CellDataset, seed: int, n_labelled: int) -> np.ndarray:
    """Return the rows of `n_labelled` random training cells (all, if there are fewer), the same for all variants."""
    rows = cells.digit_rows("train")
    return np.random.default_rng(seed).permutation(rows)[:n_labelled]


def fine_tune(
    config: FineTuneSettings,
    train_cells: Labelled,
    validation_cells: Labelled,
    base: Path,
    member: str,
    seed: int,
    epochs: int,
    checkpoint_dir: Path,
    n_classes: int = N_CLASSES,
) -> FineTuned:
    """Train one network on labelled cells, in the variant of `config`.

    Raises:
        UserError: The base has no network with this seed, or cannot be read.
    """
    architecture, bases = load_weights(base)
    network = cnn(architecture, seed, config.augment, n_classes)
    if config.start == "base":
        if seed >= len(bases):
            raise UserError(
                f"the base in {base} has {len(bases)} seeds, but more networks start from it: in the configuration, "
                "tallies.base.n_seeds must be at least tallies.transfer.n_seeds and tallies.label_curve.n_seeds"
            )
        network.load_state_dict(_with_classes(bases[seed], network))
    n_frozen = freeze(network, config.frozen_blocks)
    data = to_training_data(train_cells, validation_cells)
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
    result: FitResult, member: str, tuned: FineTuned, cells: CellDataset, crop: Crop, n_labelled: int, epochs: int
) -> None:
    """Add one network to `result`, with its predictions of the test cells."""
    network, history, parameters = tuned
    images, labels = cells.part("test", crop)
    metrics = {
        **score(network, cells, crop),
        "n_labelled": n_labelled,
        "epochs": epochs,
        "trained_parameters": parameters,
    }
    result.add(member, metrics, prediction_table(predict_logits(network, images), labels))
    result.histories.append(history)
    result.parameters = parameters


def _digits(cells: CellDataset, rows: np.ndarray, crop: Crop) -> tuple[Labelled, Labelled]:
    """Return the training cells `rows` and the validation cells, without marks."""
    return (cells.crops(crop)[rows], cells.labels[rows]), cells.part("validation", crop)


def _with_drawn_symbols(config: FinalJob, cells: CellDataset, part: str) -> Labelled:
    """Return the cells of a part, marks included, and after them its drawn symbols.

    There are as many for each cell as in training, and never more marks, or more variants, than MAX_DRAWN of the cells.
    """
    images, labels = cells.symbols(part)
    random = np.random.default_rng(PARTS.index(part))
    n_train = max(len(cells.symbols("train")[1]), 1)
    n_marks, n_variants = (
        round(len(labels) * min(n / n_train, MAX_DRAWN)) for n in (config.n_marks, config.n_variants)
    )
    marks = draw_marks(n_marks, cells.part(part)[0], random)
    variants, variant_labels = draw_variants(n_variants, random)
    mark_labels = np.full(len(marks), MARK, np.int64)
    return np.concatenate([images, marks, variants]), np.concatenate([labels, mark_labels, variant_labels])


def _with_classes(weights: Weights, network: Cnn) -> Weights:
    """Return the weights of a base with those of the further classes of `network` in its last layer."""
    own = network.state_dict()
    return {
        name: torch.cat([value, own[name][len(value) :]]) if value.shape != own[name].shape else value
        for name, value in weights.items()
    }


def _logit_table(network: Cnn, data: Labelled, part: str, n_cells: int) -> pd.DataFrame:
    """Return the predictions for a part, of which the first `n_cells` rows are cells and the rest is drawn."""
    images, labels = data
    logits = predict_logits(network, images)
    table = prediction_table(logits, labels).assign(part=part, drawn=np.arange(len(labels)) >= n_cells)
    return table.join(pd.DataFrame(logits, columns=[f"l{digit}" for digit in range(logits.shape[1])]))
