"""The network: one hidden layer of ReLU units with dropout, many members trained in one stack.

A member is a split and a seed. On one CPU thread 50 stacked members train 25 times as fast as one after the other,
because each alone is too small to keep the processor busy.
"""

import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn

from relecture.errors import UserError
from relecture.prediction.estimators import Estimator, network
from relecture.records import FitResult
from relecture.salaries.config import NetworkFitConfig
from relecture.salaries.data import Split, predictors, standardise, target
from relecture.salaries.scoring import add_member
from relecture.text_format import counted
from relecture.training.config import TrainingConfig
from relecture.training.fit import fit as train
from relecture.training.fit import predict
from relecture.training.lit_module import TrainingData
from relecture.training.mlp import count_parameters, mlp, stack

#: Rows of each member in one evaluation pass, which bounds the memory.
EVAL_BATCH_SIZE = 4096


class StandardisedTarget(nn.Module):
    """Errors of members that each have their own centre and scale of the target.

    The target is standardised in float64 before it becomes float32, so that a small spread beside a high level is not
    rounded away. What the training data call targets are row numbers here.

    Args:
        observed: The target, (rows,).
        centre: Of each member, (members, 1).
        scale: Of each member, (members, 1).
    """

    standardised: torch.Tensor

    def __init__(self, observed: np.ndarray, centre: np.ndarray, scale: np.ndarray):
        super().__init__()
        standardised = torch.from_numpy(((observed - centre) / scale).astype(np.float32))
        self.register_buffer("standardised", standardised, persistent=False)

    def forward(self, output: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """Return the squared errors: (members, rows, 1) and (members, rows) -> (members, rows)."""
        return (output.squeeze(-1) - self.standardised.gather(1, rows)) ** 2

    def absolute_error(self, output: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """Return the absolute errors, also standardised: (members, rows, 1) and (members, rows) -> (members, rows)."""
        return (output.squeeze(-1) - self.standardised.gather(1, rows)).abs()


def fit(table: pd.DataFrame, splits: list[Split], config: NetworkFitConfig, checkpoint_dir: Path) -> FitResult:
    """Train a network for every split and each of `config.n_seeds` seeds, a member each, for a fixed number of epochs.

    The book's network learns salaries in thousands of dollars unscaled. With `config.standardise_target` the target is
    centred and divided by its standard deviation, both of the member's training rows.

    The history has the test error of every epoch for inspection; nothing is chosen by it. Metrics that say that a fit
    is not an ordinary one are recorded only where one is not: `epochs` if `config.max_steps` reduces them, and
    `worse_than_mean`, 1 for a network whose squared error in training is above that of predicting the mean.

    Raises:
        UserError: Training diverges.
    """
    x = torch.tensor(standardise(predictors(table)).to_numpy(), dtype=torch.float32)
    y = target(table).to_numpy(float)
    pairs = [(split, seed) for split in splits for seed in range(config.n_seeds)]
    members = [split.name if config.n_seeds == 1 else f"{split.name}-seed-{seed:02d}" for split, seed in pairs]
    seeds = [split.seed * 1000 + seed for split, seed in pairs]
    networks = [mlp([x.shape[1], config.hidden, 1], [config.dropout], seed=seed) for seed in seeds]
    rows_train = torch.stack([torch.tensor(split.train) for split, _ in pairs])
    rows_test = torch.stack([torch.tensor(split.test) for split, _ in pairs])
    centre, scale = np.zeros((len(pairs), 1)), np.ones((len(pairs), 1))
    if config.standardise_target:
        centre = np.array([[y[split.train].mean()] for split, _ in pairs])
        scale = np.array([[y[split.train].std(ddof=1)] for split, _ in pairs])
    training = capped(config.training, rows_train.shape[1], config.max_steps)
    errors = StandardisedTarget(y, centre, scale)

    trained = train(
        stack(networks),
        TrainingData(x, torch.arange(len(y)), rows_train, {"train": rows_train, "test": rows_test}),
        loss=errors,
        scores={"mae": errors.absolute_error},
        training=training,
        members=members,
        seeds=seeds,
        checkpoint_dir=checkpoint_dir,
        progress_metric="train_mae",
        eval_batch_size=EVAL_BATCH_SIZE,
        score_units=[float(unit) for unit in scale[:, 0]],
        n_members=len(members),
    )

    def predicted(rows: torch.Tensor) -> np.ndarray:
        outputs = predict(trained.network, x, rows, EVAL_BATCH_SIZE).squeeze(-1).numpy()
        values: np.ndarray = outputs.astype(float) * scale + centre
        return values

    result = FitResult(parameters=count_parameters(trained.network), histories=[trained.history])
    metrics = {"epochs": training.epochs} if training.epochs < config.training.epochs else {}
    worse = _worse_than_mean(predicted(rows_train), y[rows_train.numpy()], config)
    for member, (split, _), values, is_worse in zip(members, pairs, predicted(rows_test), worse, strict=True):
        flag = {"worse_than_mean": int(is_worse)} if worse.any() else {}
        add_member(result, member, table, split, values, **metrics, **flag)
    if len(splits) == 1:
        raw = predictors(table)
        first = [parameter.detach().cpu().numpy()[0] for parameter in trained.network.parameters()]
        arrays = {
            **network(first),
            "centre": raw.mean().to_numpy(),
            "scale": raw.std(ddof=1).to_numpy(),
            "target_centre": centre[0, 0],
            "target_scale": scale[0, 0],
        }
        result.estimator = Estimator("network", "value", members[0], arrays)
    result.save_model = lambda folder: torch.save(trained.network.state_dict(), folder / "weights.pt")
    return result


def capped(training: TrainingConfig, n_train: int, max_steps: int) -> TrainingConfig:
    """Return `training` with fewer epochs, and then larger batches, if it would take more than `max_steps` steps."""
    steps = math.ceil(n_train / training.batch_size)
    if training.epochs * steps <= max_steps:
        return training
    epochs, batch_size = max(1, max_steps // steps), max(training.batch_size, math.ceil(n_train / max_steps))
    print(
        f"relecture: {counted(epochs, 'epoch')} of {training.epochs} in batches of {batch_size}, because "
        f"salaries.network.max_steps is {max_steps:,} and an epoch of {n_train:,} rows takes {steps:,} steps",
        file=sys.stderr,
    )
    return training.model_copy(update={"epochs": epochs, "batch_size": batch_size})


def _worse_than_mean(predicted: np.ndarray, observed: np.ndarray, config: NetworkFitConfig) -> np.ndarray:
    """Return which members' training error (members, rows) is above that of predicting the mean, and log how many.

    Raises:
        UserError: A prediction is not finite.
    """
    learning_rate = f"salaries.network.training.learning_rate ({config.training.learning_rate:g})"
    if not np.isfinite(predicted).all():
        raise UserError(f"the network's predictions are too large to be numbers: {learning_rate} is too high")
    spread = observed.std(axis=1)  # divided by, because the square of a large number may overflow
    worse: np.ndarray = (((predicted - observed) / spread[:, None]) ** 2).mean(1) > 1
    if worse.any():
        print(
            f"relecture: warning: the training error of {worse.sum()} of {counted(len(worse), 'network')} is above "
            f"that of predicting the mean: change {learning_rate}, or raise salaries.network.training.epochs",
            file=sys.stderr,
        )
    return worse
