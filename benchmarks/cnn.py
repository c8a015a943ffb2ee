"""One epoch of the CNN with 64, 96 and 112 filters on 12,000 images, trained in four variants.

(a) this project's `fit` as the search runs it: bfloat16, filters last in memory, pooling before ReLU; (b) the same in
float32, as the scorecard's networks are trained; (c) a plain PyTorch loop in float32 over the network as a textbook
writes it; (d) Lightning as its documentation shows it: TensorDataset, DataLoader, automatic optimisation, `self.log`.
Each epoch ends with loss and accuracy on 1,000 validation images. The variants take turns; the first round and each
first epoch are not counted.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from pytorch_lightning import LightningModule
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.epoch import Batch, Clock, documented_trainer, epoch_timing, synchronized_time
from benchmarks.timing import Timing, run_in_turns
from relecture.tallies.config import Architecture, OptimizerConfig
from relecture.tallies.networks.cnn import cnn
from relecture.tallies.networks.cnn_training import EVAL_BATCH_SIZE, train
from relecture.training.lit_module import Precision, TrainingData

FILTERS, DROPOUT, FC1, FC2 = (64, 96, 112), 0.1, 150, 70
ARCHITECTURE: Architecture = {"filters": list(FILTERS), "dropout": DROPOUT, "fc1": FC1, "fc2": FC2}
OPTIMIZER, LEARNING_RATE = OptimizerConfig(batch_size=128, rho=0.9, epsilon=1e-7), 1e-3
N_TRAIN, N_VALIDATION = 12_000, 1_000

#: The times at the end of each epoch, in seconds, and the validation accuracy after the last.
TimedTraining = tuple[list[float], float]


def textbook_cnn() -> nn.Sequential:
    """Return the network as a textbook writes it."""
    layers: list[nn.Module] = []
    for inputs, filters in pairwise([1, *FILTERS]):
        layers += [nn.Conv2d(inputs, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    layers += [nn.Flatten(), nn.Linear(3 * 3 * FILTERS[-1], FC1), nn.ReLU(), nn.Dropout(DROPOUT)]
    layers += [nn.Linear(FC1, FC2), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(FC2, 10)]
    return nn.Sequential(*layers)


class DocumentedModule(LightningModule):
    """The network as a tutorial trains it."""

    def __init__(self) -> None:
        super().__init__()
        self.network = textbook_cnn()

    def training_step(self, batch: Batch, _: int) -> torch.Tensor:
        """Return the loss of a batch."""
        x, y = batch
        loss = F.cross_entropy(self.network(x), y)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: Batch, _: int) -> None:
        """Log loss and accuracy of a batch."""
        x, y = batch
        output = self.network(x)
        self.log("validation_loss", F.cross_entropy(output, y))
        self.log("validation_accuracy", (output.argmax(-1) == y).float().mean())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the optimizer that all variants use."""
        return _optimizer(self.network)


def measure(
    images: torch.Tensor, labels: torch.Tensor, epochs: int, rounds: int
) -> tuple[dict[str, Timing], dict[str, float]]:
    """Return the seconds per epoch of each variant, and the validation accuracies after the last run."""
    n = N_TRAIN + N_VALIDATION
    x, y = images[:n].reshape(-1, 1, 28, 28), labels[:n]
    variants: dict[str, Callable[[], TimedTraining]] = {
        "fit_bf16": partial(_fit, x, y, epochs, "bf16"),
        "fit_fp32": partial(_fit, x, y, epochs, "32"),
        "plain": partial(_plain, x, y, epochs),
        "documented": partial(_documented, x, y, epochs),
    }
    results = run_in_turns(variants, rounds)
    ends = {name: [ends for ends, _ in trainings] for name, trainings in results.items()}
    accuracies = {f"{name}_accuracy": trainings[-1][1] for name, trainings in results.items()}
    return {name: epoch_timing(runs) for name, runs in ends.items()}, accuracies


def _fit(x: torch.Tensor, y: torch.Tensor, epochs: int, precision: Precision) -> TimedTraining:
    clock, rows = Clock(), torch.arange(len(y))
    with tempfile.TemporaryDirectory() as checkpoint_dir:
        trained = train(
            cnn(ARCHITECTURE, seed=0),
            TrainingData(x, y, rows[:N_TRAIN], {"validation": rows[N_TRAIN:]}),
            OPTIMIZER,
            epochs=epochs,
            learning_rate=LEARNING_RATE,
            member="benchmark",
            seed=0,
            checkpoint_dir=Path(checkpoint_dir),
            precision=precision,
            callbacks=[clock],
        )
    return clock.ends, float(trained.history[trained.history.metric == "validation_accuracy"].value.iloc[-1])


def _plain(x: torch.Tensor, y: torch.Tensor, epochs: int) -> TimedTraining:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network, x, y = textbook_cnn().to(device), x.to(device), y.to(device)
    optimizer, accuracy = _optimizer(network), 0.0
    ends: list[float] = []
    for _ in range(epochs):
        network.train()
        for rows in torch.split(torch.randperm(N_TRAIN, device=device), OPTIMIZER.batch_size):
            loss = F.cross_entropy(network(x[rows]), y[rows])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
        network.eval()
        with torch.no_grad():
            output = torch.cat([network(batch) for batch in torch.split(x[N_TRAIN:], EVAL_BATCH_SIZE)])
            F.cross_entropy(output, y[N_TRAIN:]).item()
            accuracy = (output.argmax(-1) == y[N_TRAIN:]).float().mean().item()
        ends.append(synchronized_time())
    return ends, accuracy


def _documented(x: torch.Tensor, y: torch.Tensor, epochs: int) -> TimedTraining:
    clock, module = Clock(), DocumentedModule()
    trainer = documented_trainer(epochs, clock)
    training = DataLoader(TensorDataset(x[:N_TRAIN], y[:N_TRAIN]), OPTIMIZER.batch_size, shuffle=True)
    validation = DataLoader(TensorDataset(x[N_TRAIN:], y[N_TRAIN:]), OPTIMIZER.batch_size)
    trainer.fit(module, training, validation)
    return clock.ends, float(trainer.callback_metrics["validation_accuracy"])


def _optimizer(network: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(network.parameters(), lr=LEARNING_RATE, alpha=OPTIMIZER.rho, eps=OPTIMIZER.epsilon)
