"""One epoch of the dropout network, trained in three variants on the same images.

(a) this project's `fit`; (b) a plain PyTorch loop over the same tensors; (c) Lightning as its documentation shows it:
TensorDataset, DataLoader, automatic optimisation, `self.log`. Each epoch ends with loss and error on 10,000
validation images; (a) and (b) evaluate 10,000 training images as well. The variants take turns; the first round and
each first epoch are not counted.
"""

import tempfile
import time
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytorch_lightning as pl
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.timing import Timing, run_in_turns, timing
from relecture.training.config import TrainingConfig
from relecture.training.fit import fit
from relecture.training.lit_module import TrainingData
from relecture.training.losses import cross_entropy, zero_one_loss
from relecture.training.mlp import mlp

SIZES, DROPOUT = [784, 256, 128, 10], [0.4, 0.3]
TRAINING = TrainingConfig(epochs=1, batch_size=128, learning_rate=1e-3, rho=0.9, epsilon=1e-7, log_every_n_epochs=1)
N_TRAIN, N_EVAL = 50_000, 10_000

#: Images and labels of a batch.
Batch = tuple[torch.Tensor, torch.Tensor]


class Clock(pl.Callback):
    """Records the time at the end of each epoch, after its validation."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Record the time."""
        self.ends.append(synchronized_time())


class DocumentedModule(pl.LightningModule):
    """The network as a tutorial writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.network = mlp(SIZES, DROPOUT, seed=0)

    def training_step(self, batch: Batch, _: int) -> torch.Tensor:
        """Return the loss of a batch."""
        x, y = batch
        loss = F.cross_entropy(self.network(x), y)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: Batch, _: int) -> None:
        """Log loss and error of a batch."""
        x, y = batch
        output = self.network(x)
        self.log("validation_loss", F.cross_entropy(output, y))
        self.log("validation_error", (output.argmax(-1) != y).float().mean())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the optimizer that all variants use."""
        return _optimizer(self.network)


def measure(images: torch.Tensor, labels: torch.Tensor, epochs: int, rounds: int) -> dict[str, Timing]:
    """Return the seconds per epoch of each variant."""
    functions = {"fit": _fit, "plain": _plain, "documented": _documented}
    variants = {name: partial(function, images, labels, epochs) for name, function in functions.items()}
    return {name: epoch_timing(runs) for name, runs in run_in_turns(variants, rounds).items()}


def epoch_timing(runs: Sequence[Sequence[float]]) -> Timing:
    """Return the seconds per epoch from the times at the end of each epoch, for each run; first epochs do not count."""
    return timing([end - start for ends in runs for start, end in pairwise(ends)])


def _fit(images: torch.Tensor, labels: torch.Tensor, epochs: int) -> list[float]:
    clock, rows = Clock(), torch.arange(len(labels))
    with tempfile.TemporaryDirectory() as checkpoint_dir:
        fit(
            mlp(SIZES, DROPOUT, seed=0),
            TrainingData(images, labels, rows[:N_TRAIN], {"train": rows[:N_EVAL], "validation": rows[N_TRAIN:]}),
            loss=cross_entropy,
            scores={"loss": cross_entropy, "error": zero_one_loss},
            training=TRAINING.model_copy(update={"epochs": epochs}),
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
    x, y, optimizer = images.to(device), labels.to(device), _optimizer(network)
    ends: list[float] = []
    for _ in range(epochs):
        network.train()
        for rows in torch.split(torch.randperm(N_TRAIN, device=device), TRAINING.batch_size):
            loss = F.cross_entropy(network(x[rows]), y[rows])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
        network.eval()
        with torch.no_grad():
            for part in (slice(N_EVAL), slice(N_TRAIN, None)):
                output = network(x[part])
                F.cross_entropy(output, y[part]).item()
                (output.argmax(-1) != y[part]).float().mean().item()
        ends.append(synchronized_time())
    return ends


def _documented(images: torch.Tensor, labels: torch.Tensor, epochs: int) -> list[float]:
    clock = Clock()
    train = DataLoader(TensorDataset(images[:N_TRAIN], labels[:N_TRAIN]), TRAINING.batch_size, shuffle=True)
    validation = DataLoader(TensorDataset(images[N_TRAIN:], labels[N_TRAIN:]), TRAINING.batch_size)
    documented_trainer(epochs, clock).fit(DocumentedModule(), train, validation)
    return clock.ends


def documented_trainer(epochs: int, clock: Clock) -> pl.Trainer:
    """Return the trainer of the documentation without logger, checkpoints and printed output."""
    return pl.Trainer(
        max_epochs=epochs,
        devices=1,
        callbacks=[clock],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )


def _optimizer(network: torch.nn.Module) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(
        network.parameters(), lr=TRAINING.learning_rate, alpha=TRAINING.rho, eps=TRAINING.epsilon
    )


def synchronized_time() -> float:
    """Return the time in seconds, after the device has finished its work."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()
