"""The Lightning module behind every fit: whole epochs over arrays that stay on the device."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pytorch_lightning as pl
import torch
from torch import nn

from relecture.training.config import TrainingConfig
from relecture.training.mlp import linear_layers

#: (outputs (..., rows, classes or 1), targets (..., rows)) -> one number per row, (..., rows).
RowMetric = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
#: Of the sums of products. Weights, their steps and the loss are float32 in both.
Precision = Literal["32", "bf16"]


@dataclass(frozen=True)
class Arrays:
    """What is learned from, and what is watched meanwhile.

    `inputs` (n, ...) and `targets` (n,) hold every row once. `train` are the numbers of the rows to learn
    from, `watched` named sets of row numbers that are scored as training goes; each is (rows,), or
    (K, rows) when K stacked networks each have their own rows.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    train: torch.Tensor
    eval_sets: Mapping[str, torch.Tensor]


class LitNetwork(pl.LightningModule):
    """One network, or a stack of them, with RMSprop over shuffled batches.

    A Lightning step is an epoch: the loop over batches is inside, because Lightning's work per step costs more
    than a small network's own (the benchmark `epoch` measures it). Order and dropout of an epoch depend
    on seed and epoch alone, so a run that was interrupted goes on as if it had not been.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    rows: torch.Tensor
    network: nn.Module

    def __init__(
        self,
        network: nn.Module,
        arrays: Arrays,
        loss: RowMetric,
        scores: Mapping[str, RowMetric],
        training: TrainingConfig,
        seeds: Sequence[int],
        hidden_l2: float = 0.0,
        precision: Precision = "32",
        eval_batch_size: int | None = None,
    ):
        super().__init__()
        self.automatic_optimization = False
        self.network, self.loss, self.scores = network, loss, dict(scores)
        self.training_config, self.seeds, self.hidden_l2 = training, tuple(seeds), hidden_l2
        self.precision, self.eval_batch_size = precision, eval_batch_size
        # Not persistent: they move to the device with the module but are no part of a checkpoint.
        self.register_buffer("inputs", arrays.inputs, persistent=False)
        self.register_buffer("targets", arrays.targets, persistent=False)
        self.register_buffer("rows", arrays.train, persistent=False)
        self.eval_sets = tuple(arrays.eval_sets)
        for name, rows in arrays.eval_sets.items():
            self.register_buffer(f"rows_{name}", rows, persistent=False)
        self.history: list[dict] = []

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """RMSprop; the penalty covers the weights of the hidden layers, neither biases nor the output layer."""
        hidden: list[torch.Tensor] = [layer.weight for layer in linear_layers(self.network)[:-1]]
        rest: list[torch.Tensor] = [p for p in self.network.parameters() if all(p is not weight for weight in hidden)]
        rest, hidden = ([p for p in some if p.requires_grad] for some in (rest, hidden))
        groups = [{"params": rest, "weight_decay": 0.0}]
        if hidden:  # the gradient of lambda x (sum of squares) is 2 lambda w
            groups.append({"params": hidden, "weight_decay": 2 * self.hidden_l2})
        config = self.training_config
        return torch.optim.RMSprop(groups, lr=config.learning_rate, alpha=config.rho, eps=config.epsilon)

    def train_dataloader(self) -> list[int]:
        return [0]

    def val_dataloader(self) -> list[int]:
        return [0]

    def training_step(self, *_) -> None:
        """One epoch over the training rows."""
        optimizer: Any = self.optimizers()
        torch.manual_seed(epoch_seed(self.seeds[0], self.current_epoch, stream=1))  # dropout
        for rows in self._shuffled().split(self.training_config.batch_size, dim=-1):
            outputs = self._answers(rows)
            loss = self.loss(outputs, self.targets[rows]).mean(-1).sum()
            optimizer.zero_grad()
            self.manual_backward(loss)
            optimizer.step()

    def validation_step(self, *_) -> None:
        """Every score on every watched set, with dropout off."""
        for metric, value in self._scored(self.current_epoch + 1).items():
            self.log(metric, value.mean(), batch_size=1)

    def end_history(self, epochs: int) -> None:
        """Score the last epoch too where the history leaves epochs out."""
        if epochs % self.training_config.log_every_n_epochs:
            with torch.inference_mode():
                self.eval()._scored(epochs)

    def _scored(self, epoch: int) -> dict[str, torch.Tensor]:
        """Adds to the history; one number a score, or one per member."""
        values = {}
        for name in self.eval_sets:
            rows = getattr(self, f"rows_{name}")
            parts = [rows] if self.eval_batch_size is None else rows.split(self.eval_batch_size, dim=-1)
            answers = [self._answers(part) for part in parts]
            outputs = answers[0] if len(answers) == 1 else torch.cat(answers, dim=rows.ndim - 1)
            targets = self.targets[rows]
            for score, per_row in self.scores.items():
                value = values[f"{name}_{score}"] = per_row(outputs, targets).mean(-1)
                self.history.append(
                    {
                        "step": epoch,
                        "metric": f"{name}_{score}",
                        "values": value.reshape(-1).tolist(),
                    }
                )
        return values

    def on_save_checkpoint(self, checkpoint: dict) -> None:
        checkpoint["history"] = self.history

    def on_load_checkpoint(self, checkpoint: dict) -> None:
        self.history = checkpoint["history"]

    def _answers(self, rows: torch.Tensor) -> torch.Tensor:
        if self.precision == "32":
            return self.network(self.inputs[rows])
        # Autocast keeps its bfloat16 copies of the weights until it is left, so it is left before every step.
        with torch.autocast(self.device.type, torch.bfloat16):
            return self.network(self.inputs[rows]).float()

    def _shuffled(self) -> torch.Tensor:
        """This epoch's order of the training rows; each member has its own."""
        rows = self.rows
        order = [
            torch.randperm(
                rows.shape[-1], generator=torch.Generator().manual_seed(epoch_seed(seed, self.current_epoch))
            )
            for seed in self.seeds
        ]
        if rows.ndim == 1:
            return rows[order[0].to(rows.device)]
        return rows.gather(1, torch.stack(order).to(rows.device))


def epoch_seed(seed: int, epoch: int, stream: int = 0) -> int:
    """A seed for one epoch of one network, far from those of its neighbours."""
    return int(np.random.SeedSequence((seed, epoch, stream)).generate_state(1, np.uint64)[0] >> 1)
