"""The network: one hidden layer of ReLU units with dropout, many members trained at once.

A member is a split and a seed. On one CPU thread 50 stacked members take a twenty-fifth of the time that they take
one after the other, because each alone is too small to keep the processor busy.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import torch

from relecture.records import Fit
from relecture.salaries.data import TARGET, Split, predictors, scaled
from relecture.salaries.method import add
from relecture.training.config import TrainingConfig
from relecture.training.fit import fit as train
from relecture.training.fit import outputs
from relecture.training.learner import Arrays
from relecture.training.mlp import count_parameters, mlp, stack


def squared_error(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """(..., rows, 1) and (..., rows) -> (..., rows), in (1,000 dollars) squared."""
    return (output.squeeze(-1) - target) ** 2


def absolute_error(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """(..., rows, 1) and (..., rows) -> (..., rows), in 1,000 dollars."""
    return (output.squeeze(-1) - target).abs()


def fit(players: pd.DataFrame, splits: list[Split], spec: dict[str, Any], scratch: Path) -> Fit:
    """Networks for every split and each of `spec["seeds"]` seeds, a member each, after a fixed number of epochs.

    The test error along the way is in the history to be looked at; nothing is chosen by it.
    """
    x = torch.tensor(scaled(predictors(players)).to_numpy(), dtype=torch.float32)
    y = torch.tensor(players[TARGET].to_numpy(), dtype=torch.float32)
    pairs = [(split, seed) for split in splits for seed in range(spec["seeds"])]
    members = [split.name if spec["seeds"] == 1 else f"{split.name}-seed-{seed:02d}" for split, seed in pairs]
    seeds = [split.seed * 1000 + seed for split, seed in pairs]
    networks = [mlp([x.shape[1], spec["hidden"], 1], [spec["dropout"]], seed=seed) for seed in seeds]
    rows_train = torch.stack([torch.tensor(split.train) for split, _ in pairs])
    rows_test = torch.stack([torch.tensor(split.test) for split, _ in pairs])

    fitted = train(
        stack(networks),
        Arrays(x, y, rows_train, {"train": rows_train, "test": rows_test}),
        loss=squared_error,
        scores={"mae": absolute_error},
        training=TrainingConfig(**spec["training"]),
        members=members,
        seeds=seeds,
        scratch=scratch,
        shown="train_mae",
    )
    predicted = outputs(fitted.network, x, rows_test).squeeze(-1).numpy()
    result = Fit(parameters=count_parameters(fitted.network), histories=[fitted.history])
    for member, (split, _), values in zip(members, pairs, predicted, strict=True):
        add(result, member, players, split, values)
    result.save_model = lambda folder: torch.save(fitted.network.state_dict(), folder / "weights.pt")
    return result
