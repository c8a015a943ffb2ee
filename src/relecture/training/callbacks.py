"""Callbacks of a fit: early stopping, checkpoints to resume from, progress on the terminal and in a file."""

import contextlib
import copy
import json
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import pytorch_lightning as pl
import torch
from torch import nn
from tqdm import tqdm

from relecture.atomic_files import atomic_write


class BestWeightsEarlyStopping(pl.Callback):
    """Early stopping that keeps the weights of the epoch with the lowest `monitor` and stops `patience` epochs later.

    Lightning's own counts validations instead of epochs, and does not restore that it had stopped. Call
    `restore_best_weights` after the fit: if no epoch is left after a resume, Lightning calls no training hook.
    """

    def __init__(self, monitor: str, patience: int):
        self.monitor, self.patience = monitor, patience
        self.best_value, self.best_epoch, self.last_epoch = float("inf"), 0, 0
        self.best_weights: dict[str, Any] | None = None

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Stop at once if the fit that is resumed had already stopped."""
        trainer.should_stop = self._has_stopped

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Copy the weights if `monitor` is lower than before; stop if patience has run out."""
        value, self.last_epoch = float(trainer.callback_metrics[self.monitor]), trainer.current_epoch + 1
        if value < self.best_value:
            self.best_value, self.best_epoch = value, self.last_epoch
            network: Any = pl_module.network
            self.best_weights = copy.deepcopy(network.state_dict())
        trainer.should_stop = self._has_stopped

    def restore_best_weights(self, network: nn.Module) -> None:
        """Load the best weights into `network`."""
        if self.best_weights is not None:
            network.load_state_dict(self.best_weights)

    def state_dict(self) -> dict[str, Any]:
        """Return the state for a checkpoint."""
        return {name: getattr(self, name) for name in ("best_value", "best_epoch", "last_epoch", "best_weights")}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the state from a checkpoint."""
        vars(self).update(state_dict)

    @property
    def _has_stopped(self) -> bool:
        return self.last_epoch - self.best_epoch >= self.patience


class ResumeCheckpoint(pl.Callback):
    """Writes a checkpoint every few seconds and one of the last epoch, so that a killed fit resumes from it.

    A job that is killed during its third fit then finds the first two finished.
    """

    def __init__(self, path: Path, seconds: float):
        self.path, self.seconds, self.last_time = path, seconds, time.monotonic()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write a checkpoint if it is due."""
        is_last = trainer.should_stop or trainer.current_epoch + 1 == trainer.max_epochs
        if is_last or time.monotonic() - self.last_time >= self.seconds:
            with atomic_write(self.path) as draft:
                trainer.save_checkpoint(draft)
            self.last_time = time.monotonic()

    def latest(self) -> Path | None:
        """Return the checkpoint to resume from; None if there is none or it cannot be read."""
        return self.path if is_readable_checkpoint(self.path) else None


class Progress(pl.Callback):
    """A progress bar on a terminal; elsewhere (in a log) at most about ten plain lines per fit."""

    def __init__(self, label: str, metric: str):
        self.label, self.metric, self.bar = label, metric, None

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Report a resumed fit and open the bar."""
        if trainer.current_epoch:
            print(f"{self.label}: resumes after epoch {trainer.current_epoch}", file=sys.stderr)
        if sys.stderr.isatty():
            self.bar = tqdm(desc=self.label, total=trainer.max_epochs, initial=trainer.current_epoch, unit="epoch")

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Report the epoch and the metric."""
        epoch, epochs = trainer.current_epoch + 1, trainer.max_epochs or 0
        value = trainer.callback_metrics.get(self.metric)
        text = "" if value is None else f"{self.metric.replace('_', ' ')} {float(value):.4g}"
        if self.bar is not None:
            self.bar.set_postfix_str(text, refresh=False)
            self.bar.update()
        elif epoch % max(1, epochs // 10) == 0 or epoch == epochs:
            print(f"{self.label}: epoch {epoch} of {epochs}  {text}", file=sys.stderr, flush=True)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Close the bar."""
        if self.bar is not None:
            self.bar.close()


class ProgressFile(pl.Callback):
    """Appends the progress of a fit to `progress.jsonl` in its checkpoint folder, for whoever shows running fits.

    A fit, also one that resumes, begins with a line `fit` (a digest of all that decides its outcome), its
    `members`, the `n_members` of the whole method (null if unknown), `epochs`, and its process: `pid`, `created` and
    `host`. A line follows for each evaluated epoch, `step` and `values`
    by metric, one per member; a resumed fit repeats the earlier ones. A fit that fails ends with `failed`, the reason.
    Every line has its `time` in seconds since 1970. A full disk does not stop a fit.
    """

    def __init__(self, checkpoint_dir: Path, fit: str, members: Sequence[str], n_members: int | None):
        self.path, self.n_written = checkpoint_dir / "progress.jsonl", 0
        self.first_line = {"fit": fit, "members": list(members), "n_members": n_members}

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Announce the fit and its process."""
        process = {"pid": os.getpid(), "created": psutil.Process().create_time(), "host": socket.gethostname()}
        self._append([{**self.first_line, "epochs": trainer.max_epochs, **process}])

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Append the epochs that were evaluated since the last call."""
        history: Any = pl_module.history
        epochs: dict[int, dict[str, list[float]]] = {}
        for point in history[self.n_written :]:
            epochs.setdefault(point["step"], {})[point["metric"]] = point["values"]
        self._append([{"step": step, "values": values} for step, values in epochs.items()])
        self.n_written = len(history)

    def on_exception(self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException) -> None:
        """Append the reason of a failure; an interrupted fit has not failed."""
        if isinstance(exception, Exception):
            self._append([{"failed": f"{type(exception).__name__}: {exception}"}])

    def _append(self, lines: list[dict[str, Any]]) -> None:
        now = round(time.time(), 3)
        text = "".join(json.dumps({**line, "time": now}) + "\n" for line in lines)
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(text)


def is_readable_checkpoint(path: Path) -> bool:
    """Whether the file exists and is complete."""
    if path.exists():
        with contextlib.suppress(Exception):
            torch.load(path, map_location="cpu", weights_only=True)
            return True
    return False
