"""A small network and made-up rows to train it on."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def toy():
    """240 made-up rows of 8 numbers in two classes that overlap, 160 to train on and 80 to evaluate on."""
    import torch

    from relecture.training.lit_module import TrainingData

    random = torch.Generator().manual_seed(3)
    x, noise = torch.randn(240, 8, generator=random), torch.randn(240, generator=random)
    rows = torch.arange(240)
    y = (x[:, 0] + x[:, 1] * x[:, 2] + noise > 0).long()
    return TrainingData(x, y, rows[:160], {"train": rows[:160], "validation": rows[160:]})


@pytest.fixture
def train(toy, tmp_path) -> Callable[..., Any]:
    """Trains a small network on the toy rows: `train(epochs=8, dropout=[0.3], patience=2, ...)`."""
    from torch.nn.functional import cross_entropy

    from relecture.training.config import TrainingConfig
    from relecture.training.fit import fit
    from relecture.training.mlp import mlp

    def loss(output, target):
        return cross_entropy(output, target, reduction="none")

    def train(
        checkpoint_dir="checkpoints", epochs=8, every=1, rate=0.01, dropout=(), weights=1, seed=1, network=None, **more
    ):
        training = TrainingConfig(
            epochs=epochs, batch_size=32, learning_rate=rate, rho=0.9, epsilon=1e-7, log_every_n_epochs=every
        )
        settings = {
            "arrays": toy,
            "loss": loss,
            "scores": {"loss": loss},
            "members": [f"seed-{seed}"],
            "seeds": [seed],
            "checkpoint_seconds": 0.0,
            "accelerator": "cpu",
            **more,
        }
        return fit(
            network or mlp([8, 32, 2], dropout, seed=weights),
            training=training,
            checkpoint_dir=tmp_path / checkpoint_dir,
            progress_metric="validation_loss",
            **settings,
        )

    return train
