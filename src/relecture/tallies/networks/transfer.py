"""Transfer: a base carried over to the target's digits with labelled cells; with how many, and what stays frozen."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from torch import nn

from relecture.errors import UserError
from relecture.records import FitResult
from relecture.tallies.networks.cell_dataset import Cells
from relecture.tallies.networks.cnn import Above, Cnn, below, cnn, count_trained, freeze
from relecture.tallies.networks.cnn_training import AT_ONCE, arrays, cases, logits, train
from relecture.tallies.networks.digit_classifier import Recognizer, shares
from relecture.tallies.networks.pretraining import keep, plain, read, scores
from relecture.training.lit_module import TrainingData

WATCHED = 500  # labelled cells on which the learning itself is watched, with dropout off
POINTS = 20  # of a curve in history.csv, at most; the last epoch apart


class Carried(NamedTuple):
    """A network after transfer, its curve, and how many numbers of it were trained."""

    network: Cnn
    history: pd.DataFrame
    trained: int


def transfer(config: dict[str, Any], cells: Cells, base: Path, checkpoint_dir: Path) -> FitResult:
    """`spec["seeds"]` networks, each on from the base with its seed and with its own drawing of labelled cells.

    Args:
        spec: seeds, cells (how many to learn from), epochs, learning_rate, batch_size, rho, epsilon, and the way:
            frozen (blocks of convolutions, or "all"), start ("base" or "scratch"), augment. Optional: precision ("32",
            or "bf16" where nothing printed is compared).
        base: the folder `model/` of the base.

    The cells of a seed are the same for every way, so that ways can be compared in pairs.
    """
    result, weights = FitResult(), {}
    for seed in range(config["seeds"]):
        member = f"seed-{seed:02d}"
        some = labelled(cells, seed, config["cells"])
        network = _add(result, config, cells, some, base, member, seed, config["epochs"], checkpoint_dir)
        weights[member] = plain(network)
    architecture, _ = read(base)
    result.save_model = lambda folder: keep(folder, architecture, weights)
    return result


def labels(config: dict[str, Any], cells: Cells, base: Path, checkpoint_dir: Path) -> FitResult:
    """The same for each number of cells in `spec["cells"]` and each seed: members `cells-0500-seed-01`.

    However few the cells, training sees `spec["images"]` of them, with repetition. Numbers beyond what is there are
    left out; a smaller drawing is part of a larger one of the same seed.
    """
    result, there = FitResult(), int((cells.parts == "train").sum())
    for count in [count for count in config["cells"] if count <= there] or [there]:
        for seed in range(config["seeds"]):
            epochs, member = max(1, round(config["images"] / count)), f"cells-{count:04d}-seed-{seed:02d}"
            _add(result, config, cells, labelled(cells, seed, count), base, member, seed, epochs, checkpoint_dir)
    return result


def final(config: dict[str, Any], cells: Cells, base: Path, checkpoint_dir: Path) -> FitResult:
    """One network on from the base's first, with all labelled cells: the reader, `model/reader.pt`.

    Its predictions are for validation and test cells (column `part`), with all ten logits (`l0` to `l9`).
    """
    result, member, rows = FitResult(), "seed-00", np.flatnonzero(cells.parts == "train")
    network = _add(result, config, cells, rows, base, member, 0, config["epochs"], checkpoint_dir)
    result.predictions = [_with_logits(network, cells, part).assign(member=member) for part in ("validation", "test")]
    architecture, _ = read(base)

    def save(folder: Path) -> None:
        keep(folder, architecture, {member: plain(network)})
        name = f"{Recognizer.load(base / 'reader.pt').name}, carried over to {cells.name}"
        Recognizer(network, architecture, name, learned=shares(cells.labels[rows])).save(folder / "reader.pt")

    result.save_model = save
    return result


def labelled(cells: Cells, seed: int, count: int) -> np.ndarray:
    """Rows of `count` random training cells, or of all where there are fewer; the same for every way of transfer."""
    rows = np.flatnonzero(cells.parts == "train")
    return np.random.default_rng(seed).permutation(rows)[:count]


def carry(
    config: dict[str, Any],
    cells: Cells,
    rows: np.ndarray,
    base: Path,
    member: str,
    seed: int,
    epochs: int,
    checkpoint_dir: Path,
) -> Carried:
    """One network, trained on the cells `rows` in the way that `config` says."""
    architecture, bases = read(base)
    network = cnn(architecture, seed, config["augment"])
    if config["start"] == "base":
        if seed >= len(bases):
            raise UserError(
                f"the base in {base} has {len(bases)} seeds, but more networks shall start from it: "
                "in the settings, let base.seeds be at least transfer.seeds and labels.seeds"
            )
        network.load_state_dict(bases[seed])
    frozen = freeze(network, config["frozen"])
    images, digits = cells.images[rows], cells.labels[rows]
    data = arrays((images, digits), {"train": (images[:WATCHED], digits[:WATCHED]),
                                     "validation": cells.part("validation")})  # fmt: skip
    module: nn.Module = network
    if frozen and not config["augment"]:  # what frozen blocks make of a cell never changes, so it is computed once
        module = Above(network, frozen)
        data = TrainingData(below(network, frozen, data.inputs, AT_ONCE), data.targets, data.train, data.eval_sets)
    fitted = train(
        module,
        data,
        config,
        epochs=epochs,
        learning_rate=config["learning_rate"],
        member=member,
        seed=seed,
        checkpoint_dir=checkpoint_dir,
        log_every_n_epochs=-(-epochs // POINTS),
        precision=config.get("precision", "32"),
    )
    return Carried(network.eval(), fitted.history, count_trained(network))


def _add(result: FitResult, config: dict[str, Any], cells: Cells, rows: np.ndarray, base: Path, member: str, seed: int,
         epochs: int, checkpoint_dir: Path) -> Cnn:  # fmt: skip
    network, history, trained = carry(config, cells, rows, base, member, seed, epochs, checkpoint_dir)
    images, digits = cells.part("test")
    found = {**scores(network, cells), "cells": len(rows), "epochs": epochs, "trained_parameters": trained}
    result.add(member, found, cases(logits(network, images), digits))
    result.histories.append(history)
    result.parameters = trained
    return network


def _with_logits(network: Cnn, cells: Cells, part: str) -> pd.DataFrame:
    images, digits = cells.part(part)
    answers = logits(network, images)
    table = cases(answers, digits).assign(part=part)
    return table.join(pd.DataFrame(answers, columns=[f"l{digit}" for digit in range(answers.shape[1])]))
