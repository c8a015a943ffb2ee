"""The Lightning module of every fit: whole epochs over tensors that stay on the device."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pytorch_lightning as pl
import torch
from torch import nn

from relecture.training.config import TrainingConfig
from relecture.training.mlp import linear_layers

#: A loss or metric without reduction: (outputs (..., rows, classes or 1), targets (..., rows)) -> (..., rows).
RowMetric = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
#: Precision of the matrix products. Weights, their updates and the loss are float32 in both.
Precision = Literal["32", "bf16"]


class NonFiniteLoss(Exception):
    """The loss of some members is infinite or not a number, first in a step of an epoch, both counted from 1."""

    def __init__(self, epoch: int, step: int, members: Sequence[int]):
        super().__init__(f"the loss is not finite in step {step} of epoch {epoch}")
        self.epoch, self.step, self.members = epoch, step, members


@dataclass(frozen=True)
class TrainingData:
    """Inputs and targets, with the rows to train on and those to evaluate on.

    `inputs` (n, ...) and `targets` (n,) hold every row once. `train` are the indices of the training rows, `eval_sets`
    named sets of row indices that are evaluated during training; each is (rows,), or (K, rows) if K stacked networks
    each have their own rows.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    train: torch.Tensor
    eval_sets: Mapping[str, torch.Tensor]


