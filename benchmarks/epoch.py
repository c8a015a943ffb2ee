"""One epoch of the dropout network, trained in three ways on the same images.

(a) this project's `fit`; (b) a plain PyTorch loop over the same tensors; (c) Lightning as its documentation shows it:
TensorDataset, DataLoader, automatic optimisation, `self.log`. Each epoch ends with loss and error on 10,000
validation images; (a) and (b) watch 10,000 training images as well. The ways take turns, the first round and each
first epoch are not counted.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from relecture.digits.networks import cross_entropy, zero_one_loss
from relecture.training.config import TrainingConfig
from relecture.training.fit import fit
from relecture.training.lit_module import TrainingData
from relecture.training.mlp import mlp

SIZES, DROPOUT = [784, 256, 128, 10], [0.4, 0.3]
SETTINGS: dict[str, Any] = {
    "batch_size": 128,
    "learning_rate": 1e-3,
    "rho": 0.9,
    "epsilon": 1e-7,
    "log_every_n_epochs": 1,
}
TRAIN, WATCHED = 50_000, 10_000


class Clock(pl.Callback):
    """Notes when each epoch is over, its validation included."""

    def __init__(self):
        self.ends: list[float] = []

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.ends.append(now())


class Documented(pl.LightningModule):
    """The network as a tutorial writes it."""

    def __init__(self):
        super().__init__()
        self.network = mlp(SIZES, DROPOUT, seed=0)

    def training_step(self, batch, _):
        x, y = batch
        loss = F.cross_entropy(self.network(x), y)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, _):
        x, y = batch
        output = self.network(x)
        self.log("validation_loss", F.cross_entropy(output, y))
        self.log("validation_error", (output.argmax(-1) != y).float().mean())

    def configure_optimizers(self):
        return _optimizer(self.network)


def measure(images: torch.Tensor, labels: torch.Tensor, epochs: int, rounds: int) -> dict[str, Any]:
    """Seconds per epoch: all counted epochs, and their median, for each way."""
    ways: dict[str, Callable[[], list[float]]] = {
        "fit": lambda: _fit(images, labels, epochs),
        "plain": lambda: _plain(images, labels, epochs),
        "documented": lambda: _documented(images, labels, epochs),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(rounds + 1):
        for way, run in ways.items():
            ends = run()
            if turn:
                seconds[way] += [b - a for a, b in pairwise(ends)]
    return {way: {"median_s": statistics.median(values), "s": values} for way, values in seconds.items()}


def _fit(images: torch.Tensor, labels: torch.Tensor, epochs: int) -> list[float]:
    clock, rows = Clock(), torch.arange(len(labels))
    with tempfile.TemporaryDirectory() as checkpoint_dir:
        fit(
            mlp(SIZES, DROPOUT, seed=0),
            TrainingData(images, labels, rows[:TRAIN], {"train": rows[:WATCHED], "validation": rows[TRAIN:]}),
            loss=cross_entropy,
            scores={"loss": cross_entropy, "error": zero_one_loss},
            training=TrainingConfig(epochs=epochs, **SETTINGS),
            members=["benchmark"],
            seeds=[0],
            checkpoint_dir=Path(checkpoint_dir),
            progress_metric="validation_error",
            callbacks=[clock],
        )
    return clock.ends


def _plain(images: torch.Tensor, labels: torch.Tensor, epochs: int) -> list[float]:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = mlp(SIZES, DROPOUT, seed=0).to(device)
    x, y, optimizer, ends = images.to(device), labels.to(device), _optimizer(network), []
    for _ in range(epochs):
        network.train()
        for rows in torch.randperm(TRAIN, device=device).split(SETTINGS["batch_size"]):
            loss = F.cross_entropy(network(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            for part in (slice(WATCHED), slice(TRAIN, None)):
                output = network(x[part])
                F.cross_entropy(output, y[part]).item()
                (output.argmax(-1) != y[part]).float().mean().item()
        ends.append(now())
    return ends


def _documented(images: torch.Tensor, labels: torch.Tensor, epochs: int) -> list[float]:
    clock = Clock()
    trainer = pl.Trainer(
        max_epochs=epochs,
        devices=1,
        callbacks=[clock],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )
    train = DataLoader(TensorDataset(images[:TRAIN], labels[:TRAIN]), SETTINGS["batch_size"], shuffle=True)
    validation = DataLoader(TensorDataset(images[TRAIN:], labels[TRAIN:]), SETTINGS["batch_size"])
    trainer.fit(Documented(), train, validation)
    return clock.ends


def _optimizer(network: torch.nn.Module) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(
        network.parameters(), lr=SETTINGS["learning_rate"], alpha=SETTINGS["rho"], eps=SETTINGS["epsilon"]
    )


def now() -> float:
    """Seconds, when the device has done what it was asked for."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()
