"""One function that fits every network of the project."""

import contextlib
import hashlib
import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytorch_lightning as pl
import torch
from torch import nn

from relecture.errors import UserError
from relecture.records import code_digest, file_digest
from relecture.training.callbacks import BestWeightsEarlyStopping, Progress, ResumeCheckpoint, readable
from relecture.training.config import TrainingConfig
from relecture.training.lit_module import Arrays, LitNetwork, Precision, RowMetric


@dataclass(frozen=True)
class TrainedNetwork:
    """A trained network on the CPU in evaluation mode, and how it got there.

    `history` has the columns member, step (epoch), metric, value; `epochs` were trained, and the weights
    are those after epoch `kept`.
    """

    network: nn.Module
    history: pd.DataFrame
    epochs: int
    kept: int


def fit(
    network: nn.Module,
    arrays: Arrays,
    *,
    loss: RowMetric,
    scores: Mapping[str, RowMetric],
    training: TrainingConfig,
    members: Sequence[str],
    seeds: Sequence[int],
    checkpoint_dir: Path,
    shown: str,
    hidden_l2: float = 0.0,
    patience: int | None = None,
    precision: Precision = "32",
    eval_batch_size: int | None = None,
    start: Path | None = None,
    keep: Path | None = None,
    checkpoint_seconds: float = 10.0,
    accelerator: str = "auto",
    callbacks: Sequence[pl.Callback] = (),
) -> TrainedNetwork:
    """Train `network` on the rows `arrays.train` and score it on every watched set as it goes.

    A parameter that needs no gradient is frozen: it stays as it is, bit by bit.

    Args:
        network: one network, or K stacked ones (then `members` and `seeds` have K entries).
        arrays: inputs, targets, the rows to learn from and those to watch.
        loss, scores: per-row functions of outputs and targets; the loss is averaged over rows.
        members: names in the history. seeds: of the order of rows, one a member; the first one's of dropout.
        scratch: folder for checkpoints. A fit that was killed and is asked for again goes on from there; a
            checkpoint of other data, settings or code is not taken.
        shown: the score that progress shows, for example `validation_error`.
        hidden_penalty: lambda of the squared penalty on the weights of the hidden layers.
        callbacks: what else should happen around an epoch.
        patience: stop after so many epochs without a lower `validation_loss` and keep the best weights.
        precision: `32`, or `bf16` for a search: sums of products in bfloat16, weights and their steps in float32.
        scored_at_once: watched rows in one pass; all, unless said. Images in layers of filters need memory.
        start: a checkpoint that `keep` left, to go on from with its weights, its optimiser's state, its epochs and
            its history. `training.epochs` counts from the very beginning. A damaged one is a UserError.
        keep: file for the checkpoint of the last epoch.
    """
    module = LitNetwork(network, arrays, loss, scores, training, seeds, hidden_l2, precision, eval_batch_size)
    if start is not None and not readable(start):
        raise UserError(f"{start} is missing or damaged, so training cannot go on from it. Make it again")
    identity = _identity(module, members, (patience, precision, start and file_digest(start)))
    go_on = ResumeCheckpoint(checkpoint_dir / f"{identity}.ckpt", checkpoint_seconds)
    label = members[0] if len(members) == 1 else f"{len(members)} networks"
    callbacks = [*callbacks, Progress(f"{checkpoint_dir.name} {label}", shown)]
    best = None
    if patience is not None:
        best = BestWeightsEarlyStopping("validation_loss", patience)
        callbacks.append(best)
    callbacks.append(go_on)
    trainer = _trainer(training, callbacks, accelerator)
    with flush_denormals(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not have many workers.*")
        warnings.filterwarnings("ignore", message=".*treespec.*")  # Lightning with this torch
        trainer.fit(module, ckpt_path=go_on.found() or start, weights_only=True)
    epochs = max(trainer.current_epoch, best.last if best else 0)
    module.end_history(epochs)
    if keep is not None:
        last = go_on.found() or start
        if last is None:
            raise UserError(f"the checkpoint {go_on.path} is missing or damaged, so {keep} cannot be made. Run again")
        _copied(last, keep)
    if best:
        best.put_back(network)
    history = _long(module.history, members)
    return TrainedNetwork(network.cpu().eval(), history, epochs, best.epoch if best else epochs)


def predict(network: nn.Module, inputs: torch.Tensor, rows: torch.Tensor, at_once: int | None = None) -> torch.Tensor:
    """What a fitted network answers for some rows, `at_once` in one pass; (rows, ...) or (K, rows, ...)."""
    with torch.inference_mode():
        if at_once is None:
            return network(inputs[rows])
        return torch.cat([network(inputs[some]) for some in rows.split(at_once, dim=-1)], dim=rows.ndim - 1)


@contextlib.contextmanager
def flush_denormals() -> Iterator[None]:
    """Numbers below the smallest normal one are zero, inside.

    A penalty drives weights of pixels that are never inked, and their squared gradients, to where a processor computes
    slowly: an epoch of ridge took 2.5 times as long, and ever longer.
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


def _identity(module: LitNetwork, members: Sequence[str], more: tuple) -> str:
    """Changes with anything that decides the outcome: data, first weights, settings, code."""
    settings = (module.training_config.model_dump_json(), module.seeds, module.hidden_l2, more)
    structure = repr(module.network)  # dropout is neither a parameter nor a buffer
    frozen = [name for name, parameter in module.named_parameters() if not parameter.requires_grad]
    content = hashlib.sha256(repr((settings, structure, frozen, tuple(members), code_digest())).encode())
    for name, tensor in [*module.named_buffers(), *module.named_parameters()]:
        content.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    return content.hexdigest()[:16]


def _copied(checkpoint: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    draft = to.with_suffix(".part")
    shutil.copyfile(checkpoint, draft)
    draft.replace(to)


def _long(history: list[dict], members: Sequence[str]) -> pd.DataFrame:
    rows = [
        (member, point["step"], point["metric"], value)
        for point in history
        for member, value in zip(members, point["values"], strict=True)
    ]
    table = pd.DataFrame(rows, columns=["member", "step", "metric", "value"])
    return table.sort_values(["member", "metric", "step"], kind="stable", ignore_index=True)
