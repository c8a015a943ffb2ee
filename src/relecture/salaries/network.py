"""The network: one hidden layer of ReLU units with dropout, many members trained at once.

A member is a split and a seed. On one CPU thread 50 stacked members take a twenty-fifth of the time that they take
one after the other, because each alone is too small to keep the processor busy.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import torch

from relecture.records import FitResult
from relecture.salaries.data import Split, predictors, scaled, target
from relecture.salaries.scoring import add
from relecture.training.config import TrainingConfig
from relecture.training.fit import fit as train
from relecture.training.fit import predict
from relecture.training.lit_module import RowMetric, TrainingData
from relecture.training.mlp import count_parameters, mlp, stack


def squared_error(centre: torch.Tensor, scale: torch.Tensor) -> RowMetric:
    """(members, rows, 1) and (members, rows) -> (members, rows), with the target as (target - centre) / scale."""

    def loss(output: torch.Tensor, observed: torch.Tensor) -> torch.Tensor:
        return (output.squeeze(-1) - (observed - centre.to(output.device)) / scale.to(output.device)) ** 2

    return loss


def absolute_error(centre: torch.Tensor, scale: torch.Tensor) -> RowMetric:
    """(members, rows, 1) and (members, rows) -> (members, rows), in the target's unit."""

    def error(output: torch.Tensor, observed: torch.Tensor) -> torch.Tensor:
        return (output.squeeze(-1) * scale.to(output.device) + centre.to(output.device) - observed).abs()

    return error


def fit(table: pd.DataFrame, splits: list[Split], config: dict[str, Any], checkpoint_dir: Path) -> FitResult:
    """Networks for every split and each of `spec["seeds"]` seeds, a member each, after a fixed number of epochs.

    The book's network learns salaries in thousands of dollars as they are. With `spec["standardise_target"]` it
    learns the target less its mean, over its standard deviation, of the member's training rows.

    The test error along the way is in the history to be looked at; nothing is chosen by it.
    """
    x = torch.tensor(scaled(predictors(table)).to_numpy(), dtype=torch.float32)
    y = torch.tensor(target(table).to_numpy(), dtype=torch.float32)
    pairs = [(split, seed) for split in splits for seed in range(config["seeds"])]
    members = [split.name if config["seeds"] == 1 else f"{split.name}-seed-{seed:02d}" for split, seed in pairs]
    seeds = [split.seed * 1000 + seed for split, seed in pairs]
    networks = [mlp([x.shape[1], config["hidden"], 1], [config["dropout"]], seed=seed) for seed in seeds]
    rows_train = torch.stack([torch.tensor(split.train) for split, _ in pairs])
    rows_test = torch.stack([torch.tensor(split.test) for split, _ in pairs])
    centre, scale = torch.zeros(len(pairs), 1), torch.ones(len(pairs), 1)
    if config.get("standardise_target"):
        centre, scale = y[rows_train].mean(1, keepdim=True), y[rows_train].std(1, keepdim=True)

    fitted = train(
        stack(networks),
        TrainingData(x, y, rows_train, {"train": rows_train, "test": rows_test}),
        loss=squared_error(centre, scale),
        scores={"mae": absolute_error(centre, scale)},
        training=TrainingConfig(**config["training"]),
        members=members,
        seeds=seeds,
        checkpoint_dir=checkpoint_dir,
        progress_metric="train_mae",
    )
    predicted = (predict(fitted.network, x, rows_test).squeeze(-1) * scale + centre).numpy()
    result = FitResult(parameters=count_parameters(fitted.network), histories=[fitted.history])
    for member, (split, _), values in zip(members, pairs, predicted, strict=True):
        add(result, member, table, split, values)
    result.save_model = lambda folder: torch.save(fitted.network.state_dict(), folder / "weights.pt")
    return result
