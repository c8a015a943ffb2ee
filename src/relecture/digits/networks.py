"""The networks: one function fits all methods, and each regulariser is a field of its configuration.

| method           | field                                                            |
|------------------|------------------------------------------------------------------|
| `logistic`       | `hidden` is empty                                                |
| `plain`          | none                                                             |
| `ridge`          | `hidden_l2`: lambda on the squared weights of the hidden layers  |
| `dropout`        | `dropout`: rate after each hidden layer                          |
| `early_stopping` | `patience`: epochs without a lower validation loss               |
"""

from pathlib import Path

import pandas as pd
import torch

from relecture.digits.config import NetworkConfig, RidgeSearchConfig
from relecture.digits.data import N_CLASSES, Digits
from relecture.digits.scoring import add_member
from relecture.records import FitResult
from relecture.training.fit import TrainedNetwork, predict
from relecture.training.fit import fit as train
from relecture.training.lit_module import TrainingData
from relecture.training.losses import cross_entropy, zero_one_loss
from relecture.training.mlp import count_parameters, mlp

#: Training images on which the training loss is computed with dropout off: as many as there are for validation.
N_TRAIN_EVAL = 10_000


def arrays(digits: Digits) -> TrainingData:
    """Return training and validation images as tensors, without the test images."""
    rows = torch.arange(len(digits.train_labels))
    return TrainingData(
        torch.from_numpy(digits.train_images),
        torch.from_numpy(digits.train_labels),
        rows[: digits.n_train],
        {"train": rows[: digits.n_train][:N_TRAIN_EVAL], "validation": rows[digits.n_train :]},
    )


def train_one(
    config: NetworkConfig, data: TrainingData, member: str, seed: int, hidden_l2: float, checkpoint_dir: Path
) -> TrainedNetwork:
    """Train one network of a method."""
    return train(
        mlp([data.inputs.shape[1], *config.hidden, N_CLASSES], config.dropout or (), seed=seed),
        data,
        loss=cross_entropy,
        scores={"loss": cross_entropy, "error": zero_one_loss},
        training=config.training,
        members=[member],
        seeds=[seed],
        checkpoint_dir=checkpoint_dir,
        progress_metric="validation_error",
        hidden_l2=hidden_l2,
        patience=config.patience,
    )


def fit(digits: Digits, config: NetworkConfig, checkpoint_dir: Path) -> FitResult:
    """Fit `config.n_seeds` networks of one method and score each on the test images once, after training."""
    data, test = arrays(digits), torch.from_numpy(digits.test_images)
    validation = data.eval_sets["validation"]
    result, weights = FitResult(), {}
    for seed in range(config.n_seeds):
        member = f"seed-{seed:02d}"
        trained = train_one(config, data, member, seed, config.hidden_l2 or 0.0, checkpoint_dir)
        validation_outputs = predict(trained.network, data.inputs, validation)
        probabilities = predict(trained.network, test, torch.arange(len(test))).softmax(-1).numpy()
        add_member(
            result,
            member,
            digits.test_labels,
            probabilities,
            validation_error=zero_one_loss(validation_outputs, data.targets[validation]).mean().item(),
            epochs=trained.epochs,
            best_epoch=trained.best_epoch,
        )
        result.parameters = count_parameters(trained.network)
        result.histories.append(trained.history)
        weights[member] = trained.network.state_dict()
    result.save_model = lambda folder: torch.save(weights, folder / "weights.pt")
    return result


def search_lambda(digits: Digits, config: RidgeSearchConfig, checkpoint_dir: Path) -> FitResult:
    """Train networks with each lambda and score them on the validation images only."""
    data, result = arrays(digits), FitResult()
    network = NetworkConfig(n_seeds=config.n_seeds, hidden=config.hidden, training=config.training)
    for hidden_l2 in config.lambdas:
        for seed in range(config.n_seeds):
            member = f"lambda-{hidden_l2:g}-seed-{seed:02d}"
            trained = train_one(network, data, member, seed, hidden_l2, checkpoint_dir)
            last = trained.history.sort_values("step", kind="stable").groupby("metric").value.last()
            scores = {name: last[name] for name in ("validation_error", "validation_loss", "train_error")}
            result.add(member, {"lambda": hidden_l2, **scores})
            result.parameters = count_parameters(trained.network)
            result.histories.append(trained.history)
    return result


def best_lambda(metrics: pd.DataFrame) -> float:
    """Return the lambda with the lowest mean validation error; of equal ones the largest."""
    wide = metrics.pivot(index="member", columns="metric", values="value")
    means = wide.groupby("lambda").validation_error.mean()
    return float(means[means == means.min()].index.max())
