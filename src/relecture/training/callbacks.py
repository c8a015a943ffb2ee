"""What happens around an epoch: going on after a kill, keeping the best weights, saying how far it is."""

import contextlib
import copy
import sys
import time
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from torch import nn
from tqdm import tqdm


class BestWeightsEarlyStopping(pl.Callback):
    """Early stopping: remembers the weights of the epoch with the lowest `monitor`, and stops `patience` epochs later.

    Lightning's own counts the times it looked, not epochs, and forgets that it had stopped. `put_back` belongs after
    the fit: where no epoch is left after a kill, Lightning calls no hook of training.
    """

    def __init__(self, monitor: str, patience: int):
        self.monitor, self.patience = monitor, patience
        self.best, self.epoch, self.last = float("inf"), 0, 0
        self.weights: dict[str, Any] | None = None

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        trainer.should_stop = self._is_over

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        value, self.last = float(trainer.callback_metrics[self.monitor]), trainer.current_epoch + 1
        if value < self.best:
            self.best, self.epoch = value, self.last
            network: Any = pl_module.network
            self.weights = copy.deepcopy(network.state_dict())
        trainer.should_stop = self._is_over

    def put_back(self, network: nn.Module) -> None:
        """Give `network` the best weights."""
        if self.weights is not None:
            network.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("best", "epoch", "last", "weights")}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        vars(self).update(state_dict)

    @property
    def _is_over(self) -> bool:
        return self.last - self.epoch >= self.patience


class ResumeCheckpoint(pl.Callback):
    """Leaves a checkpoint every few seconds and one of the last epoch, so that a killed fit goes on where it was.

    A checkpoint gets its name when it is whole. A job that is killed during its third fit then finds the first two
    finished.
    """

    def __init__(self, path: Path, seconds: float):
        self.path, self.seconds, self.last = path, seconds, time.monotonic()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        is_last = trainer.should_stop or trainer.current_epoch + 1 == trainer.max_epochs
        if is_last or time.monotonic() - self.last >= self.seconds:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft = self.path.with_suffix(".part")
            trainer.save_checkpoint(draft)
            draft.replace(self.path)
            self.last = time.monotonic()

    def found(self) -> Path | None:
        """The checkpoint to go on from; one that cannot be read is no reason to fail."""
        return self.path if readable(self.path) else None


class Progress(pl.Callback):
    """A bar on a terminal; elsewhere (a log) at most about ten plain lines a fit."""

    def __init__(self, label: str, shown: str):
        self.label, self.shown, self.bar = label, shown, None

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.current_epoch:
            print(f"{self.label}: goes on after epoch {trainer.current_epoch}", file=sys.stderr)
        if sys.stderr.isatty():
            self.bar = tqdm(desc=self.label, total=trainer.max_epochs, initial=trainer.current_epoch, unit="epoch")

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        epoch, epochs = trainer.current_epoch + 1, trainer.max_epochs or 0
        value = trainer.callback_metrics.get(self.shown)
        text = "" if value is None else f"{self.shown.replace('_', ' ')} {float(value):.4g}"
        if self.bar is not None:
            self.bar.set_postfix_str(text, refresh=False)
            self.bar.update()
        elif epoch % max(1, epochs // 10) == 0 or epoch == epochs:
            print(f"{self.label}: epoch {epoch} of {epochs}  {text}", file=sys.stderr, flush=True)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.bar is not None:
            self.bar.close()


def readable(checkpoint: Path) -> bool:
    """Whether the file is there and whole."""
    if checkpoint.exists():
        with contextlib.suppress(Exception):
            torch.load(checkpoint, map_location="cpu", weights_only=True)
            return True
    return False
