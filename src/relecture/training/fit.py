"""The function that fits every network of the project."""

import contextlib
import hashlib
import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from torch import nn

from relecture.atomic_files import atomic_write, sweep
from relecture.errors import UserError
from relecture.records import code_digest, file_digest
from relecture.training.callbacks import (
    BestWeightsEarlyStopping,
    Progress,
    ProgressFile,
    ResumeCheckpoint,
    is_readable_checkpoint,
)
from relecture.training.config import TrainingConfig
from relecture.training.lit_module import LitNetwork, NonFiniteLoss, Precision, RowMetric, TrainingData


@dataclass(frozen=True)
class TrainedNetwork:
    """A trained network on the CPU in evaluation mode, and its training history.

    `history` has the columns member, step (epoch), metric, value. `epochs` is the number of epochs trained; the weights
    are those after `best_epoch`, which differs from `epochs` only with early stopping.
    """

    network: nn.Module
    history: pd.DataFrame
    epochs: int
    best_epoch: int


def fit(
    network: nn.Module,
    arrays: TrainingData,
    *,
    loss: RowMetric,
    scores: Mapping[str, RowMetric],
    training: TrainingConfig,
    members: Sequence[str],
    seeds: Sequence[int],
    checkpoint_dir: Path,
    progress_metric: str,
    hidden_l2: float = 0.0,
    hidden_l1: float = 0.0,
    patience: int | None = None,
    monitor: str = "validation_loss",
    precision: Precision = "32",
    eval_batch_size: int | None = None,
    initial_checkpoint: Path | None = None,
    final_checkpoint: Path | None = None,
    checkpoint_seconds: float = 10.0,
    accelerator: str = "auto",
    callbacks: Sequence[pl.Callback] = (),
    score_units: Sequence[float] | None = None,
    n_members: int | None = None,
) -> TrainedNetwork:
    """Train `network` on the rows `arrays.train` and evaluate it on every evaluation set during training.

    A fit that was killed resumes from its checkpoint. A parameter that requires no gradient is frozen: it does not
    change by one bit.

    Args:
        network: One network, or K stacked ones (then `members` and `seeds` have K entries).
        arrays: Inputs, targets, the rows to train on and those to evaluate on.
        loss: Loss per row of outputs and targets; averaged over rows.
        scores: Metrics per row, by name; averaged over rows.
        training: Epochs, batch size and optimizer.
        members: Names in the history.
        seeds: Seeds of the order of rows, one per member; the first one's also of dropout.
        checkpoint_dir: Folder for checkpoints. A checkpoint of other data, configuration or code is not used.
        progress_metric: The metric that progress reports, for example `validation_error`.
        hidden_l2: Lambda of the squared penalty on the weights of the hidden layers.
        hidden_l1: Lambda of the penalty on the absolute values of the same weights.
        patience: Stop after this many epochs without a lower `monitor`, and return the best weights.
        monitor: The metric that early stopping watches.
        precision: `32`, or `bf16` for a search: matrix products in bfloat16, weights and their updates in float32.
        eval_batch_size: Evaluation rows in one pass; all by default. Convolutions on many images need memory.
        initial_checkpoint: A `final_checkpoint` of an earlier fit, to continue with its weights, optimizer state,
            epochs and history. `training.epochs` includes those epochs.
        final_checkpoint: File for the checkpoint of the last epoch.
        checkpoint_seconds: Time between two checkpoints.
        accelerator: Lightning's: `auto`, `cpu`, `gpu`.
        callbacks: Further Lightning callbacks.
        score_units: Of each member, the factor of its scores in the history; 1 by default.
        n_members: Members of the whole method, if it is known: with it the mean curve of a running method is shown.

    Raises:
        UserError: `initial_checkpoint` is missing or damaged, or the loss is infinite or not a number.
    """
    module = LitNetwork(
        network, arrays, loss, scores, training, seeds, hidden_l2, precision, eval_batch_size, hidden_l1, score_units
    )
    if initial_checkpoint is not None and not is_readable_checkpoint(initial_checkpoint):
        raise UserError(
            f"{initial_checkpoint} is missing or damaged, so training cannot continue from it. Rerun the job that "
            "writes it"
        )
    initial_digest = initial_checkpoint and file_digest(initial_checkpoint)
    digest = _fit_digest(module, members, (patience, monitor, precision, initial_digest))
    resume = ResumeCheckpoint(checkpoint_dir / f"{digest}.ckpt", checkpoint_seconds)
    sweep(checkpoint_dir)
    label = members[0] if len(members) == 1 else f"{len(members)} networks"
    progress = Progress(f"{checkpoint_dir.name} {label}", progress_metric)
    callbacks = [*callbacks, progress, ProgressFile(checkpoint_dir, digest, members, n_members)]
    stopping = None
    if patience is not None:
        stopping = BestWeightsEarlyStopping(monitor, patience)
        callbacks.append(stopping)
    callbacks.append(resume)
    trainer = _trainer(training, callbacks, accelerator)
    with flush_denormals(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not have many workers.*")
        warnings.filterwarnings("ignore", message=".*treespec.*")  # Lightning with this torch
        try:
            trainer.fit(module, ckpt_path=resume.latest() or initial_checkpoint, weights_only=True)
        except NonFiniteLoss as error:
            raise UserError(_divergence_message(error, members, training)) from error
    epochs = max(trainer.current_epoch, stopping.last_epoch if stopping else 0)
    module.log_last_epoch(epochs)
    if final_checkpoint is not None:
        last = resume.latest() or initial_checkpoint
        if last is None:
            raise UserError(
                f"the checkpoint {resume.path} is missing or damaged, so {final_checkpoint} cannot be written. Rerun"
            )
        with atomic_write(final_checkpoint) as draft:
            shutil.copyfile(last, draft)
    if stopping:
        stopping.restore_best_weights(network)
    history = _history_table(module.history, members)
    return TrainedNetwork(network.cpu().eval(), history, epochs, stopping.best_epoch if stopping else epochs)


def predict(
    network: nn.Module, inputs: torch.Tensor, rows: torch.Tensor, batch_size: int | None = None
) -> torch.Tensor:
    """Return the outputs of a network for some rows of `inputs`: (rows, ...) or (K, rows, ...).

    Args:
        network: The network, in evaluation mode.
        inputs: All inputs.
        rows: Indices of the rows, (rows,) or (K, rows).
        batch_size: Rows in one pass; all by default.
    """
    with torch.inference_mode():
        batches = [rows] if batch_size is None else torch.split(rows, batch_size, dim=-1)
        return torch.cat([network(inputs[batch]) for batch in batches], dim=rows.ndim - 1)


@contextlib.contextmanager
def flush_denormals() -> Iterator[None]:
    """Treat numbers below the smallest normal one as zero inside the block.

    A penalty drives the weights of pixels that are never inked, and their squared gradients, into the range where a
    processor computes slowly: an epoch of ridge took 2.5 times as long, and ever longer.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def _trainer(training: TrainingConfig, callbacks: list[pl.Callback], accelerator: str) -> pl.Trainer:
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    return pl.Trainer(
        accelerator=accelerator,
        devices=1,
        # One process, whatever the tasks of the SLURM job that it runs in: Lightning would take them for its processes.
        plugins=[LightningEnvironment()],
        max_epochs=training.epochs,
        check_val_every_n_epoch=training.log_every_n_epochs,
        callbacks=callbacks,
        deterministic=True,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )


def _divergence_message(error: NonFiniteLoss, members: Sequence[str], training: TrainingConfig) -> str:
    """Return what diverges, when, and which setting or data to change."""
    label = members[error.members[0]] if len(error.members) == 1 else f"{len(error.members)} of {len(members)} networks"
    where = f"{label}: the training loss is not a finite number in epoch {error.epoch} of {training.epochs}"
    if error.epoch == error.step == 1:  # before any weight has changed
        return f"{where}, in its first step: the target or the inputs hold numbers that are too large for the network"
    return f"{where}: learning_rate = {training.learning_rate:g} is too high for these data; lower it"


def _fit_digest(module: LitNetwork, members: Sequence[str], options: tuple[Any, ...]) -> str:
    """Return a digest of everything that decides the outcome: data, initial weights, configuration, code."""
    penalties = (module.hidden_l2, module.hidden_l1)
    config = (module.training_config.model_dump_json(), module.seeds, penalties, module.score_units, options)
    structure = repr(module.network)  # dropout is neither a parameter nor a buffer
    frozen = [name for name, parameter in module.named_parameters() if not parameter.requires_grad]
    content = hashlib.sha256(repr((config, structure, frozen, tuple(members), code_digest())).encode())
    for name, tensor in [*module.named_buffers(), *module.named_parameters()]:
        content.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    return content.hexdigest()[:16]


def _history_table(history: list[dict[str, Any]], members: Sequence[str]) -> pd.DataFrame:
    rows = [
        (member, point["step"], point["metric"], value)
        for point in history
        for member, value in zip(members, point["values"], strict=True)
    ]
    table = pd.DataFrame(rows, columns=["member", "step", "metric", "value"])
    return table.sort_values(["member", "metric", "step"], kind="stable", ignore_index=True)
