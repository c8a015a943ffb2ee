"""One epoch of the CNN with 64, 96 and 112 filters on 12,000 images, trained in four ways.

(a) this project's `fit` as the search runs it: bfloat16, filters last in memory, pooling before the positive part;
(b) the same in float32, as the scorecard's networks are trained; (c) a plain PyTorch loop in float32 over the network
as a textbook writes it; (d) Lightning as its documentation shows it: TensorDataset, DataLoader, automatic optimisation,
`self.log`. Each epoch ends with loss and accuracy on 1,000 validation images. The ways take turns, the first round and
each first epoch are not counted.
"""

import statistics
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.epoch import Clock, now
from relecture.tallies.config import Architecture, OptimizerConfig
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.cnn_training import EVAL_BATCH_SIZE, train
from relecture.training.lit_module import Precision, TrainingData

FILTERS, DROPOUT, FC1, FC2 = (64, 96, 112), 0.1, 150, 70
ARCHITECTURE: Architecture = {"filters": list(FILTERS), "dropout": DROPOUT, "fc1": FC1, "fc2": FC2}
RATE, RHO, EPSILON, BATCH = 1e-3, 0.9, 1e-7, 128
TRAIN, WATCHED = 12_000, 1_000

#: The ends of the epochs, in seconds, and the validation accuracy after the last.
Run = tuple[list[float], float]


def textbook() -> nn.Sequential:
    """The network, written down as everybody does."""
    layers: list[nn.Module] = []
    for inputs, filters in pairwise([1, *FILTERS]):
        layers += [nn.Conv2d(inputs, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    layers += [nn.Flatten(), nn.Linear(3 * 3 * FILTERS[-1], FC1), nn.ReLU(), nn.Dropout(DROPOUT)]
    layers += [nn.Linear(FC1, FC2), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(FC2, 10)]
    return nn.Sequential(*layers)


class Documented(pl.LightningModule):
    """The network as a tutorial trains it."""

    def __init__(self):
        super().__init__()
        self.network = textbook()

    def training_step(self, batch, _):
        x, y = batch
        loss = F.cross_entropy(self.network(x), y)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, _):
        x, y = batch
        output = self.network(x)
        self.log("validation_loss", F.cross_entropy(output, y))
        self.log("validation_accuracy", (output.argmax(-1) == y).float().mean())

    def configure_optimizers(self):
        return _optimizer(self.network)


def measure(images: torch.Tensor, labels: torch.Tensor, epochs: int, rounds: int) -> dict[str, Any]:
    """Seconds per epoch: all counted epochs, and their median, for each way; and the accuracy each reached."""
    x, y = images[: TRAIN + WATCHED].reshape(-1, 1, 28, 28), labels[: TRAIN + WATCHED]
    ways: dict[str, Callable[[], Run]] = {
        "fit_bf16": lambda: _fit(x, y, epochs, "bf16"),
        "fit_fp32": lambda: _fit(x, y, epochs, "32"),
        "plain": lambda: _plain(x, y, epochs),
        "documented": lambda: _documented(x, y, epochs),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    reached: dict[str, float] = {}
    for turn in range(rounds + 1):
        for way, run in ways.items():
            ends, reached[f"{way}_accuracy"] = run()
            if turn:
                seconds[way] += [b - a for a, b in pairwise(ends)]
    return {way: {"median_s": statistics.median(values), "s": values} for way, values in seconds.items()} | reached


def _fit(x: torch.Tensor, y: torch.Tensor, epochs: int, precision: Precision) -> Run:
    clock, rows = Clock(), torch.arange(len(y))
    with tempfile.TemporaryDirectory() as checkpoint_dir:
        fitted = train(
            cnn(ARCHITECTURE, seed=0),
            TrainingData(x, y, rows[:TRAIN], {"validation": rows[TRAIN:]}),
            OptimizerConfig(batch_size=BATCH, rho=RHO, epsilon=EPSILON),
            epochs=epochs,
            learning_rate=RATE,
            member="benchmark",
            seed=0,
            checkpoint_dir=Path(checkpoint_dir),
            precision=precision,
            callbacks=[clock],
        )
    return clock.ends, float(fitted.history[fitted.history.metric == "validation_accuracy"].value.iloc[-1])


def _plain(x: torch.Tensor, y: torch.Tensor, epochs: int) -> Run:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network, x, y = textbook().to(device), x.to(device), y.to(device)
    optimizer, ends, right = _optimizer(network), [], 0.0
    for _ in range(epochs):
        network.train()
        for rows in torch.randperm(TRAIN, device=device).split(BATCH):
            loss = F.cross_entropy(network(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            output = torch.cat([network(some) for some in x[TRAIN:].split(EVAL_BATCH_SIZE)])
            F.cross_entropy(output, y[TRAIN:]).item()
            right = (output.argmax(-1) == y[TRAIN:]).float().mean().item()
        ends.append(now())
    return ends, right


def _documented(x: torch.Tensor, y: torch.Tensor, epochs: int) -> Run:
    clock, module = Clock(), Documented()
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
    training = DataLoader(TensorDataset(x[:TRAIN], y[:TRAIN]), BATCH, shuffle=True)
    trainer.fit(module, training, DataLoader(TensorDataset(x[TRAIN:], y[TRAIN:]), BATCH))
    return clock.ends, float(trainer.callback_metrics["validation_accuracy"])


def _optimizer(network: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(network.parameters(), lr=RATE, alpha=RHO, eps=EPSILON)
