"""The networks: one function fits all methods, and each regulariser is a field of its configuration.

| method                 | field                                                                  |
|------------------------|------------------------------------------------------------------------|
| `logistic`             | `hidden` is empty                                                      |
| `one_hidden_layer`     | `hidden` has one layer, with as many parameters in all                 |
| `plain`                | none                                                                   |
| `ridge`                | `hidden_l2`: lambda on the squared weights of the hidden layers        |
| `dropout`              | `dropout`: rate after each hidden layer                                |
| `early_stopping`       | `patience`: epochs without a lower validation loss                     |
| `early_stopping_error` | the same, where `monitor` is the validation error                      |

`ridge_search` and `l1` have networks with several lambdas, on the squared weights and on the absolute ones.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytorch_lightning as pl
import torch

from relecture.digits.choices import chosen_lambda
from relecture.digits.config import N_CLASSES, LambdaGridConfig, NetworkConfig
from relecture.digits.data import Digits
from relecture.digits.last_epochs import LabelledImages, LastEpochsErrors
from relecture.digits.scoring import add_member
from relecture.prediction.estimators import Estimator
from relecture.prediction.estimators import network as network_arrays
from relecture.records import FitResult, Objective, Record
from relecture.training.fit import TrainedNetwork, predict
from relecture.training.fit import fit as train
from relecture.training.lit_module import TrainingData
from relecture.training.losses import cross_entropy, zero_one_loss
from relecture.training.mlp import count_parameters, mlp

#: Training images on which the training loss is computed with dropout off: as many as there are for validation.
N_TRAIN_EVAL = 10_000
_OBJECTIVE: Objective = {"metric": "validation_error_last_ten", "best": "lowest"}


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
    config: NetworkConfig,
    data: TrainingData,
    member: str,
    seed: int,
    checkpoint_dir: Path,
    *,
    hidden_l1: float = 0.0,
    callbacks: list[pl.Callback] | None = None,
    n_members: int | None = None,
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
        hidden_l2=config.hidden_l2 or 0.0,
        hidden_l1=hidden_l1,
        patience=config.patience,
        monitor=config.monitor or "validation_loss",
        callbacks=callbacks or (),
        n_members=n_members,
    )


def fit(digits: Digits, config: NetworkConfig, checkpoint_dir: Path) -> FitResult:
    """Fit `config.n_seeds` networks of one method and score each on the test images; these decide nothing."""
    members = [(f"seed-{seed:02d}", seed, 0.0) for seed in range(config.n_seeds)]
    return _fit_members(digits, config, members, checkpoint_dir)


def fit_l1(digits: Digits, config: LambdaGridConfig, checkpoint_dir: Path) -> FitResult:
    """Fit networks with a penalty on absolute weights, with each lambda, and score each on the test images.

    Which lambda is reported is decided later, on the validation images.
    """
    return _fit_members(digits, _without_penalty(config), list(_grid(config)), checkpoint_dir)


def search_lambda(digits: Digits, config: LambdaGridConfig, checkpoint_dir: Path) -> FitResult:
    """Train networks with each lambda of ridge and score them on the validation images only.

    The predictions have a row for each validation image that a network misclassifies after any of the last epochs:
    `image`, its number among the validation images, and `n_errors`, the number of those epochs.
    """
    data, result = arrays(digits), FitResult(objective=_OBJECTIVE)
    result.why_no_estimator = "it only chooses the lambda of ridge; use results/digits/ridge"
    validation = _validation_images(data)
    for member, seed, hidden_l2 in _grid(config):
        network = _without_penalty(config).model_copy(update={"hidden_l2": hidden_l2})
        last_epochs = LastEpochsErrors({"validation": validation})
        trained = train_one(network, data, member, seed, checkpoint_dir, callbacks=[last_epochs])
        last = trained.history.sort_values("step", kind="stable").groupby("metric").value.last()
        scores = {name: last[name] for name in ("validation_error", "validation_loss", "train_error")}
        n_errors = last_epochs.n_errors["validation"].numpy()
        (images,) = np.nonzero(n_errors)
        cases = pd.DataFrame({"image": images.astype(np.int32), "n_errors": n_errors[images].astype(np.int8)})
        result.add(
            member,
            {
                "lambda": hidden_l2,
                **scores,
                **last_epochs.scores(),
                "n_validation": len(n_errors),
                "n_last_epochs": len(last_epochs.error_rates["validation"]),
            },
            cases,
        )
        result.members[member] = {"lambda": hidden_l2}
        result.parameters = count_parameters(trained.network)
        result.histories.append(trained.history)
    return result


def _fit_members(
    digits: Digits, config: NetworkConfig, members: list[tuple[str, int, float]], checkpoint_dir: Path
) -> FitResult:
    """Fit a network for each member: its name, its seed, and lambda of its penalty on absolute weights."""
    data = arrays(digits)
    test = torch.from_numpy(digits.test_images), torch.from_numpy(digits.test_labels)
    validation_images, validation_labels = _validation_images(data)
    result, weights = FitResult(), {}
    for member, seed, hidden_l1 in members:
        # Early stopping has one network to report, that of the best epoch.
        image_sets = {"test": test, "validation": (validation_images, validation_labels)}
        last_epochs = LastEpochsErrors(image_sets) if config.patience is None else None
        trained = train_one(
            config,
            data,
            member,
            seed,
            checkpoint_dir,
            hidden_l1=hidden_l1,
            callbacks=[last_epochs] if last_epochs else [],
            n_members=len(members),
        )
        validation_outputs = predict(trained.network, validation_images, torch.arange(len(validation_labels)))
        probabilities = predict(trained.network, test[0], torch.arange(len(test[1]))).softmax(-1).numpy()
        add_member(
            result,
            member,
            digits.test_labels,
            probabilities,
            validation_error=zero_one_loss(validation_outputs, validation_labels).mean().item(),
            epochs=trained.epochs,
            best_epoch=trained.best_epoch,
            **(last_epochs.scores() if last_epochs else {}),
            **({"lambda": hidden_l1} if hidden_l1 else {}),
        )
        if hidden_l1:
            result.members[member], result.objective = {"lambda": hidden_l1}, _OBJECTIVE
        result.parameters = count_parameters(trained.network)
        result.histories.append(trained.history)
        weights[member] = trained.network.state_dict()
    member = members[0][0]
    if result.objective:  # the first network with the lambda that is reported
        record = Record(pd.DataFrame(result.metrics), pd.DataFrame(), pd.DataFrame(), {})
        member = next(name for name, _, hidden_l1 in members if hidden_l1 == chosen_lambda(record))
    parameters = [values.numpy().T for values in weights[member].values()]
    scaling = {"centre": np.array(0, np.float32), "scale": np.array(255, np.float32)}
    result.estimator = Estimator("network", "class", member, {**network_arrays(parameters), **scaling})
    result.save_model = lambda folder: torch.save(weights, folder / "weights.pt")
    return result


def _validation_images(data: TrainingData) -> LabelledImages:
    rows = data.eval_sets["validation"]
    return data.inputs[rows], data.targets[rows]


def _without_penalty(config: LambdaGridConfig) -> NetworkConfig:
    return NetworkConfig(n_seeds=config.n_seeds, hidden=config.hidden, training=config.training)


def _grid(config: LambdaGridConfig) -> Iterator[tuple[str, int, float]]:
    """Yield the members of a grid: name, seed and lambda."""
    for lambda_ in config.lambdas:
        for seed in range(config.n_seeds):
            yield f"lambda-{lambda_:g}-seed-{seed:02d}", seed, lambda_
