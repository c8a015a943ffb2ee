"""Training and prediction as all networks of this comparison share them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.special import softmax
from torch import nn

from relecture.tallies.config import OptimizerConfig
from relecture.training import losses
from relecture.training.config import TrainingConfig
from relecture.training.fit import TrainedNetwork, fit, predict
from relecture.training.lit_module import TrainingData
from relecture.training.losses import cross_entropy

#: Images per forward pass without gradients: enough to be fast, few enough for layers of 128 filters to fit.
EVAL_BATCH_SIZE = 512
#: Training images on which loss and accuracy are computed after each epoch, with dropout off.
N_TRAIN_EVAL = 500

Labelled = tuple[np.ndarray, np.ndarray]


def to_tensor(images: np.ndarray) -> torch.Tensor:
    """Return images uint8 (n, 28, 28) as inputs of a network: float32 (n, 1, 28, 28) from 0 to 1."""
    return torch.from_numpy(images).unsqueeze(1).float() / 255


def to_training_data(train: Labelled, validation: Labelled) -> TrainingData:
    """Return training and validation images (n, 28, 28) with labels (n,) as the data of a fit.

    Its evaluation sets are `train`, the first N_TRAIN_EVAL training images, and `validation`.
    """
    sets = [train, (train[0][:N_TRAIN_EVAL], train[1][:N_TRAIN_EVAL]), validation]
    ends = np.cumsum([len(labels) for _, labels in sets])
    rows = [torch.arange(end - len(labels), end) for end, (_, labels) in zip(ends, sets, strict=True)]
    return TrainingData(
        to_tensor(np.concatenate([images for images, _ in sets])),
        torch.from_numpy(np.concatenate([labels.astype(np.int64) for _, labels in sets])),
        rows[0],
        dict(zip(("train", "validation"), rows[1:], strict=True)),
    )


def train(
    network: nn.Module,
    data: TrainingData,
    optimizer: OptimizerConfig,
    *,
    epochs: int,
    learning_rate: float,
    member: str,
    seed: int,
    checkpoint_dir: Path,
    log_every_n_epochs: int = 1,
    **options: Any,
) -> TrainedNetwork:
    """Train `network` on `data` with the settings that all networks share, and with other `options` of `fit`."""
    training = TrainingConfig(
        epochs=epochs,
        batch_size=optimizer.batch_size,
        learning_rate=learning_rate,
        rho=optimizer.rho,
        epsilon=optimizer.epsilon,
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
        eval_batch_size=EVAL_BATCH_SIZE,
        **options,
    )


def predict_logits(network: nn.Module, images: np.ndarray) -> np.ndarray:
    """Return the logits float32 (n, 10) of a trained network for images uint8 (n, 28, 28)."""
    logits: np.ndarray = predict(network, to_tensor(images), torch.arange(len(images)), EVAL_BATCH_SIZE).numpy()
    return logits


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of correctly classified digits, from 0 to 1: logits (n, 10), labels (n,)."""
    return float((logits.argmax(1) == labels).mean())


def prediction_table(logits: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """Return a row per cell: cell (its index in its part), label, predicted digit and its probability."""
    return pd.DataFrame(
        {
            "cell": np.arange(len(labels)),
            "label": labels.astype(np.int8),
            "predicted": logits.argmax(1).astype(np.int8),
            "probability": softmax(logits, axis=1).max(1).astype(np.float32),
        }
    )
