"""The networks: one function, and each regulariser is a setting of it.

| method           | setting                                                     |
|------------------|-------------------------------------------------------------|
| `logistic`       | no hidden layers                                            |
| `plain`          | none                                                        |
| `ridge`          | `penalty`: lambda on the squared weights of the hidden layers |
| `dropout`        | `dropout`: share dropped after each hidden layer            |
| `early_stopping` | `patience`: epochs without a lower validation loss          |
"""

from pathlib import Path
from typing import Any

import pandas as pd
import torch

from relecture.digits.data import CLASSES, Digits
from relecture.digits.scoring import add
from relecture.records import FitResult
from relecture.training.config import TrainingConfig
from relecture.training.fit import TrainedNetwork, predict
from relecture.training.fit import fit as train
from relecture.training.lit_module import TrainingData
from relecture.training.losses import cross_entropy, zero_one_loss
from relecture.training.mlp import count_parameters, mlp

#: Training images on which the training loss is watched with dropout off: as many as there are for validation.
WATCHED = 10_000


def arrays(digits: Digits) -> TrainingData:
    """Training and validation images as tensors; the test images are not among them."""
    rows = torch.arange(len(digits.train_labels))
    return TrainingData(
        torch.from_numpy(digits.train_images),
        torch.from_numpy(digits.train_labels),
        rows[: digits.fitted],
        {"train": rows[: digits.fitted][:WATCHED], "validation": rows[digits.fitted :]},
    )


def train_one(
    config: dict[str, Any], data: TrainingData, member: str, seed: int, penalty: float, checkpoint_dir: Path
) -> TrainedNetwork:
    """Train one network of the method that `config` describes."""
    return train(
        mlp([data.inputs.shape[1], *config["hidden"], CLASSES], config.get("dropout", ()), seed=seed),
        data,
        loss=cross_entropy,
        scores={"loss": cross_entropy, "error": zero_one_loss},
        training=TrainingConfig(**config["training"]),
        members=[member],
        seeds=[seed],
        checkpoint_dir=checkpoint_dir,
        progress_metric="validation_error",
        hidden_l2=penalty,
        patience=config.get("patience"),
    )


def fit(digits: Digits, config: dict[str, Any], checkpoint_dir: Path) -> FitResult:
    """`spec["seeds"]` networks of one method, scored on the test images when training is over."""
    data, test = arrays(digits), torch.from_numpy(digits.test_images)
    result, models = FitResult(), {}
    for seed in range(config["seeds"]):
        member = f"seed-{seed:02d}"
        fitted = train_one(config, data, member, seed, config.get("penalty", 0.0), checkpoint_dir)
        answers = predict(fitted.network, data.inputs, data.eval_sets["validation"])
        wrong = zero_one_loss(answers, data.targets[data.eval_sets["validation"]]).mean().item()
        probabilities = predict(fitted.network, test, torch.arange(len(test))).softmax(-1).numpy()
        add(
            result,
            member,
            digits.test_labels,
            probabilities,
            validation_error=wrong,
            epochs=fitted.epochs,
            best_epoch=fitted.best_epoch,
        )
        result.parameters = count_parameters(fitted.network)
        result.histories.append(fitted.history)
        models[member] = fitted.network.state_dict()
    result.save_model = lambda folder: torch.save(models, folder / "weights.pt")
    return result


def search(digits: Digits, config: dict[str, Any], checkpoint_dir: Path) -> FitResult:
    """Networks with each of the penalties `spec["strengths"]`, compared on the validation images only."""
    data, result = arrays(digits), FitResult()
    for strength in config["strengths"]:
        for seed in range(config["seeds"]):
            member = f"lambda-{strength:g}-seed-{seed:02d}"
            fitted = train_one(config, data, member, seed, strength, checkpoint_dir)
            last = fitted.history.sort_values("step", kind="stable").groupby("metric").value.last()
            scores = {name: last[name] for name in ("validation_error", "validation_loss", "train_error")}
            result.add(member, {"penalty": strength, **scores})
            result.parameters = count_parameters(fitted.network)
            result.histories.append(fitted.history)
    return result


def best_penalty(metrics: pd.DataFrame) -> float:
    """The penalty with the lowest mean validation error; of equal ones the stronger."""
    wide = metrics.pivot(index="member", columns="metric", values="value")
    means = wide.groupby("penalty").validation_error.mean()
    return float(means[means == means.min()].index.max())
