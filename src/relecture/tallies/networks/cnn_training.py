"""How every network of this comparison is trained and asked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from relecture.training import losses
from relecture.training.config import TrainingConfig
from relecture.training.fit import TrainedNetwork, fit, predict
from relecture.training.lit_module import TrainingData
from relecture.training.losses import cross_entropy

#: Images in one pass where nothing is learned: enough to be fast, few enough for layers of 128 filters to fit.
AT_ONCE = 512


def tensor(images: np.ndarray) -> torch.Tensor:
    """Images uint8 (n, 28, 28) as networks get them: float32 (n, 1, 28, 28) from 0 to 1."""
    return torch.from_numpy(images).unsqueeze(1).float() / 255


def arrays(
    train: tuple[np.ndarray, np.ndarray], eval_sets: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> TrainingData:
    """Images and labels to learn from, and the sets to watch, as one."""
    sets = [train, *eval_sets.values()]
    ends = np.cumsum([len(labels) for _, labels in sets])
    rows = [torch.arange(end - len(labels), end) for end, (_, labels) in zip(ends, sets, strict=True)]
    return TrainingData(
        tensor(np.concatenate([images for images, _ in sets])),
        torch.from_numpy(np.concatenate([labels.astype(np.int64) for _, labels in sets])),
        rows[0],
        dict(zip(eval_sets, rows[1:], strict=True)),
    )


def train(
    network: nn.Module,
    data: TrainingData,
    config: Mapping[str, Any],
    *,
    epochs: int,
    learning_rate: float,
    member: str,
    seed: int,
    checkpoint_dir: Path,
    log_every_n_epochs: int = 1,
    **more: Any,
) -> TrainedNetwork:
    """`fit` with what all networks here have in common: `config` has batch_size, rho and epsilon."""
    training = TrainingConfig(
        epochs=epochs,
        batch_size=config["batch_size"],
        learning_rate=learning_rate,
        rho=config["rho"],
        epsilon=config["epsilon"],
        log_every_n_epochs=log_every_n_epochs,
    )
    return fit(
        network,
        data,
        loss=cross_entropy,
        scores={"loss": cross_entropy, "accuracy": losses.accuracy},
        training=training,
        members=[member],
        seeds=[seed],
        checkpoint_dir=checkpoint_dir,
        progress_metric="validation_accuracy",
        eval_batch_size=AT_ONCE,
        **more,
    )


def logits(network: nn.Module, images: np.ndarray) -> np.ndarray:
    """What a trained network answers for images uint8 (n, 28, 28): float32 (n, 10)."""
    return predict(network, tensor(images), torch.arange(len(images)), AT_ONCE).numpy()


def accuracy(answers: np.ndarray, labels: np.ndarray) -> float:
    """Share of digits read right, from 0 to 1: answers (n, 10), labels (n,)."""
    return float((answers.argmax(1) == labels).mean())


def cases(answers: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """A row per cell: its number within its part, its digit, the digit read and the probability given to it."""
    odds = np.exp(answers - answers.max(1, keepdims=True))
    return pd.DataFrame(
        {
            "cell": np.arange(len(labels)),
            "label": labels.astype(np.int8),
            "predicted": answers.argmax(1).astype(np.int8),
            "probability": (odds.max(1) / odds.sum(1)).astype(np.float32),
        }
    )