class LitNetwork(pl.LightningModule):
    """One network, or a stack of them, with RMSprop over shuffled batches.

    A Lightning step is an epoch: the loop over batches is inside, because Lightning's overhead per step costs more than
    a step of a small network (the benchmark `epoch` measures it). The order of rows and the dropout of an epoch depend
    on seed and epoch alone, so a resumed fit gives the same result as an uninterrupted one.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    rows: torch.Tensor
    network: nn.Module

    def __init__(
        self,
        network: nn.Module,
        arrays: TrainingData,
        loss: RowMetric,
        scores: Mapping[str, RowMetric],
        training: TrainingConfig,
        seeds: Sequence[int],
        hidden_l2: float = 0.0,
        precision: Precision = "32",
        eval_batch_size: int | None = None,
        hidden_l1: float = 0.0,
        score_units: Sequence[float] | None = None,
    ):
        super().__init__()
        self.automatic_optimization = False
        self.network, self.loss, self.scores = network, loss, dict(scores)
        self.training_config, self.seeds, self.hidden_l2 = training, tuple(seeds), hidden_l2
        self.hidden_l1 = hidden_l1
        self.score_units = tuple(score_units or [1.0] * len(self.seeds))
        self.precision, self.eval_batch_size = precision, eval_batch_size
        # Not persistent: they move to the device with the module but are no part of a checkpoint.
        self.register_buffer("inputs", arrays.inputs, persistent=False)
        self.register_buffer("targets", arrays.targets, persistent=False)
        self.register_buffer("rows", arrays.train, persistent=False)
        self.eval_sets = tuple(arrays.eval_sets)
        for name, rows in arrays.eval_sets.items():
            self.register_buffer(f"rows_{name}", rows, persistent=False)
        self.history: list[dict[str, Any]] = []

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return RMSprop with the squared penalty on the weights of the hidden layers alone."""
        hidden = self._hidden_weights()
        trained: list[torch.Tensor] = [p for p in self.network.parameters() if p.requires_grad]
        rest = [p for p in trained if all(p is not weight for weight in hidden)]
        groups = [{"params": rest, "weight_decay": 0.0}]
        if hidden:  # the gradient of lambda x (sum of squares) is 2 lambda w
            groups.append({"params": hidden, "weight_decay": 2 * self.hidden_l2})
        config = self.training_config
        return torch.optim.RMSprop(groups, lr=config.learning_rate, alpha=config.rho, eps=config.epsilon)

    def train_dataloader(self) -> list[int]:
        """Return one placeholder: a step is an epoch."""
        return [0]

    def val_dataloader(self) -> list[int]:
        """Return one placeholder: a step evaluates every set."""
        return [0]

    def training_step(self, *_: Any) -> None:
        """Train one epoch over the training rows; raise NonFiniteLoss if it diverges."""
        optimizer: Any = self.optimizers()
        torch.manual_seed(epoch_seed(self.seeds[0], self.current_epoch, stream=1))  # dropout
        losses = []
        for rows in torch.split(self._shuffled_rows(), self.training_config.batch_size, dim=-1):
            outputs = self._forward_rows(rows)
            loss = self.loss(outputs, self.targets[rows]).mean(-1)
            losses.append(loss.detach())
            optimizer.zero_grad()
            self.manual_backward(loss.sum())
            if self.hidden_l1:
                self._add_l1_gradient()
            optimizer.step()
        self._require_finite(torch.stack(losses).reshape(len(losses), -1))

    def _require_finite(self, losses: torch.Tensor) -> None:
        """Raise NonFiniteLoss if one of an epoch's losses (steps, members) is not finite."""
        finite = losses.isfinite()
        if not finite.all():
            step = int((~finite).any(1).nonzero()[0])
            raise NonFiniteLoss(self.current_epoch + 1, step + 1, (~finite).any(0).nonzero().flatten().tolist())

    def validation_step(self, *_: Any) -> None:
        """Evaluate every metric on every evaluation set, with dropout off."""
        for metric, value in self._evaluate(self.current_epoch + 1).items():
            self.log(metric, value.mean(), batch_size=1)

    def log_last_epoch(self, epochs: int) -> None:
        """Add the last epoch to the history, unless `log_every_n_epochs` has included it."""
        if epochs % self.training_config.log_every_n_epochs:
            with torch.inference_mode():
                self.eval()
                self._evaluate(epochs)

    def _evaluate(self, epoch: int) -> dict[str, torch.Tensor]:
        """Add an epoch to the history and return it: one value per metric, or one per metric and member."""
        values = {}
        for name in self.eval_sets:
            rows = getattr(self, f"rows_{name}")
            batches = [rows] if self.eval_batch_size is None else torch.split(rows, self.eval_batch_size, dim=-1)
            outputs = torch.cat([self._forward_rows(batch) for batch in batches], dim=rows.ndim - 1)
            targets = self.targets[rows]
            for score, row_metric in self.scores.items():
                metric, value = f"{name}_{score}", row_metric(outputs, targets).mean(-1)
                values[metric] = value
                scaled = [one * unit for one, unit in zip(value.reshape(-1).tolist(), self.score_units, strict=True)]
                self.history.append({"step": epoch, "metric": metric, "values": scaled})
        return values

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add the history to the checkpoint."""
        checkpoint["history"] = self.history

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Restore the history from the checkpoint."""
        self.history = checkpoint["history"]

    def _hidden_weights(self) -> list[torch.Tensor]:
        """Return the trained weights of the hidden layers: no biases, not the output layer."""
        weights: list[torch.Tensor] = [layer.weight for layer in linear_layers(self.network)[:-1]]
        return [weight for weight in weights if weight.requires_grad]

    def _add_l1_gradient(self) -> None:
        """Add the gradient of lambda x (sum of absolute values), as Keras does: lambda times the sign, 0 at 0."""
        for weight in self._hidden_weights():
            if weight.grad is not None:
                weight.grad.add_(weight.detach().sign(), alpha=self.hidden_l1)

    def _forward_rows(self, rows: torch.Tensor) -> torch.Tensor:
        outputs: torch.Tensor
        if self.precision == "32":
            outputs = self.network(self.inputs[rows])
            return outputs
        # Autocast caches its bfloat16 copies of the weights until the block ends, so it ends before every step.
        with torch.autocast(self.device.type, torch.bfloat16):
            outputs = self.network(self.inputs[rows])
            return outputs.float()

    def _shuffled_rows(self) -> torch.Tensor:
        """Return the training rows in this epoch's order; each member has its own."""
        rows = self.rows
        generators = [torch.Generator().manual_seed(epoch_seed(seed, self.current_epoch)) for seed in self.seeds]
        order = [torch.randperm(rows.shape[-1], generator=generator) for generator in generators]
        if rows.ndim == 1:
            return rows[order[0].to(rows.device)]
        return rows.gather(1, torch.stack(order).to(rows.device))


def epoch_seed(seed: int, epoch: int, stream: int = 0) -> int:
    """Return the seed of one epoch of one network, unrelated to those of other epochs and seeds."""
    return int(np.random.SeedSequence((seed, epoch, stream)).generate_state(1, np.uint64)[0] >> 1)
